//! A suite that somebody wrote: it is refused in words, or every case of it is spelled out.
#![no_main]

use std::collections::BTreeMap;

use calc_conformance::suite;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match suite::load_with("fuzz", BTreeMap::from([("fuzz/suite.json".to_owned(), text.to_owned())])) {
        Ok(suite) => assert!(suite.cases().all(|case| !case.id.is_empty())),
        Err(problems) => assert!(!problems.0.is_empty()),
    }
});
