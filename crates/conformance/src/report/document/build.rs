//! From what the engine knows to what a report says.

use std::time::Duration;

use super::{
    Case, Dialogue, Entry, Failure, Happening, Named, Note, Preflight, Requirement, Side, Stage, Standing,
    Verdict,
};
use crate::escape::hex;
use crate::format::Level;
use crate::report::again::again;
use crate::report::phrase::Phrase;
use crate::report::words::Words;
use crate::run::{self, CaseResult};
use crate::suite::Suite;
use crate::transcript::{self, Excerpt, Transcript, What};
use crate::verdict::{self, Breach, Happened, Health};

/// What is needed to put things into words.
#[derive(Debug)]
pub(super) struct Teller<'a> {
    pub(super) suite: &'a Suite,
    pub(super) words: Words,
    /// What runs the same again, apart from the selection.
    pub(super) command: String,
}

impl Teller<'_> {
    /// A case, without its share, which depends on its other rows.
    pub(super) fn case(&self, result: &CaseResult) -> Case {
        let broken = match &result.verdict {
            verdict::Verdict::Fail(failure) => Some(failure.as_ref()),
            verdict::Verdict::Pass
            | verdict::Verdict::Warn(_)
            | verdict::Verdict::Error(_)
            | verdict::Verdict::Blocked(_)
            | verdict::Verdict::NotApplicable(_)
            | verdict::Verdict::Skip(_) => None,
        };
        let failure = broken.map(|failure| self.failure(failure, self.requirement(result)));
        let reason = match (&failure, result.level) {
            (Some(_), Level::May) => Some(self.words.say(Phrase::NotCounted, &[])),
            (Some(_) | None, Level::Must | Level::Should | Level::May) => self.words.reason(&result.verdict),
        };
        Case {
            id: result.id.clone(),
            chapter: result.chapter.clone(),
            title: result.title.text(self.words.language).to_owned(),
            spec: result.spec.clone(),
            level: result.level,
            points: result.points,
            share: None,
            verdict: (&result.verdict).into(),
            reason,
            failure,
            process: result.incident.as_ref().map(|incident| self.words.process(incident)),
            again: again(&self.command, &result.id),
            elapsed_us: microseconds(result.elapsed),
            dialogue: result.transcript.as_ref().map(|transcript| self.dialogue(transcript, broken)),
        }
    }

    pub(super) fn preflight(&self, preflight: &run::Preflight) -> Preflight {
        let (mut reason, mut relaxations, mut failure, mut broken) = (None, Vec::new(), None, None);
        let standing = match &preflight.standing {
            run::Standing::Sound => Standing::Sound,
            run::Standing::Relaxed(deviations) => {
                relaxations.extend(deviations.iter().map(|deviation| {
                    let title = deviation.title.text(self.words.language).to_owned();
                    Named { id: deviation.id.clone(), title }
                }));
                Standing::Relaxed
            }
            run::Standing::Unsound(unsound) => {
                failure = Some(self.failure(unsound, None));
                broken = Some(unsound);
                Standing::Unsound
            }
            run::Standing::Unreachable(why) => {
                reason = Some(why.text(self.words.language).to_owned());
                Standing::Unreachable
            }
            run::Standing::NotStarted(failure) => {
                reason = Some(self.words.not_started(failure));
                Standing::NotStarted
            }
        };
        let process = match &preflight.standing {
            run::Standing::NotStarted(failure) => {
                failure.printed().map(|printed| self.words.printed(printed))
            }
            run::Standing::Sound
            | run::Standing::Relaxed(_)
            | run::Standing::Unsound(_)
            | run::Standing::Unreachable(_) => {
                preflight.incident.as_ref().map(|incident| self.words.process(incident))
            }
        };
        let dialogue = preflight.transcript.as_ref().map(|transcript| self.dialogue(transcript, broken));
        Preflight { standing, reason, relaxations, failure, process, dialogue }
    }

    fn failure(&self, failure: &verdict::Failure, violates: Option<Requirement>) -> Failure {
        let health = failure.aftermath.filter(|health| *health != Health::Well);
        let afterwards = health.map(|health| self.words.health(health));
        let note = failure.note.as_ref().and_then(|id| self.note(id));
        match &failure.breach {
            Breach::Deviation { relaxation: _, title } => Failure {
                stage: None,
                connection: None,
                expected: None,
                actual: self.words.say(Phrase::Deviation, &[title.text(self.words.language)]),
                hex: None,
                remarks: Vec::new(),
                afterwards,
                note,
                violates,
            },
            Breach::Conversation { stage, connection, expected, happened, write_failed } => Failure {
                stage: Some((*stage).into()),
                connection: Some(connection.clone()),
                expected: Some(self.words.expected(expected)),
                actual: self.words.happened(happened),
                hex: self.words.hex(happened),
                remarks: self.words.remarks(*stage, *write_failed),
                afterwards,
                note,
                violates,
            },
        }
    }

    fn note(&self, id: &str) -> Option<Note> {
        let language = self.words.language;
        self.suite.notes.get(id).map(|note| Note {
            id: note.id.clone(),
            title: note.title.text(language).to_owned(),
            text: note.text.text(language).to_owned(),
            look: note.look.text(language).to_owned(),
        })
    }

    /// The requirement that was violated.
    fn requirement(&self, result: &CaseResult) -> Option<Requirement> {
        let requirement = self.suite.violated(&result.spec, result.note())?;
        let language = self.words.language;
        Some(Requirement {
            id: requirement.id.clone(),
            place: self.suite.place(requirement, language),
            text: requirement.text.text(language).to_owned(),
        })
    }

    fn dialogue(&self, transcript: &Transcript, failure: Option<&verdict::Failure>) -> Dialogue {
        let entries = transcript.entries.iter().map(|entry| {
            let (from, event, excerpt) = happening(&entry.what);
            let (_, text) = self.words.line(&entry.what, Excerpt::MOST);
            Entry {
                at_us: microseconds(entry.at),
                connection: entry.connection.clone(),
                from,
                event,
                text,
                hex: excerpt.map(|excerpt| hex(&excerpt.octets)),
                length: excerpt.map(|excerpt| excerpt.length),
            }
        });
        let omitted_after = if transcript.omitted > 0 { Transcript::BEFORE } else { 0 };
        Dialogue {
            entries: entries.collect(),
            broke: failure.and_then(|failure| place_of(failure, &transcript.entries)),
            omitted: transcript.omitted,
            omitted_after,
        }
    }
}

/// Where a conversation broke: at the octets that were wrong, or else at the last entry of the connection. A right reply may
/// stand behind one that was extra.
pub(in crate::report) fn place_of(
    failure: &verdict::Failure,
    entries: &[transcript::Entry],
) -> Option<usize> {
    let Breach::Conversation { connection, happened, .. } = &failure.breach else { return None };
    let on_it = |entry: &transcript::Entry| entry.connection == *connection;
    let wrong = match happened {
        Happened::Reply(received) | Happened::Unsolicited(received) => Some(Excerpt::from(received.raw())),
        Happened::Nothing { .. }
        | Happened::Unterminated(_)
        | Happened::TooLong(_)
        | Happened::Ended(..)
        | Happened::StillOpen(_)
        | Happened::NotConnected(_) => None,
    };
    let came = |entry: &transcript::Entry| {
        let (from, _, excerpt) = happening(&entry.what);
        from == Side::Server && excerpt.is_some() && excerpt == wrong.as_ref()
    };
    let said = entries.iter().rposition(|entry| on_it(entry) && came(entry));
    said.or_else(|| entries.iter().rposition(on_it))
}

fn happening(what: &What) -> (Side, Happening, Option<&Excerpt>) {
    match what {
        What::Opened => (Side::Client, Happening::Connected, None),
        What::NotOpened(_) => (Side::Client, Happening::NotConnected, None),
        What::Sent(octets) => (Side::Client, Happening::Message, Some(octets)),
        What::NotSent(octets) => (Side::Client, Happening::NotTaken, Some(octets)),
        What::Received(octets) => (Side::Server, Happening::Message, Some(octets)),
        What::Partial(octets) => (Side::Server, Happening::Part, Some(octets)),
        What::Nothing(_) => (Side::Server, Happening::Silence, None),
        What::HalfClosed => (Side::Client, Happening::HalfClosed, None),
        What::Closed => (Side::Client, Happening::Closed, None),
        What::Aborted => (Side::Client, Happening::Reset, None),
        What::ServerClosed => (Side::Server, Happening::Closed, None),
        What::ServerReset => (Side::Server, Happening::Reset, None),
    }
}

impl From<&verdict::Verdict> for Verdict {
    fn from(verdict: &verdict::Verdict) -> Self {
        match verdict {
            verdict::Verdict::Pass => Self::Pass,
            verdict::Verdict::Warn(_) => Self::Warn,
            verdict::Verdict::Fail(_) => Self::Fail,
            verdict::Verdict::Error(_) => Self::Error,
            verdict::Verdict::Blocked(_) => Self::Blocked,
            verdict::Verdict::NotApplicable(_) => Self::NotApplicable,
            verdict::Verdict::Skip(_) => Self::Skip,
        }
    }
}

impl From<verdict::Stage> for Stage {
    fn from(stage: verdict::Stage) -> Self {
        match stage {
            verdict::Stage::Script => Self::Script,
            verdict::Stage::Fence => Self::Fence,
            verdict::Stage::Control => Self::Control,
        }
    }
}

/// A run of half a million years would not fit.
pub(super) fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
