//! Pages of markets that never were: any text, anything missing, both bases, none to forty offers.

use proptest::{collection::vec, option, prelude::*};
use slotcast_core::{
    Audience, Contribution, DemandCurve, FeatureValue, NaiveDate, Offer, Probability, RankedOffer,
    ScoredOffer, ThresholdBasis,
};

use crate::{
    sample,
    view::{
        Change, Counted, CurvePoint, Flag, NearDuplicate, OfferDay, OfferSheet, OfferView, PageView, Record,
        ReviewedOffer,
    },
};

/// Texts that have broken a program before, and any others.
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

/// A figure as sources have it, in hundredths: more digits than that do not survive every reader of JSON.
fn figure(least: u64, most: u64) -> impl Strategy<Value = f64> {
    (100 * least..100 * most).prop_map(|hundredths| hundredths as f64 / 100.0)
}

fn basis() -> impl Strategy<Value = ThresholdBasis> {
    prop_oneof![Just(ThresholdBasis::Units), Just(ThresholdBasis::Amount)]
}

/// Costs are numbers that nothing else is, so that they would be found.
fn cost() -> impl Strategy<Value = f64> {
    (0_u32..1_000_000).prop_map(|odd| 7e11 + f64::from(odd) * 13.0)
}

fn offer() -> impl Strategy<Value = Offer> {
    let ids = (text(), text(), date());
    let terms = (
        figure(1, 10_000_000),
        basis(),
        option::of(figure(0, 1_000_000)),
        option::of(figure(1, 1_000_000_000)),
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
    let chances = (0.0..=1.0_f64, option::of(0.0..=1.0_f64), option::of(0.0..=1.0_f64));
    let shape = (option::of((-12.0..12.0_f64, 0.3..9.0_f64, 0.3..9.0_f64)), any::<bool>(), text());
    (offer(), chances, shape, vec(reason(), 0..5)).prop_map(|(offer, chances, shape, reasons)| {
        let p = |p: f64| Probability::new(p).expect("within its bounds");
        let curve =
            shape.0.and_then(|(logit, below, above)| DemandCurve::new(offer.threshold, logit, below, above));
        let scored = ScoredOffer {
            p_hit: p(chances.0),
            p_low: chances.1.map(p),
            p_high: chances.2.map(p),
            p_hit_given_selected: p(chances.0),
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

fn counted() -> impl Strategy<Value = Counted> {
    (0_u64..1 << 50, 0_u64..1 << 40, 0_u64..99).prop_map(|(total, last_week, week_before)| Counted {
        total,
        last_week,
        week_before,
    })
}

fn record() -> impl Strategy<Value = Record> {
    (figure(0, 500), figure(0, 900), option::of(0.0..=1.0_f64)).prop_map(|(hits, n, rate_shrunk)| Record {
        hits,
        n,
        rate_shrunk,
    })
}

fn sheet() -> impl Strategy<Value = OfferSheet> {
    let links = (option::of(text()), option::of(text()));
    let counts = (option::of(counted()), option::of(counted()), option::of(0_u64..1 << 50));
    let rates = (option::of(0.0..3.0_f64), option::of(0.0..90.0_f64), option::of(0.0..=1.0_f64));
    let near =
        (text(), text(), date()).prop_map(|(id, title, slot_date)| NearDuplicate { id, title, slot_date });
    let rest = (
        option::of(record()),
        option::of(record()),
        prop::sample::subsequence(Flag::ALL.to_vec(), 0..=Flag::ALL.len()),
        option::of(near),
    );
    (links, counts, rates, rest).prop_map(|(links, counts, rates, rest)| OfferSheet {
        url: links.0,
        image_url: links.1,
        alerts: counts.0,
        wishes: counts.1,
        visitors: counts.2,
        alert_rate: rates.0,
        orders_per_alert: rates.1,
        order_rate: rates.2,
        maker: rest.0,
        category: rest.1,
        flags: rest.2,
        near_duplicate: rest.3,
    })
}

fn offer_view() -> impl Strategy<Value = OfferView> {
    let change = (1_u32..6_000, 0.0..=1.0_f64, text(), text()).prop_map(
        |(previous_rank, previous_p_hit, change_reason_ko, change_reason_en)| Change {
            previous_rank,
            previous_p_hit,
            change_reason_ko,
            change_reason_en,
        },
    );
    let point = (figure(1, 100_000_000), 0.0..=1.0_f64)
        .prop_map(|(threshold, p_reach)| CurvePoint { threshold, p_reach });
    let day = (date(), 0_u64..99, 0_u64..9).prop_map(|(day, visitors, alerts)| OfferDay {
        day,
        visitors,
        alerts,
        wishes: 3,
    });
    (ranked(), sheet(), option::of(change), vec(point, 0..5), vec(day, 0..3)).prop_map(
        |(ranked, sheet, change, curve, days)| OfferView {
            ranked,
            sheet,
            change,
            curve,
            similar: Vec::new(),
            days,
        },
    )
}

fn reviewed() -> impl Strategy<Value = ReviewedOffer> {
    let said = option::of((1.0..1e6_f64, 1.0..1e6_f64, 1.0..1e6_f64));
    (
        text(),
        option::of(text()),
        0.0..=1.0_f64,
        said,
        figure(1, 1_000_000),
        option::of(figure(0, 1_000_000)),
        any::<bool>(),
    )
        .prop_map(|(id, title, p_hit, said, threshold, demand, hit)| ReviewedOffer {
            id,
            title,
            rank: 1,
            p_hit,
            demand_said: said.map(|(low, middle, high)| [low, middle, high]),
            threshold,
            threshold_basis: ThresholdBasis::Units,
            demand,
            hit,
        })
}

fn ranked_list(mut offers: Vec<OfferView>) -> Vec<OfferView> {
    for (place, offer) in (1..).zip(&mut offers) {
        offer.ranked.rank = place;
    }
    offers
}

/// A page; what is not made here is the sample's.
pub(super) fn page() -> impl Strategy<Value = PageView> {
    let audience = prop_oneof![2 => Just(Audience::Everyone), 1 => Just(Audience::Internal)];
    let lists = (vec(offer_view(), 0..40), vec(offer_view(), 0..4));
    let currency = option::of(prop_oneof![Just("KRW".to_owned()), Just("BRL".to_owned()), text()]);
    (audience, lists, vec(reviewed(), 0..5), text(), currency, vec(text(), 0..3)).prop_map(
        |(audience, lists, reviewed, market, currency, warnings)| {
            let mut view = sample::page();
            view.lists[0].offers = ranked_list(lists.0);
            view.lists[1].offers = ranked_list(lists.1);
            view.reviews[0].offers = reviewed;
            (view.audience, view.market, view.currency, view.warnings) =
                (audience, market, currency, warnings);
            view
        },
    )
}
