//! What reasons read like, and that both languages say the same.

use slotcast_core::{Contribution, FeatureValue};

use super::{Lang, Tongue, reason_text, reasons_text};

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
fn the_tables_have_the_same_keys() {
    let keys = |table: &[(&'static str, &str)]| table.iter().map(|(key, _)| *key).collect::<Vec<_>>();
    let (ko, en) = (Tongue::of(Lang::Ko), Tongue::of(Lang::En));
    assert_eq!(keys(ko.labels), keys(en.labels));
    assert_eq!(keys(ko.kinds), keys(en.kinds));
    assert_eq!(keys(ko.attributes), keys(en.attributes));
    for tongue in [ko, en] {
        for table in [tongue.labels, tongue.kinds, tongue.attributes] {
            let mut sorted = keys(table);
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), table.len(), "a key twice");
        }
    }
}

#[test]
fn records_are_counts_in_both_languages() {
    let maker = reason("maker", FeatureValue::Record { hits: 3.0, n: 4.0 }, 0.42);
    assert_eq!(both(&maker), ["▲ 제작자 실적 4회 중 3회 달성 (+0.42)", "▲ maker record 3 of 4 hit (+0.42)"]);
    let category = reason("category_rate", FeatureValue::Record { hits: 12.0, n: 40.0 }, -0.2);
    assert_eq!(
        both(&category),
        ["▼ 카테고리 실적 40회 중 12회 달성 (-0.20)", "▼ category record 12 of 40 hit (-0.20)"]
    );
    let new = reason("artist", FeatureValue::Record { hits: 0.0, n: 0.0 }, -0.1);
    assert_eq!(both(&new), ["▼ 작가 실적 아직 없음 (-0.10)", "▼ artist record: none yet (-0.10)"]);
}

#[test]
fn logarithms_are_shown_as_what_they_stand_for() {
    assert_eq!(
        both(&number("log_threshold", 4_000_f64.ln(), 0.42)),
        ["▲ 목표 4,000 (+0.42)", "▲ threshold 4,000 (+0.42)"]
    );
    assert_eq!(
        both(&number("log_signals_per_threshold_alert", 0.25_f64.ln(), 0.3)),
        ["▲ 목표 대비 알림 신청 약 0.25배 (+0.30)", "▲ alerts per unit of threshold about 0.25 (+0.30)"]
    );
    assert_eq!(both(&number("log_price", 39_000_f64.ln(), -0.1))[1], "▼ price 39,000 (-0.10)");
}

#[test]
fn earlier_offers_are_a_count_and_ratios() {
    assert_eq!(
        both(&number("log_earlier_offers", 4_f64.ln(), 0.2)),
        ["▲ 상품 지난 제안 횟수 3 (+0.20)", "▲ earlier offers of the product 3 (+0.20)"]
    );
    assert_eq!(
        both(&number("log_earlier_offers", 0.0, -0.2))[1],
        "▼ earlier offers of the product 0 (-0.20)"
    );
    let kinds = [("alert", "알림 신청", "alerts"), ("wish", "찜", "wishes"), ("share", "공유", "shares")];
    for (kind, ko, en) in
        kinds.into_iter().chain([("like", "좋아요", "likes"), ("shout_out", "shout out", "shout out")])
    {
        assert_eq!(
            both(&number(&format!("log_earlier_ratio_{kind}"), 1.5_f64.ln(), 0.3)),
            [
                format!("▲ 지금 대비 지난 제안 때 {ko} 약 1.5배 (+0.30)"),
                format!("▲ ratio of {en} at earlier offers to now about 1.5 (+0.30)")
            ]
        );
    }
}

#[test]
fn the_words_of_a_title_are_named_as_words() {
    let title = reason("title", FeatureValue::Text("titanium, mug".to_owned()), 0.3);
    assert_eq!(
        both(&title),
        ["▲ 제목의 말 titanium, mug (+0.30)", "▲ words of the title titanium, mug (+0.30)"]
    );
}

#[test]
fn days_months_and_yes_are_words() {
    assert_eq!(
        both(&number("opens_weekday", 2.0, 0.1)),
        ["▲ 오픈 요일 화요일 (+0.10)", "▲ opening weekday Tuesday (+0.10)"]
    );
    assert_eq!(
        both(&number("opens_month", 3.0, 0.1)),
        ["▲ 오픈 월 3월 (+0.10)", "▲ opening month March (+0.10)"]
    );
    assert_eq!(
        both(&number("window_days", 7.0, 0.1)),
        ["▲ 판매 기간 7일 (+0.10)", "▲ selling window 7 days (+0.10)"]
    );
    assert_eq!(both(&number("is_encore", 1.0, 0.1)), ["▲ 앙코르 판매 예 (+0.10)", "▲ encore yes (+0.10)"]);
    assert_eq!(
        both(&number("alert_7d", 120.0, 0.1)),
        ["▲ 최근 7일 알림 신청 120 (+0.10)", "▲ alerts in 7 days 120 (+0.10)"]
    );
    assert_eq!(both(&number("opens_weekday", 9.0, 0.1))[1], "▲ opening weekday 9 (+0.10)");
}

#[test]
fn attributes_of_known_sources_have_words() {
    assert_eq!(
        both(&number("attr_has_video", 1.0, 0.1)),
        ["▲ 동영상 포함 예 (+0.10)", "▲ has video yes (+0.10)"]
    );
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
fn what_is_not_known_by_name_is_named_as_it_is() {
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
        ["▼ 가격 정보 없음 (-0.10)", "▼ price not known (-0.10)"]
    );
    assert_eq!(both(&number("unheard_3d", 4.0, 0.1))[0], "▲ unheard_3d 4 (+0.10)");
}

#[test]
fn a_weekday_that_is_a_category_is_named_like_a_number() {
    let text = reason("opens_weekday", FeatureValue::Text("2".to_owned()), 0.1);
    assert_eq!(both(&text), both(&number("opens_weekday", 2.0, 0.1)));
}

#[test]
fn reasons_are_joined_and_confidential_ones_left_out() {
    let all = [
        reason("category", FeatureValue::Text("bags".to_owned()), 0.3),
        number("log_unit_cost", 9.0, 0.2),
        number("rivals_in_slot", 11.0, -0.1),
    ];
    assert_eq!(
        reasons_text(Lang::En, &all, slotcast_core::Audience::Everyone),
        "▲ category bags (+0.30); ▼ rivals in the slot 11 (-0.10)"
    );
    assert_eq!(reasons_text(Lang::Ko, &[], slotcast_core::Audience::Everyone), "");
}

#[test]
fn a_value_that_is_no_number_is_not_hidden() {
    assert_eq!(both(&number("price", f64::NAN, 0.1))[1], "▲ price – (+0.10)");
}
