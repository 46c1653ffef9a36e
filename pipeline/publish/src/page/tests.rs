//! What the page promises: nothing from outside runs, nothing is loaded, both languages are there.

use super::page_html;
use crate::{sample, view::PageView, words::Lang};

fn html(view: &PageView) -> String {
    page_html(view, Lang::Ko).unwrap()
}

#[test]
fn hostile_text_is_text() {
    let mut view = sample::page();
    let hostile = "<img src=x onerror=alert(1)>\"'";
    view.market = hostile.to_owned();
    view.currency = Some(hostile.to_owned());
    view.warnings = vec![hostile.to_owned()];
    view.lists[0].model.name = hostile.to_owned();
    view.hit_rates[1].key = hostile.to_owned();
    view.model_check.as_mut().unwrap().model = hostile.to_owned();
    let offer = &mut view.lists[0].offers[0];
    offer.scored.offer.id = hostile.to_owned();
    offer.scored.offer.maker_name = Some(hostile.to_owned());
    offer.reasons[0].feature = hostile.to_owned();
    let page = html(&view);
    assert!(!page.contains("<img"), "an element came through");
    assert!(!page.contains("<script>alert"), "a script came through");
    assert!(page.contains("&#60;script&#62;alert"), "the title is shown as it is written");
    assert_eq!(page.matches("<script").count(), 1, "the page has one script, its own");
}

#[test]
fn the_page_needs_nothing_else() {
    let page = html(&sample::page());
    for outside in ["http://", "https://", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("<meta charset=\"utf-8\">"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_language_given_is_the_one_shown_first() {
    let view = sample::page();
    let (ko, en) = (page_html(&view, Lang::Ko).unwrap(), page_html(&view, Lang::En).unwrap());
    assert!(ko.contains("<html lang=\"ko\">") && en.contains("<html lang=\"en\">"));
    let checked = |page: &str, id: &str| {
        let input = page.split("<input").find(|part| part.contains(&format!("id=\"{id}\""))).unwrap();
        input.split('>').next().unwrap().contains("checked")
    };
    assert!(checked(&ko, "lang-ko") && !checked(&ko, "lang-en"));
    assert!(checked(&en, "lang-en") && !checked(&en, "lang-ko"));
    for page in [&ko, &en] {
        assert!(page.contains("▲ 제작자 실적 4회 중 3회 달성") && page.contains("▲ maker record 3 of 4 hit"));
    }
}

#[test]
fn the_head_says_what_must_be_known() {
    let page = html(&sample::page());
    for text in [
        "20160224T180000Z-1a2b3c4d",
        "2016-03-01 10:00",
        "2016-02-27 03:00",
        "Asia/Seoul",
        "212 of 900 rows are bad",
        "6.7 of 12 offers expected",
        "62 %",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn an_empty_list_says_so() {
    let mut view = sample::page();
    view.lists.truncate(1);
    view.lists[0].offers.clear();
    assert!(html(&view).contains("No offers are proposed for this slot"));
    view.lists.clear();
    assert!(html(&view).contains("This run ranked no slot"));
}

#[test]
fn without_a_backtest_the_page_says_that_nothing_is_proven() {
    let mut view = sample::page();
    view.backtest = None;
    view.hit_rates.clear();
    view.slot_history.clear();
    let page = html(&view);
    assert!(page.contains("No backtest yet"));
    assert!(!page.contains("<details"));
}

#[test]
fn a_model_that_is_no_better_is_called_so() {
    let mut view = sample::page();
    let backtest = view.backtest.as_mut().unwrap();
    backtest.log_loss = backtest.base_log_loss;
    assert!(html(&view).contains("no better than always saying the base rate"));
}

#[test]
fn a_model_that_was_not_checked_has_no_section() {
    let mut view = sample::page();
    assert!(html(&view).contains("Can the chances be trusted"));
    view.model_check = None;
    let page = html(&view);
    assert!(!page.contains("Can the chances be trusted") && !page.contains("<section class=\"check\""));
}

#[test]
fn a_check_without_bins_and_slots_is_its_sentence() {
    let mut view = sample::page();
    let check = view.model_check.as_mut().unwrap();
    (check.bins, check.slots) = (Vec::new(), Vec::new());
    let page = html(&view);
    assert!(page.contains("a perfect model would show 0.021"));
    assert!(!page.contains("id=\"reliability\"") && !page.contains("id=\"slot-hits\""));
}

#[test]
fn the_same_view_has_the_same_bytes() {
    assert_eq!(html(&sample::page()), html(&sample::page()));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a page to look at, only when asked for")]
fn a_sample_is_written_on_request() {
    if std::env::var_os("SLOTCAST_PAGE_SAMPLE").is_none() {
        return;
    }
    for lang in [Lang::Ko, Lang::En] {
        let path = std::env::temp_dir().join(format!("slotcast-page-{lang}.html"));
        std::fs::write(path, page_html(&sample::page(), lang).unwrap()).unwrap();
    }
}
