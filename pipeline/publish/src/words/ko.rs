//! Korean. Phrases avoid particles, whose form would depend on the word before them.

use super::tongue::Tongue;
use crate::figures::grouped;

pub(super) static TONGUE: Tongue = Tongue {
    labels: LABELS,
    kinds: KINDS,
    attributes: ATTRIBUTES,
    weekdays: ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"],
    months: ["1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월"],
    no_yes: ["아니요", "예"],
    days: |_, text| format!("{text}일"),
    ratio: |text| format!("약 {text}배"),
    record: |label, hits, n| {
        if n <= 0.0 {
            return format!("{label} 실적 아직 없음");
        }
        format!("{label} 실적 {}회 중 {}회 달성", grouped(n, 1), grouped(hits, 1))
    },
    missing: |label| format!("{label} 정보 없음"),
    in_days: |kind, days| format!("최근 {days}일 {kind}"),
    per_threshold: |kind| format!("목표 대비 {kind}"),
    earlier: |kind| format!("지금 대비 지난 제안 때 {kind}"),
};

/// In the order of `en`.
const LABELS: &[(&str, &str)] = &[
    ("log_threshold", "목표"),
    ("threshold", "목표"),
    ("threshold_basis", "목표 기준"),
    ("window_days", "판매 기간"),
    ("category", "카테고리"),
    ("category_rate", "카테고리"),
    ("maker", "제작자"),
    ("maker_kind", "제작자 유형"),
    ("maker_campaigns", "제작자 지난 판매 횟수"),
    ("days_since_maker_last", "제작자 지난 판매 후"),
    ("artist", "작가"),
    ("artist_campaigns", "작가 지난 판매 횟수"),
    ("product_campaigns", "상품 지난 판매 횟수"),
    ("log_earlier_offers", "상품 지난 제안 횟수"),
    ("opens_weekday", "오픈 요일"),
    ("opens_month", "오픈 월"),
    ("log_price", "가격"),
    ("price", "가격"),
    ("log_capacity", "최대 수량"),
    ("capacity", "최대 수량"),
    ("log_capacity_per_threshold", "목표 대비 최대 수량"),
    ("rivals_in_slot", "같은 슬롯 경쟁 상품"),
    ("rivals_in_category", "같은 슬롯 같은 카테고리 상품"),
    ("is_encore", "앙코르 판매"),
    ("title", "제목의 말"),
    ("title_length", "제목 길이"),
    ("log_views_per_threshold", "목표 대비 조회"),
    ("log_visitors_per_threshold", "목표 대비 방문자"),
    ("log_recent_alerts_per_threshold", "목표 대비 최근 7일 알림 신청"),
];

/// In the order of `en`.
const KINDS: &[(&str, &str)] = &[
    ("alert", "알림 신청"),
    ("wish", "찜"),
    ("share", "공유"),
    ("like", "좋아요"),
    ("comment", "댓글"),
    ("mention", "언급"),
    ("gift", "선물"),
    ("reorder_request", "재판매 요청"),
    ("view", "조회"),
    ("visitor", "방문자"),
];

/// Attributes that sources are known to have, without their prefix. In the order of `en`.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("title_chars", "제목 글자 수"),
    ("title_words", "제목 단어 수"),
    ("headline", "소개 문구"),
    ("headline_chars", "소개 문구 글자 수"),
    ("headline_words", "소개 문구 단어 수"),
    ("about_len", "상세 설명 길이"),
    ("budget_len", "예산 설명 길이"),
    ("has_video", "동영상 포함"),
    ("subcategory", "하위 카테고리"),
    ("state", "주(州)"),
    ("country", "국가"),
    ("currency", "통화"),
    ("own_currency", "통화"),
];
