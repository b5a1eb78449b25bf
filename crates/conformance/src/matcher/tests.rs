use super::*;

fn compiled(json: &str) -> Result<Matcher, MatcherError> {
    let matcher = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    Matcher::compile(&matcher, &crate::testing::suite("").dialect)
}

#[test]
fn replies_that_match_and_replies_that_do_not() {
    let rows: [(&str, &[&str], &[&str]); 17] = [
        (r#""ok""#, &["OK", "OK CALC/1 + -"], &["ok", "OKAY", "OK\t", " OK", "OK\u{e9}", "RESULT 3", ""]),
        (r#""result""#, &["RESULT 3", "RESULT -.5e+9"], &["RESULT", "RESULT inf", "RESULT 3 4", "RESULT  3"]),
        (r#""fail""#, &["FAIL syntax", "FAIL x y z"], &["FAIL", "FAIL Syntax", "FAIL "]),
        (
            r#"{"fail": "syntax"}"#,
            &["FAIL syntax", "FAIL syntax no"],
            &["FAIL overflow", "FAIL syntaxes", "OK"],
        ),
        (r#"{"number": "3"}"#, &["RESULT 3", "RESULT 3.0", "RESULT 3e0"], &["RESULT 3.1", "3", "RESULT -3"]),
        (r#"{"number": "3", "exact": true}"#, &["RESULT 3.000"], &["RESULT 3.00000000000000000001"]),
        (r#"{"number": "100", "rel": "0.1"}"#, &["RESULT 109"], &["RESULT 111"]),
        (r#"{"number": "0", "abs": "0.1"}"#, &["RESULT -0.1"], &["RESULT 0.11"]),
        (r#"{"number": "0.142857", "rounded": true}"#, &["RESULT 0.14", "RESULT 0.143"], &["RESULT 7"]),
        (r#"{"number": "2147483648", "overflowed": true}"#, &["RESULT -2147483648"], &["RESULT 7"]),
        (
            r#"{"special": true}"#,
            &["RESULT inf", "-nan", "Result: Infinity!", "null"],
            &["FAIL infinity", "RESULT 3", "OK", "info", ""],
        ),
        (r#"{"canonical": "1E+34"}"#, &["RESULT 1E+34"], &["RESULT 1e34", "RESULT 1E34"]),
        (r#"{"text": "OK"}"#, &["OK"], &["OK "]),
        (r#"{"hex": "4f 4B"}"#, &["OK"], &["ok"]),
        (r#"{"regex": "a|b+"}"#, &["a", "bb"], &["ab", "xa", "a\n"]),
        (r#"{"any_of": ["ok", {"not": "fail"}]}"#, &["OK", "?"], &["FAIL syntax"]),
        (r#"{"all_of": ["fail", {"not": {"regex": ".*x.*"}}]}"#, &["FAIL no"], &["FAIL syntax", "OK"]),
    ];
    for (json, right, wrong) in rows {
        let matcher = compiled(json).unwrap_or_else(|error| panic!("{json}: {error}"));
        let matches = |reply: &&str| matcher.matches(&Received::new(reply.as_bytes(), b"\n"));
        assert_eq!(right.iter().find(|reply| !matches(reply)), None, "{json} should match it");
        assert_eq!(wrong.iter().find(|reply| matches(reply)), None, "{json} should not match it");
    }
}

#[test]
fn a_raw_pattern_sees_the_end_of_the_line() {
    let matcher = compiled(r#"{"raw": "OK\\n"}"#).expect("it compiles");
    assert!(matcher.matches(&Received::new(b"OK", b"\n")));
    assert!(!matcher.matches(&Received::new(b"OK", b"\r\n")));
}

#[test]
fn matchers_that_make_no_sense() {
    for (json, message) in [
        (r#""okk""#, "the dialect has no reply `okk`; did you mean `ok`?"),
        (r#""banana""#, "the dialect has no reply `banana`; there are fail, ok, result"),
        (r#"{"fail": "sintax"}"#, "the dialect has no code `sintax`; did you mean `syntax`?"),
        (r#"{"number": "three"}"#, "`three` is no decimal number"),
        (
            r#"{"number": "3", "rel": "2"}"#,
            "`2` is no tolerance: it lies between 1e-30 and 1; for less, say `\"exact\": true`",
        ),
        (r#"{"hex": "4"}"#, "1 hexadecimal digits make no whole number of octets"),
        (r#"{"regex": "a("}"#, "`a(` is no pattern: unclosed group"),
        (r#"{"not": {"any_of": [{"canonical": "x"}]}}"#, "`x` is no decimal number"),
    ] {
        assert_eq!(compiled(json).expect_err(json).to_string(), message);
    }
}
