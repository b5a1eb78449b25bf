//! The report on a terminal: one line a case, then what went wrong and why, then the grade.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::phrase::Phrase;
use super::words::Words;
use crate::format::Level;
use crate::grade::Credit;
use crate::language::{Language, Text};
use crate::run::{CaseResult, Completion, Event, Preflight, Report, Standing};
use crate::suite::Suite;
use crate::verdict::{Blocker, Verdict};

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
    /// The notes that have been printed; the next time their title is enough.
    pub(super) explained: BTreeSet<String>,
    /// The title of a chapter none of whose cases has been printed.
    chapter: Option<Text>,
    /// Cases blocked one after the other for the same reason, which one line tells better than one each.
    folded: Option<(Verdict, usize)>,
}

impl<'a, W: Write> Terminal<'a, W> {
    /// A report in a language. `command` is what runs the same again, apart from the selection.
    pub fn new(out: W, suite: &'a Suite, language: Language, command: String) -> Self {
        let words = Words { language, dialect: Arc::clone(&suite.dialect) };
        Self { out, suite, words, command, explained: BTreeSet::new(), chapter: None, folded: None }
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
                if suite.is_foreign() {
                    let title = suite.dialect.title.text(self.words.language);
                    writeln!(self.out, "{}", self.words.say(Phrase::InDialect, &[title]))?;
                }
            }
            Event::Preflight(preflight) => self.preflight(preflight)?,
            Event::Chapter(chapter) => self.chapter = Some(chapter.title.clone()),
            Event::Case(result) => self.case(result)?,
            Event::Finished(report) => self.finish(report)?,
        }
        self.out.flush()
    }

    fn preflight(&mut self, preflight: &Preflight) -> io::Result<()> {
        let say = match &preflight.standing {
            Standing::Sound => return Ok(()),
            Standing::Relaxed(relaxation) => {
                let mut relaxed = self.suite.dialect.relaxations.iter();
                if let Some(relaxed) = relaxed.find(|relaxed| relaxed.relaxation.id == relaxation.id) {
                    self.words.dialect = Arc::clone(&relaxed.dialect);
                }
                self.words.say(Phrase::Relaxed, &[relaxation.title.text(self.words.language)])
            }
            Standing::Unsound(_) => self.words.say(Phrase::PreflightFailed, &[]),
            Standing::Unreachable(why) => self.words.say(Phrase::Unreachable, &[why]),
        };
        writeln!(self.out, "\n{BAD}{say}{BAD:#}")?;
        match &preflight.standing {
            Standing::Unsound(failure) => self.explain_preflight(failure, preflight.transcript.as_ref()),
            Standing::Sound | Standing::Relaxed(_) | Standing::Unreachable(_) => Ok(()),
        }
    }

    fn case(&mut self, result: &CaseResult) -> io::Result<()> {
        match &mut self.folded {
            Some((verdict, count)) if *verdict == result.verdict => {
                *count += 1;
                return Ok(());
            }
            Some(_) | None => self.unfold()?,
        }
        if let Verdict::Blocked(Blocker::Gone { .. } | Blocker::Unreachable | Blocker::Preflight) =
            result.verdict
        {
            self.folded = Some((result.verdict.clone(), 1));
            return Ok(());
        }
        if let Some(title) = self.chapter.take() {
            writeln!(self.out, "\n{STRONG}{}{STRONG:#}", title.text(self.words.language))?;
        }
        let title = result.title.text(self.words.language);
        let reason = match (&result.verdict, result.level) {
            (Verdict::Fail(_), Level::May) => Some(self.words.say(Phrase::NotCounted, &[])),
            (verdict, Level::Must | Level::Should | Level::May) => self.words.reason(verdict),
        };
        let reason = reason.map(|reason| format!(" {FAINT}({reason}){FAINT:#}")).unwrap_or_default();
        let text = format!("{:<34} {title}{reason}", result.id);
        self.verdict_line(&result.verdict, &text)
    }

    /// Writes the line for the cases that were folded into one.
    fn unfold(&mut self) -> io::Result<()> {
        let Some((verdict, count)) = self.folded.take() else { return Ok(()) };
        let cases = self.words.say(Phrase::Cases, &[&count.to_string()]);
        let reason = self.words.reason(&verdict).unwrap_or_default();
        writeln!(self.out)?;
        self.verdict_line(&verdict, &format!("{cases}: {reason}"))
    }

    fn verdict_line(&mut self, verdict: &Verdict, text: &str) -> io::Result<()> {
        let (style, mark) = mark(verdict);
        writeln!(self.out, "  {style}{mark} {:<9}{style:#} {text}", self.words.verdict(verdict))
    }

    fn finish(&mut self, report: &Report) -> io::Result<()> {
        if report.is_unreachable() {
            return self.grade(report);
        }
        self.unfold()?;
        let failed: Vec<&CaseResult> =
            report.results.iter().filter(|result| matches!(result.verdict, Verdict::Fail(_))).collect();
        if !failed.is_empty() {
            writeln!(self.out, "\n{STRONG}{}{STRONG:#}", self.words.say(Phrase::Failures, &[]))?;
        }
        for result in failed {
            self.explain(result)?;
        }
        self.summary(report)?;
        self.grade(report)
    }

    fn summary(&mut self, report: &Report) -> io::Result<()> {
        writeln!(self.out, "\n{STRONG}{}{STRONG:#}", self.words.say(Phrase::Summary, &[]))?;
        for chapter in &self.suite.chapters {
            let counts = |result: &&CaseResult| result.chapter == chapter.id && result.level != Level::May;
            let results = report.results.iter().filter(counts);
            self.tally(&chapter.id, results, &shown(report.chapter_grade(&chapter.id).out_of_100()))?;
        }
        let not_counted = self.words.say(Phrase::NotCounted, &[]);
        for (name, level, remark) in [
            ("MUST", Level::Must, ""),
            ("SHOULD", Level::Should, ""),
            ("MAY", Level::May, not_counted.as_str()),
        ] {
            self.tally(name, report.results.iter().filter(|result| result.level == level), remark)?;
        }
        Ok(())
    }

    fn tally<'r>(
        &mut self,
        name: &str,
        results: impl Iterator<Item = &'r CaseResult> + Clone,
        remark: &str,
    ) -> io::Result<()> {
        let count = |credit| results.clone().filter(|result| result.verdict.credit() == credit).count();
        let (passed, failed) = (count(Credit::Full), count(Credit::Nothing));
        if passed + failed == 0 {
            return Ok(());
        }
        let of =
            self.words.say(Phrase::PassedOf, &[&format!("{passed:>4}"), &format!("{:>4}", passed + failed)]);
        let line = format!("{name:<14}{of}   {remark:>5}");
        writeln!(self.out, "  {}", line.trim_end())
    }

    fn grade(&mut self, report: &Report) -> io::Result<()> {
        if report.completion == Completion::Interrupted {
            let (graded, selected) = (report.results.len().to_string(), report.selected.to_string());
            let text = self.words.say(Phrase::Interrupted, &[&graded, &selected]);
            writeln!(self.out, "\n{BAD}{text}{BAD:#}")?;
        }
        let style = if report.is_flawed() { BAD } else { GOOD };
        let text = match report.grade().out_of_100() {
            Some(grade) => self.words.say(Phrase::Grade, &[shown(Some(grade)).trim()]),
            None => self.words.say(Phrase::NoGrade, &[]),
        };
        writeln!(self.out, "\n{style}{text}{style:#}")
    }
}

const fn mark(verdict: &Verdict) -> (Style, &'static str) {
    match verdict {
        Verdict::Pass => (GOOD, "✓"),
        Verdict::Warn(_) => (DOUBTFUL, "✓"),
        Verdict::Fail(_) => (BAD, "✗"),
        Verdict::Error(_) => (BAD, "!"),
        Verdict::Blocked(_) => (DOUBTFUL, "–"),
        Verdict::NotApplicable(_) | Verdict::Skip => (FAINT, "–"),
    }
}

/// One decimal, and none where it is zero.
fn shown(grade: Option<f64>) -> String {
    grade.map(|grade| format!("{grade:.1}").trim_end_matches(".0").to_owned()).unwrap_or_default()
}
