//! Tests of the JSON and of its schema.

use serde_json::{Value, json};
use slotcast_core::Audience;

use super::{page::SCHEMA_NAME, ranking_json, ranking_schema};
use crate::{tests::sample, view::PageView};

fn read(view: &PageView) -> Value {
    serde_json::from_str(&ranking_json(view).unwrap()).unwrap()
}

#[test]
fn the_json_contains_the_list() {
    let view = sample::page();
    let value = read(&view);
    let first = &value["lists"][0]["offers"][0];
    assert_eq!((&value["run_id"], &value["is_internal"]), (&view.run_id.as_str().into(), &false.into()));
    assert_eq!(value["lists"][0]["opens_at"], "2016-03-01T01:00:00Z");
    assert_eq!((&first["rank"], &first["p_hit"]), (&1.into(), &0.9341.into()));
    assert_eq!((&first["details"]["alerts_7d"], &first["flags"]), (&144.into(), &json!(["holiday"])));
    assert_eq!(first["change"]["previous_rank"], 4);
    assert_eq!((first["curve"].as_array().unwrap().len(), &first["days"][0]["alerts"]), (7, &1.into()));
    assert_eq!(first["reasons"][0]["value"]["n"], 4.0);
    assert!(first["expected_amount"].is_number() && first["expected_value"].is_null());
    assert_eq!(value["lists"][0]["offers"][2]["change"], Value::Null);
    assert_eq!(value["reviews"][0]["offers"][2]["demand"], Value::Null);
    assert_eq!(value["order_curves"]["식품"][168]["hour"], 168);
    assert_eq!(ranking_json(&view).unwrap(), ranking_json(&sample::page()).unwrap());
}

#[test]
fn each_offer_is_on_one_line() {
    let text = ranking_json(&sample::page()).unwrap();
    let lines = text.lines().filter(|line| line.trim_start().starts_with("{\"candidate_id\""));
    assert_eq!(lines.count(), 12 + 2 + 8, "offers of the lists and of the review");
}

#[test]
fn an_empty_list_is_an_array() {
    let mut view = sample::page();
    view.lists.truncate(1);
    view.lists[0].offers.clear();
    assert_eq!(read(&view)["lists"][0]["offers"], json!([]));
}

#[test]
fn costs_are_for_internal_readers() {
    let mut view = sample::page();
    let text = ranking_json(&view).unwrap();
    assert!(!text.contains("cost") && !text.contains("7777"));
    view.audience = Audience::Internal;
    let value = read(&view);
    let first = &value["lists"][0]["offers"][0];
    assert_eq!((&value["is_internal"], &first["unit_cost"]), (&true.into(), &7777.0.into()));
    assert!(first["expected_value"].is_number());
}

/// Violations of `schema` by `value`, with their paths. Properties without a schema are violations, too.
fn violations(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").expect("a definition of this file");
        return violations(root, &root["$defs"][name], value, path);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let all: Vec<_> = any.iter().map(|one| violations(root, one, value, path)).collect();
        return if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() };
    }
    let mut found = own_violations(schema, value, path);
    if let Some(fields) = value.as_object() {
        for (key, field) in fields {
            let path = format!("{path}.{key}");
            match (&schema["properties"][key], &schema["additionalProperties"]) {
                (Value::Null, Value::Object(_)) => {
                    found.extend(violations(root, &schema["additionalProperties"], field, &path));
                }
                (Value::Null, _) => found.push(format!("{path} is not in the schema")),
                (known, _) => found.extend(violations(root, known, field, &path)),
            }
        }
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(key) {
                found.push(format!("{path}.{key} is required"));
            }
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(violations(root, &schema["items"], item, &format!("{path}[{index}]")));
    }
    found
}

/// Violations by a value itself.
fn own_violations(schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let type_of = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_of =
        |wanted: &Value| wanted == type_of(value) || (wanted == "number" && type_of(value) == "integer");
    let mut found = Vec::new();
    let is_typed = match &schema["type"] {
        Value::Array(types) => types.iter().any(is_of),
        Value::Null => true,
        one => is_of(one),
    };
    if !is_typed {
        found.push(format!("{path}: {value} is not {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
        found.push(format!("{path}: {value} is not one of {}", schema["enum"]));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        found.push(format!("{path}: {value} is not {}", schema["const"]));
    }
    if let Some(number) = value.as_f64() {
        let is_within = schema["minimum"].as_f64().is_none_or(|least| number >= least)
            && schema["maximum"].as_f64().is_none_or(|most| number <= most);
        if !is_within {
            found.push(format!("{path}: {value} is out of bounds"));
        }
    }
    found
}

#[test]
fn the_json_matches_the_schema() {
    let schema: Value = serde_json::from_str(&ranking_schema().unwrap()).unwrap();
    for audience in [Audience::Everyone, Audience::Internal] {
        let mut view = sample::page();
        view.audience = audience;
        view.retracted =
            vec![crate::view::Retraction { run_id: "20160224T180000Z-00000001".to_owned(), at: view.as_of }];
        assert_eq!(violations(&schema, &schema, &read(&view), "$"), Vec::<String>::new());
        view.lists[0].offers[0].ranked.scored.offer.threshold = f64::NAN;
        (view.backtest, view.model_check, view.currency) = (None, None, None);
        assert_eq!(violations(&schema, &schema, &read(&view), "$"), Vec::<String>::new());
    }
}

#[test]
fn violations_are_found() {
    let schema: Value = serde_json::from_str(&ranking_schema().unwrap()).unwrap();
    let mut value = read(&sample::page());
    value["lists"][0]["offers"][0]["p_hit"] = json!(1.5);
    value["lists"][0]["offers"][1]["unit_costs"] = json!(1);
    value["lists"][0]["offers"][2]["flags"] = json!(["new"]);
    value["reviews"][0].as_object_mut().unwrap().remove("run_id");
    assert_eq!(violations(&schema, &schema, &value, "$").len(), 4);
}

/// Every definition is used, every property explained, every required property defined.
#[test]
fn the_schema_is_documented() {
    let text = ranking_schema().unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&schema["$id"], SCHEMA_NAME), (&SCHEMA_NAME.into(), "ranking.schema.json"));
    let definitions = schema["$defs"].as_object().unwrap();
    for (name, definition) in definitions.iter().chain([(&"$".to_owned(), &schema)]) {
        let is_used = name == "$" || text.contains(&format!("\"#/$defs/{name}\""));
        assert!(is_used && definition["additionalProperties"] == false, "{name}");
        let properties = definition["properties"].as_object().unwrap();
        for (key, property) in properties {
            assert!(property["description"].is_string() || property["$ref"].is_string(), "{name}.{key}");
        }
        for key in definition["required"].as_array().unwrap() {
            assert!(properties.contains_key(key.as_str().unwrap()), "{name}.{key}");
        }
    }
}
