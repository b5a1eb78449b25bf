//! The cases as they are judged: one line for each, whatever its rows, and under it the rows that did not pass.

use std::io::{self, Write};

use super::document;
use super::phrase::Phrase;
use super::terminal::{Detail, FAINT, STRONG, Terminal, mark};
use super::words::Words;
use crate::format::Level;
use crate::grade::Credit;
use crate::run::CaseResult;
use crate::verdict::{Blocker, Omission, Verdict};

/// One row of a case that is not complete yet; a case without rows is one row.
#[derive(Debug)]
pub(super) struct Row {
    id: String,
    title: String,
    level: Level,
    verdict: Verdict,
}

impl<W: Write> Terminal<'_, W> {
    /// A row has its verdict. Its case is told when the next one begins, since only then is it known to be complete.
    pub(super) fn case(&mut self, result: &CaseResult) -> io::Result<()> {
        let row = Row::of(result, &self.words);
        if self.rows.first().is_some_and(|first| first.stem() != row.stem()) {
            self.close_case()?;
        }
        let is_alone = row.name().is_none();
        self.rows.push(row);
        if is_alone { self.close_case() } else { Ok(()) }
    }

    /// Tells the case whose rows have been collected, if there is one.
    pub(super) fn close_case(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let Some(worst) = rows.iter().min_by_key(|row| row.rank()) else { return Ok(()) };
        let alike = rows.iter().all(|row| row.rank() == worst.rank());
        match &mut self.folded {
            Some((verdict, count)) if alike && *verdict == worst.verdict => {
                *count += 1;
                return Ok(());
            }
            // What does not count stands between cases of one fate without ending it.
            Some(_) if worst.verdict.credit() == Credit::Uncounted => {}
            Some(_) | None => self.unfold()?,
        }
        if let Verdict::Blocked(Blocker::Gone { .. } | Blocker::Unreachable | Blocker::Preflight)
        | Verdict::Skip(Omission::OutOfTime) = worst.verdict
            && alike
        {
            self.folded = Some((worst.verdict.clone(), 1));
            return Ok(());
        }
        if self.detail == Detail::Failures && worst.verdict.credit() != Credit::Nothing {
            return Ok(());
        }
        if let Some(title) = self.chapter.take() {
            writeln!(self.out, "\n{STRONG}{}{STRONG:#}", title.text(self.words.language))?;
        }
        match rows.as_slice() {
            [only] => self.line(only, &only.id, &only.title, self.remark(only)),
            rows if alike => self.alike_rows(rows, worst),
            rows => self.unlike_rows(rows, worst),
        }
    }

    /// One line for rows that have the same verdict.
    fn alike_rows(&mut self, rows: &[Row], worst: &Row) -> io::Result<()> {
        let title = common(rows);
        let remark = self.remark(worst);
        let is_shared = rows.iter().all(|row| self.remark(row) == remark);
        self.line(worst, worst.stem(), &title, Some(self.counted(rows, remark.filter(|_| is_shared))))
    }

    /// A line for the case, and one for each row that did not pass; those that were not run for one reason share a line.
    fn unlike_rows(&mut self, rows: &[Row], worst: &Row) -> io::Result<()> {
        let passed = rows.iter().filter(|row| row.verdict.credit() == Credit::Full).count();
        let passed = self.words.say(Phrase::RowsPassed, &[&passed.to_string(), &rows.len().to_string()]);
        self.line(worst, worst.stem(), &common(rows), Some(passed))?;
        let is_shared =
            |one: &Row, next: &Row| one.verdict == next.verdict && matches!(one.verdict, Verdict::Blocked(_));
        for like in rows.chunk_by(is_shared).filter(|like| like[0].verdict != Verdict::Pass) {
            let (row, remark) = (&like[0], self.remark(&like[0]));
            let name = format!("    #{}", row.name().unwrap_or_default());
            match like {
                [_] => self.line(row, &name, &row.title, remark)?,
                rows => {
                    self.line(row, &format!("{name}…"), &common(rows), Some(self.counted(rows, remark)))?
                }
            }
        }
        Ok(())
    }

    /// How many rows, and what there is to say of all of them.
    fn counted(&self, rows: &[Row], remark: Option<String>) -> String {
        let count = self.words.say(Phrase::Rows, &[&rows.len().to_string()]);
        match remark {
            Some(remark) => format!("{count}; {remark}"),
            None => count,
        }
    }

    /// Writes the line for the cases that were folded into one.
    pub(super) fn unfold(&mut self) -> io::Result<()> {
        let Some((verdict, count)) = self.folded.take() else { return Ok(()) };
        let cases = self.words.cases(count);
        let reason = self.words.reason(&verdict).unwrap_or_default();
        writeln!(self.out)?;
        self.verdict_line(&verdict, &format!("{cases}: {reason}"))
    }

    fn line(&mut self, row: &Row, name: &str, title: &str, remark: Option<String>) -> io::Result<()> {
        let remark = remark.map(|remark| format!(" {FAINT}({remark}){FAINT:#}")).unwrap_or_default();
        self.verdict_line(&row.verdict, &format!("{name:<34} {title}{remark}"))
    }

    fn verdict_line(&mut self, verdict: &Verdict, text: &str) -> io::Result<()> {
        let (style, mark) = mark(verdict);
        writeln!(self.out, "  {style}{mark} {:<9}{style:#} {text}", self.words.verdict(verdict))
    }

    /// What stands in brackets behind the title.
    fn remark(&self, row: &Row) -> Option<String> {
        match (&row.verdict, row.level) {
            (Verdict::Fail(_), Level::May) => Some(self.words.say(Phrase::NotCounted, &[])),
            (verdict, Level::Must | Level::Should | Level::May) => self.words.reason(verdict),
        }
    }
}

impl Row {
    fn of(result: &CaseResult, words: &Words) -> Self {
        Self {
            id: result.id.clone(),
            title: result.title.text(words.language).to_owned(),
            level: result.level,
            verdict: result.verdict.clone(),
        }
    }

    /// The worst verdict of its rows is the case's.
    fn rank(&self) -> document::Verdict {
        (&self.verdict).into()
    }

    fn stem(&self) -> &str {
        self.id.split_once('#').map_or(&self.id, |(stem, _)| stem)
    }

    /// The row's own name, where the case has rows.
    fn name(&self) -> Option<&str> {
        self.id.split_once('#').map(|(_, name)| name)
    }
}

/// What the rows' titles have in common: their first words and their last ones, with `…` for what differs.
fn common(rows: &[Row]) -> String {
    shared_words(&rows.iter().map(|row| row.title.as_str()).collect::<Vec<_>>())
}

/// The first and the last words that all the titles have, with `…` for the others.
pub(super) fn shared_words(titles: &[&str]) -> String {
    let titles: Vec<Vec<&str>> = titles.iter().map(|title| title.split(' ').collect()).collect();
    let Some((first, others)) = titles.split_first() else { return String::new() };
    let shared = |count: &dyn Fn(&[&str]) -> usize| others.iter().map(|other| count(other)).min();
    let head = shared(&|other| first.iter().zip(other).take_while(|(a, b)| a == b).count());
    let head = head.unwrap_or(first.len());
    if head == first.len() && others.iter().all(|other| other.len() == head) {
        return first.join(" ");
    }
    let shortest = titles.iter().map(Vec::len).min().unwrap_or_default();
    let tail =
        shared(&|other| first.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count());
    let tail = tail.unwrap_or_default().min(shortest - head);
    let (head, tail) = (first[..head].join(" "), first[first.len() - tail..].join(" "));
    // What differs may begin or end within brackets, of which one half alone would be odd.
    let head = head
        .rsplit_once(" (")
        .filter(|(_, within)| !within.contains(')'))
        .map_or(head.as_str(), |(head, _)| head);
    let tail = if tail.contains(')') && !tail.contains('(') { "" } else { &tail };
    [head, "…", tail].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_rows_are_told_by_what_they_share() {
        for (titles, shared) in [
            (&["a sum"][..], "a sum"),
            (&["a sum", "a sum"], "a sum"),
            (&["8 3 - is 5", "8 2 / is 4"], "8 …"),
            (&["the form 5. is taken", "the form .5 is taken"], "the form … is taken"),
            (&["order: 8 3 -", "order: 8 2 /"], "order: 8 …"),
            (&["x", "x x"], "x …"),
            (&["cut (after CR)", "cut (before CR)"], "cut …"),
            (&["cut (in the CR)", "cut (in the LF)"], "cut …"),
            (&["f(x) is 1", "f(x) is 2"], "f(x) is …"),
            (&["one", "two"], "…"),
        ] {
            assert_eq!(shared_words(titles), shared);
        }
    }
}
