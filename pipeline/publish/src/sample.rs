//! A small market for the tests of this room: two makers' worth of Korean and Portuguese
//! titles, one of them hostile. Nothing else may use it.

use std::collections::BTreeMap;

use slotcast_core::{
    Audience, Contribution, DemandCurve, FeatureValue, NaiveDate, Offer, Probability, RankedOffer, RunId,
    ScoredOffer, SlotCalendar, ThresholdBasis, Tz,
};

use crate::view::{
    BacktestSummary, Change, Counted, CurveHour, CurvePoint, Flag, HitRateRow, ListView, ModelCheck,
    ModelSummary, NearDuplicate, OfferDay, OfferSheet, OfferView, PageView, Record, ReliabilityBin,
    ReviewedOffer, SimilarCampaign, SlotHistoryRow, SlotReview, SlotScore,
};

/// Title, category, maker, threshold, price, p_hit.
type Row = (&'static str, &'static str, &'static str, f64, Option<f64>, f64);

const ROWS: [Row; 12] = [
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

/// The run that speaks in the tests.
pub(crate) fn run_id() -> RunId {
    RunId::new("2016-02-24T18:00:00Z".parse().expect("an instant"), 0x1a2b_3c4d)
}

/// Twelve offers in order.
pub(crate) fn offers() -> Vec<OfferView> {
    (0..ROWS.len()).map(|place| view(place, offer(place))).collect()
}

/// What is known of an offer beside its score: much of some, nothing of every fifth.
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
    let count = |scale: u64| Counted { total: 31 * scale, last_week: 12 * scale, week_before: 9 * scale };
    let record = |hits: f64, n: f64| Record { hits, n, rate_shrunk: Some((hits + 5.0) / (n + 8.0)) };
    let mut flags = Vec::new();
    flags.extend(ranked.scored.thin_data.then_some(Flag::ThinData));
    flags.extend((place > 9).then_some(Flag::ThresholdHigh));
    flags.push(Flag::Holiday);
    flags.extend((place == 3).then_some(Flag::NearDuplicate));
    flags.extend((place == 4).then_some(Flag::NewMaker));
    let sheet = OfferSheet {
        url: place.is_multiple_of(2).then(|| format!("https://makers.example/p/{place}?a=1&b=\"2\"")),
        image_url: place.is_multiple_of(3).then(|| format!("https://makers.example/i/{place}.jpg")),
        alerts: Some(count(12 - place as u64)),
        wishes: Some(count(3)),
        visitors: Some(1_240 + 37 * place as u64),
        alert_rate: Some(0.21 - 0.01 * place as f64),
        orders_per_alert: Some(0.63),
        order_rate: place.is_multiple_of(4).then_some(0.052),
        maker: (place != 4).then(|| record((11 - place).min(3) as f64, 4.0)),
        category: Some(record(255.0, 310.0)),
        near_duplicate: (place == 3).then(|| NearDuplicate {
            id: "cand-1001".to_owned(),
            title: "겨울 양말 10켤레 (신형)".to_owned(),
            slot_date: "2016-02-16".parse().expect("a date"),
        }),
        flags,
    };
    let known = place % 5 != 4;
    OfferView {
        change: (place % 3 != 2).then(|| Change {
            previous_rank: ranked.rank + if place.is_multiple_of(2) { 3 } else { 0 },
            previous_p_hit: ranked.scored.p_hit.get() - 0.05,
            change_reason_ko: "목표 대비 알림 신청 (+0.31)".to_owned(),
            change_reason_en: "alerts per unit of threshold (+0.31)".to_owned(),
        }),
        curve,
        similar: (0..if known { 3 } else { 0 })
            .map(|near| SimilarCampaign {
                campaign_id: Some(format!("camp-{near}")),
                ran_in: "2015-11-03".parse().expect("a date"),
                title: Some(ROWS[(place + near + 1) % ROWS.len()].0.to_owned()),
                threshold: threshold + 10.0 * near as f64,
                demand: (near != 2).then_some(threshold * (0.7 + 0.4 * near as f64)),
                hit: near == 1,
            })
            .collect(),
        days: (0..if known { 28 } else { 0 }).rev().map(day).collect(),
        sheet: if known { sheet } else { OfferSheet { flags: sheet.flags, ..OfferSheet::default() } },
        ranked,
    }
}

fn order_curve() -> Vec<CurveHour> {
    let hour = |hour: u32| {
        let part = f64::from(hour) / 168.0;
        let share_mean = 0.35 * (1.0 - (-12.0 * part).exp()) + 0.65 * part;
        CurveHour { hour, share_mean, share_p10: 0.7 * share_mean, share_p90: (1.2 * share_mean).min(1.0) }
    };
    (0..=168).map(hour).collect()
}

/// The slot before: half of its offers ran.
fn review() -> SlotReview {
    let reviewed = |place: usize| {
        let ranked = offer(place);
        let (scored, threshold) = (&ranked.scored, ranked.scored.offer.threshold);
        let demand = threshold * (1.6 - 0.13 * place as f64);
        ReviewedOffer {
            id: scored.offer.id.clone(),
            title: scored.offer.title.clone(),
            rank: ranked.rank,
            p_hit: scored.p_hit.get(),
            demand_said: scored.demand.map(|said| [said.p10, said.p50, said.p90]),
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
    let (title, category, maker, threshold, price, p_hit) = ROWS[place];
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
        one("category", FeatureValue::Text(ROWS[place].1.to_owned()), -0.08),
    ];
    all.truncate(4 - place % 3);
    all
}

/// A page with the next slot and a preliminary list of two for the one after.
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
        running: Some(ModelCheck { since: "2016-01-05".parse().ok(), n: 61, ..model_check() }),
        hit_rates: hit_rates(),
        slot_history: slot_history(),
    }
}

fn backtest() -> BacktestSummary {
    BacktestSummary {
        slots: Some(("2015-09-01".parse().expect("a date"), "2016-02-09".parse().expect("a date"))),
        n: 642,
        base_rate: 0.61,
        log_loss: 0.5312,
        base_log_loss: 0.6688,
        brier: 0.1789,
        base_brier: Some(0.2379),
        auc: Some(0.7841),
        ece: Some(0.031),
        ece_noise_floor: Some(0.027),
    }
}

/// A little too sure of itself, on more slots than are drawn.
fn model_check() -> ModelCheck {
    let last = "2016-02-09".parse::<slotcast_core::NaiveDate>().expect("a date");
    let bin = |place: u64| {
        let (n, p_mean) = (38 + 31 * (place * place % 7), 0.04 + 0.1 * place as f64);
        let share = 0.5 + 0.88 * (p_mean - 0.5) + 0.04 * ((place * 5 % 4) as f64 - 1.5);
        let hits = (share * n as f64).round() as u64;
        let (share, half) = (hits as f64 / n as f64, 1.28 * (share * (1.0 - share) / n as f64).sqrt());
        ReliabilityBin { n, hits, p_mean, low: (share - half).max(0.0), high: (share + half).min(1.0) }
    };
    let slot = |week: u64| {
        let n = 14 + week * 11 % 9 + (week % 52) / 4;
        let expected_hits = n as f64 * (0.55 + 0.1 * (week as f64 / 8.0).sin());
        let wobble = (week * 7 % 11) as f64 / 5.0 - 1.0;
        SlotScore {
            slot_date: last - chrono::Days::new(7 * week),
            n,
            hits: (expected_hits + 3.0 * wobble).round() as u64,
            expected_hits,
            log_loss: 0.54 + 0.07 * wobble,
            base_log_loss: 0.66 + 0.03 * ((week * 5 % 13) as f64 / 6.0 - 1.0),
        }
    };
    ModelCheck {
        model: "blend".to_owned(),
        since: None,
        n: 1_870,
        ece: Some(0.0241),
        ece_noise_floor: Some(0.0208),
        log_loss: 0.5409,
        base_log_loss: 0.6602,
        bins: (0..10).map(bin).collect(),
        slots: (0..90).map(slot).collect(),
    }
}

fn hit_rates() -> Vec<HitRateRow> {
    let row = |dimension: &str, key: &str, n: u64, hits: u64| {
        let rate = hits as f64 / n as f64;
        HitRateRow {
            dimension: dimension.to_owned(),
            key: key.to_owned(),
            n,
            hits,
            rate,
            rate_shrunk: (hits as f64 + 5.0) / (n as f64 + 8.0),
            low: (rate - 0.1).max(0.0),
            high: (rate + 0.1).min(1.0),
        }
    };
    let mut rows = vec![
        row("all", "all", 1_812, 1_123),
        row("category", "식품", 310, 255),
        row("category", "가방", 204, 118),
        row("price_band", "20", 412, 250),
        row("weekday", "2", 1_812, 1_123),
    ];
    rows.extend((0..20).map(|i| row("maker", &format!("m{i}"), 30 - i, 12)));
    rows
}

fn slot_history() -> Vec<SlotHistoryRow> {
    let first = "2015-06-02".parse::<slotcast_core::NaiveDate>().expect("a date");
    let row = |week: u64| {
        let campaigns = 24 + week % 9;
        let hits = campaigns * (55 + (week * 7) % 23) / 100;
        SlotHistoryRow {
            slot_date: first + chrono::Days::new(7 * week),
            campaigns,
            hits,
            hit_rate: (week != 17).then_some(hits as f64 / campaigns as f64),
        }
    };
    (0..36).map(row).collect()
}
