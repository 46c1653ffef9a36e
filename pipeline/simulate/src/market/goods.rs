//! Names of categories, goods and makers, in Korean and in English.

use crate::words::{CATEGORIES, MAKER_FIRST, MAKER_LAST};

/// How many categories a market has.
pub(crate) const CATEGORY_COUNT: usize = 12;

/// Six more than the demo has.
const MORE: [(&str, [&str; 4], [&str; 4]); 6] = [
    ("가구", ["원목", "자작나무", "라탄", "월넛"], ["스툴", "선반", "협탁", "벤치"]),
    ("뷰티", ["천연", "동백", "쑥", "녹차"], ["비누", "크림", "오일", "핸드밤"]),
    ("육아", ["순면", "무형광", "오가닉", "원목"], ["이불", "블록", "턱받이", "모빌"]),
    ("디지털", ["알루미늄", "가죽", "무선", "우드"], ["거치대", "파우치", "스피커", "충전기"]),
    ("여행", ["방수", "초경량", "캔버스", "접이식"], ["배낭", "파우치", "우산", "돗자리"]),
    ("예술", ["한정판", "목판", "도자", "자수"], ["포스터", "엽서", "오브제", "액자"]),
];

const ENGLISH: [&str; CATEGORY_COUNT] = [
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

/// In which language names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    Korean,
    English,
}

impl Tongue {
    pub(crate) fn category(self, index: usize) -> &'static str {
        match self {
            Self::English => ENGLISH[index],
            Self::Korean if index < CATEGORIES.len() => CATEGORIES[index].name,
            Self::Korean => MORE[index - CATEGORIES.len()].0,
        }
    }

    /// The title of a product of a category: the same turn gives the same title.
    pub(crate) fn title(self, category: usize, turn: usize) -> String {
        let (first, last, count) = match self {
            Self::English => {
                let (a, b) = (ENGLISH_FIRST.len(), ENGLISH_LAST.len());
                (ENGLISH_FIRST[turn % a], ENGLISH_LAST[turn / a % b], a * b)
            }
            Self::Korean if category < CATEGORIES.len() => {
                let own = &CATEGORIES[category];
                let (a, b) = (own.materials.len(), own.goods.len());
                (own.materials[turn % a], own.goods[turn / a % b], a * b)
            }
            Self::Korean => {
                let (_, materials, goods) = MORE[category - CATEGORIES.len()];
                (materials[turn % 4], goods[turn / 4 % 4], 16)
            }
        };
        numbered(&format!("{first} {last}"), turn / count)
    }

    pub(crate) fn maker(self, index: usize) -> String {
        let (first, last): (&[&str], &[&str]) = match self {
            Self::Korean => (&MAKER_FIRST, &MAKER_LAST),
            Self::English => (&ENGLISH_FIRST, &["Studio", "Works", "Press", "Co-op"]),
        };
        let name = format!("{} {}", first[index % first.len()], last[index / first.len() % last.len()]);
        numbered(&name, index / (first.len() * last.len()))
    }
}

/// A name that was used up gets a number: the second edition is ` 2`.
fn numbered(name: &str, edition: usize) -> String {
    if edition == 0 { name.to_owned() } else { format!("{name} {}", edition + 1) }
}
