//! `slotcast ingest`: an inbox to the lake.

use std::path::Path;

use anyhow::Result;
use slotcast_core::{DateTime, Utc};
use slotcast_ingest::{Inbox, Mapping, scan_inbox};
use slotcast_lake::{Lake, Market};

use super::Outcome;
use crate::{
    args::{Common, Source},
    clock::{fresh_salt, now},
    failure::UserError,
    lake_door::lock,
    printer::Printer,
    run_record::{Begun, Identity, RunInProgress},
    settings::{Settings, parse_as_of},
    stages::ingest::{InboxSettings, content_hashes, ingest as ingest_stage, known_files, mapping},
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
    let Begun::Started(mut run) = opened.begin(common, settings, printer, source, "ingest", as_of).await?
    else {
        printer.say("nothing new in the inbox");
        return Ok(Outcome::Done);
    };
    let reading = opened.reading(source);
    let work = async |run: &mut RunInProgress| ingest_stage(run, printer, &opened.inbox, &reading).await;
    let refusals = run.stage(printer, "ingest", work).await?;
    run.finish().await?;
    Ok(if refusals.is_empty() { Outcome::Done } else { Outcome::DoneWithRefusals })
}

/// An inbox and the lake it goes to.
pub(crate) struct Opened {
    pub(crate) lake: Lake,
    pub(crate) inbox: Inbox,
    /// Content hash of each file of the inbox, or why it cannot be read.
    hashes: Vec<Result<String, String>>,
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
        let hashes = content_hashes(&inbox.files);
        Ok(Self { lake, inbox, hashes, mapping, mapping_text })
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
            hashes: &self.hashes,
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
        let mut files = known_files(&self.lake).await?;
        for (file, hash) in self.inbox.files.iter().zip(&self.hashes) {
            files.insert(hash.clone().unwrap_or_else(|_| format!("unreadable {}", file.name)));
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
