//! `slotcast ingest`: an inbox to the lake.

use std::{collections::BTreeSet, path::Path};

use anyhow::Result;
use slotcast_core::{DateTime, Utc};
use slotcast_ingest::{Inbox, InboxFile, Mapping, scan_inbox};
use slotcast_lake::{Lake, Market, RunRow};

use super::Outcome;
use crate::{
    args::{Common, Source},
    clock::{fresh_salt, now},
    failure::UserError,
    lake_door::lock,
    printer::Printer,
    run_record::{Begun, Identity, RunInProgress},
    settings::{Settings, parse_as_of},
    stages::ingest::{
        InboxSettings, KnownBy, Refusal, content_hashes, ingest as ingest_stage, known_files, mapping,
    },
};

pub(crate) async fn ingest(
    common: &Common,
    settings: &Settings,
    printer: &Printer,
    inbox: &Path,
    source: &Source,
) -> Result<Outcome> {
    let opened = Opened::new(settings, inbox, source, common.as_of.as_deref())?;
    let as_of = opened.as_of(common, None)?;
    let mut run = match opened.begin(common, settings, printer, source, "ingest", as_of).await? {
        Begun::Started(run) => run,
        Begun::AlreadyDone(done) => {
            printer.say(format!("run {} is done already; nothing new in the inbox", done.run_id));
            return Ok(outcome_of(&done, printer));
        }
    };
    let reading = opened.reading(source);
    let work = async |run: &mut RunInProgress| ingest_stage(run, printer, &opened.inbox, &reading).await;
    let refusals = run.stage(printer, "ingest", work).await?;
    run.finish_with(refused_in_words(&refusals)).await?;
    Ok(if refusals.is_empty() { Outcome::Done } else { Outcome::DoneWithRefusals })
}

/// What a run that refused files keeps of that.
pub(crate) fn refused_in_words(refusals: &[Refusal]) -> Option<String> {
    let files: Vec<&str> = refusals.iter().map(|refusal| refusal.message.as_str()).collect();
    (!files.is_empty()).then(|| format!("{} file(s) refused: {}", files.len(), files.join("; ")))
}

/// A run that refused files did so also when it is asked for again.
pub(crate) fn outcome_of(done: &RunRow, printer: &Printer) -> Outcome {
    match &done.message {
        Some(message) if !done.is_vacuumed() => {
            printer.error(message, &["mend the files: changed ones are taken in by the next run".to_owned()]);
            Outcome::DoneWithRefusals
        }
        _ => Outcome::Done,
    }
}

/// An inbox and the lake it goes to.
pub(crate) struct Opened {
    pub(crate) lake: Lake,
    pub(crate) inbox: Inbox,
    /// By what each file of the inbox is known, or why it cannot be read.
    known_by: Vec<Result<KnownBy, String>>,
    mapping: Mapping,
    mapping_text: String,
}

impl Opened {
    /// Looks at mapping and inbox first: a wrong word must not leave an empty lake behind.
    pub(crate) fn new(
        settings: &Settings,
        inbox: &Path,
        source: &Source,
        as_of: Option<&str>,
    ) -> Result<Self> {
        let zone = settings.market.calendar().zone();
        let (mapping, mapping_text) = mapping(source.source.as_deref(), zone)?;
        let inbox = scan_inbox(inbox, &mapping)?;
        if let (true, Some(first)) = (inbox.files.is_empty(), inbox.unmatched.first()) {
            return Err(UserError::new(
                format!(
                    "no file of the inbox fits mapping `{}`, neither `{first}` nor any other",
                    mapping.name()
                ),
                "without a mapping, files lie in folders named after the tables, such as `campaigns/`; \
                 for another shape, give its mapping: `--source MAPPING.toml`",
            )
            .into());
        }
        let market = market(settings, &mapping);
        if let Some(text) = as_of {
            parse_as_of(text, &market.calendar())?;
        }
        let said_by = format!("mapping `{}`", mapping.name());
        let lake = Lake::open_or_create(&settings.lake, &market, &said_by, fresh_salt()?)?;
        let known_by = |(file, hash): (&InboxFile, Result<String, String>)| {
            let way_of_reading = mapping.way_of_reading(&file.name);
            hash.map(|content_hash| KnownBy { content_hash, way_of_reading })
        };
        let known_by = inbox.files.iter().zip(content_hashes(&inbox.files)).map(known_by).collect();
        Ok(Self { lake, inbox, known_by, mapping, mapping_text })
    }

    pub(crate) fn as_of(&self, common: &Common, resumed: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
        match &common.as_of {
            Some(text) => parse_as_of(text, &self.lake.market().calendar()),
            None => Ok(resumed.unwrap_or_else(now)),
        }
    }

    pub(crate) fn reading(&self, source: &Source) -> InboxSettings<'_> {
        InboxSettings {
            mapping: &self.mapping,
            known_by: &self.known_by,
            history: source.history,
            strict: source.strict,
        }
    }

    pub(crate) async fn begin(
        &self,
        common: &Common,
        settings: &Settings,
        printer: &Printer,
        source: &Source,
        verb: &'static str,
        as_of: DateTime<Utc>,
    ) -> Result<Begun> {
        let lock = lock(common, printer, &self.lake, verb)?;
        let known = known_files(&self.lake).await?;
        let mut files: BTreeSet<String> = known.iter().map(KnownBy::to_string).collect();
        for (file, key) in self.inbox.files.iter().zip(&self.known_by) {
            let unreadable = |_: &String| format!("unreadable {}", file.name);
            files.insert(key.as_ref().map_or_else(unreadable, KnownBy::to_string));
        }
        let inputs: Vec<String> = files.into_iter().collect();
        let identity = Identity {
            verb,
            as_of,
            taken_at: if common.as_of.is_some() { now() } else { as_of },
            settings: &format!(
                "{} {:?} {} {} {}",
                settings.deciding(),
                common.slot,
                source.history,
                source.strict,
                self.mapping_text
            ),
            inputs: &inputs.join("\n"),
        };
        RunInProgress::begin(&self.lake, lock, &identity).await
    }
}

fn market(settings: &Settings, mapping: &Mapping) -> Market {
    let held = &settings.market;
    Market {
        name: mapping.name().to_owned(),
        slots: mapping.slots().cloned().unwrap_or_else(|| held.slots.clone()),
        label_lag_days: mapping.label_lag_days().unwrap_or(held.label_lag_days),
        train_from: mapping.train_from().or(held.train_from),
        currency: mapping.currency().map(str::to_owned).or_else(|| held.currency.clone()),
    }
}
