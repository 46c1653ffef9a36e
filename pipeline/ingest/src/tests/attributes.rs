//! Attributes: their kinds, and their one namespace.

use arrow::datatypes::DataType;

use super::{Given, Known, Settings, account, batch, column, contract, mapped, settings, taken};
use crate::{AttributeKinds, FileRefused, Mapping, Reason};

const HEADER: &str = "product_id,title,category,maker_id,updated_at";

fn product(id: &str) -> String {
    format!("{id},t,c,m,2016-02-01 09:00")
}

fn knowing(table: &str, column: &str, kind: DataType) -> Settings {
    let mut attribute_kinds = AttributeKinds::default();
    attribute_kinds.insert(table, column, kind);
    Settings { attribute_kinds, ..settings() }
}

#[test]
fn kinds_are_inferred_from_the_whole_file() {
    let text = format!(
        "{HEADER},attr_a,attr_b,attr_c,attr_d\n{},True,1,1,\n{},,-2.5e3,x,\n{},false,,true,\n",
        product("1"),
        product("2"),
        product("3")
    );
    let taken = taken("products/a.csv", &text);
    let facts = batch(&taken, "products");
    let kind = |name: &str| facts.schema().field_with_name(name).ok().map(|field| field.data_type().clone());
    assert_eq!(kind("attr_a"), Some(DataType::Boolean));
    assert_eq!(kind("attr_b"), Some(DataType::Float64));
    assert_eq!(kind("attr_c"), Some(DataType::Utf8));
    assert_eq!(kind("attr_d"), None, "a column that holds nothing has no kind yet");
    assert_eq!(column(facts, "attr_a"), ["true", "", "false"]);
    assert_eq!(column(facts, "attr_b"), ["1.0", "-2500.0", ""]);
    assert!(taken.extra_columns.is_empty());
}

#[test]
fn what_the_lake_knows_wins() {
    let text = format!("{HEADER},attr_size\n{},large\n{},3\n", product("1"), product("2"));
    let file = Given::file("products/a.csv", text);
    let number = file.take(&contract(), &knowing("products", "attr_size", DataType::Float64)).unwrap();
    assert_eq!(account(&number), (2, 1, 1, 0, 0));
    assert_eq!(number.rejects[0].reason, Reason::BadNumber);
    assert_eq!(number.rejects[0].column_name.as_deref(), Some("attr_size"));
    let flag = file.take(&contract(), &knowing("products", "attr_size", DataType::Boolean)).unwrap();
    assert_eq!(flag.rejects[0].reason, Reason::BadFlag);
    let text = file.take(&contract(), &knowing("products", "attr_size", DataType::Utf8)).unwrap();
    assert_eq!(column(batch(&text, "products"), "attr_size"), ["large", "3"]);
}

#[test]
fn products_and_offers_share_one_namespace() {
    let text = format!("{HEADER},attr_size\n{},3\n", product("1"));
    let file = Given::file("products/a.csv", text);
    let refused = file.take(&contract(), &knowing("candidates", "attr_size", DataType::Float64)).unwrap_err();
    assert!(matches!(refused, FileRefused::AttributeTwice { .. }));
    assert!(refused.to_string().contains("already has one"), "{refused}");
}

#[test]
fn a_mapping_states_the_kind() {
    let mapping = |kind: &str| {
        format!(
            "name = \"m\"\n[[file]]\npattern = \"*.csv\"\n[[file.target]]\ntable = \"products\"\n\
             [file.target.columns]\nproduct_id = \"id\"\ntitle = \"t\"\ncategory = {{ value = \"c\" }}\nmaker_id = \"id\"\n\
             updated_at = \"at\"\nattr_size = {{ column = \"size\", kind = \"{kind}\" }}\n\
             attr_words = {{ column = \"t\", length = \"words\" }}\nattr_shown = {{ column = \"size\", present = true }}\n\
             attr_city = {{ column = \"place\", json = \"city\" }}\n"
        )
    };
    let rows = "id,t,at,size,place\n1,두 단어,2016-02-01 09:00,3,\"{\"\"city\"\" : \"\"서울\"\"}\"\n2,one,2016-02-01 09:00,,no json\n";
    let taken = mapped(&mapping("text"), rows);
    let facts = batch(&taken, "products");
    assert_eq!(column(facts, "attr_size"), ["3", ""]);
    assert_eq!(column(facts, "attr_words"), ["2.0", "1.0"]);
    assert_eq!(column(facts, "attr_shown"), ["true", "false"]);
    assert_eq!(column(facts, "attr_city"), ["서울", ""]);
    let other = Mapping::parse(&mapping("number"), "m.toml").unwrap();
    let settings = knowing("products", "attr_size", DataType::Utf8);
    let refused = Given::file("rows.csv", rows).take(&other, &settings).unwrap_err();
    assert!(
        matches!(refused, FileRefused::AttributeKind { given: "number", known: "text", .. }),
        "{refused}"
    );
}

#[test]
fn a_refused_file_keeps_no_name_from_the_others() {
    let campaign =
        "campaign_id,product_id,opens_at,closes_at,threshold,threshold_basis,status,updated_at,attr_w\n";
    let bad =
        format!("{campaign}{}", "c,p,bad,2016-02-23 10:00,5,units,scheduled,2016-02-01 09:00,3\n".repeat(30));
    let campaigns = Given::file("campaigns/a.csv", bad);
    let products = Given::file("products/a.csv", format!("{HEADER},attr_w\n{},3\n", product("1")));
    let files = [campaigns.file.clone(), products.file.clone()];
    let taken = Known::nothing().take_all(&files, &contract(), &settings());
    assert!(matches!(taken[0], Err(FileRefused::TooManyBadRows { .. })));
    assert_eq!(account(taken[1].as_ref().unwrap()), (1, 1, 0, 0, 0));
}
