//! Generators of random pages: any text, any missing value, both units, up to forty offers.

use proptest::{collection::vec, option, prelude::*};
use slotcast_core::{
    Audience, Contribution, DemandCurve, FeatureValue, NaiveDate, Offer, Probability, RankedOffer,
    ScoredOffer, ThresholdBasis,
};

use crate::{
    columns::{COLUMNS, Column, ColumnKind},
    tests::sample,
    view::{CellValue, CurvePoint, OfferCells, OfferDay, OfferFlag, OfferView, PageView, ReviewedOffer},
};

/// Texts that often break programs, and random ones.
fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "=cmd|' /C calc'!A0",
        "＝1+1",
        "'=1",
        "<r><t>x</t></r>",
        "<r>",
        "_x000D__x0041_",
        "\u{202e}עברית مرحبا",
        "👩‍👩‍👧 🎁",
        "a\r\nb\rc\u{0}\u{1f}\u{ffff}",
        " 우리밀 식빵 ",
        "]]>&quot;\"'",
        "https://a.example/?q=[x]%20y#z",
        "1e5",
        "TRUE",
        "",
    ]);
    let any = vec(any::<char>(), 0..24).prop_map(|letters| letters.into_iter().collect());
    prop_oneof![2 => known.prop_map(str::to_owned), 3 => any, 1 => "[가-힣a-z ]{1,200}"]
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (0_u64..20_000)
        .prop_map(|days| "1990-01-01".parse::<NaiveDate>().expect("a date") + chrono::Days::new(days))
}

/// A number in hundredths: JSON readers may lose further digits.
fn hundredths(min: u64, max: u64) -> impl Strategy<Value = f64> {
    (100 * min..100 * max).prop_map(|hundredths| hundredths as f64 / 100.0)
}

fn basis() -> impl Strategy<Value = ThresholdBasis> {
    prop_oneof![Just(ThresholdBasis::Units), Just(ThresholdBasis::Amount)]
}

/// Costs are distinct from all other numbers, so that a leak is detected.
fn cost() -> impl Strategy<Value = f64> {
    (0_u32..1_000_000).prop_map(|odd| 7e11 + f64::from(odd) * 13.0)
}

fn offer() -> impl Strategy<Value = Offer> {
    let ids = (text(), text(), date());
    let terms = (
        hundredths(1, 10_000_000),
        basis(),
        option::of(hundredths(0, 1_000_000)),
        option::of(hundredths(1, 1_000_000_000)),
    );
    let costs = (option::of(cost()), option::of(cost()));
    let words = (option::of(text()), option::of(text()), option::of(text()));
    (ids, terms, costs, words).prop_map(|(ids, terms, costs, words)| Offer {
        id: ids.0,
        product_id: ids.1,
        slot_date: ids.2,
        threshold: terms.0,
        threshold_basis: terms.1,
        price: terms.2,
        capacity: terms.3,
        unit_cost: costs.0,
        fixed_cost: costs.1,
        title: words.0,
        category: words.1,
        maker_name: words.2,
    })
}

fn reason() -> impl Strategy<Value = Contribution> {
    let feature = prop::sample::select(vec![
        "log_threshold",
        "maker",
        "category",
        "log_unit_cost",
        "attr_margin",
        "attr_fixed_cost",
        "opens_weekday",
    ]);
    let value = prop_oneof![
        (-20.0..20.0_f64).prop_map(FeatureValue::Number),
        text().prop_map(FeatureValue::Text),
        (0.0..9.0_f64, 0.0..9.0_f64).prop_map(|(hits, n)| FeatureValue::Record { hits, n }),
        Just(FeatureValue::Missing),
    ];
    (feature, value, -4.0..4.0_f64).prop_map(|(feature, value, log_odds)| Contribution {
        feature: feature.to_owned(),
        value,
        log_odds,
    })
}

fn ranked() -> impl Strategy<Value = RankedOffer> {
    let probabilities = (0.0..=1.0_f64, option::of(0.0..=1.0_f64), option::of(0.0..=1.0_f64));
    let shape = (option::of((-12.0..12.0_f64, 0.3..9.0_f64, 0.3..9.0_f64)), any::<bool>(), text());
    (offer(), probabilities, shape, vec(reason(), 0..5)).prop_map(|(offer, probabilities, shape, reasons)| {
        let p = |p: f64| Probability::new(p).expect("within its bounds");
        let curve =
            shape.0.and_then(|(logit, below, above)| DemandCurve::new(offer.threshold, logit, below, above));
        let scored = ScoredOffer {
            p_hit: p(probabilities.0),
            p_low: probabilities.1.map(p),
            p_high: probabilities.2.map(p),
            p_hit_given_selected: p(probabilities.0),
            order: None,
            demand: curve.map(|curve| curve.quantiles()),
            curve,
            thin_data: shape.1,
            contributions: reasons.clone(),
            model: shape.2,
            offer,
        };
        RankedOffer { rank: 1, ranked_by: "p_hit".to_owned(), scored, reasons }
    })
}

/// A value in a column that relations store, by the kind of the column.
fn stored_value(column: &Column) -> BoxedStrategy<CellValue<'static>> {
    let text = || text().prop_map(|text| CellValue::Text(text.into()));
    match column.kind {
        ColumnKind::Text | ColumnKind::Prose | ColumnKind::Link => text().boxed(),
        ColumnKind::Rank => (1_u64..6_000).prop_map(CellValue::Count).boxed(),
        ColumnKind::Count => (0_u64..1 << 50).prop_map(CellValue::Count).boxed(),
        ColumnKind::Date => date().prop_map(CellValue::Date).boxed(),
        ColumnKind::Bool => any::<bool>().prop_map(CellValue::Bool).boxed(),
        ColumnKind::Basis => basis().prop_map(CellValue::Basis).boxed(),
        ColumnKind::Probability => (0.0..=1.0_f64).prop_map(CellValue::Number).boxed(),
        ColumnKind::Share | ColumnKind::Ratio => (0.0..90.0_f64).prop_map(CellValue::Number).boxed(),
        _ => hundredths(0, 900).prop_map(CellValue::Number).boxed(),
    }
}

/// Values of all stored columns, each of which may be missing, and flags.
fn cells() -> impl Strategy<Value = OfferCells> {
    let values: Vec<_> = COLUMNS
        .iter()
        .filter(|column| column.is_stored())
        .map(|column| option::of(stored_value(column)).prop_map(|value| (column.name, value)))
        .collect();
    let flags = prop::sample::subsequence(OfferFlag::ALL.to_vec(), 0..=OfferFlag::ALL.len());
    (values, flags).prop_map(|(values, flags)| {
        let mut cells = OfferCells::default();
        cells.flags = flags;
        for (name, value) in values {
            cells.set(name, value.unwrap_or_default());
        }
        cells
    })
}

fn offer_view() -> impl Strategy<Value = OfferView> {
    let point = (hundredths(1, 100_000_000), 0.0..=1.0_f64)
        .prop_map(|(threshold, p_reach)| CurvePoint { threshold, p_reach });
    let day = (date(), 0_u64..99, 0_u64..9).prop_map(|(day, visitors, alerts)| OfferDay {
        day,
        visitors,
        alerts,
        wishes: 3,
    });
    (ranked(), cells(), vec(point, 0..5), vec(day, 0..3)).prop_map(|(ranked, cells, curve, days)| OfferView {
        ranked,
        cells,
        curve,
        similar: Vec::new(),
        days,
    })
}

fn reviewed() -> impl Strategy<Value = ReviewedOffer> {
    let predicted = option::of((1.0..1e6_f64, 1.0..1e6_f64, 1.0..1e6_f64));
    (
        text(),
        option::of(text()),
        0.0..=1.0_f64,
        predicted,
        hundredths(1, 1_000_000),
        option::of(hundredths(0, 1_000_000)),
        any::<bool>(),
    )
        .prop_map(|(candidate_id, title, p_hit, predicted, threshold, demand, hit)| ReviewedOffer {
            candidate_id,
            title,
            rank: 1,
            p_hit,
            demand_p10: predicted.map(|(p10, ..)| p10),
            demand_p50: predicted.map(|(_, p50, _)| p50),
            demand_p90: predicted.map(|(.., p90)| p90),
            threshold,
            threshold_basis: ThresholdBasis::Units,
            demand,
            hit,
        })
}

fn with_ranks(mut offers: Vec<OfferView>) -> Vec<OfferView> {
    for (rank, offer) in (1..).zip(&mut offers) {
        offer.ranked.rank = rank;
    }
    offers
}

/// A page. Parts without a generator come from the sample.
pub(super) fn page() -> impl Strategy<Value = PageView> {
    let audience = prop_oneof![2 => Just(Audience::Everyone), 1 => Just(Audience::Internal)];
    let lists = (vec(offer_view(), 0..40), vec(offer_view(), 0..4));
    let currency = option::of(prop_oneof![Just("KRW".to_owned()), Just("BRL".to_owned()), text()]);
    (audience, lists, vec(reviewed(), 0..5), text(), currency, vec(text(), 0..3)).prop_map(
        |(audience, lists, reviewed, market, currency, warnings)| {
            let mut view = sample::page();
            view.lists[0].offers = with_ranks(lists.0);
            view.lists[1].offers = with_ranks(lists.1);
            view.reviews[0].offers = reviewed;
            (view.audience, view.market, view.currency, view.warnings) =
                (audience, market, currency, warnings);
            view
        },
    )
}
