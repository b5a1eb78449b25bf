//! One failure in full: what was said, what was due, what happened, and what to do about it.

use std::io::{self, Write};

use super::abridged::{Length, Part};
use super::again::again;
use super::document::{Process, place_of};
use super::phrase::Phrase;
use super::terminal::{BAD, FAINT, STRONG, Terminal};
use super::words::MOST_SHOWN;
use crate::run::CaseResult;
use crate::transcript::Transcript;
use crate::verdict::{Breach, Failure, Health, Verdict};

/// A width that reads well and fits beside a label on most terminals.
const WIDTH: usize = 90;

impl<W: Write> Terminal<'_, W> {
    /// A case that failed.
    pub(super) fn explain(&mut self, result: &CaseResult) -> io::Result<()> {
        let title = result.title.text(self.words.language);
        writeln!(self.out, "\n{BAD}✗ {}{BAD:#}  {STRONG}{title}{STRONG:#}", result.id)?;
        if let Verdict::Fail(failure) = &result.verdict {
            self.failure(failure, result.transcript.as_ref())?;
        }
        self.process(result.incident.as_ref().map(|incident| self.words.process(incident)))?;
        self.requirement(result)?;
        // Not broken into lines, so that it can be copied.
        let label = self.words.say(Phrase::Again, &[]);
        writeln!(self.out, "    {FAINT}{label:<11}{FAINT:#}{}", again(&self.command, &result.id))
    }

    /// How a launched server ended, and what it printed.
    pub(super) fn process(&mut self, process: Option<Process>) -> io::Result<()> {
        let Some(Process { end, printed }) = process else { return Ok(()) };
        if let Some(end) = end {
            self.field(Phrase::ProcessEnd, &end)?;
        }
        for (index, line) in printed.iter().enumerate() {
            let label = if index == 0 { self.words.say(Phrase::ServerPrinted, &[]) } else { String::new() };
            writeln!(self.out, "    {FAINT}{label:<11}{FAINT:#}{line}")?;
        }
        Ok(())
    }

    /// What was said, what was due instead, and why.
    pub(super) fn failure(&mut self, failure: &Failure, transcript: Option<&Transcript>) -> io::Result<()> {
        if let Some(transcript) = transcript {
            self.dialogue(transcript, place_of(failure, &transcript.entries))?;
        }
        match &failure.breach {
            Breach::Deviation { relaxation: _, title } => {
                let text = self.words.say(Phrase::Deviation, &[title.text(self.words.language)]);
                self.field(Phrase::Actual, &text)?;
            }
            Breach::Conversation { stage, connection: _, expected, happened, write_failed } => {
                self.field(Phrase::Expected, &self.words.expected(expected))?;
                self.field(Phrase::Actual, &self.words.happened(happened))?;
                if let Some(hex) = self.words.hex(happened) {
                    self.field(Phrase::Hex, &hex)?;
                }
                for remark in self.words.remarks(*stage, *write_failed) {
                    self.field(Phrase::When, &remark)?;
                }
            }
        }
        if let Some(health) = failure.aftermath.filter(|health| *health != Health::Well) {
            self.field(Phrase::Afterwards, &self.words.health(health))?;
        }
        match &failure.note {
            Some(note) => self.note(note),
            None => Ok(()),
        }
    }

    fn note(&mut self, id: &str) -> io::Result<()> {
        let Some(note) = self.suite.notes.get(id) else { return Ok(()) };
        let language = self.words.language;
        let title = note.title.text(language);
        self.field(Phrase::Cause, &format!("{title}. {}", note.text.text(language)))?;
        self.field(Phrase::Look, note.look.text(language))
    }

    /// The requirement that was violated.
    fn requirement(&mut self, result: &CaseResult) -> io::Result<()> {
        let Some(requirement) = self.suite.violated(&result.spec, result.note()) else { return Ok(()) };
        let language = self.words.language;
        let place = self.suite.place(requirement, language);
        let text = requirement.text.text(language);
        self.field(Phrase::Violates, &format!("{} ({place}): {text}", requirement.id))
    }

    /// What was said, with a mark where it broke.
    fn dialogue(&mut self, transcript: &Transcript, broke: Option<usize>) -> io::Result<()> {
        let several = transcript.connections().len() > 1;
        let length = Length {
            connections: transcript.entries.iter().map(|entry| entry.connection.as_str()).collect(),
            broke,
            omitted: transcript.omitted,
            omitted_after: Transcript::BEFORE,
        };
        for part in length.abridged() {
            let index = match part {
                Part::Line(index) => index,
                Part::Omitted(count) => {
                    let omitted = self.words.say(Phrase::Omitted, &[&count.to_string()]);
                    writeln!(self.out, "    {omitted}")?;
                    continue;
                }
            };
            let entry = &transcript.entries[index];
            let name = if several { format!("{:>10} ", entry.connection) } else { String::new() };
            let (arrow, text) = self.words.line(&entry.what, MOST_SHOWN);
            if broke == Some(index) {
                writeln!(self.out, "  {BAD}✗{BAD:#} {FAINT}{name}{FAINT:#}{BAD}{arrow} {text}{BAD:#}")?;
            } else {
                writeln!(self.out, "    {FAINT}{name}{FAINT:#}{arrow} {text}")?;
            }
        }
        Ok(())
    }

    /// A labelled text, with its lines under one another.
    fn field(&mut self, label: Phrase, text: &str) -> io::Result<()> {
        let label = self.words.say(label, &[]);
        for (index, line) in wrapped(text).into_iter().enumerate() {
            let label = if index == 0 { label.as_str() } else { "" };
            writeln!(self.out, "    {FAINT}{label:<11}{FAINT:#}{line}")?;
        }
        Ok(())
    }
}

/// Lines of at most [`WIDTH`] characters, broken at blanks.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_at_blanks() {
        let text = "word ".repeat(40);
        let lines = wrapped(text.trim_end());
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert_eq!(lines.join(" "), text.trim_end());
        assert_eq!(wrapped(&"x".repeat(200)), ["x".repeat(200)]);
        assert_eq!(wrapped(""), [""]);
    }
}
