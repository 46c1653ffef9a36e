//! Small market for tests, with Korean and Portuguese titles, one of them hostile.

use std::collections::BTreeMap;

use slotcast_core::{
    Audience, Contribution, DemandCurve, FeatureValue, NaiveDate, Offer, Probability, RankedOffer, RunId,
    ScoredOffer, SlotCalendar, ThresholdBasis, Tz,
};

use super::{
    sample_accuracy::{backtest, hit_rates, model_check, slot_history},
    test_row::TestRow,
};
use crate::{
    columns::{OFFER_RELATIONS, read_offer_cells},
    view::{
        CellValue, CurvePoint, ListView, ModelCheck, ModelSummary, OfferCells, OfferDay, OfferFlag,
        OfferView, OrderCurvePoint, PageView, ReviewedOffer, SimilarCampaign, SlotReview,
    },
};

/// Title, category, maker, threshold, price, p_hit.
type SampleOffer = (&'static str, &'static str, &'static str, f64, Option<f64>, f64);

const OFFERS: [SampleOffer; 12] = [
    ("우리밀 통밀 식빵 3종 세트", "식품", "들녘제빵소", 300.0, Some(18_900.0), 0.9341),
    (
        "핸드메이드 가죽 미니 크로스백, 이탈리아 베지터블 태닝 가죽으로 하나씩 손바느질한 한정 수량 (4가지 색상)",
        "가방",
        "공방 오월",
        120.0,
        Some(89_000.0),
        0.8812,
    ),
    (
        "Caneca de cerâmica pintada à mão — edição de São João",
        "cozinha",
        "Ateliê Conceição",
        200.0,
        Some(32_500.0),
        0.8127,
    ),
    ("겨울 양말 10켤레", "의류", "삼양니트", 500.0, Some(24_000.0), 0.7713),
    ("<script>alert(\"공격\")</script> & 머그컵", "주방", "O'Malley & Söhne", 150.0, Some(15_000.0), 0.7002),
    ("원목 독서대 확장판", "문구", "나무결", 250.0, Some(43_000.0), 0.6458),
    (
        "Livro ilustrado: Os Pássaros do Cerrado, com mapas, pôster e áudio dos cantos gravados em campo",
        "livros",
        "Editora Ipê-Amarelo",
        400.0,
        Some(57_000.0),
        0.5521,
    ),
    ("무선 캠핑 랜턴", "아웃도어", "빛나는밤", 1_000.0, Some(39_800.0), 0.4876),
    ("제주 감귤 향 디퓨저", "홈", "섬향기", 350.0, Some(22_000.0), 0.4031),
    ("반려견 우비 (대형견)", "반려동물", "멍데이", 280.0, None, 0.3115),
    ("Rede de descanso em algodão orgânico", "casa", "Tecelagem Serra Azul", 600.0, Some(125_000.5), 0.1874),
    ("도자기 향꽂이", "홈", "흙과불", 4_000.0, Some(28_000.0), 0.0003),
];

/// The run of the tests.
pub(crate) fn run_id() -> RunId {
    RunId::new("2016-02-24T18:00:00Z".parse().expect("an instant"), 0x1a2b_3c4d)
}

/// Twelve offers in ranking order.
pub(crate) fn offers() -> Vec<OfferView> {
    (0..OFFERS.len()).map(|place| view(place, offer(place))).collect()
}

/// The offer at `place` with rows of relations; every fifth offer has none.
fn view(place: usize, ranked: RankedOffer) -> OfferView {
    let offer = &ranked.scored.offer;
    let threshold = offer.threshold;
    let curve = ranked.scored.curve.map_or(Vec::new(), |curve| {
        let point = |part: f64| {
            let threshold = (part * threshold).round();
            CurvePoint { threshold, p_reach: curve.p_at_least(threshold) }
        };
        [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0].map(point).to_vec()
    });
    let day = |back: u64| OfferDay {
        day: "2016-02-26".parse::<NaiveDate>().expect("a date") - chrono::Days::new(back),
        visitors: 40 + back * 7 % 31,
        alerts: (28 - back) * 3 / (place as u64 + 2),
        wishes: back * 5 % 4,
    };
    let known = place % 5 != 4;
    let mut cells = if known { relation_row(place).cells() } else { OfferCells::default() };
    if place % 3 != 2 {
        let previous_p_hit = ranked.scored.p_hit.get() - 0.05;
        let moved = u64::from(place.is_multiple_of(2)) * 3;
        let change = TestRow::default()
            .with("previous_rank", CellValue::Count(u64::from(ranked.rank) + moved))
            .with("previous_p_hit", CellValue::Number(previous_p_hit))
            .with("change_reason_ko", CellValue::Text("목표 대비 알림 신청 (+0.31)".into()))
            .with("change_reason_en", CellValue::Text("alerts per unit of threshold (+0.31)".into()));
        read_offer_cells(&mut cells, OFFER_RELATIONS[1], &change);
    }
    let flags = [
        (OfferFlag::ThinData, ranked.scored.thin_data),
        (OfferFlag::ThresholdHigh, place > 9),
        (OfferFlag::Holiday, true),
        (OfferFlag::NewMaker, place == 4),
    ];
    flags.into_iter().filter(|(_, is_set)| *is_set).for_each(|(flag, _)| cells.add_flag(flag));
    OfferView {
        curve,
        similar: (0..if known { 3 } else { 0 })
            .map(|near| SimilarCampaign {
                campaign_id: Some(format!("camp-{near}")),
                ran_in: "2015-11-03".parse().expect("a date"),
                title: Some(OFFERS[(place + near + 1) % OFFERS.len()].0.to_owned()),
                threshold: threshold + 10.0 * near as f64,
                demand: (near != 2).then_some(threshold * (0.7 + 0.4 * near as f64)),
                hit: near == 1,
            })
            .collect(),
        days: (0..if known { 28 } else { 0 }).rev().map(day).collect(),
        cells,
        ranked,
    }
}

/// Rows of `offer_details` and of the maker's and the category's records.
fn relation_row(place: usize) -> TestRow {
    let mut row = TestRow::default();
    let mut set = |column: &str, value| row = std::mem::take(&mut row).with(column, value);
    for (signal, scale) in [("alerts", 12 - place as u64), ("wishes", 3)] {
        for (suffix, count) in [("", 31), ("_7d", 12), ("_previous_7d", 9)] {
            set(&format!("{signal}{suffix}"), CellValue::Count(count * scale));
        }
    }
    let maker = (place != 4).then(|| ("maker", (11 - place).min(3) as f64, 4.0));
    for (of, hits, n) in maker.into_iter().chain([("category", 255.0, 310.0)]) {
        set(&format!("{of}_hits"), CellValue::Number(hits));
        set(&format!("{of}_n"), CellValue::Number(n));
        set(&format!("{of}_rate_shrunk"), CellValue::Number((hits + 5.0) / (n + 8.0)));
    }
    set("visitors", CellValue::Count(1_240 + 37 * place as u64));
    set("alert_rate", CellValue::Number(0.21 - 0.01 * place as f64));
    set("orders_per_alert", CellValue::Number(0.63));
    set("currency", CellValue::Text("KRW".into()));
    if place.is_multiple_of(4) {
        set("order_rate", CellValue::Number(0.052));
    }
    if place.is_multiple_of(2) {
        set("url", CellValue::Text(format!("https://makers.example/p/{place}?a=1&b=\"2\"").into()));
    }
    if place.is_multiple_of(3) {
        set("image_url", CellValue::Text(format!("https://makers.example/i/{place}.jpg").into()));
    }
    if place == 3 {
        set("near_duplicate_id", CellValue::Text("cand-1001".into()));
        set("near_duplicate_title", CellValue::Text("겨울 양말 10켤레 (신형)".into()));
        set("near_duplicate_slot", CellValue::Date("2016-02-16".parse().expect("a date")));
    }
    row
}

fn order_curve() -> Vec<OrderCurvePoint> {
    let hour = |hour: u32| {
        let part = f64::from(hour) / 168.0;
        let share_mean = 0.35 * (1.0 - (-12.0 * part).exp()) + 0.65 * part;
        OrderCurvePoint {
            hour,
            share_mean,
            share_p10: 0.7 * share_mean,
            share_p90: (1.2 * share_mean).min(1.0),
        }
    };
    (0..=168).map(hour).collect()
}

/// The previous slot: some of its offers were sold.
fn review() -> SlotReview {
    let reviewed = |place: usize| {
        let ranked = offer(place);
        let (scored, threshold) = (&ranked.scored, ranked.scored.offer.threshold);
        let demand = threshold * (1.6 - 0.13 * place as f64);
        ReviewedOffer {
            candidate_id: scored.offer.id.clone(),
            title: scored.offer.title.clone(),
            rank: ranked.rank,
            p_hit: scored.p_hit.get(),
            demand_p10: scored.demand.map(|demand| demand.p10),
            demand_p50: scored.demand.map(|demand| demand.p50),
            demand_p90: scored.demand.map(|demand| demand.p90),
            threshold,
            threshold_basis: scored.offer.threshold_basis,
            demand: (place != 2).then_some(demand),
            hit: demand >= threshold,
        }
    };
    SlotReview {
        slot_date: "2016-02-16".parse().expect("a date"),
        run_id: "20160212T180000Z-00000001".to_owned(),
        offers: (0..8).map(reviewed).collect(),
    }
}

fn offer(place: usize) -> RankedOffer {
    let (title, category, maker, threshold, price, p_hit) = OFFERS[place];
    let chance = |p: f64| Probability::new(p.clamp(0.0, 1.0));
    let thin_data = place % 5 == 3;
    let half = if thin_data { 0.2 } else { 0.08 };
    let reasons = reasons(place, threshold);
    let curve = DemandCurve::new(threshold, (p_hit / (1.0 - p_hit)).ln(), 2.2, 2.9);
    let curve = curve.filter(|_| place % 4 != 2);
    RankedOffer {
        rank: u32::try_from(place + 1).expect("a small number"),
        ranked_by: "p_hit".to_owned(),
        scored: ScoredOffer {
            offer: Offer {
                id: format!("cand-{:04}", 2_000 + 17 * place),
                product_id: format!("prod-{place}"),
                slot_date: "2016-03-01".parse().expect("a date"),
                threshold,
                threshold_basis: ThresholdBasis::Units,
                price,
                capacity: (place % 3 == 1).then_some(2.5 * threshold),
                unit_cost: place.is_multiple_of(2).then_some(7_777.0),
                fixed_cost: (place == 0).then_some(123_456.0),
                title: Some(title.to_owned()),
                category: Some(category.to_owned()),
                maker_name: Some(maker.to_owned()),
            },
            p_hit: chance(p_hit).expect("a probability"),
            p_low: chance(p_hit - half),
            p_high: chance(p_hit + half),
            p_hit_given_selected: chance(p_hit).expect("a probability"),
            order: None,
            demand: curve.map(|curve| curve.quantiles()),
            curve,
            thin_data,
            contributions: reasons.clone(),
            model: "logistic".to_owned(),
        },
        reasons,
    }
}

fn reasons(place: usize, threshold: f64) -> Vec<Contribution> {
    let lean = 1.2 - 0.19 * place as f64;
    let one = |feature: &str, value, log_odds| Contribution { feature: feature.to_owned(), value, log_odds };
    let mut all = vec![
        one("maker", FeatureValue::Record { hits: (11 - place).min(3) as f64, n: 4.0 }, lean),
        one(
            "log_signals_per_threshold_alert",
            FeatureValue::Number((0.3 + lean.abs() / 9.0).ln()),
            lean * 0.7,
        ),
        one("log_threshold", FeatureValue::Number(threshold.ln()), 0.31 - threshold / 2_000.0),
        one("category", FeatureValue::Text(OFFERS[place].1.to_owned()), -0.08),
    ];
    all.truncate(4 - place % 3);
    all
}

/// A page with the next slot, and a preliminary list of two offers for the slot after it.
pub(crate) fn page() -> PageView {
    let calendar = SlotCalendar::default();
    let slot = calendar.slot_on("2016-03-01".parse().expect("a date")).expect("a slot");
    let model = ModelSummary { name: "logistic".to_owned(), n_training: 1_812, base_rate: 0.62 };
    let list = |slot, offers, is_preliminary| ListView {
        slot,
        is_preliminary,
        is_frozen: !is_preliminary,
        cutoff: "2016-02-26T01:00:00Z".parse().expect("an instant"),
        knowledge_at: "2016-02-26T01:00:00Z".parse().expect("an instant"),
        model: model.clone(),
        offers,
    };
    PageView {
        run_id: run_id(),
        as_of: "2016-02-26T18:00:00Z".parse().expect("an instant"),
        zone: Tz::Asia__Seoul,
        audience: Audience::Everyone,
        market: "메이커스 데모".to_owned(),
        currency: Some("KRW".to_owned()),
        warnings: vec!["`orders_2016-02-25.csv` was refused: 212 of 900 rows are bad".to_owned()],
        lists: vec![
            list(slot, offers(), false),
            list(calendar.following(&slot), offers().into_iter().take(2).collect(), true),
        ],
        order_curves: BTreeMap::from([
            ("식품".to_owned(), order_curve()),
            ("가방".to_owned(), order_curve()),
        ]),
        reviews: vec![review()],
        retracted: Vec::new(),
        backtest: Some(backtest()),
        model_check: Some(model_check()),
        since_promotion: Some(ModelCheck { since: "2016-01-05".parse().ok(), n: 61, ..model_check() }),
        hit_rates: hit_rates(),
        slot_history: slot_history(),
    }
}
