//! Names of categories, products and makers, in Korean and in English.

/// A category with the words of its product titles.
#[derive(Debug)]
pub(crate) struct CategoryNames {
    pub(crate) name: &'static str,
    pub(crate) materials: [&'static str; 8],
    pub(crate) items: [&'static str; 8],
}

/// Korean categories of load-test data and of [`Market`](crate::Market).
pub(crate) const CATEGORIES: [CategoryNames; 6] = [
    CategoryNames {
        name: "생활",
        materials: ["리넨", "소창", "대나무", "편백", "순면", "규조토", "코르크", "삼베"],
        items: ["수건 세트", "베개 커버", "발매트", "수납함", "무드등", "샤워 커튼", "거실화", "세탁망"],
    },
    CategoryNames {
        name: "패션",
        materials: ["리넨", "캔버스", "데님", "울", "소가죽", "누빔", "니트", "코듀로이"],
        items: ["에코백", "카드 지갑", "앞치마", "머플러", "버킷햇", "크로스백", "양말 세트", "셔츠"],
    },
    CategoryNames {
        name: "식품",
        materials: ["제주", "유기농", "수제", "저당", "통밀", "전통", "남해", "지리산"],
        items: ["감귤청", "들기름", "그래놀라", "약과", "김부각", "꿀 세트", "된장", "콜드브루"],
    },
    CategoryNames {
        name: "문구",
        materials: ["황동", "한지", "가죽", "호두나무", "활판 인쇄", "재생지", "레터프레스", "자개"],
        items: ["만년필", "다이어리", "책갈피", "연필깎이", "스티커 세트", "엽서 세트", "펜 트레이", "달력"],
    },
    CategoryNames {
        name: "반려동물",
        materials: ["자작나무", "순면", "방수", "수제", "삼베", "저알레르기", "원목", "극세사"],
        items: ["스크래처", "하네스", "간식 세트", "방석", "노즈워크 매트", "식기", "캣타워", "이동 가방"],
    },
    CategoryNames {
        name: "주방",
        materials: ["유기", "백자", "무쇠", "단풍나무", "내열 유리", "옻칠", "스테인리스", "분청"],
        items: ["수저 세트", "머그잔", "도마", "밥그릇", "주전자", "접시 세트", "찻잔", "프라이팬"],
    },
];

/// First words of maker names.
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

/// Last words of maker names.
pub(crate) const MAKER_LAST: [&str; 6] = ["공방", "스튜디오", "상회", "제작소", "하우스", "작업실"];

/// Number of categories in a [`Market`](crate::Market).
pub(crate) const CATEGORY_COUNT: usize = 12;

/// Korean categories of [`Market`](crate::Market) only: name, materials and items.
const MORE_CATEGORIES: [(&str, [&str; 4], [&str; 4]); 6] = [
    ("가구", ["원목", "자작나무", "라탄", "월넛"], ["스툴", "선반", "협탁", "벤치"]),
    ("뷰티", ["천연", "동백", "쑥", "녹차"], ["비누", "크림", "오일", "핸드밤"]),
    ("육아", ["순면", "무형광", "오가닉", "원목"], ["이불", "블록", "턱받이", "모빌"]),
    ("디지털", ["알루미늄", "가죽", "무선", "우드"], ["거치대", "파우치", "스피커", "충전기"]),
    ("여행", ["방수", "초경량", "캔버스", "접이식"], ["배낭", "파우치", "우산", "돗자리"]),
    ("예술", ["한정판", "목판", "도자", "자수"], ["포스터", "엽서", "오브제", "액자"]),
];

const ENGLISH_CATEGORIES: [&str; CATEGORY_COUNT] = [
    "Art",
    "Comics",
    "Crafts",
    "Dance",
    "Design",
    "Fashion",
    "Film",
    "Food",
    "Games",
    "Music",
    "Publishing",
    "Technology",
];
const ENGLISH_FIRST: [&str; 8] = ["Quiet", "Paper", "North", "Copper", "Slow", "Second", "Open", "Little"];
const ENGLISH_LAST: [&str; 8] =
    ["Lantern", "Harbour", "Machine", "Atlas", "Garden", "Letters", "Kitchen", "Orbit"];

/// Language of the names of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameLanguage {
    Korean,
    English,
}

impl NameLanguage {
    /// Name of a category.
    pub(crate) fn category(self, index: usize) -> &'static str {
        match self {
            Self::English => ENGLISH_CATEGORIES[index],
            Self::Korean if index < CATEGORIES.len() => CATEGORIES[index].name,
            Self::Korean => MORE_CATEGORIES[index - CATEGORIES.len()].0,
        }
    }

    /// Title of a product, numbered within its category.
    pub(crate) fn product(self, category: usize, number: usize) -> String {
        let (first, last, count) = match self {
            Self::English => {
                let (a, b) = (ENGLISH_FIRST.len(), ENGLISH_LAST.len());
                (ENGLISH_FIRST[number % a], ENGLISH_LAST[number / a % b], a * b)
            }
            Self::Korean if category < CATEGORIES.len() => {
                let own = &CATEGORIES[category];
                let (a, b) = (own.materials.len(), own.items.len());
                (own.materials[number % a], own.items[number / a % b], a * b)
            }
            Self::Korean => {
                let (_, materials, items) = MORE_CATEGORIES[category - CATEGORIES.len()];
                (materials[number % 4], items[number / 4 % 4], 16)
            }
        };
        with_edition(&format!("{first} {last}"), number / count)
    }

    /// Name of a maker.
    pub(crate) fn maker(self, index: usize) -> String {
        let (first, last): (&[&str], &[&str]) = match self {
            Self::Korean => (&MAKER_FIRST, &MAKER_LAST),
            Self::English => (&ENGLISH_FIRST, &["Studio", "Works", "Press", "Co-op"]),
        };
        let name = format!("{} {}", first[index % first.len()], last[index / first.len() % last.len()]);
        with_edition(&name, index / (first.len() * last.len()))
    }
}

/// Appends an edition number to a name that is used again: the second edition ends in ` 2`.
fn with_edition(name: &str, edition: usize) -> String {
    if edition == 0 { name.to_owned() } else { format!("{name} {}", edition + 1) }
}
