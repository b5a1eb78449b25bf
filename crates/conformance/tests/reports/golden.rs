//! Every kind of report as it was read and found good.
//!
//! After a change: `BLESS=1 cargo test -p calc-conformance --test reports` writes the files anew; what changed in them is then
//! for a person to judge.

use std::fs;
use std::path::Path;

use regex::Regex;

use crate::program::{KINDS, RUN};

#[test]
fn the_reports_are_those_that_were_read_and_found_good() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/reports");
    // The page is looked at in a browser (tests/browser).
    for kind in KINDS.into_iter().filter(|kind| *kind != "html") {
        let path = directory.join(format!("mixed.{kind}"));
        let now = redacted(&RUN.report(kind));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(&directory)
                .and_then(|()| fs::write(&path, &now))
                .expect("tests/golden can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        let differs = kept.lines().zip(now.lines()).position(|(kept, now)| kept != now);
        assert!(kept == now, "{} differs in line {differs:?}; BLESS=1 writes it anew", path.display());
    }
}

/// The report without what differs from run to run: the port, times, and the version.
fn redacted(report: &str) -> String {
    let volatile = [
        (r"127\.0\.0\.1:[0-9]+", "HOST:PORT"),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "WHEN"),
        (r#"("(?:at_us|elapsed_us|execution_time)": ?)[0-9.e-]+"#, "${1}0"),
        (r#"("grader": ?)"[0-9.]+""#, r#"${1}"VERSION""#),
        (r#"time="[0-9.]+""#, r#"time="TIME""#),
        (r"\b[0-9]+(\.[0-9])? m?s\b", "TIME"),
        (r"(?m),[0-9]+$", ",TIME"),
    ];
    volatile.iter().fold(report.to_owned(), |text, (pattern, stand_in)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *stand_in).into_owned()
    })
}
