//! An inbox with its mapping, and the lake to load it into.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use slotcast_core::{DateTime, Tz, Utc};
use slotcast_ingest::{FileError, Inbox, InboxFile, Mapping, scan_inbox};
use slotcast_lake::{Lake, Layout, MarketConfig, RunRow};

use crate::{
    active_run::{ActiveRun, RunIdentity, RunStart},
    args::SourceArgs,
    clock::{fresh_salt, now},
    context::Context,
    failure::UserError,
    file_key::{FileKey, file_keys},
    file_ledger::FileLedger,
    open_run::lock,
    outcome::Outcome,
    printer::Printer,
    settings::parse_as_of,
    stages::ingest::{InboxSource, RefusedFile},
};

/// An inbox, its mapping and its lake.
pub(super) struct OpenInbox<'a> {
    context: Context<'a>,
    args: &'a SourceArgs,
    pub(super) lake: Lake,
    inbox: Inbox,
    /// Files in which rows look cells up.
    lookup_files: Vec<InboxFile>,
    /// Key of each file of the inbox, or the reason why it cannot be read.
    keys: Vec<Result<FileKey, Arc<FileError>>>,
    mapping: Mapping,
    mapping_text: String,
}

impl<'a> OpenInbox<'a> {
    /// Opens the inbox, then opens or creates the lake: an invalid argument creates no lake.
    pub(super) fn open(context: Context<'a>, inbox: &Path, args: &'a SourceArgs) -> Result<Self> {
        let Context { common, settings, .. } = context;
        let zone = settings.market.calendar().zone();
        let (mapping, mapping_text) = read_mapping(args.source.as_deref(), zone)?;
        let inbox = scan_inbox(inbox, &|file| mapping.classify(file))?;
        let lookup_files = lookup_files(&inbox, &mapping);
        let takes_nothing = inbox.files.is_empty() && inbox.refused.is_empty();
        if let (true, Some(first)) = (takes_nothing, inbox.unmatched.first()) {
            return Err(UserError::new(
                format!("no file of the inbox, such as `{first}`, matches mapping `{}`", mapping.name()),
                "without a mapping, files must be in folders named after the tables, such as `campaigns/`; \
                 for another format, pass its mapping with `--source MAPPING.toml`",
            )
            .into());
        }
        let existing =
            Layout::new(&settings.lake).is_lake().then(|| Lake::open(&settings.lake)).transpose()?;
        if let Some(lake) = &existing {
            settings.stated_market.check(lake.market(), "the lake")?;
        }
        let market = market(existing.as_ref().map_or(&settings.market, Lake::market), &mapping);
        if let Some(text) = &common.as_of {
            parse_as_of(text, &market.calendar())?;
        }
        let origin = format!("mapping `{}`", mapping.name());
        settings.stated_market.check(&market, &origin)?;
        let lake = Lake::open_or_create(&settings.lake, &market, &origin, fresh_salt()?)?;
        let keys = file_keys(&inbox.files, &lookup_files, &mapping);
        Ok(Self { context, args, lake, inbox, lookup_files, keys, mapping, mapping_text })
    }

    /// `--as-of`, else that of a resumed run, else now.
    pub(super) fn as_of(&self, resumed: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
        match &self.context.common.as_of {
            Some(text) => parse_as_of(text, &self.lake.market().calendar()),
            None => Ok(resumed.unwrap_or_else(now)),
        }
    }

    pub(super) fn source(&self) -> InboxSource<'_> {
        InboxSource {
            inbox: &self.inbox,
            lookup_files: &self.lookup_files,
            mapping: &self.mapping,
            keys: &self.keys,
            history: self.args.history,
            strict: self.args.strict,
            reload: &self.args.reload,
            lang: self.context.settings.lang(),
        }
    }

    /// Starts a run, unless the same inputs and settings are already done.
    pub(super) async fn start(
        &self,
        verb: &'static str,
        as_of: DateTime<Utc>,
        make_latest: bool,
    ) -> Result<RunStart> {
        let Context { common, settings, .. } = self.context;
        let lock = lock(self.context, &self.lake, verb)?;
        let files = self.inbox.files.iter().map(|file| file.name.as_str()).zip(&self.keys);
        let mut inputs = FileLedger::read(&self.lake).await?.inputs(files);
        inputs.extend(self.inbox.refused.iter().map(|own| format!("refused {}", own.file)));
        let inputs: Vec<String> = inputs.into_iter().collect();
        let identity = RunIdentity {
            verb,
            as_of,
            started_at: if common.as_of.is_some() { now() } else { as_of },
            settings: &format!(
                "{} {:?} {} {} {:?} {}",
                settings.run_id_settings(),
                common.slot,
                self.args.history,
                self.args.strict,
                self.args.reload,
                self.mapping_text
            ),
            inputs: &inputs.join("\n"),
            make_latest,
        };
        ActiveRun::start(&self.lake, lock, &identity).await
    }
}

/// Files in which rows look cells up, in order of their names. Some of them become facts too.
fn lookup_files(inbox: &Inbox, mapping: &Mapping) -> Vec<InboxFile> {
    let both = inbox.files.iter().filter(|file| mapping.is_lookup_file(&file.name));
    let mut files: Vec<InboxFile> = both.chain(&inbox.lookup_files).cloned().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// A mapping file and its text, or the mapping of the input tables.
fn read_mapping(path: Option<&Path>, zone: Tz) -> Result<(Mapping, String)> {
    let Some(path) = path else { return Ok((Mapping::contract(zone), String::new())) };
    let text = std::fs::read_to_string(path).map_err(|error| {
        UserError::new(
            format!("cannot read mapping `{}`: {error}", path.display()),
            "pass an existing file with `--source MAPPING.toml`",
        )
    })?;
    let mapping = Mapping::parse(&text, &path.display().to_string())?;
    Ok((mapping, text))
}

/// The market of a mapping. The market of an existing lake fills the gaps, else settings do.
fn market(defaults: &MarketConfig, mapping: &Mapping) -> MarketConfig {
    MarketConfig {
        name: mapping.name().to_owned(),
        slots: mapping.slots().cloned().unwrap_or_else(|| defaults.slots.clone()),
        label_lag_days: mapping.label_lag_days().unwrap_or(defaults.label_lag_days),
        train_from: mapping.train_from().or(defaults.train_from),
        currency: mapping.currency().map(str::to_owned).or_else(|| defaults.currency.clone()),
    }
}

/// Message about refused files for the ledger.
pub(super) fn refusal_message(refused: &[RefusedFile]) -> Option<String> {
    let messages: Vec<&str> = refused.iter().map(|file| file.message.as_str()).collect();
    (!messages.is_empty()).then(|| format!("{} file(s) refused: {}", messages.len(), messages.join("; ")))
}

/// Outcome of a run with these refused files.
pub(super) fn outcome(refused: &[RefusedFile]) -> Outcome {
    if refused.is_empty() { Outcome::Completed } else { Outcome::CompletedWithRefusedFiles }
}

/// Outcome of a run that is already done; its refused files are reported again.
pub(super) fn outcome_of_done(done: &RunRow, printer: &Printer) -> Outcome {
    match &done.message {
        Some(message) if !done.is_vacuumed() => {
            printer.error(message, &["correct the files; the next run loads the changed ones".to_owned()]);
            Outcome::CompletedWithRefusedFiles
        }
        _ => Outcome::Completed,
    }
}
