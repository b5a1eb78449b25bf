//! JUnit's XML, as Jenkins, GitLab and the actions of GitHub read it: a suite for each chapter, a test for each row.

use std::io;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::document::{Case, Document, Verdict};
use super::phrase::Phrase;
use super::plain::{explanation, headline, stopped};
use crate::escape::tame;
use crate::format::Level;
use crate::language::Language;

/// The file.
pub(super) fn render(document: &Document) -> io::Result<Vec<u8>> {
    let mut report = Report::new(tame(&document.run.suite.title));
    report.set_time(Duration::from_micros(document.result.elapsed_us));
    for chapter in &document.result.chapters {
        let mut suite = TestSuite::new(format!("{}.{}", document.run.suite.id, chapter.id));
        let cases = document.cases.iter().filter(|case| case.chapter == chapter.id);
        let mut elapsed = 0;
        for case in cases {
            elapsed += case.elapsed_us;
            suite.add_test_case(test(case, suite.name.as_str(), document.run.language));
        }
        suite.set_time(Duration::from_micros(elapsed));
        report.add_test_suite(suite);
    }
    report.add_test_suites(stopped(document).map(|why| cut_short(document, &why)));
    let text = report.to_string().map_err(io::Error::other)?;
    // The schema by which Jenkins' xUnit plugin checks has no such attribute for all suites together, only for each.
    let total = format!(" skipped=\"{}\"", report.skipped);
    Ok(text.replacen(&total, "", 1).into_bytes())
}

/// Whoever reads nothing but this file would otherwise take a run that was stopped for one in which all went well.
fn cut_short(document: &Document, why: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(tame(why));
    status.set_type("not-run");
    let name = Phrase::NotRun.text(document.run.language);
    let mut test = TestCase::new(name, status);
    test.set_classname(document.run.suite.id.as_str());
    test.set_time(Duration::ZERO);
    let mut suite = TestSuite::new(document.run.suite.id.as_str());
    suite.set_time(Duration::ZERO);
    suite.add_test_case(test);
    suite
}

fn test(case: &Case, class: &str, language: Language) -> TestCase {
    let mut test = TestCase::new(format!("{}: {}", case.id, tame(&case.title)), status(case, language));
    test.set_classname(class);
    test.set_time(Duration::from_micros(case.elapsed_us));
    if case.verdict == Verdict::Warn {
        test.set_system_out(headline(case, language));
    }
    test
}

/// What is not counted is skipped: whoever reads the file makes a failed run of any failure in it.
fn status(case: &Case, language: Language) -> TestCaseStatus {
    let mut status = match (case.verdict, case.level) {
        (Verdict::Pass | Verdict::Warn, _) => return TestCaseStatus::success(),
        (Verdict::NotApplicable | Verdict::Skip, _)
        | (Verdict::Fail | Verdict::Error | Verdict::Blocked, Level::May) => TestCaseStatus::skipped(),
        (Verdict::Fail | Verdict::Blocked, Level::Must | Level::Should) => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        (Verdict::Error, Level::Must | Level::Should) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_message(headline(case, language));
    status.set_type(case.verdict.name());
    status.set_description(explanation(case, language));
    status
}
