//! The schemas in `schemas/` are those of the program, and every file that is shipped is valid by them.
//!
//! After a change of the format: `BLESS=1 cargo test -p calc-conformance --test schemas` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use calc_conformance::schema::Kind;
use serde_json::{Map, Value, json};

#[test]
fn the_schemas_that_are_kept_are_those_of_the_program() {
    for kind in Kind::ALL {
        let path = root().join(format!("schemas/{}.json", kind.name()));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, kind.text()).expect("schemas/ can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        let anew = "BLESS=1 cargo test -p calc-conformance --test schemas";
        assert!(kept == kind.text(), "{} is not up to date; `{anew}` writes it", path.display());
    }
}

#[test]
fn every_file_that_is_shipped_is_valid() {
    let mut files = Vec::new();
    json_files(&root().join("suites"), &mut files);
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).expect("a file of a suite is text");
        let value: Value = serde_json::from_str(&text).expect("a file of a suite is JSON");
        let schema = kind_of(&file).schema();
        let mut faults = Vec::new();
        Validator { root: &schema }.check(&schema, &value, "", &mut faults);
        assert!(faults.is_empty(), "{}: {faults:#?}", file.display());
    }
}

/// A schema that refuses nothing would pass the test above.
#[test]
fn what_the_program_refuses_for_its_form_is_not_valid() {
    let case = |fields: Value| {
        let mut case = json!({"id": "c/x", "title": "t", "spec": [], "level": "must"});
        if let (Value::Object(case), Value::Object(fields)) = (&mut case, fields) {
            case.extend(fields);
        }
        json!({"id": "c", "title": "t", "cases": [case]})
    };
    let schema = Kind::Chapter.schema();
    let faults = |value: &Value| {
        let mut faults = Vec::new();
        Validator { root: &schema }.check(&schema, value, "", &mut faults);
        faults
    };
    assert_eq!(faults(&case(json!({"exchange": [["1", "ok"]]}))), Vec::<String>::new());
    for fields in [
        json!({"exchanges": []}),
        json!({"level": "shall"}),
        json!({"points": "2"}),
        json!({"title": null}),
        json!({"title": {"es": "t"}}),
        json!({"exchange": [["1"]]}),
        json!({"exchange": [["1", "ok", "ok"]]}),
        json!({"exchange": [["1", {"event": "timeout"}]]}),
        json!({"exchange": [["1", {"numbr": "1"}]]}),
        json!({"exchange": [[{"clear": false}, "ok"]]}),
        json!({"exchange": [[{"clear": true, "quit": true}, "ok"]]}),
        json!({"steps": [{"expect_close": "fim"}]}),
        json!({"steps": [{"say": "1", "segments": "byte"}]}),
        json!({"wrong": [{"when": {"event": "timeot"}}]}),
        json!({"wrong": [{"note": "no-reply"}]}),
    ] {
        assert!(!faults(&case(fields.clone())).is_empty(), "{fields}");
    }
}

fn kind_of(file: &Path) -> Kind {
    let within = |directory: &str| file.parent().is_some_and(|parent| parent.ends_with(directory));
    if within("dialects") {
        Kind::Dialect
    } else if within("notes") {
        Kind::Notes
    } else if file.ends_with("suite.json") {
        Kind::Suite
    } else {
        Kind::Chapter
    }
}

/// As much of JSON Schema as the schemas use; a keyword that it does not know is a fault of the test.
struct Validator<'s> {
    root: &'s Value,
}

impl Validator<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Object(keywords) => keywords,
            _ => return faults.push(format!("{at}: nothing may stand here")),
        };
        for (keyword, rule) in keywords {
            if !self.holds(keyword, rule, keywords, value, at, faults) {
                faults.push(format!("{at}: {value} is not {keyword} {rule}"));
            }
        }
    }

    /// Whether a keyword holds; those about the parts of a value report what is wrong themselves.
    fn holds(
        &self,
        keyword: &str,
        rule: &Value,
        keywords: &Map<String, Value>,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) -> bool {
        let count =
            |value: &Value| value.as_object().map(Map::len).or_else(|| value.as_array().map(Vec::len));
        let bound = || usize::try_from(rule.as_u64().expect("a bound is a number")).expect("a small number");
        match keyword {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => {}
            "type" => return is_of_type(value, rule.as_str().expect("one type")),
            "enum" => return rule.as_array().is_some_and(|values| values.contains(value)),
            "const" => return value == rule,
            "minimum" => return value.as_f64() >= rule.as_f64(),
            "maximum" => return value.as_f64() <= rule.as_f64(),
            "minItems" | "minProperties" => return count(value).is_none_or(|count| count >= bound()),
            "maxItems" | "maxProperties" => return count(value).is_none_or(|count| count <= bound()),
            "anyOf" | "oneOf" => return self.matches_one(rule, value),
            "uniqueItems" => {
                return value
                    .as_array()
                    .is_none_or(|items| (1..items.len()).all(|n| !items[..n].contains(&items[n])));
            }
            "required" => {
                let names = rule.as_array().into_iter().flatten().filter_map(Value::as_str);
                return names.into_iter().all(|name| !value.is_object() || value.get(name).is_some());
            }
            "$ref" => {
                let pointer = rule
                    .as_str()
                    .and_then(|path| path.strip_prefix('#'))
                    .expect("a reference within the file");
                self.check(self.root.pointer(pointer).expect("what is referred to"), value, at, faults);
            }
            "properties" => {
                for (name, schema) in rule.as_object().into_iter().flatten() {
                    if let Some(part) = value.get(name) {
                        self.check(schema, part, &format!("{at}.{name}"), faults);
                    }
                }
            }
            "additionalProperties" => {
                let known = keywords.get("properties").and_then(Value::as_object);
                for (name, part) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(name)) {
                        self.check(rule, part, &format!("{at}.{name}"), faults);
                    }
                }
            }
            "prefixItems" | "items" => {
                let prefix = keywords.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
                for (index, part) in value.as_array().into_iter().flatten().enumerate() {
                    let schema =
                        if keyword == "items" { (index >= prefix).then_some(rule) } else { rule.get(index) };
                    if let Some(schema) = schema {
                        self.check(schema, part, &format!("{at}[{index}]"), faults);
                    }
                }
            }
            other => panic!("the schemas use `{other}`, which this test does not know"),
        }
        true
    }

    fn matches_one(&self, choices: &Value, value: &Value) -> bool {
        let mut choices = choices.as_array().into_iter().flatten();
        choices.any(|choice| {
            let mut faults = Vec::new();
            self.check(choice, value, "", &mut faults);
            faults.is_empty()
        })
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("no type is called {other}"),
    }
}

fn json_files(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("suites/ can be read") {
        let path = entry.expect("an entry of suites/").path();
        if path.is_dir() {
            json_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
