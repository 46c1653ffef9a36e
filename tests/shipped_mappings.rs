//! Mappings under `data/sources` on made files in the shape of the real exports.
//!
//! Shapes: help.shopify.com (exporting orders), woocommerce.github.io (REST API, orders), the order list of Naver
//! Smartstore, Olist's files on Kaggle, the crawls of webrobots.io, and a platform like Wadiz.

use std::path::Path;

use encoding_rs::EUC_KR;
use tempfile::TempDir;

use crate::support::{query, root, run, slotcast, write_bytes, write_text};

/// Outcomes of campaigns: id, orders, customers, demand, amount, hit.
const OUTCOMES: &str = "select campaign_id, orders_placed, customers, demand, net_amount, hit \
                        from campaign_outcomes order by campaign_id";

/// An inbox of one source, with its own sheets of makers, products and campaigns.
struct Market(TempDir);

impl Market {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Adds a file.
    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        write_bytes(&self.folder().join("inbox").join(name), content.as_ref());
        self
    }

    /// Adds campaigns of products P1 and P2 in the slot of 2026-03-03, with a threshold of 3 units.
    fn with_sheets(self) -> Self {
        let campaign = |product: &str| {
            format!(
                "{product}@2026-03-03,{product},2026-03-03,2026-03-03T10:00:00+09:00,2026-03-10T10:00:00+09:00,3,units,\
                 10000,KRW,scheduled,2026-02-20T00:00:00+09:00\n"
            )
        };
        let header = "campaign_id,product_id,slot_date,opens_at,closes_at,threshold,threshold_basis,price,currency,status,\
                      updated_at\n";
        self.with("makers/all.csv", "maker_id,name,kind,updated_at\nm1,손,brand,2026-01-01T00:00:00+09:00\n")
            .with(
                "products/all.csv",
                "product_id,title,category,maker_id,updated_at\n\
                 P1,머그,home,m1,2026-01-01T00:00:00+09:00\nP2,그릇,home,m1,2026-01-01T00:00:00+09:00\n",
            )
            .with("campaigns/all.csv", format!("{header}{}{}", campaign("P1"), campaign("P2")))
    }

    /// Loads the inbox through a mapping; returns the account.
    #[track_caller]
    fn ingest(&self, mapping: &str) -> String {
        let mapping = root().join("data/sources").join(mapping);
        let arguments = ["ingest", "inbox", "--lake", "lake", "--history", "--as-of", AS_OF, "--source"];
        let output = run(slotcast(self.folder()).args(arguments).arg(mapping)).ok();
        output.stderr
    }

    /// Builds the relations and returns the outcomes.
    #[track_caller]
    fn outcomes(&self) -> String {
        run(slotcast(self.folder()).args(["stats", "--lake", "lake", "--as-of", AS_OF])).ok();
        query(self.folder(), "lake", OUTCOMES)
    }
}

const AS_OF: &str = "2026-04-01T00:00:00Z";

#[test]
fn shopify_orders_export() {
    let header = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,\
                  Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
                  Lineitem sku,Lineitem fulfillment status,Billing Name,Shipping Name,Cancelled at,Refunded Amount,Id,\
                  Source\n";
    let first = |name: &str, status: &str, quantity: u32, sku: &str, cancelled: &str| {
        format!(
            "{name},a{name}@example.com,{status},,unfulfilled,,KRW,1,0,0,1,,0,2026-03-04 12:00:00 +0900,{quantity},\
             Mug,10000.00,{sku},pending,A,A,{cancelled},0,900,web\n"
        )
    };
    let line = |name: &str, quantity: u32, sku: &str| {
        format!("{name},,,,,,,,,,,,,2026-03-04 12:00:00 +0900,{quantity},Bowl,20000.00,{sku},pending,,,,,,\n")
    };
    let rows = [
        // Cancelled as a whole; only its first line has the status.
        first("#1001", "voided", 2, "P1", "2026-03-05 09:00:00 +0900") + &line("#1001", 3, "P2"),
        first("#1002", "paid", 1, "P1", "") + &line("#1002", 1, "P2"),
        first("#1003", "expired", 5, "P1", "") + &line("#1003", 5, "P2"),
    ];
    let market =
        Market::new().with_sheets().with("orders_export_1.csv", format!("{header}{}", rows.concat()));
    let account = market.ingest("shopify.toml");
    assert!(
        account.contains("orders_export_1.csv: read 6 = accepted 4 + rejected 0 + repeats 0 + filtered 2"),
        "{account}"
    );
    assert!(!account.contains("unused columns"), "{account}");
    assert_eq!(
        market.outcomes(),
        "P1@2026-03-03,2,2,1.00,10000.00,false\nP2@2026-03-03,2,2,1.00,20000.00,false"
    );
}

#[test]
fn woocommerce_rest_orders() {
    let item = |id: u32, sku: &str, quantity: u32, total: &str| {
        format!(
            "{{\"id\":{id},\"name\":\"x\",\"variation_id\":0,\"quantity\":{quantity},\"total\":\"{total}\",\"sku\":\"{sku}\",\"price\":1}}"
        )
    };
    let order = |id: u64, status: &str, customer: u32, items: &[String]| {
        format!(
            "{{\"id\":{id},\"parent_id\":0,\"status\":\"{status}\",\"currency\":\"KRW\",\"date_created\":\"2026-03-04T12:00:00\",\
             \"date_created_gmt\":\"2026-03-04T03:00:00\",\"date_modified_gmt\":\"2026-03-05T03:00:00\",\"customer_id\":{customer},\
             \"created_via\":\"checkout\",\"billing\":{{\"email\":\"u{id}@example.com\"}},\"line_items\":[{}]}}",
            items.join(",")
        )
    };
    let orders = [
        order(727, "processing", 0, &[item(315, "P1", 2, "20000.00"), item(316, "P2", 1, "0.00")]),
        order(728, "cancelled", 7, &[item(317, "P1", 4, "40000.00")]),
        order(729, "pending", 8, &[item(318, "P1", 9, "90000.00")]),
        order(730, "completed", 0, &[item(319, "P1", 1, "10000.00")]),
    ];
    let market =
        Market::new().with_sheets().with("orders-page-1.json", format!("[\n{}\n]\n", orders.join(",\n")));
    let account = market.ingest("woocommerce.toml");
    assert!(
        account.contains("orders-page-1.json: read 5 = accepted 4 + rejected 0 + repeats 0 + filtered 1"),
        "{account}"
    );
    // A coupon of 100 % leaves a free unit, which counts.
    assert_eq!(market.outcomes(), "P1@2026-03-03,3,3,3.00,30000.00,true\nP2@2026-03-03,1,1,1.00,0.00,false");
}

#[test]
fn smartstore_order_list() {
    let text = "상품주문번호,주문번호,주문세부상태,클레임상태,클레임완료일,판매채널,구매자명,구매자ID,수취인명,결제일,상품명,옵션정보,수량,상품가격,최종 상품별 총 주문금액,판매자 상품코드,배송방법,송장번호\n\
        2026030411110001,2026030400001,배송완료,,,스마트스토어,김**,kim**,김**,2026.03.04 12:05:11,머그,색: 흰색,2,\"10,000\",\"20,000원\",P1,택배,1\n\
        2026030411110002,2026030400002,취소,취소완료,2026.03.05 09:00:00,스마트스토어,이**,lee**,이**,2026.03.04 12:06:00,머그,색: 흰색,4,\"10,000\",\"40,000원\",P1,택배,\n\
        2026030411110003,2026030400003,결제대기,,,스마트스토어,박**,park**,박**,,머그,색: 흰색,9,\"10,000\",\"90,000원\",P1,택배,\n\
        2026030411110004,2026030400001,배송완료,,,스마트스토어,김**,kim**,김**,2026.03.04 12:05:11,그릇,색: 청색,3,\"20,000\",\"60,000원\",P2,택배,1\n";
    let (bytes, _, has_errors) = EUC_KR.encode(text);
    assert!(!has_errors);
    let market = Market::new().with_sheets().with("스마트스토어_전체주문발주발송관리_20260311.csv", bytes);
    let account = market.ingest("smartstore.toml");
    assert!(account.contains("read 4 = accepted 3 + rejected 0 + repeats 0 + filtered 1"), "{account}");
    assert!(account.contains("CP949"), "{account}");
    assert_eq!(
        market.outcomes(),
        "P1@2026-03-03,2,2,2.00,20000.00,false\nP2@2026-03-03,1,1,3.00,60000.00,true"
    );
}

#[test]
fn olist_orders_and_items() {
    let market = Market::new()
        .with(
            "olist_order_items_dataset.csv",
            "\"order_id\",\"order_item_id\",\"product_id\",\"seller_id\",\"shipping_limit_date\",\"price\",\"freight_value\"\n\
             \"o1\",1,\"p1\",\"s1\",2026-03-12 12:00:00,10.50,8.72\n\"o1\",2,\"p1\",\"s1\",2026-03-12 12:00:00,10.50,8.72\n\
             \"o2\",1,\"p1\",\"s1\",2026-03-12 12:00:00,10.50,8.72\n\"o3\",1,\"p2\",\"s1\",2026-03-12 12:00:00,7.00,8.72\n\
             \"o4\",1,\"p2\",\"s1\",2026-03-12 12:00:00,7.00,8.72\n",
        )
        .with(
            "olist_orders_dataset.csv",
            "\"order_id\",\"customer_id\",\"order_status\",\"order_purchase_timestamp\"\n\
             \"o1\",\"u1\",\"delivered\",\"2026-03-04 12:00:00\"\n\"o2\",\"u2\",\"canceled\",\"2026-03-04 13:00:00\"\n\
             \"o3\",\"u3\",\"shipped\",\"2026-03-04 14:00:00\"\n",
        )
        .with(
            "olist_products_dataset.csv",
            "\"product_id\",\"product_category_name\"\n\"p1\",\"perfumaria\"\n\"p2\",\"\"\n",
        );
    let account = market.ingest("olist.toml");
    assert!(
        account.contains(
            "olist_order_items_dataset.csv: read 5 = accepted 4 + rejected 0 + repeats 0 + filtered 1"
        ),
        "{account}"
    );
    assert_eq!(market.outcomes(), "p1 2026-03-03,2,2,2.00,21.00,false\np2 2026-03-03,1,1,1.00,7.00,false");
    let categories =
        query(market.folder(), "lake", "select distinct category from offer_features order by 1");
    assert_eq!(categories, "perfumaria\nunknown");
}

#[test]
fn kickstarter_crawl_by_webrobots() {
    let project = |id: u32, state: &str, pledged: &str, backers: u32| {
        format!(
            "{{\"id\":{id},\"robot_id\":100,\"run_id\":1,\"created_at\":\"2026-04-01\",\"data\":{{\"id\":{id},\
             \"name\":\"Mug {id} (Canceled)\",\"blurb\":\"x\",\"goal\":5000.0,\"pledged\":{pledged},\"state\":\"{state}\",\
             \"country\":\"US\",\"currency\":\"USD\",\"deadline\":1773000000,\"launched_at\":1771000000,\
             \"backers_count\":{backers},\"photo\":{{\"med\":\"https://example.com/{id}.jpg\"}},\
             \"creator\":{{\"id\":9007199254740993,\"name\":\"Ann\"}},\"category\":{{\"id\":1,\"name\":\"Ceramics\",\
             \"slug\":\"crafts/ceramics\"}},\"urls\":{{\"web\":{{\"project\":\"https://example.com/{id}\"}}}}}}}}\n"
        )
    };
    let rows = [
        project(1, "successful", "6100.25", 120),
        project(2, "failed", "12.0", 1),
        project(3, "live", "300.0", 9),
        project(4, "suspended", "9.5", 2),
    ];
    let market = Market::new().with("Kickstarter_2026-04-01.json", rows.concat());
    let account = market.ingest("kickstarter_webrobots.toml");
    assert!(account.contains("read 4 = accepted 4 + rejected 0 + repeats 0 + filtered 0"), "{account}");
    let outcomes =
        "select campaign_id, demand, hit, declared_outcome from campaign_outcomes order by campaign_id";
    market.outcomes();
    let found = query(market.folder(), "lake", outcomes);
    assert!(found.starts_with("1,6100.25,true,reached\n2,12.00,false,missed\n"), "{found}");
    let makers = query(market.folder(), "lake", "select distinct category, maker_id from offer_features");
    assert_eq!(makers, "crafts,9007199254740993");
}

#[test]
fn wadiz_like_platform() {
    let market = Market::new()
        .with(
            "프로젝트_목록.csv",
            "프로젝트번호,프로젝트명,카테고리,메이커번호,메이커명,목표금액,오픈예정 등록일시,오픈일시,마감일\n\
             501,머그,홈리빙,7,손작업,\"500,000원\",2026-02-20 10:00,2026-03-03 14:00,2026-03-16\n",
        )
        .with(
            "펀딩_내역.csv",
            "펀딩번호,프로젝트번호,서포터번호,리워드,수량,펀딩금액,펀딩일시,취소일시\n\
             F1,501,u1,얼리버드,2,\"300,000원\",2026. 3. 4. 오후 2:05:00,\n\
             F2,501,u2,얼리버드,2,\"300,000원\",2026. 3. 16. 오후 11:59:00,\n\
             F3,501,u3,기본,1,\"150,000원\",2026. 3. 5. 오전 9:00:00,2026. 3. 6. 오전 12:30:00\n",
        )
        .with(
            "일별지표.csv",
            "일자,프로젝트번호,유입경로,조회수,방문자수,알림신청,찜\n\
             2026-02-25,501,인스타그램,\"1,200\",900,40,25\n2026.02.26,501,검색,300,200,0,5\n",
        )
        .with("댓글.csv", "댓글번호,프로젝트번호,작성일시\n1,501,2026년 2월 25일 14시 5분\n2,501,2026년 2월 26일 9시\n");
    let account = market.ingest("wadiz.toml");
    assert!(!account.contains("rejected rows"), "{account}");
    assert_eq!(market.outcomes(), "501,3,3,600000.00,600000.00,true");
    let signals = query(
        market.folder(),
        "lake",
        "select kind, sum(count) as n from signal_daily group by kind order by kind",
    );
    assert_eq!(signals, "alert,40\ncomment,2\nwish,30");
    let views = query(market.folder(), "lake", "select sum(views) v, sum(visitors) w from conversion_daily");
    assert_eq!(views, "1500,1100");
}

#[test]
fn every_shipped_mapping_is_valid() {
    let folder = TempDir::new().expect("a folder");
    let mut names: Vec<String> = std::fs::read_dir(root().join("data/sources"))
        .expect("the folder of mappings")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert!(names.len() >= 9, "{names:?}");
    let readme = std::fs::read_to_string(root().join("data/sources/README.md")).expect("the guide");
    for name in names {
        write_text(&folder.path().join("inbox/.keep"), "");
        let mapping = root().join("data/sources").join(&name);
        let output =
            run(slotcast(folder.path()).args(["ingest", "inbox", "--lake", &name, "--source"]).arg(mapping));
        assert_eq!(output.code, Some(0), "{name}: {}", output.stderr);
        assert!(readme.contains(&format!("| `{name}` |")), "the guide lacks {name}");
    }
}
