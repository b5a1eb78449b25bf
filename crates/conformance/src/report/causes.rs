//! What went wrong: the first failure of each cause in full, the others of the same cause in a line each.

use std::io::{self, Write};

use super::document::place_of;
use super::phrase::Phrase;
use super::terminal::{BAD, FAINT, STRONG, Terminal};
use super::words::MOST_SHOWN;
use crate::format::Level;
use crate::run::{CaseResult, Report};
use crate::transcript::What;
use crate::verdict::{Breach, Failure, Verdict};

/// Failures that have one cause, as far as the suite can tell.
struct Cause<'r> {
    note: Option<&'r str>,
    /// The failed rows, those of one case together, in the order in which they ran.
    cases: Vec<Vec<&'r CaseResult>>,
}

/// So many causes are told in full: what a student mends in an evening, and what somebody reads of a terminal.
const MOST_EXPLAINED: usize = 10;

/// A line of the short form stays readable with so much of each message.
const MOST_IN_BRIEF: usize = 36;

impl Cause<'_> {
    /// How binding the most binding of its cases is.
    fn level(&self) -> Option<Level> {
        self.cases.iter().flatten().map(|result| result.level).min()
    }
}

impl<W: Write> Terminal<'_, W> {
    /// The failures, cause by cause: what a requirement breaks before what is only recommended.
    pub(super) fn causes(&mut self, report: &Report) -> io::Result<()> {
        let mut causes = causes(&report.results);
        if causes.is_empty() {
            return Ok(());
        }
        // What stands for a cause is a case about what is required, if it has one.
        causes.iter_mut().for_each(|cause| cause.cases.sort_by_key(|rows| rows[0].level));
        causes.sort_by_key(Cause::level);
        writeln!(self.out, "\n{STRONG}{}{STRONG:#}", self.words.say(Phrase::Failures, &[]))?;
        for cause in causes.iter().take(MOST_EXPLAINED) {
            let mut failures = cause.cases.iter();
            if let Some((first, rows)) = failures.next().and_then(|rows| rows.split_first()) {
                self.explain(first)?;
                self.others(rows, failures.as_slice())?;
            }
        }
        if let Some(more @ 1..) = causes.len().checked_sub(MOST_EXPLAINED) {
            writeln!(self.out, "\n{}", self.words.say(Phrase::MoreCauses, &[&more.to_string()]))?;
        }
        if causes.len() > 1 {
            causes.sort_by_key(|cause| std::cmp::Reverse(cause.cases.len()));
            self.most_frequent(&causes)?;
        }
        Ok(())
    }

    /// The further rows of the case that was explained, and the further cases of the same cause.
    fn others(&mut self, rows: &[&CaseResult], cases: &[Vec<&CaseResult>]) -> io::Result<()> {
        let label = self.words.say(Phrase::Also, &[]);
        let lines = rows.first().map(|first| (*first, rows.len())).into_iter();
        let lines = lines.chain(cases.iter().filter_map(|rows| Some((*rows.first()?, rows.len()))));
        for (index, (result, count)) in lines.enumerate() {
            let label = if index == 0 { label.as_str() } else { "" };
            let name = if count > 1 {
                let count = self.words.say(Phrase::Rows, &[&count.to_string()]);
                format!("{} ({count})", result.stem())
            } else {
                result.id.clone()
            };
            let brief = self.brief(result);
            writeln!(self.out, "    {FAINT}{label:<11}{FAINT:#}{BAD}✗{BAD:#} {name:<40} {brief}")?;
        }
        Ok(())
    }

    /// The step where a case broke: what was said last, what came then, and what was due.
    fn brief(&self, result: &CaseResult) -> String {
        let Verdict::Fail(failure) = &result.verdict else { return String::new() };
        let Failure { breach: Breach::Conversation { connection, expected, .. }, .. } = failure.as_ref()
        else {
            return String::new();
        };
        let entries = result.transcript.as_ref().map_or(&[][..], |transcript| &transcript.entries);
        let until = place_of(failure, entries).map_or(entries.len(), |broke| broke + 1);
        let on_it = entries[..until].iter().filter(|entry| entry.connection == *connection);
        let on_it: Vec<&What> = on_it.map(|entry| &entry.what).collect();
        let said = on_it.iter().rposition(|what| matches!(what, What::Sent(_) | What::NotSent(_)));
        let last = on_it.len().checked_sub(1);
        let shown = said.filter(|said| Some(*said) != last).into_iter().chain(last);
        let mut parts: Vec<String> = shown
            .map(|index| self.words.line(on_it[index], MOST_SHOWN))
            .map(|(arrow, text)| format!("{arrow} {}", cut(&text)))
            .collect();
        let expected = self.words.expected(expected);
        parts.push(format!("{FAINT}{}{FAINT:#}", self.words.say(Phrase::ExpectedBriefly, &[&expected])));
        parts.join("  ")
    }

    fn most_frequent(&mut self, causes: &[Cause<'_>]) -> io::Result<()> {
        writeln!(self.out, "\n{STRONG}{}{STRONG:#}", self.words.say(Phrase::MostFrequent, &[]))?;
        for cause in causes {
            let Some(first) = cause.cases.first().and_then(|rows| rows.first()) else { continue };
            let title = match cause.note.and_then(|note| self.suite.notes.get(note)) {
                Some(note) => note.title.text(self.words.language),
                None => first.title.text(self.words.language),
            };
            let count = self.words.cases(cause.cases.len());
            writeln!(self.out, "  {count:>9}  {title} {FAINT}({}){FAINT:#}", first.id)?;
        }
        Ok(())
    }
}

/// The failures by their notes, in the order in which each was first seen. A case whose failure has no note is a cause of its own.
fn causes(results: &[CaseResult]) -> Vec<Cause<'_>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for result in results.iter().filter(|result| matches!(result.verdict, Verdict::Fail(_))) {
        let note = result.note();
        let is_same_case =
            |rows: &Vec<&CaseResult>| rows.first().is_some_and(|first| first.stem() == result.stem());
        let known = causes.iter_mut().find(|cause| {
            cause.note == note && (note.is_some() || cause.cases.last().is_some_and(is_same_case))
        });
        match known {
            None => causes.push(Cause { note, cases: vec![vec![result]] }),
            Some(cause) => match cause.cases.last_mut() {
                Some(rows) if is_same_case(rows) => rows.push(result),
                Some(_) | None => cause.cases.push(vec![result]),
            },
        }
    }
    causes
}

/// The beginning of a text that is too long for a line that has to hold others.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_IN_BRIEF) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
