//! Tests of reason texts in both languages.

use slotcast_core::{Contribution, FeatureValue};

use super::{Lang, reason_text, reasons_text};

fn reason(feature: &str, value: FeatureValue, log_odds: f64) -> Contribution {
    Contribution { feature: feature.to_owned(), value, log_odds }
}

fn number(feature: &str, value: f64, log_odds: f64) -> Contribution {
    reason(feature, FeatureValue::Number(value), log_odds)
}

fn both(reason: &Contribution) -> [String; 2] {
    [reason_text(Lang::Ko, reason), reason_text(Lang::En, reason)]
}

#[test]
fn records_are_counts() {
    let maker = reason("maker", FeatureValue::Record { hits: 3.0, n: 4.0 }, 0.42);
    assert_eq!(both(&maker), ["▲ 제작자 실적 4건 중 3건 달성 (+0.42)", "▲ maker record 3 of 4 hit (+0.42)"]);
    let category = reason("category_rate", FeatureValue::Record { hits: 12.0, n: 40.0 }, -0.2);
    assert_eq!(
        both(&category),
        ["▼ 카테고리 실적 40건 중 12건 달성 (-0.20)", "▼ category record 12 of 40 hit (-0.20)"]
    );
    let new = reason("artist", FeatureValue::Record { hits: 0.0, n: 0.0 }, -0.1);
    assert_eq!(both(&new), ["▼ 작가 실적 없음 (-0.10)", "▼ artist record: none yet (-0.10)"]);
}

#[test]
fn logarithms_are_shown_as_quantities() {
    assert_eq!(
        both(&number("log_threshold", 4_000_f64.ln(), 0.42)),
        ["▲ 목표 4,000 (+0.42)", "▲ threshold 4,000 (+0.42)"]
    );
    assert_eq!(
        both(&number("log_signals_per_threshold_alert", 0.25_f64.ln(), 0.3)),
        ["▲ 목표 대비 알림 신청 0.25배 (+0.30)", "▲ alerts are 0.25x the threshold (+0.30)"]
    );
    assert_eq!(both(&number("log_price", 39_000_f64.ln(), -0.1))[1], "▼ price 39,000 (-0.10)");
}

#[test]
fn earlier_offers_are_a_count_and_ratios() {
    assert_eq!(
        both(&number("log_earlier_offers", 4_f64.ln(), 0.2)),
        ["▲ 이 상품 지난 제안 3회 (+0.20)", "▲ 3 earlier offers of this product (+0.20)"]
    );
    assert_eq!(
        both(&number("log_earlier_offers", 0.0, -0.2))[1],
        "▼ 0 earlier offers of this product (-0.20)"
    );
    let kinds = [("alert", "알림 신청", "alerts"), ("wish", "찜", "wishes"), ("share", "공유", "shares")];
    for (kind, ko, en) in
        kinds.into_iter().chain([("like", "좋아요", "likes"), ("shout_out", "shout out", "shout out")])
    {
        assert_eq!(
            both(&number(&format!("log_prior_to_current_ratio_{kind}"), 1.5_f64.ln(), 0.3)),
            [
                format!("▲ 지난번 제안 때 {ko}: 지금의 1.5배 (+0.30)"),
                format!("▲ {en} at earlier offers were 1.5x today's (+0.30)")
            ]
        );
    }
}

#[test]
fn title_words_are_listed() {
    let title = reason("title", FeatureValue::Text("titanium, mug".to_owned()), 0.3);
    assert_eq!(both(&title), ["▲ 제목 단어: titanium, mug (+0.30)", "▲ title words: titanium, mug (+0.30)"]);
}

#[test]
fn coded_values_are_words() {
    assert_eq!(
        both(&number("opens_weekday", 2.0, 0.1)),
        ["▲ 화요일 오픈 (+0.10)", "▲ opens on Tuesday (+0.10)"]
    );
    assert_eq!(both(&number("opens_month", 3.0, 0.1)), ["▲ 3월 오픈 (+0.10)", "▲ opens in March (+0.10)"]);
    assert_eq!(
        both(&number("window_days", 7.0, 0.1)),
        ["▲ 판매 기간 7일 (+0.10)", "▲ selling window of 7 days (+0.10)"]
    );
    assert_eq!(both(&number("is_encore", 1.0, 0.1)), ["▲ 앵콜 판매 예 (+0.10)", "▲ encore yes (+0.10)"]);
    assert_eq!(
        both(&number("alert_7d", 120.0, 0.1)),
        ["▲ 최근 7일 알림 신청 120 (+0.10)", "▲ 120 alerts in 7 days (+0.10)"]
    );
    assert_eq!(both(&number("opens_weekday", 9.0, 0.1))[1], "▲ opens on 9 (+0.10)");
}

#[test]
fn known_attributes_have_labels() {
    assert_eq!(both(&number("attr_has_video", 1.0, 0.1)), ["▲ 동영상 예 (+0.10)", "▲ video yes (+0.10)"]);
    assert_eq!(
        both(&number("attr_title_words", 6.0, 0.1)),
        ["▲ 제목 단어 수 6 (+0.10)", "▲ words in the title 6 (+0.10)"]
    );
    assert_eq!(
        both(&reason("attr_country", FeatureValue::Text("BR".to_owned()), 0.1)),
        ["▲ 국가 BR (+0.10)", "▲ country BR (+0.10)"]
    );
}

#[test]
fn unknown_features_keep_their_names() {
    assert_eq!(
        both(&number("attr_has_lamp", 0.0, -0.1)),
        ["▼ has lamp 아니요 (-0.10)", "▼ has lamp no (-0.10)"]
    );
    assert_eq!(
        both(&number("moon_phase", 0.5, 0.1)),
        ["▲ moon_phase 0.5 (+0.10)", "▲ moon_phase 0.5 (+0.10)"]
    );
    assert_eq!(
        both(&reason("price", FeatureValue::Missing, -0.1)),
        ["▼ 가격 정보 없음 (-0.10)", "▼ price unknown (-0.10)"]
    );
    assert_eq!(both(&number("unheard_3d", 4.0, 0.1))[0], "▲ unheard_3d 4 (+0.10)");
}

#[test]
fn categorical_weekdays_are_words() {
    let text = reason("opens_weekday", FeatureValue::Text("2".to_owned()), 0.1);
    assert_eq!(both(&text), both(&number("opens_weekday", 2.0, 0.1)));
}

#[test]
fn internal_reasons_are_left_out() {
    let all = [
        reason("category", FeatureValue::Text("bags".to_owned()), 0.3),
        number("log_unit_cost", 9.0, 0.2),
        number("competitors_in_slot", 11.0, -0.1),
    ];
    assert_eq!(
        reasons_text(Lang::En, &all, slotcast_core::Audience::Everyone),
        "▲ category bags (+0.30); ▼ 11 competitors in the slot (-0.10)"
    );
    assert_eq!(reasons_text(Lang::Ko, &[], slotcast_core::Audience::Everyone), "");
}

#[test]
fn invalid_numbers_are_shown_as_dashes() {
    assert_eq!(both(&number("price", f64::NAN, 0.1))[1], "▲ price – (+0.10)");
}
