//! Names of the goods and of those who make them.

/// A category: its name, and the goods in it.
#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) name: &'static str,
    pub(crate) materials: [&'static str; 8],
    pub(crate) goods: [&'static str; 8],
}

pub(crate) const CATEGORIES: [Category; 6] = [
    Category {
        name: "생활",
        materials: ["리넨", "소창", "대나무", "편백", "순면", "규조토", "코르크", "삼베"],
        goods: ["수건 세트", "베개 커버", "발매트", "수납함", "무드등", "샤워 커튼", "거실화", "세탁망"],
    },
    Category {
        name: "패션",
        materials: ["리넨", "캔버스", "데님", "울", "소가죽", "누빔", "니트", "코듀로이"],
        goods: ["에코백", "카드 지갑", "앞치마", "머플러", "버킷햇", "크로스백", "양말 세트", "셔츠"],
    },
    Category {
        name: "식품",
        materials: ["제주", "유기농", "수제", "저당", "통밀", "전통", "남해", "지리산"],
        goods: ["감귤청", "들기름", "그래놀라", "약과", "김부각", "꿀 세트", "된장", "콜드브루"],
    },
    Category {
        name: "문구",
        materials: ["황동", "한지", "가죽", "호두나무", "활판 인쇄", "재생지", "레터프레스", "자개"],
        goods: ["만년필", "다이어리", "책갈피", "연필깎이", "스티커 세트", "엽서 세트", "펜 트레이", "달력"],
    },
    Category {
        name: "반려동물",
        materials: ["자작나무", "순면", "방수", "수제", "삼베", "저알레르기", "원목", "극세사"],
        goods: ["스크래처", "하네스", "간식 세트", "방석", "노즈워크 매트", "식기", "캣타워", "이동 가방"],
    },
    Category {
        name: "주방",
        materials: ["유기", "백자", "무쇠", "단풍나무", "내열 유리", "옻칠", "스테인리스", "분청"],
        goods: ["수저 세트", "머그잔", "도마", "밥그릇", "주전자", "접시 세트", "찻잔", "프라이팬"],
    },
];

pub(crate) const MAKER_FIRST: [&str; 16] = [
    "온유",
    "달빛",
    "느린",
    "솔바람",
    "고운",
    "담다",
    "모루",
    "새벽",
    "한결",
    "여름",
    "도란",
    "윤슬",
    "나무결",
    "푸른",
    "오롯",
    "해담",
];

pub(crate) const MAKER_LAST: [&str; 6] = ["공방", "스튜디오", "상회", "제작소", "하우스", "작업실"];
