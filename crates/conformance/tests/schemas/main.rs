//! The schemas in `schemas/` are those of the program, and every file that is shipped is valid by them.
//!
//! After a change of the format: `BLESS=1 cargo test -p calc-conformance --test schemas` writes them anew.

mod validator;

use std::fs;
use std::path::{Path, PathBuf};

use calc_conformance::schema::Kind;
use serde_json::{Value, json};

use crate::validator::faults;

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
        let faults = faults(&schema, &value);
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
    let faults = |value: &Value| faults(&schema, value);
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
