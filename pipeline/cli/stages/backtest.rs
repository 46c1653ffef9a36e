//! Past slots, each predicted from what was known at its T.

use anyhow::Result;
use slotcast_core::{DateTime, DemandQuantiles, Knowledge, NaiveDate, ScoredOffer, Slot, SlotCalendar, Utc};
use slotcast_features::{Column, FeatureTable, Labels, Outcome};
use slotcast_lake::Lake;
use slotcast_models::{BASE_RATE, BLEND, DEMAND, Habit, Incumbent, LOGISTIC, OutOfTime, habits, references};
use slotcast_stats::{Base, Question, Shelf, look_back};

use super::train::TrainingRows;
use crate::{failure::UserError, lake_door::question, settings::Settings};

/// The model that the gate promoted, whichever it was.
pub(crate) const CHAMPION: &str = "champion";
const ALERTS: &str = "log_signals_per_threshold_alert";

/// Which slots, how often to fit anew, and whether models join that are shown for comparison only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) refit_every: u32,
    pub(crate) with_references: bool,
}

/// What a model said of an offer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) p: f64,
    /// For the offer as one that was chosen, like the outcomes that are known.
    pub(crate) p_if_chosen: f64,
    /// The value that orders the list, the largest first.
    pub(crate) order: f64,
    pub(crate) demand: Option<DemandQuantiles>,
}

/// One offer by all models.
#[derive(Clone, Debug)]
pub(crate) struct Prediction {
    pub(crate) slot_date: NaiveDate,
    pub(crate) id: String,
    /// Null where it did not run, or has no outcome yet.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) category: Option<String>,
    /// Whether its maker had no record yet.
    pub(crate) is_new_maker: bool,
    pub(crate) is_thin: bool,
    /// ln(1 + alerts) less ln(threshold), if known.
    pub(crate) alerts: Option<f64>,
    /// One value per habit.
    habits: Vec<f64>,
    /// One entry per model, in the order of [`Backtest::models`].
    pub(crate) said: Vec<Said>,
}

/// Slots that one fit served: what every model but the champion said, and how they did before.
struct Group {
    predictions: Vec<Prediction>,
    names: Vec<String>,
    habits: Vec<String>,
    out_of_time: OutOfTime,
}

/// What a backtest gives.
pub(crate) struct Backtest {
    pub(crate) models: Vec<&'static str>,
    pub(crate) predictions: Vec<Prediction>,
}

/// Slots of the range that were decided by `as_of`.
fn slots(calendar: &SlotCalendar, range: Range, as_of: DateTime<Utc>, lead_days: u32) -> Vec<Slot> {
    let first = calendar.slot_of(chrono::NaiveDateTime::from(range.from).and_utc());
    let mut slot = first;
    let mut slots = Vec::new();
    while slot.date <= range.to {
        if slot.date >= range.from && calendar.days_before(&slot, lead_days) <= as_of {
            slots.push(slot);
        }
        slot = calendar.following(&slot);
    }
    slots
}

pub(crate) async fn backtest(
    lake: &Lake,
    base: &Base,
    settings: &Settings,
    as_of: DateTime<Utc>,
    range: Range,
    backtest_id: &str,
) -> Result<Backtest> {
    let calendar = lake.market().calendar();
    let slots = slots(&calendar, range, as_of, settings.lead_days);
    let Some(last) = slots.last() else {
        let message = format!("no slot was decided between {} and {} by {as_of}", range.from, range.to);
        return Err(UserError::new(message, "name dates that lie in the lake's history").into());
    };
    // Every row stands at its own T, the cutoff of its slot: one build serves all slots.
    let question = Question {
        scored: Knowledge::of(&calendar, *last, as_of, settings.lead_days),
        next: None,
        ..question(lake, settings, as_of, *last)
    };
    let shelf = Shelf::new(lake, backtest_id, 0);
    let [features, outcomes] = look_back(&lake.facts().await?, base, &question, shelf).await?;
    let table = FeatureTable::from_batches(&features)?;
    let labels = Labels::from_batches(&outcomes)?;

    let groups: Vec<&[Slot]> = slots.chunks(range.refit_every as usize).collect();
    let mut models = vec![BASE_RATE, LOGISTIC, DEMAND, BLEND, CHAMPION];
    if range.with_references {
        models.extend(slotcast_models::REFERENCES);
    }
    let ask = Ask { lake, settings, table: &table, labels: &labels, models: &models };
    let predictions = with_champion(&models, predict_all(&ask, &groups)?);
    Ok(Backtest { models, predictions })
}

/// Adds what the champion said. Who that is was decided fit after fit, each knowing the champion before it, as
/// nights do.
fn with_champion(models: &[&'static str], groups: Vec<Group>) -> Vec<Prediction> {
    let seat = models.iter().position(|model| *model == CHAMPION).expect("the champion is among them");
    let mut champion = BASE_RATE;
    let mut predictions = Vec::new();
    for mut group in groups {
        let names: Vec<&str> = group.names.iter().map(String::as_str).collect();
        let promotion =
            group.out_of_time.promotion(&names, Incumbent { champion: Some(champion), suspended: None });
        let place = models.iter().position(|model| *model == names[promotion.champion]).unwrap_or(0);
        champion = models[place];
        let order = promotion.order.map(|order| order.by);
        let model = models.iter().position(|model| Some(*model) == order.as_deref());
        let habit = group.habits.iter().position(|habit| Some(habit) == order.as_ref());
        for prediction in &mut group.predictions {
            let own = prediction.said[place];
            let by_model = model.map(|model| prediction.said[model].p);
            let order = by_model.or(habit.map(|habit| prediction.habits[habit])).unwrap_or(own.order);
            prediction.said.insert(seat, Said { order, ..own });
        }
        predictions.append(&mut group.predictions);
    }
    predictions
}

/// What every group of slots is predicted from.
struct Ask<'a> {
    lake: &'a Lake,
    settings: &'a Settings,
    table: &'a FeatureTable,
    labels: &'a Labels,
    models: &'a [&'static str],
}

/// Groups share nothing, so two threads halve the time; the order of the result is that of the slots.
fn predict_all(ask: &Ask<'_>, groups: &[&[Slot]]) -> Result<Vec<Group>> {
    let middle = groups.len().div_ceil(2);
    let predict = |groups: &[&[Slot]]| -> Result<Vec<Group>> {
        let mut predictions = Vec::new();
        for slots in groups {
            predictions.extend(predict(ask, slots)?);
        }
        Ok(predictions)
    };
    std::thread::scope(|scope| {
        let later = scope.spawn(|| predict(&groups[middle..]));
        let mut predictions = predict(&groups[..middle])?;
        predictions.extend(later.join().expect("a prediction does not panic")?);
        Ok(predictions)
    })
}

/// Predicts some slots by models fitted at the cutoff of the first of them.
fn predict(ask: &Ask<'_>, slots: &[Slot]) -> Result<Option<Group>> {
    let Ask { lake, settings, table, labels, models } = ask;
    let market = lake.market();
    let cutoff = market.calendar().days_before(&slots[0], settings.lead_days);
    let rows = TrainingRows::known_at(table, labels, market, settings, slots[0].date, cutoff);
    let Some(training) = rows.fit(settings, Incumbent::default())? else { return Ok(None) };
    let is_asked = |row: &usize| slots.iter().any(|slot| slot.date == table.keys[*row].offer.slot_date);
    let asked: Vec<usize> = (0..table.len()).filter(is_asked).collect();
    let offers = table.select(&asked);
    let mut scored: Vec<Vec<ScoredOffer>> = Vec::new();
    for name in models.iter().take_while(|name| **name != CHAMPION) {
        // Where a regression could not be fitted, the base rate speaks for it, as it would in a night.
        let model = training.models.iter().find(|model| model.name() == *name);
        scored.push(model.unwrap_or(&training.models[0]).score(&offers)?);
    }
    let compared = if models.len() > scored.len() + 1 {
        references(&rows.table, &rows.outcomes, &offers, &settings.model_params)?
    } else {
        Vec::new()
    };
    let habits = habits(&offers);
    let features = || table.spec.features().iter().map(|(name, _)| name.as_str());
    let (alerts, maker) =
        (features().position(|name| name == ALERTS), features().position(|name| name == "maker"));
    let prediction = |(place, row): (usize, &usize)| {
        let offer = &scored[0][place];
        let of_reference =
            |p: &Vec<f64>| Said { p: p[place], p_if_chosen: p[place], order: p[place], demand: None };
        Prediction {
            slot_date: offer.offer.slot_date,
            id: offer.offer.id.clone(),
            outcome: labels.last_known(&table.keys[*row]),
            category: offer.offer.category.clone(),
            is_new_maker: maker.is_some_and(
                |maker| matches!(&table.columns[maker], Column::Record(records) if records[*row].1 == 0.0),
            ),
            is_thin: offer.thin_data,
            alerts: alerts.and_then(|alerts| match &table.columns[alerts] {
                Column::Number(values) => values[*row],
                _ => None,
            }),
            habits: habits.iter().map(|habit| habit.values[place]).collect(),
            said: scored
                .iter()
                .map(|scored| said(&scored[place]))
                .chain(compared.iter().map(of_reference))
                .collect(),
        }
    };
    Ok(Some(Group {
        predictions: asked.iter().enumerate().map(prediction).collect(),
        names: training.models.iter().map(|model| model.name().to_owned()).collect(),
        habits: habits.iter().map(Habit::name).collect(),
        out_of_time: training.out_of_time,
    }))
}

fn said(scored: &ScoredOffer) -> Said {
    let p = scored.p_hit_given_selected.get();
    // Outcomes are those of chosen offers, so they are held against the curve of a chosen one.
    let curve =
        scored.curve.and_then(|curve| curve.with_chance(scored.offer.threshold, (p / (1.0 - p)).ln()));
    let own = scored.p_hit.get();
    Said { p: own, p_if_chosen: p, order: own, demand: curve.map(|curve| curve.quantiles()) }
}
