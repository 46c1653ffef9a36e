//! Tests of the pages: no foreign script runs, nothing is loaded, both languages are present, files stay
//! small.

use slotcast_core::ThresholdBasis;

use super::{money::demand_text, page_html, review_html};
use crate::{
    i18n::Lang,
    number_format::{grouped, money, percent},
    tests::{sample, stress},
    view::{OfferView, PageView, Retraction},
};

fn html(view: &PageView) -> String {
    page_html(view, Lang::Ko).unwrap()
}

fn review(view: &PageView) -> String {
    review_html(view, &view.reviews[0], Lang::Ko).unwrap()
}

#[test]
fn hostile_texts_stay_texts() {
    let mut view = stress::hostile_page();
    let hostile = stress::HOSTILE[0];
    view.currency = Some(hostile.to_owned());
    view.lists[0].model.name = hostile.to_owned();
    view.hit_rates[1].key = hostile.to_owned();
    view.model_check.as_mut().unwrap().model = hostile.to_owned();
    view.retracted = vec![Retraction { run_id: hostile.to_owned(), at: view.as_of }];
    view.reviews[0].run_id = hostile.to_owned();
    let scripts = |page: &str| page.matches("<script").count();
    let blocks = html(&view).matches("<script type=\"text/plain\" id=\"packed-").count();
    for (page, own) in [(html(&view), 3 + blocks), (review(&view), 2)] {
        assert!(!page.contains("<img"), "an element came through");
        assert!(!page.contains("<script>alert"), "a script came through");
        assert_eq!(scripts(&page), own, "the page has its own scripts only");
        assert_eq!(page.matches("</script").count(), own);
        assert!(page.contains("&#60;/script&#62;&#60;script&#62;alert"), "it is shown as it is written");
    }
}

#[test]
fn pages_load_nothing() {
    let view = sample::page();
    for page in [html(&view), review(&view)] {
        for outside in [" src=", "href=\"http", "@import", "url(", "<link", "fetch(", "XMLHttp", "innerHTML"]
        {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("<meta charset=\"utf-8\">"));
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn the_given_language_is_shown_first() {
    let view = sample::page();
    for lang in [Lang::Ko, Lang::En] {
        for page in [page_html(&view, lang).unwrap(), review_html(&view, &view.reviews[0], lang).unwrap()] {
            assert!(page.contains(&format!("<html lang=\"{lang}\">")));
            assert!(page.contains("인쇄") && page.contains("Print"));
            let label =
                if lang == Lang::Ko { "aria-label=\"화면 설정\"" } else { "aria-label=\"Display\"" };
            assert!(page.contains(label));
        }
    }
    assert!(
        html(&view).contains("제작자 실적 4건 중 3건 달성")
            && html(&view).contains("maker record 3 of 4 hit")
    );
}

#[test]
fn the_head_contains_the_key_facts() {
    let mut view = sample::page();
    view.retracted = vec![Retraction {
        run_id: "20160223T180000Z-00000009".to_owned(),
        at: "2016-02-24T00:30:00Z".parse().unwrap(),
    }];
    let page = html(&view);
    for text in [
        "20160224T180000Z-1a2b3c4d",
        "2016년 3월 1일(화) 10:00",
        "Tue 1 March 2016, 10:00",
        "2016년 2월 27일(토) 03:00",
        "Fri 26 February 2016, 10:00",
        "Asia/Seoul",
        "212 of 900 rows are bad",
        "상품 12건 중 6.7건",
        "6.7 of 12",
        "평균 달성률 62 %",
        "로그 손실 0.541 · 기준 0.660",
        "계산 번호 20160223T180000Z-00000009 게시를 취소했습니다(2016년 2월 24일(수) 09:30)",
        "href=\"review-2016-02-16.html\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn the_page_has_a_marker_for_later_notices() {
    let page = html(&stress::hostile_page());
    let (above, below) = page.split_once(super::retraction::MARKER).unwrap();
    assert!(above.contains("<main>") && below.contains("class=\"warnings\""));
    assert!(!below.contains(super::retraction::MARKER));
}

#[test]
fn empty_lists_are_stated() {
    let mut view = sample::page();
    view.lists.truncate(1);
    view.lists[0].offers.clear();
    assert!(html(&view).contains("No offers are proposed for this slot"));
    view.lists.clear();
    assert!(html(&view).contains("This run ranked no slot"));
}

#[test]
fn without_scripts_other_files_are_named() {
    let page = html(&sample::page());
    let notice = page.split("<noscript>").nth(1).unwrap().split("</noscript>").next().unwrap();
    assert!(
        notice.contains("ranking.csv") && notice.contains("ranking.xlsx") && notice.contains("JavaScript")
    );
}

#[test]
fn a_missing_backtest_is_stated() {
    let mut view = sample::page();
    view.backtest = None;
    view.hit_rates.clear();
    view.slot_history.clear();
    let page = html(&view);
    assert!(page.contains("There is no backtest yet"));
    assert!(!page.contains("<details class=\"rates\""));
}

#[test]
fn a_useless_model_is_stated() {
    let mut view = sample::page();
    let backtest = view.backtest.as_mut().unwrap();
    backtest.log_loss = backtest.base_rate_log_loss;
    let page = html(&view);
    let score = page.split("id=\"score\"").nth(1).unwrap();
    assert!(score.contains("no better than the average hit rate"));
}

#[test]
fn an_unchecked_model_has_no_section() {
    let mut view = sample::page();
    assert!(html(&view).contains("id=\"check\"") && review(&view).contains("id=\"check\""));
    (view.model_check, view.since_promotion) = (None, None);
    for page in [html(&view), review(&view)] {
        assert!(!page.contains("id=\"check\"") && !page.contains("href=\"#check\""));
    }
    assert!(html(&view).contains("not measured yet"));
}

#[test]
fn a_check_without_charts_is_one_paragraph() {
    let mut view = sample::page();
    let check = view.model_check.as_mut().unwrap();
    (check.bins, check.slots) = (Vec::new(), Vec::new());
    let page = html(&view);
    assert!(page.contains("a perfect model would show 0.021"));
    assert!(!page.contains("id=\"reliability\"") && !page.contains("id=\"slot-hits\""));
}

#[test]
fn a_closed_slot_has_predictions_and_outcomes() {
    let mut view = sample::page();
    let offers = &mut view.reviews[0].offers;
    (offers[0].hit, offers[0].demand) = (false, Some(211.0));
    let page = review(&view);
    for text in [
        "2016년 2월 16일(화) 슬롯 결과",
        "Of 8 offers, 5.8 were expected to reach their threshold; 4 did.",
        "Predicted 93.4 % (rank 1). Threshold 300, demand 211: missed.",
        "Reliability since the model&#39;s promotion",
        "20160212T180000Z-00000001",
        "href=\"index.html\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<tr>").count(), 1 + view.reviews[0].offers.len());
    assert!(!page.contains("NaN"));
}

#[test]
fn large_lists_stay_small_files() {
    let page = html(&stress::page(5_000));
    assert!(page.len() <= 10_000_000, "{} bytes", page.len());
}

#[test]
fn equal_views_have_equal_bytes() {
    assert_eq!(html(&sample::page()), html(&sample::page()));
    assert_eq!(html(&stress::page(100)), html(&stress::page(100)));
    assert_eq!(review(&sample::page()), review(&sample::page()));
}

/// Expected Korean texts of the cells, by offer.
fn readings(view: &PageView) -> serde_json::Value {
    let in_korean = |text: String| match view.currency.as_deref() {
        Some("KRW") => format!("{text}원"),
        Some(code) => format!("{code} {text}"),
        None => text,
    };
    let reading = |offer: &OfferView| {
        let scored = &offer.ranked.scored;
        let terms = &scored.offer;
        let text = |value: f64| demand_text(value, terms.threshold_basis);
        serde_json::json!({
            "id": terms.id,
            "p_hit": percent(scored.p_hit.get()),
            "demand": scored.demand.map(|demand| [demand.p50, demand.p10, demand.p90].map(text)),
            "threshold": text(terms.threshold),
            "price": terms.price.map(|price| in_korean(money(price))),
            "expected_amount": scored.expected_amount().map(|amount| in_korean(grouped(amount, 0))),
        })
    };
    view.lists[0].offers.iter().map(reading).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "pages for the check in a browser, only when asked for")]
fn pages_are_written_on_request() {
    let Some(folder) = std::env::var_os("SLOTCAST_WRITE_PAGES").map(std::path::PathBuf::from) else { return };
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    let mut sample = sample::page();
    sample.retracted = vec![Retraction { run_id: "20160223T180000Z-00000009".to_owned(), at: sample.as_of }];
    let hostile = stress::hostile_page();
    let mut internal = sample::page();
    internal.audience = slotcast_core::Audience::Internal;
    write("sample.html", html(&sample));
    write("sample.readings.json", readings(&sample).to_string());
    write("hostile.html", html(&hostile));
    let mut amount = sample::page();
    amount.currency = Some("BRL".to_owned());
    for offer in amount.lists.iter_mut().flat_map(|list| &mut list.offers) {
        offer.ranked.scored.offer.threshold_basis = ThresholdBasis::Amount;
        offer.ranked.scored.offer.threshold += 0.25;
    }
    write("amount.html", html(&amount));
    write("amount.readings.json", readings(&amount).to_string());
    let later = Retraction { run_id: "20160225T180000Z-0000000a".to_owned(), at: sample.as_of };
    write("retracted.html", crate::with_retraction_notice(&html(&sample), &later, sample.zone));
    write("internal.html", html(&internal));
    write(&super::review::file_name(&sample.reviews[0]), review(&sample));
    write("review-hostile.html", review(&hostile));
    for n in [900, 5_000] {
        let stress = stress::page(n);
        write(&format!("stress-{n}.html"), html(&stress));
        write(&format!("stress-{n}.readings.json"), readings(&stress).to_string());
    }
}
