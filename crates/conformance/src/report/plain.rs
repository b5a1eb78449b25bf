//! The parts of a report as plain text, for formats that show nothing else.

use super::abridged::{Length, Part};
use super::cases::shared_words;
use super::document::{Case, Completion, Dialogue, Document, Entry, Failure, Side, Standing, Verdict};
use super::phrase::Phrase;
use crate::escape::tame;
use crate::language::Language;

/// What has to be known of the run as a whole, a line each; the last are the grade, and what a grade book makes of it.
pub(super) fn overview(document: &Document) -> Vec<String> {
    let say = |phrase: Phrase, about: &[&str]| phrase.with(document.run.language, about);
    let mut lines = Vec::new();
    if let Some(preflight) = &document.preflight {
        match preflight.standing {
            Standing::Sound => {}
            Standing::Relaxed => {
                let titles: Vec<_> = preflight.relaxations.iter().map(|one| one.title.as_str()).collect();
                lines.push(say(Phrase::Relaxed, &[&titles.join("; ")]));
            }
            Standing::Unsound => lines.push(say(Phrase::PreflightFailed, &[])),
            Standing::Unreachable => {
                lines.push(say(Phrase::Unreachable, &[preflight.reason.as_deref().unwrap_or_default()]));
            }
            Standing::NotStarted => {
                lines.extend(preflight.reason.clone());
                lines.extend(preflight.process.iter().flat_map(|process| process.printed.clone()));
            }
        }
    }
    match document.result.completion {
        Completion::Complete | Completion::Interrupted | Completion::Running => {
            lines.extend(stopped(document));
        }
        Completion::OutOfTime => lines.push(out_of_time(document)),
    }
    lines.push(match document.result.grade.out_of_100 {
        Some(grade) => say(Phrase::Grade, &[&number(grade)]),
        None => say(Phrase::NoGrade, &[]),
    });
    if let (Some(score), Some(_)) = (document.score(), document.result.outstanding) {
        lines.push(say(Phrase::Score, &[&number(score)]));
    }
    lines.iter().map(|line| tame(line)).collect()
}

/// That a run was stopped before its end, if it was.
pub(super) fn stopped(document: &Document) -> Option<String> {
    let say = |phrase: Phrase, about: &[&str]| Some(phrase.with(document.run.language, about));
    match document.result.completion {
        Completion::Complete | Completion::OutOfTime => None,
        Completion::Interrupted => {
            let (graded, selected) = (document.whole_cases().count(), document.result.selected);
            say(Phrase::Interrupted, &[&graded.to_string(), &selected.to_string()])
        }
        Completion::Running => say(Phrase::Unfinished, &[]),
    }
}

/// How many cases there was no time for.
pub(super) fn out_of_time(document: &Document) -> String {
    let (late, selected) = (document.result.out_of_time.unwrap_or_default(), document.result.selected);
    Phrase::OutOfTime.with(document.run.language, &[&late.to_string(), &selected.to_string()])
}

/// What was run against what.
pub(super) fn heading(document: &Document) -> String {
    let about = [document.run.suite.title.as_str(), &document.run.target];
    tame(&Phrase::Against.with(document.run.language, &about))
}

/// Why a case has its verdict, in one line.
pub(super) fn headline(case: &Case, language: Language) -> String {
    let text = match (&case.failure, &case.reason) {
        (Some(Failure { note: Some(note), .. }), _) => note.title.clone(),
        (Some(Failure { expected: Some(expected), actual, .. }), _) => {
            format!("{} {}", actual, Phrase::ExpectedBriefly.with(language, &[expected]))
        }
        (Some(Failure { actual, .. }), _) => actual.clone(),
        (None, Some(reason)) => reason.clone(),
        (None, None) => String::new(),
    };
    tame(&text)
}

/// All there is to say of a case that is not simply passed: the dialogue, what was due, and what to do.
pub(super) fn explanation(case: &Case, language: Language) -> String {
    let mut lines: Vec<String> = case.reason.iter().cloned().collect();
    if let Some(failure) = &case.failure {
        lines.extend(case.dialogue.iter().flat_map(|dialogue| conversation(dialogue, language)));
        let label = |phrase: Phrase, text: &str| format!("{:<11}{text}", phrase.text(language));
        lines.extend(failure.expected.iter().map(|text| label(Phrase::Expected, text)));
        lines.push(label(Phrase::Actual, &failure.actual));
        lines.extend(failure.hex.iter().map(|text| label(Phrase::Hex, text)));
        lines.extend(failure.remarks.iter().map(|text| label(Phrase::When, text)));
        lines.extend(failure.afterwards.iter().map(|text| label(Phrase::Afterwards, text)));
        if let Some(note) = &failure.note {
            lines.push(label(Phrase::Cause, &format!("{}. {}", note.title, note.text)));
            lines.push(label(Phrase::Look, &note.look));
        }
        if let Some(process) = &case.process {
            lines.extend(process.end.iter().map(|text| label(Phrase::ProcessEnd, text)));
            let printed = process.printed.iter().enumerate();
            lines.extend(printed.map(|(index, line)| match index {
                0 => label(Phrase::ServerPrinted, line),
                _ => format!("{:<11}{line}", ""),
            }));
        }
        let requirement = failure.violates.iter();
        lines.extend(requirement.map(|requirement| {
            label(
                Phrase::Violates,
                &format!("{} ({}): {}", requirement.id, requirement.place, requirement.text),
            )
        }));
        lines.push(label(Phrase::Again, &case.again));
    }
    tame(&lines.join("\n"))
}

/// A case with its rows, for formats that have one entry for each case.
pub(super) struct Whole<'a> {
    pub(super) id: &'a str,
    pub(super) title: String,
    pub(super) verdict: Verdict,
    /// Points out of 100; absent where the case does not count.
    pub(super) score: Option<(f64, f64)>,
    pub(super) elapsed_us: u64,
    /// What is wrong with the first row that is as bad as the case.
    pub(super) explanation: String,
}

impl<'a> Whole<'a> {
    /// The case that has these rows, and its part of the grade of a run in which so much was possible.
    pub(super) fn of(rows: &'a [Case], possible: f64, language: Language) -> Option<Self> {
        let worst = rows.iter().min_by_key(|row| row.verdict)?;
        let shares = rows.iter().filter_map(|row| row.share);
        let (earned, at_stake) =
            shares.fold((0.0, 0.0), |sum, share| (sum.0 + share.earned, sum.1 + share.possible));
        let out_of_100 = |points: f64| (10_000.0 * points / possible).round() / 100.0;
        let titles: Vec<&str> = rows.iter().map(|row| row.title.as_str()).collect();
        let mut explanation = explanation(worst, language);
        if rows.len() > 1 && worst.verdict.is_failure() {
            let passed = rows.iter().filter(|row| row.verdict <= Verdict::Pass && !row.verdict.is_failure());
            let (passed, all) = (passed.count().to_string(), rows.len().to_string());
            let count = Phrase::RowsPassed.with(language, &[&passed, &all]);
            explanation = format!("{count}\n{}\n{explanation}", worst.id);
        }
        Some(Self {
            id: worst.stem(),
            title: tame(&shared_words(&titles)),
            verdict: worst.verdict,
            score: (at_stake > 0.0).then(|| (out_of_100(earned), out_of_100(at_stake))),
            elapsed_us: rows.iter().map(|row| row.elapsed_us).sum(),
            explanation,
        })
    }
}

/// One decimal, and none where it is zero.
pub(crate) fn number(number: f64) -> String {
    format!("{number:.1}").trim_end_matches(".0").to_owned()
}

/// Microseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "runs of centuries do not need their microseconds")]
pub(super) fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

/// The dialogue, with the line marked where it broke.
fn conversation(dialogue: &Dialogue, language: Language) -> Vec<String> {
    let entries = &dialogue.entries;
    let several = entries.iter().any(|entry| entry.connection != entries[0].connection);
    let line = |entry: &Entry| {
        let name = if several { format!("{:>10} ", entry.connection) } else { String::new() };
        let arrow = match entry.from {
            Side::Client => "→",
            Side::Server => "←",
        };
        format!("{name}{arrow} {}", entry.text)
    };
    let length = Length {
        connections: entries.iter().map(|entry| entry.connection.as_str()).collect(),
        broke: dialogue.broke,
        omitted: dialogue.omitted,
        omitted_after: dialogue.omitted_after,
    };
    let parts = length.abridged().into_iter().map(|part| match part {
        Part::Omitted(count) => format!("  {}", Phrase::Omitted.with(language, &[&count.to_string()])),
        Part::Line(index) if dialogue.broke == Some(index) => format!("✗ {}", line(&entries[index])),
        Part::Line(index) => format!("  {}", line(&entries[index])),
    });
    parts.collect()
}
