//! The process is held to its word.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Float64Type, Int64Type, TimestampMicrosecondType},
};
use chrono::{DateTime, TimeDelta, Utc};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Counts, FileForm, Market, MarketSpec, Preset, Writing};

fn written(market: &Market, writing: Writing) -> (BTreeMap<String, Vec<u8>>, Counts) {
    let (files, counts) = market.files(&writing).unwrap();
    (files.into_iter().map(|file| (file.path, file.bytes)).collect(), counts)
}

fn all(form: FileForm) -> Writing {
    Writing { form, since: None, until: "2100-01-01T00:00:00Z".parse().unwrap(), threads: 2 }
}

/// A small market.
fn small() -> MarketSpec {
    let numbers = [
        ("market.slots", "12"),
        ("terms.median", "60"),
        ("demand.median", "40"),
        ("signals.like.median", "20"),
    ];
    MarketSpec::preset(Preset::Y2016).with(&numbers).unwrap()
}

fn rows(files: &BTreeMap<String, Vec<u8>>, table: &str) -> Vec<RecordBatch> {
    let own = files.iter().filter(|(path, _)| path.starts_with(&format!("{table}/")));
    own.flat_map(|(_, bytes)| {
        let bytes = bytes::Bytes::from(bytes.clone());
        ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap().map(Result::unwrap)
    })
    .collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    batch[name].as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn instants(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    batch[name].as_primitive::<TimestampMicrosecondType>().iter().collect()
}

fn truth(market: &Market) -> (Vec<f64>, Vec<f64>, Vec<Option<bool>>) {
    let truth = market.truth(2).unwrap();
    let numbers = |name: &str| truth[name].as_primitive::<Float64Type>().values().to_vec();
    (numbers("p_hit_oracle"), numbers("p_hit_knowable"), truth["hit"].as_boolean().iter().collect())
}

#[test]
fn presets_hit_as_often_as_they_say() {
    let bounds = [
        (Preset::Y2016, 0.40, 0.60),
        (Preset::Y2019, 0.68, 0.82),
        (Preset::Y2020, 0.975, 0.997),
        (Preset::Kickstarter, 0.28, 0.45),
    ];
    for (preset, least, most) in bounds {
        let mut spec = MarketSpec::preset(preset);
        if preset == Preset::Y2020 {
            spec.set("market.slots", "20").unwrap();
        }
        let rates: Vec<f64> =
            (1..=5).map(|seed| Market::new(spec.clone(), seed).unwrap().hit_rate()).collect();
        assert!(rates.iter().all(|rate| (least..=most).contains(rate)), "{preset}: {rates:?}");
    }
}

#[test]
fn the_oracle_is_calibrated() {
    let spec = MarketSpec::preset(Preset::Y2019);
    let (mut p, mut known, mut hits) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=3 {
        let (oracle, knowable, drawn) = truth(&Market::new(spec.clone(), seed).unwrap());
        for ((oracle, knowable), hit) in oracle.into_iter().zip(knowable).zip(drawn) {
            let Some(hit) = hit else { continue };
            p.push(oracle);
            known.push(knowable);
            hits.push(hit);
        }
    }
    // By tenths of the probability: each within four standard errors of its own luck.
    let mut bins: BTreeMap<usize, (f64, f64, f64)> = BTreeMap::new();
    for (p, hit) in p.iter().zip(&hits) {
        let bin = bins.entry((p * 10.0) as usize).or_default();
        *bin = (bin.0 + p, bin.1 + f64::from(*hit), bin.2 + p * (1.0 - p));
    }
    for (bin, (expected, seen, variance)) in bins {
        assert!((expected - seen).abs() < 4.0 * variance.sqrt() + 1.0, "tenth {bin}: {expected} {seen}");
    }
    // Those that are chosen are chosen for what only the merchandiser feels, not for luck to come.
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let seen = hits.iter().filter(|hit| **hit).count() as f64 / hits.len() as f64;
    assert!((mean(&known) - seen).abs() < 0.04, "{} {seen}", mean(&known));
}

#[test]
fn demand_is_what_the_order_events_add_up_to() {
    let mut spec = small();
    spec.set("terms.capacity", "0.5").unwrap();
    spec.set("terms.capacity_range", "[1.1, 1.3]").unwrap();
    let market = Market::new(spec, 5).unwrap();
    let (files, counts) = written(&market, all(FileForm::Parquet));
    assert!(counts.sold_out > 3, "{counts:?}");

    // Terms, and the latest version of every event, as the contract nets them.
    let mut closes: HashMap<String, i64> = HashMap::new();
    for batch in rows(&files, "campaigns") {
        for (id, at) in texts(&batch, "campaign_id").into_iter().zip(instants(&batch, "closes_at")) {
            closes.insert(id.unwrap(), at.unwrap());
        }
    }
    let mut events: HashMap<String, (i64, String, String, i64, i64)> = HashMap::new();
    for batch in rows(&files, "order_events") {
        let (ids, kinds) = (texts(&batch, "event_id"), texts(&batch, "event"));
        let campaigns = texts(&batch, "campaign_id");
        let (at, recorded) = (instants(&batch, "occurred_at"), instants(&batch, "recorded_at"));
        let units = batch["units"].as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let known = recorded[row].or(at[row]).unwrap();
            let version = (
                known,
                campaigns[row].clone().unwrap(),
                kinds[row].clone().unwrap(),
                at[row].unwrap(),
                units.value(row),
            );
            let held = events.entry(ids[row].clone().unwrap()).or_insert_with(|| version.clone());
            if known >= held.0 {
                *held = version;
            }
        }
    }
    let mut demand: HashMap<String, i64> = HashMap::new();
    for (_, campaign, kind, at, units) in events.into_values() {
        let sign = match (kind.as_str(), at < closes[&campaign]) {
            ("placed", true) => 1,
            ("cancelled", true) => -1,
            _ => 0,
        };
        *demand.entry(campaign).or_default() += sign * units;
    }
    let truth = market.truth(2).unwrap();
    let (drawn, threshold) =
        (truth["demand"].as_primitive::<Float64Type>(), truth["threshold"].as_primitive::<Float64Type>());
    let hit = truth["hit"].as_boolean();
    let mut compared = 0;
    for (row, campaign) in texts(&truth, "campaign_id").into_iter().enumerate() {
        let Some(campaign) = campaign else { continue };
        let counted = demand.get(&campaign).copied().unwrap_or(0) as f64;
        assert_eq!(counted, drawn.value(row), "{campaign}");
        if hit.is_valid(row) {
            assert_eq!(counted >= threshold.value(row), hit.value(row), "{campaign}");
        }
        compared += 1;
    }
    assert_eq!(compared, 120);
}

#[test]
fn every_trap_appears_at_its_rate_and_at_zero_not_at_all() {
    let traps: Vec<String> = small().paths().into_iter().filter(|path| path.starts_with("traps.")).collect();
    let counted = |spec: MarketSpec| {
        let market = Market::new(spec, 11).unwrap();
        let (files, counts) = written(&market, all(FileForm::Parquet));
        let campaigns = rows(&files, "campaigns");
        let statuses: Vec<_> = campaigns.iter().flat_map(|batch| texts(batch, "status")).flatten().collect();
        let count = |word: &str| statuses.iter().filter(|status| *status == word).count() as f64;
        let some = |name: &str| {
            campaigns.iter().flat_map(|batch| texts(batch, name)).flatten().collect::<Vec<_>>().len() as f64
        };
        let events: Vec<_> =
            rows(&files, "order_events").iter().flat_map(|batch| texts(batch, "event")).flatten().collect();
        let event = |word: &str| events.iter().filter(|event| *event == word).count() as f64;
        let offers: Vec<_> =
            rows(&files, "candidates").iter().flat_map(|batch| texts(batch, "status")).flatten().collect();
        let facts = counts.fact_rows as f64;
        let closed = counts.closed as f64;
        let proposed = offers.iter().filter(|status| *status == "proposed").count() as f64;
        BTreeMap::from([
            ("traps.cancelled", event("cancelled") / event("placed")),
            ("traps.refunded", event("refunded") / event("placed")),
            ("traps.bulk_orders", counts.bulk_orders as f64 / event("placed")),
            ("traps.bots", counts.bots as f64 / closed),
            ("traps.gifts", counts.gifts as f64 / event("placed")),
            ("traps.late_rows", counts.late_rows as f64 / facts),
            ("traps.repeated_rows", counts.repeated_rows as f64 / facts),
            ("traps.corrections", counts.corrections as f64 / event("placed")),
            ("traps.encores", some("parent_campaign_id")),
            ("traps.withdrawn", count("withdrawn") / closed),
            ("traps.taken_back", offers.iter().filter(|status| *status == "withdrawn").count() as f64),
            ("traps.changed_terms", proposed - 14.0 * 30.0),
            ("traps.declared", some("declared_outcome") / count("closed")),
        ])
    };
    let mut without = small();
    let mut with = small();
    for path in &traps {
        without.set(path, "0").unwrap();
        with.set(path, if path.ends_with("encores") { "0.9" } else { "0.1" }).unwrap();
    }
    let (without, with) = (counted(without), counted(with));
    assert_eq!(without.len(), traps.len());
    for (trap, found) in &without {
        // Who pays for what is not made gets it back in any case.
        assert!(*found == 0.0 || *trap == "traps.refunded", "{trap}: {found}");
    }
    for trap in ["traps.gifts", "traps.late_rows", "traps.repeated_rows", "traps.corrections"] {
        assert!((with[trap] - 0.1).abs() < 0.02, "{trap}: {}", with[trap]);
    }
    for trap in ["traps.bots", "traps.withdrawn", "traps.declared", "traps.bulk_orders"] {
        assert!((0.02..0.25).contains(&with[trap]), "{trap}: {}", with[trap]);
    }
    for trap in ["traps.encores", "traps.taken_back", "traps.changed_terms"] {
        assert!(with[trap] >= 2.0, "{trap}: {}", with[trap]);
    }
    assert!(with["traps.cancelled"] > 0.09, "{}", with["traps.cancelled"]);
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_any_number_of_threads() {
    let market = Market::new(small(), 3).unwrap();
    for form in FileForm::ALL {
        let once = written(&market, Writing { threads: 1, ..all(form) });
        let again = written(&Market::new(small(), 3).unwrap(), all(form));
        assert!(once == again, "{form}");
        let other = written(&Market::new(small(), 4).unwrap(), all(form));
        assert!(once != other, "{form}");
    }
    let bytes = |threads: usize| {
        let mut bytes = Vec::new();
        market.write_truth(threads, &mut bytes).unwrap();
        bytes
    };
    assert!(bytes(1) == bytes(2));
}

#[test]
fn nothing_is_told_before_it_is_known_and_days_add_up() {
    let market = Market::new(small(), 9).unwrap();
    let at = |days: i64| -> DateTime<Utc> { market.default_until() - TimeDelta::days(days) };
    let whole = |since, until| {
        let writing = Writing { since, until, ..all(FileForm::Parquet) };
        let (files, _) = written(&market, writing);
        let mut lines = BTreeSet::new();
        for table in ["candidates", "campaigns", "order_events", "page_views", "social_signals"] {
            for batch in &rows(&files, table) {
                let told = if table.starts_with("ca") { "updated_at" } else { "recorded_at" };
                let happened = ["occurred_at", "hour", "updated_at"]
                    .into_iter()
                    .find(|name| batch.column_by_name(name).is_some());
                let (told, happened) = (instants(batch, told), instants(batch, happened.unwrap()));
                for row in 0..batch.num_rows() {
                    let known = told[row].or(happened[row]).unwrap();
                    assert!(known < until.timestamp_micros(), "{table}");
                    let cells = batch
                        .columns()
                        .iter()
                        .map(|column| arrow::util::display::array_value_to_string(column, row).unwrap());
                    let body = cells.collect::<Vec<_>>().join(" ");
                    lines.insert(format!("{table} {body}"));
                }
            }
        }
        lines
    };
    let mut spec_days = whole(None, at(1));
    spec_days.extend(whole(Some(at(1)), at(0)));
    let both = whole(None, at(0));
    assert!(both.len() > 1_000 && spec_days == both);
}

#[test]
fn numbers_can_be_set_by_their_path() {
    let mut spec = MarketSpec::preset(Preset::Y2016);
    spec.set("demand.dispersion", "2").unwrap();
    spec.set("market.zone", "Asia/Tokyo").unwrap();
    spec.set("signals.alert.median", "12.5").unwrap();
    assert_eq!((spec.demand.dispersion, spec.market.zone.as_str()), (2.0, "Asia/Tokyo"));
    assert_eq!(MarketSpec::from_toml(&spec.to_toml()).unwrap(), spec);
    let said = |path: &str, value: &str| spec.clone().set(path, value).unwrap_err().to_string();
    assert_eq!(said("dispersion", "2"), "there is no setting `dispersion`");
    assert!(said("market.seats", "many").starts_with("`market.seats` cannot be `many`"));
    spec.set("traps.cancelled", "1.5").unwrap();
    let refused = Market::new(spec, 1).err().unwrap().to_string();
    assert_eq!(refused, "`traps.cancelled` is within 0 and 0.9, not 1.5");
}

#[test]
fn what_comes_after_the_threshold_changes_demand_and_no_hit() {
    let drawn = |hazard: &str| {
        let mut spec = small();
        spec.set("arrivals.tip_hazard", hazard).unwrap();
        let truth = Market::new(spec, 4).unwrap().truth(2).unwrap();
        let demand: f64 = truth["demand"].as_primitive::<Float64Type>().iter().flatten().sum();
        (demand, truth["hit"].as_boolean().clone())
    };
    let (slow, even, fast) = (drawn("0.3"), drawn("1"), drawn("2.5"));
    assert!(slow.1 == even.1 && even.1 == fast.1);
    assert!(slow.0 < 0.95 * even.0 && fast.0 > 1.05 * even.0, "{} {} {}", slow.0, even.0, fast.0);
}

#[test]
fn orders_rush_on_the_first_day_and_lift_on_the_last() {
    let share_of_days = |rush: &str, deadline: &str| {
        let mut spec = small();
        spec.set("arrivals.rush", rush).unwrap();
        spec.set("arrivals.deadline", deadline).unwrap();
        let market = Market::new(spec, 4).unwrap();
        let (files, _) = written(&market, all(FileForm::Parquet));
        let mut days = [0.0; 7];
        for batch in rows(&files, "order_events") {
            let (kinds, at) = (texts(&batch, "event"), instants(&batch, "occurred_at"));
            let opens =
                market.calendar().slot_of(DateTime::from_timestamp_micros(at[0].unwrap()).unwrap()).opens_at;
            for (kind, at) in kinds.into_iter().zip(at) {
                let day = (at.unwrap() - opens.timestamp_micros()).div_euclid(86_400_000_000);
                if kind.as_deref() == Some("placed") && (0..7).contains(&day) {
                    days[day as usize] += 1.0;
                }
            }
        }
        let sum: f64 = days.iter().sum();
        [days[0] / sum, days[6] / sum]
    };
    let (flat, both) = (share_of_days("0", "0"), share_of_days("4", "2"));
    assert!((flat[0] - 1.0 / 7.0).abs() < 0.05 && (flat[1] - 1.0 / 7.0).abs() < 0.05, "{flat:?}");
    assert!(both[0] > flat[0] + 0.08 && both[1] > flat[1] + 0.04, "{both:?}");
}

#[test]
fn rivals_take_away_and_the_best_price_lies_between() {
    let chances = |path: &str, value: &str| {
        let mut spec = small();
        spec.set(path, value).unwrap();
        let (oracle, ..) = truth(&Market::new(spec, 4).unwrap());
        oracle.iter().sum::<f64>() / oracle.len() as f64
    };
    assert!(chances("demand.cannibalisation", "0") > chances("demand.cannibalisation", "0.3") + 0.02);
    assert!(chances("demand.price_square", "0") > chances("demand.price_square", "-2") + 0.02);
}

#[test]
fn the_last_snapshot_is_the_demand() {
    let mut spec = small();
    for (path, value) in
        [("market.order_data", "snapshots"), ("traps.late_rows", "0"), ("traps.repeated_rows", "0")]
    {
        spec.set(path, value).unwrap();
    }
    let market = Market::new(spec, 6).unwrap();
    let (files, counts) = written(&market, all(FileForm::Parquet));
    assert!(counts.order_events == 0 && counts.order_snapshots >= 12 * 10 * 7, "{counts:?}");
    let mut last: HashMap<String, (i64, i64)> = HashMap::new();
    for batch in rows(&files, "order_snapshots") {
        let units = batch["units"].as_primitive::<Int64Type>();
        for (row, (id, at)) in
            texts(&batch, "campaign_id").into_iter().zip(instants(&batch, "observed_at")).enumerate()
        {
            let held = last.entry(id.unwrap()).or_default();
            *held = (*held).max((at.unwrap(), units.value(row)));
        }
    }
    let truth = market.truth(1).unwrap();
    let demand = truth["demand"].as_primitive::<Float64Type>();
    for (row, campaign) in texts(&truth, "campaign_id").into_iter().enumerate() {
        let Some(campaign) = campaign else { continue };
        assert_eq!(last[&campaign].1 as f64, demand.value(row), "{campaign}");
    }
}
