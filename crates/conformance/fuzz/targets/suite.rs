//! A suite that somebody wrote, or a file of cases beside one: it is refused in words, or every case of it is spelled out.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use calc_conformance::format::Chapter;
use calc_conformance::suite;
use libfuzzer_sys::fuzz_target;

/// The suite `echo`, whose cases all stand in one file.
static HOST: LazyLock<String> = LazyLock::new(|| {
    let host = include_str!("../../suites/echo/suite.json");
    let mut host: serde_json::Value = serde_json::from_str(host).expect("a suite of ours is JSON");
    host["chapters"] = serde_json::json!(["cases.json"]);
    host.to_string()
});

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    load(&[("fuzz/suite.json", text)]);
    // The host costs more than most inputs are worth.
    if serde_json::from_str::<Chapter>(text).is_ok() {
        load(&[("fuzz/suite.json", &HOST), ("fuzz/cases.json", text)]);
    }
});

fn load(files: &[(&str, &str)]) {
    let texts: BTreeMap<_, _> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    match suite::load_with("fuzz", texts) {
        Ok(suite) => assert!(suite.cases().all(|case| !case.id.is_empty())),
        Err(problems) => assert!(!problems.0.is_empty()),
    }
}
