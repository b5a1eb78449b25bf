//! The report on a terminal: one line a case, then what went wrong and why, then the grade.

use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::cases::Row;
use super::phrase::Phrase;
use super::words::Words;
use crate::format::Level;
use crate::grade::Credit;
use crate::language::{Language, Text};
use crate::run::{CaseResult, Completion, Event, Preflight, Report, Standing};
use crate::suite::Suite;
use crate::verdict::Verdict;

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const STRONG: Style = Style::new().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// Writes the report of one run.
#[derive(Debug)]
pub struct Terminal<'a, W> {
    pub(super) out: W,
    pub(super) suite: &'a Suite,
    pub(super) words: Words,
    /// The command that runs the same again, apart from the selection.
    pub(super) command: String,
    /// Which cases have a line.
    pub(super) detail: Detail,
    /// The title of a chapter none of whose cases has been printed.
    pub(super) chapter: Option<Text>,
    /// The rows so far of the case that is being judged.
    pub(super) rows: Vec<Row>,
    /// Cases blocked one after the other for the same reason, which one line tells better than one each.
    pub(super) folded: Option<(Verdict, usize)>,
}

/// Which cases have a line of their own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Detail {
    /// All of them.
    #[default]
    All,
    /// Those that cost something.
    Failures,
}

impl<'a, W: Write> Terminal<'a, W> {
    /// A report in a language. `command` is what runs the same again, apart from the selection.
    pub fn new(out: W, suite: &'a Suite, language: Language, command: String) -> Self {
        let words = Words { language, dialect: Arc::clone(&suite.dialect) };
        let detail = Detail::All;
        Self { out, suite, words, command, detail, chapter: None, rows: Vec::new(), folded: None }
    }

    /// The same with a line for some of the cases only.
    #[must_use]
    pub fn showing(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }

    /// Writes what happened.
    ///
    /// # Errors
    /// The terminal takes no more.
    pub fn on(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Started { suite, target } => {
                let title = suite.title.text(self.words.language);
                let against = self.words.say(Phrase::Against, &[title, &target.to_string()]);
                writeln!(self.out, "{STRONG}{against}{STRONG:#}")?;
                if suite.dialect.id != suite.native {
                    let title = suite.dialect.title.text(self.words.language);
                    writeln!(self.out, "{}", self.words.say(Phrase::InDialect, &[title]))?;
                }
            }
            Event::Preflight(preflight) => self.preflight(preflight)?,
            Event::Chapter(chapter) => {
                self.close_case()?;
                self.chapter = Some(chapter.title.clone());
            }
            Event::Case(result) => self.case(result)?,
            Event::Finished(report) => self.finish(report)?,
        }
        self.out.flush()
    }

    fn preflight(&mut self, preflight: &Preflight) -> io::Result<()> {
        let say = match &preflight.standing {
            Standing::Sound => return Ok(()),
            Standing::Relaxed(relaxations) => {
                self.words.dialect = Arc::clone(&preflight.dialect);
                let titles = relaxations.iter().map(|relaxation| relaxation.title.text(self.words.language));
                self.words.say(Phrase::Relaxed, &[&titles.collect::<Vec<_>>().join("; ")])
            }
            Standing::Unsound(_) => self.words.say(Phrase::PreflightFailed, &[]),
            Standing::Unreachable(why) => {
                self.words.say(Phrase::Unreachable, &[why.text(self.words.language)])
            }
            Standing::NotStarted(failure) => self.words.not_started(failure),
        };
        writeln!(self.out, "\n{BAD}{say}{BAD:#}")?;
        match &preflight.standing {
            Standing::Unsound(failure) => {
                self.failure(failure, preflight.transcript.as_ref())?;
                self.process(preflight.incident.as_ref().map(|incident| self.words.process(incident)))
            }
            Standing::NotStarted(failure) => {
                self.process(failure.printed().map(|printed| self.words.printed(printed)))
            }
            Standing::Sound | Standing::Relaxed(_) | Standing::Unreachable(_) => Ok(()),
        }
    }

    fn finish(&mut self, report: &Report) -> io::Result<()> {
        if report.is_unreachable() {
            return self.grade(report);
        }
        self.close_case()?;
        self.unfold()?;
        self.causes(report)?;
        self.summary(report)?;
        self.grade(report)
    }

    fn summary(&mut self, report: &Report) -> io::Result<()> {
        writeln!(self.out, "\n{STRONG}{}{STRONG:#}", self.words.say(Phrase::Summary, &[]))?;
        for chapter in &self.suite.chapters {
            let counts = |case: &&[CaseResult]| case[0].chapter == chapter.id && case[0].level != Level::May;
            let grade = shown(report.chapter_grade(&chapter.id).out_of_100());
            self.tally(&chapter.id, report.cases().filter(counts), &grade)?;
        }
        let not_counted = self.words.say(Phrase::NotCounted, &[]);
        for (name, level, remark) in [
            ("MUST", Level::Must, ""),
            ("SHOULD", Level::Should, ""),
            ("MAY", Level::May, not_counted.as_str()),
        ] {
            self.tally(name, report.cases().filter(|case| case[0].level == level), remark)?;
        }
        Ok(())
    }

    /// How many of these cases are passed, of those that count.
    fn tally<'r>(
        &mut self,
        name: &str,
        cases: impl Iterator<Item = &'r [CaseResult]>,
        remark: &str,
    ) -> io::Result<()> {
        let (mut passed, mut counted) = (0, 0);
        for case in cases {
            match credit(case) {
                Credit::Full => (passed, counted) = (passed + 1, counted + 1),
                Credit::Nothing => counted += 1,
                Credit::Uncounted => {}
            }
        }
        if counted == 0 {
            return Ok(());
        }
        let of = self.words.say(Phrase::PassedOf, &[&format!("{passed:>4}"), &format!("{counted:>4}")]);
        let line = format!("{name:<14}{of}   {remark:>5}");
        writeln!(self.out, "  {}", line.trim_end())
    }

    fn grade(&mut self, report: &Report) -> io::Result<()> {
        let (graded, selected) = (report.cases().count().to_string(), report.selected.to_string());
        let early = match report.completion {
            Completion::Complete => None,
            Completion::Interrupted => Some(self.words.say(Phrase::Interrupted, &[&graded, &selected])),
            Completion::OutOfTime(late) => {
                Some(self.words.say(Phrase::OutOfTime, &[&late.to_string(), &selected]))
            }
        };
        if let Some(early) = early {
            writeln!(self.out, "\n{BAD}{early}{BAD:#}")?;
        }
        let style = if report.is_flawed() { BAD } else { GOOD };
        let text = match report.grade().out_of_100() {
            Some(grade) => self.words.say(Phrase::Grade, &[shown(Some(grade)).trim()]),
            None => self.words.say(Phrase::NoGrade, &[]),
        };
        writeln!(self.out, "\n{style}{text}{style:#}")
    }
}

pub(super) const fn mark(verdict: &Verdict) -> (Style, &'static str) {
    match verdict {
        Verdict::Pass => (GOOD, "✓"),
        Verdict::Warn(_) => (DOUBTFUL, "✓"),
        Verdict::Fail(_) => (BAD, "✗"),
        Verdict::Error(_) => (BAD, "!"),
        Verdict::Blocked(_) => (DOUBTFUL, "–"),
        Verdict::NotApplicable(_) | Verdict::Skip(_) => (FAINT, "–"),
    }
}

/// A case is passed if each of its rows is that counts.
fn credit(rows: &[CaseResult]) -> Credit {
    let any = |credit| rows.iter().any(|row| row.verdict.credit() == credit);
    if any(Credit::Nothing) {
        Credit::Nothing
    } else if any(Credit::Full) {
        Credit::Full
    } else {
        Credit::Uncounted
    }
}

/// One decimal, and none where it is zero.
fn shown(grade: Option<f64>) -> String {
    grade.map(|grade| format!("{grade:.1}").trim_end_matches(".0").to_owned()).unwrap_or_default()
}
