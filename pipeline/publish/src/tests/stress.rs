//! Large and hostile markets for the tests of the page.

use slotcast_core::{Contribution, DemandCurve, FeatureValue, Probability};

use super::sample;
use crate::view::{CellValue, CurvePoint, OfferDay, OfferFlag, OfferView, PageView, SimilarCampaign};

/// Multiples of the threshold at which a what-if curve is stored.
const MULTIPLES: [f64; 17] =
    [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0];

/// Titles that must stay text.
pub(crate) const HOSTILE: [&str; 9] = [
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>",
    "=cmd|'/C calc'!A0",
    "🧵👨‍👩‍👧‍👦 손뜨개 가족 인형 세트 🎁✨ 무료배송!!!",
    "مصباح تخييم يدوي الصنع ‏(إصدار محدود)",
    "\u{202e}gpj.exe 뒤집힌 제목\u{202c} \u{2028}\u{2029}",
    "제목에\u{0}\u{7}제어\u{1b}[31m문자\u{7f}가\u{85}있음\r\n두 줄\t탭",
    "<!-- {{ 7 * 7 }} ${7*7} {% include %} &lt;b&gt; {threshold} {why} -->",
    "javascript:alert(1)",
    "e\u{301}\u{327}\u{200b}\u{feff} 조합 문자 \u{1112}\u{1161}\u{11ab}글",
];

/// A reproducible number within [0, 1) for this position and purpose.
fn uniform(place: usize, purpose: u64) -> f64 {
    let mut mixed =
        (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ purpose.wrapping_mul(0xd1b5_4a32_d192_ed03);
    mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// A page with one list of `n` offers without missing values.
pub(crate) fn page(n: usize) -> PageView {
    let mut view = sample::page();
    view.lists.truncate(1);
    let list = &mut view.lists[0];
    let samples = std::mem::take(&mut list.offers);
    list.offers = (0..n).map(|place| offer(place, n, &samples[place % samples.len()])).collect();
    let curves: Vec<_> = view.order_curves.values().next().into_iter().cloned().collect();
    for name in samples.iter().filter_map(|offer| offer.ranked.scored.offer.category.clone()) {
        view.order_curves.insert(name, curves[0].clone());
    }
    view
}

fn offer(place: usize, n: usize, sample: &OfferView) -> OfferView {
    let mut view = sample.clone();
    let scored = &mut view.ranked.scored;
    view.ranked.rank = place as u32 + 1;
    let p_hit = (1.0 - (place as f64 + uniform(place, 1)) / n as f64).clamp(0.002, 0.998);
    let threshold = (50.0 + 1_950.0 * uniform(place, 2)).round();
    let probability = |p: f64| Probability::new(p.clamp(0.0, 1.0));
    scored.p_hit = probability(p_hit).expect("a probability");
    (scored.p_low, scored.p_high) = (probability(p_hit - 0.07), probability(p_hit + 0.06));
    scored.curve = DemandCurve::new(threshold, (p_hit / (1.0 - p_hit)).ln(), 2.2, 2.9);
    scored.demand = scored.curve.map(|curve| curve.quantiles());
    let curve = scored.curve.expect("a curve");
    let terms = &mut scored.offer;
    terms.id = format!("cand-{:06}", 100_000 + 17 * place);
    terms.product_id = format!("prod-{:06}", 200_000 + 13 * place);
    terms.threshold = threshold;
    terms.price = Some((5_000.0 + 195_000.0 * uniform(place, 3)).round());
    let title = terms.title.take().unwrap_or_default();
    terms.title = Some(format!("{title} {}호 — {}년 개정판", place, 2010 + place % 15));
    terms.maker_name = Some(format!("제작자 {:04}", place * 7 % 1_200));
    let reason = |purpose: u64, feature: &str, value: f64| Contribution {
        feature: feature.to_owned(),
        value: FeatureValue::Number(value),
        log_odds: 2.0 * uniform(place, purpose) - 1.0,
    };
    view.ranked.reasons = vec![
        reason(4, "log_signals_per_threshold_alert", uniform(place, 5) - 1.5),
        reason(6, "log_threshold", threshold.ln()),
        reason(7, "competitors_in_category", (9.0 * uniform(place, 8)).round()),
        Contribution {
            feature: "maker".to_owned(),
            value: FeatureValue::Record { hits: (place % 5) as f64, n: (place % 5 + place % 4) as f64 },
            log_odds: uniform(place, 9) - 0.5,
        },
        reason(10, "log_price", (8.0 + 4.0 * uniform(place, 11)).ln()),
    ];
    view.curve = MULTIPLES
        .map(|multiple| (multiple * threshold).round())
        .map(|threshold| CurvePoint { threshold, p_reach: curve.p_at_least(threshold) })
        .to_vec();
    view.days = days(place);
    view.similar = (0..3).map(|near| similar(place, near, sample)).collect();
    let moved = 41.0 * (uniform(place, 12) - 0.5);
    let previous_p_hit = (p_hit + 0.1 * (uniform(place, 13) - 0.5)).clamp(0.0, 1.0);
    let by = uniform(place, 14);
    let mut set = |column, value| view.cells.set(column, value);
    let text = |text: String| CellValue::Text(text.into());
    set("previous_rank", CellValue::Count((place as f64 + moved).max(0.0) as u64 + 1));
    set("previous_p_hit", CellValue::Number(previous_p_hit));
    set("change_reason_ko", text(format!("목표 대비 알림 신청 (+{by:.2})")));
    set("change_reason_en", text(format!("alerts per unit of threshold (+{by:.2})")));
    set("url", text(format!("https://makers.example/products/{}?ref=list", 200_000 + 13 * place)));
    set("image_url", text(format!("https://images.makers.example/{:06x}/main.jpg", 7_919 * place)));
    set("alert_rate", CellValue::Number(uniform(place, 15) / 3.0));
    set("orders_per_alert", CellValue::Number(0.3 + uniform(place, 16)));
    let order_rate = place.is_multiple_of(3).then(|| uniform(place, 17) / 10.0);
    set("order_rate", CellValue::number_or_missing(order_rate));
    view.cells.flags =
        OfferFlag::ALL.into_iter().filter(|flag| uniform(place, 20 + *flag as u64) < 0.15).collect();
    view
}

fn days(place: usize) -> Vec<OfferDay> {
    let first = "2016-01-30".parse::<slotcast_core::NaiveDate>().expect("a date");
    let count = |day: u64, purpose: u64, most: f64| {
        (most * uniform(place, 100 * purpose + day) * uniform(place, purpose)) as u64
    };
    let day = |day: u64| OfferDay {
        day: first + chrono::Days::new(day),
        visitors: count(day, 31, 900.0),
        alerts: count(day, 32, 120.0),
        wishes: count(day, 33, 60.0),
    };
    (0..28).map(day).collect()
}

fn similar(place: usize, near: usize, sample: &OfferView) -> SimilarCampaign {
    let purpose = 40 + near as u64;
    let title = sample.ranked.scored.offer.title.clone().unwrap_or_default();
    let threshold = (50.0 + 1_950.0 * uniform(place, purpose)).round();
    let demand = (threshold * (0.4 + uniform(place, purpose + 10))).round();
    SimilarCampaign {
        campaign_id: Some(format!("camp-{:06}", place * 3 + near)),
        ran_in: "2015-11-03".parse().expect("a date"),
        title: Some(format!("{title} {}호", place % 97)),
        threshold,
        demand: Some(demand),
        hit: demand >= threshold,
    }
}

/// A page with hostile titles, makers, categories, ids and addresses.
pub(crate) fn hostile_page() -> PageView {
    let mut view = sample::page();
    let text = |place: usize| HOSTILE[place % HOSTILE.len()].to_owned();
    view.market = HOSTILE[0].to_owned();
    view.warnings = vec![HOSTILE[0].to_owned(), HOSTILE[4].to_owned()];
    let long = "아주 긴 제목 ".repeat(28);
    for (place, offer) in view.lists[0].offers.iter_mut().enumerate() {
        let terms = &mut offer.ranked.scored.offer;
        terms.title = Some(if place == 9 { long.clone() } else { text(place) });
        terms.maker_name = Some(text(place + 1));
        terms.category = Some(text(place + 2));
        terms.id = format!("{}#{place}", text(place + 3));
        terms.product_id = text(place + 4);
        let url =
            ["javascript:alert(3)", "data:text/html,<script>alert(4)</script>", "//no.example"][place % 3];
        offer.cells.set("url", CellValue::text(url));
        let image_url = "HTTPS://images.example/a\"onmouseover=alert(5)//<b>.jpg";
        offer.cells.set("image_url", CellValue::text(image_url));
        for similar in &mut offer.similar {
            similar.title = Some(text(place));
            similar.campaign_id = Some(text(place + 1));
        }
        for reason in &mut offer.ranked.reasons {
            reason.feature = text(place);
        }
        let replaced = [
            ("near_duplicate_title", HOSTILE[0]),
            ("change_reason_ko", HOSTILE[0]),
            ("change_reason_en", HOSTILE[6]),
        ];
        for (column, text) in replaced {
            if offer.cells.text(column).is_some() {
                offer.cells.set(column, CellValue::text(text));
            }
        }
    }
    let curve = view.order_curves.values().next().cloned().unwrap_or_default();
    view.order_curves.extend(HOSTILE.map(|name| (name.to_owned(), curve.clone())));
    for offer in &mut view.reviews[0].offers {
        offer.title = Some(HOSTILE[offer.rank as usize % HOSTILE.len()].to_owned());
    }
    view
}
