//! As much of JSON Schema as our schemas use; a keyword that is not known here is a fault of the test.

use serde_json::{Map, Value};

/// Everything that is wrong with a value.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    Validator { root: schema }.check(schema, value, "", &mut faults);
    faults
}

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
