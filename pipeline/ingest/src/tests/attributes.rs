//! Kinds of attributes, and their common namespace.

use arrow::datatypes::DataType;

use super::{
    Settings, TestFile, TestLake, batch, column, contract, counts, ingest_contract, ingest_mapped, settings,
};
use crate::{AttributeKinds, FileError, Mapping, RejectReason};

const HEADER: &str = "product_id,title,category,maker_id,updated_at";

fn product(id: &str) -> String {
    format!("{id},t,c,m,2016-02-01 09:00")
}

fn with_known_kind(table: &str, column: &str, kind: DataType) -> Settings {
    let mut attribute_kinds = AttributeKinds::default();
    attribute_kinds.insert(table, column, kind);
    Settings { attribute_kinds, ..settings() }
}

#[test]
fn kinds_are_inferred_from_whole_files() {
    let text = format!(
        "{HEADER},attr_a,attr_b,attr_c,attr_d\n{},True,1,1,\n{},,-2.5e3,x,\n{},false,,true,\n",
        product("1"),
        product("2"),
        product("3")
    );
    let result = ingest_contract("products/a.csv", &text);
    let facts = batch(&result, "products");
    let kind = |name: &str| facts.schema().field_with_name(name).ok().map(|field| field.data_type().clone());
    assert_eq!(kind("attr_a"), Some(DataType::Boolean));
    assert_eq!(kind("attr_b"), Some(DataType::Float64));
    assert_eq!(kind("attr_c"), Some(DataType::Utf8));
    assert_eq!(kind("attr_d"), None, "an empty column has no kind yet");
    assert_eq!(column(facts, "attr_a"), ["true", "", "false"]);
    assert_eq!(column(facts, "attr_b"), ["1.0", "-2500.0", ""]);
    assert!(result.extra_columns.is_empty());
}

#[test]
fn kinds_in_the_lake_take_precedence() {
    let text = format!("{HEADER},attr_size\n{},large\n{},3\n", product("1"), product("2"));
    let file = TestFile::new("products/a.csv", text);
    let number =
        file.ingest(&contract(), &with_known_kind("products", "attr_size", DataType::Float64)).unwrap();
    assert_eq!(counts(&number), (2, 1, 1, 0, 0));
    assert_eq!(number.rejects[0].reason, RejectReason::BadNumber);
    assert_eq!(number.rejects[0].column_name.as_deref(), Some("attr_size"));
    let flag =
        file.ingest(&contract(), &with_known_kind("products", "attr_size", DataType::Boolean)).unwrap();
    assert_eq!(flag.rejects[0].reason, RejectReason::BadFlag);
    let text = file.ingest(&contract(), &with_known_kind("products", "attr_size", DataType::Utf8)).unwrap();
    assert_eq!(column(batch(&text, "products"), "attr_size"), ["large", "3"]);
}

#[test]
fn products_and_offers_share_a_namespace() {
    let text = format!("{HEADER},attr_size\n{},3\n", product("1"));
    let file = TestFile::new("products/a.csv", text);
    let refused =
        file.ingest(&contract(), &with_known_kind("candidates", "attr_size", DataType::Float64)).unwrap_err();
    assert!(matches!(refused, FileError::AttributeNameTaken { .. }));
    assert!(refused.to_string().contains("already has one"), "{refused}");
}

#[test]
fn kinds_in_mappings() {
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
    let result = ingest_mapped(&mapping("text"), rows);
    let facts = batch(&result, "products");
    assert_eq!(column(facts, "attr_size"), ["3", ""]);
    assert_eq!(column(facts, "attr_words"), ["2.0", "1.0"]);
    assert_eq!(column(facts, "attr_shown"), ["true", "false"]);
    assert_eq!(column(facts, "attr_city"), ["서울", ""]);
    let other = Mapping::parse(&mapping("number"), "m.toml").unwrap();
    let settings = with_known_kind("products", "attr_size", DataType::Utf8);
    let refused = TestFile::new("rows.csv", rows).ingest(&other, &settings).unwrap_err();
    assert!(
        matches!(refused, FileError::AttributeKindConflict { declared: "number", stored: "text", .. }),
        "{refused}"
    );
}

#[test]
fn refused_files_do_not_claim_attribute_names() {
    let campaign =
        "campaign_id,product_id,opens_at,closes_at,threshold,threshold_basis,status,updated_at,attr_w\n";
    let bad =
        format!("{campaign}{}", "c,p,bad,2016-02-23 10:00,5,units,scheduled,2016-02-01 09:00,3\n".repeat(30));
    let campaigns = TestFile::new("campaigns/a.csv", bad);
    let products = TestFile::new("products/a.csv", format!("{HEADER},attr_w\n{},3\n", product("1")));
    let files = [campaigns.file.clone(), products.file.clone()];
    let results = TestLake::empty().ingest_all(&files, &contract(), &settings());
    assert!(matches!(results[0], Err(FileError::TooManyBadRows { .. })));
    assert_eq!(counts(results[1].as_ref().unwrap()), (1, 1, 0, 0, 0));
}
