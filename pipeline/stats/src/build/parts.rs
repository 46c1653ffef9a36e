//! Files of facts: what is in each, looked at once, and since when something in them is new.

use std::{collections::BTreeMap, path::Path};

use arrow::array::AsArray;
use slotcast_lake::{DataFile, contract};

use super::{Builder, dimensions::named, state::KnownPart, workers};
use crate::{
    error::StatsError,
    staging::{Words, instants, read_part},
};

impl Builder<'_> {
    /// Looks into the files of facts that no earlier build has seen.
    pub(crate) fn meet_parts(&mut self) -> Result<(), StatsError> {
        let mut unseen = Vec::new();
        for snapshot in self.facts {
            let table = &snapshot.table.name;
            for file in &snapshot.files {
                let key = (table.clone(), file.name.clone());
                match self.old.parts.get(&key) {
                    Some(known) => {
                        self.new.parts.insert(key, known.clone());
                    }
                    None => unseen.push((key, file.clone())),
                }
            }
        }
        let met = workers::each(unseen, async |(key, file): ((String, String), DataFile)| {
            let has_campaigns = key.0.starts_with("order_");
            let (campaigns, known_from) = survey(&file.path, has_campaigns)?;
            let week = file.span.map_or(0, |span| contract::week_of(span.first));
            Ok((key, KnownPart { rows: file.rows.unwrap_or(0), known_from, week, campaigns }))
        })?;
        let gone = self.old.parts.iter().filter(|(key, _)| !self.new.parts.contains_key(*key));
        let mut laid_anew: BTreeMap<(&str, i64), i128> = BTreeMap::new();
        for ((table, _), part) in gone {
            *laid_anew.entry((table.as_str(), part.week)).or_default() -= i128::from(part.rows);
        }
        for ((table, _), part) in &met {
            if let Some(rows) = laid_anew.get_mut(&(table.as_str(), part.week)) {
                *rows += i128::from(part.rows);
            }
        }
        for ((table, _), part) in &met {
            // The same rows in other files bring nothing new.
            if laid_anew.get(&(table.as_str(), part.week)) != Some(&0) {
                self.changed_from = self.changed_from.min(part.known_from);
            }
        }
        self.new.parts.extend(met);
        Ok(())
    }
}

/// The campaigns of a file of facts with how many rows each has, and when its first row was known.
fn survey(path: &Path, has_campaigns: bool) -> Result<(BTreeMap<String, u64>, i64), StatsError> {
    let columns: &[&str] = if has_campaigns { &["campaign_id", "known_at"] } else { &["known_at"] };
    let mut words = Words::default();
    let mut counts: Vec<u64> = Vec::new();
    let mut known_from = i64::MAX;
    read_part(path, columns, |batch| {
        let known = instants(&batch, "known_at")?;
        known_from = known.values().iter().copied().fold(known_from, i64::min);
        if has_campaigns {
            let numbers = words.number_all(named(&batch, "campaign_id")?)?;
            for number in (0..batch.num_rows()).filter_map(|row| numbers.get(row)) {
                let number = number as usize;
                counts.resize(counts.len().max(number + 1), 0);
                counts[number] += 1;
            }
        }
        Ok(())
    })?;
    let table = words.table()?;
    let names = table.column(1).as_string::<i32>().iter().flatten().map(str::to_owned);
    Ok((names.zip(counts).filter(|(_, rows)| *rows > 0).collect(), known_from))
}
