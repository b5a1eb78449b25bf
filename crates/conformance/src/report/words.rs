//! Verdicts in plain words.

use std::sync::Arc;
use std::time::Duration;

use super::phrase::Phrase;
use crate::connection::{End, Received};
use crate::dialect::{Dialect, RESULT};
use crate::escape::{hex, is_plain, printable};
use crate::format::{Ending, Matcher, Tolerance};
use crate::language::Language;
use crate::transcript::{Excerpt, What};
use crate::verdict::{Blocker, Expected, Happened, Health, Lack, Omission, Stage, Verdict, Warning};

/// Says what happened in a language, with the names that a dialect gives to replies.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// The language.
    pub(super) language: Language,
    /// The dialect.
    pub(super) dialect: Arc<Dialect>,
}

impl Words {
    /// A phrase about something.
    pub(super) fn say(&self, phrase: Phrase, about: &[&str]) -> String {
        phrase.with(self.language, about)
    }

    /// So many cases.
    pub(super) fn cases(&self, count: usize) -> String {
        match count {
            1 => self.say(Phrase::OneCase, &[]),
            _ => self.say(Phrase::Cases, &[&count.to_string()]),
        }
    }

    /// The verdict in one word.
    pub(super) const fn verdict(&self, verdict: &Verdict) -> &'static str {
        let phrase = match verdict {
            Verdict::Pass => Phrase::Pass,
            Verdict::Warn(_) => Phrase::Warn,
            Verdict::Fail(_) => Phrase::Fail,
            Verdict::Error(_) => Phrase::Error,
            Verdict::Blocked(_) => Phrase::Blocked,
            Verdict::NotApplicable(_) => Phrase::NotApplicable,
            Verdict::Skip(_) => Phrase::Skip,
        };
        phrase.text(self.language)
    }

    /// Why a case has its verdict, where one line says it.
    pub(super) fn reason(&self, verdict: &Verdict) -> Option<String> {
        match verdict {
            Verdict::Pass | Verdict::Skip(Omission::Deselected) | Verdict::Fail(_) => None,
            Verdict::Skip(Omission::OutOfTime) => Some(self.say(Phrase::SkipOutOfTime, &[])),
            Verdict::Warn(Warning::Reset) => Some(self.say(Phrase::WarnReset, &[])),
            Verdict::Error(error) => Some(error.clone()),
            Verdict::Blocked(blocker) => Some(self.blocker(blocker)),
            Verdict::NotApplicable(lack) => Some(match lack {
                Lack::Words(what) => self.say(Phrase::LackWords, &[what.text(self.language)]),
                Lack::Fact(fact) => self.say(Phrase::LackFact, &[fact]),
                Lack::Offer(offer) => self.say(Phrase::LackOffer, &[offer]),
                Lack::Declined => self.say(Phrase::LackDeclined, &[]),
                Lack::AnotherClient => self.say(Phrase::LackAnotherClient, &[]),
            }),
        }
    }

    fn blocker(&self, blocker: &Blocker) -> String {
        match blocker {
            Blocker::Requires(id) => self.say(Phrase::BlockedRequires, &[id]),
            Blocker::Gone { health, since: Some(id) } => {
                self.say(Phrase::BlockedGoneSince, &[id, &self.health(*health)])
            }
            Blocker::Gone { health, since: None } => self.say(Phrase::BlockedGone, &[&self.health(*health)]),
            Blocker::DeadlyRows => self.say(Phrase::BlockedDeadlyRows, &[]),
            Blocker::Unreachable => self.say(Phrase::BlockedUnreachable, &[]),
            Blocker::Relaxed(fact) => self.say(Phrase::BlockedRelaxed, &[fact]),
            Blocker::Preflight => self.say(Phrase::BlockedPreflight, &[]),
        }
    }

    /// How the server is.
    pub(super) fn health(&self, health: Health) -> String {
        let phrase = match health {
            Health::Well => Phrase::HealthWell,
            Health::Wrong => Phrase::HealthWrong,
            Health::Mute => Phrase::HealthMute,
            Health::Dead => Phrase::HealthDead,
        };
        self.say(phrase, &[])
    }

    /// What was due.
    pub(super) fn expected(&self, expected: &Expected) -> String {
        match expected {
            Expected::Reply(matcher) => self.matcher(matcher),
            Expected::Close(Ending::Any) => self.say(Phrase::ExpectCloseAny, &[]),
            Expected::Close(Ending::Fin) => self.say(Phrase::ExpectCloseFin, &[]),
            Expected::Close(Ending::Rst) => self.say(Phrase::ExpectCloseRst, &[]),
            Expected::Silence(silence) => self.say(Phrase::ExpectSilence, &[&time(*silence)]),
            Expected::NothingExtra => self.say(Phrase::ExpectNothingExtra, &[]),
            Expected::Connection => self.say(Phrase::ExpectConnection, &[]),
        }
    }

    pub(super) fn matcher(&self, matcher: &Matcher) -> String {
        match matcher {
            Matcher::Named(name) => self.named(name),
            Matcher::Fail(code) => self.say(Phrase::ExpectFail, &[code]),
            Matcher::Number {
                number,
                tolerance: Tolerance::Usual | Tolerance::Rounded | Tolerance::Overflowed,
            } => self.say(Phrase::ExpectNumber, &[number]),
            Matcher::Number { number, tolerance: Tolerance::Exact } => {
                self.say(Phrase::ExpectExact, &[number])
            }
            Matcher::Number { number, tolerance: Tolerance::Relative(part) } => {
                self.say(Phrase::ExpectWithin, &[number, &format!("{part} × {number}")])
            }
            Matcher::Number { number, tolerance: Tolerance::Absolute(distance) } => {
                self.say(Phrase::ExpectWithin, &[number, distance])
            }
            Matcher::Special => self.say(Phrase::ExpectSpecial, &[]),
            Matcher::Canonical(text) => self.say(Phrase::ExpectCanonical, &[text]),
            Matcher::Text(text) if text.is_empty() => {
                self.say(Phrase::ExpectText, &[Phrase::NoOctets.text(self.language)])
            }
            Matcher::Text(text) => self.say(Phrase::ExpectText, &[&printable(text.as_bytes())]),
            Matcher::Hex(hex) => self.say(Phrase::ExpectText, &[hex]),
            Matcher::Regex(pattern) => self.say(Phrase::ExpectPattern, &[pattern]),
            Matcher::Raw(pattern) => self.say(Phrase::ExpectRaw, &[pattern]),
            Matcher::Pack(_) => self.say(Phrase::ExpectFields, &[]),
            Matcher::Json(subset) => self.say(Phrase::ExpectJson, &[&subset.to_string()]),
            Matcher::AllOf(matchers) => self.joined(Phrase::And, matchers),
            Matcher::AnyOf(matchers) => self.joined(Phrase::Or, matchers),
            Matcher::Not(matcher) => self.say(Phrase::ExpectNot, &[&self.matcher(matcher)]),
            Matcher::Any => self.say(Phrase::ExpectAny, &[]),
        }
    }

    fn named(&self, name: &str) -> String {
        match self.dialect.reply(name).and_then(|reply| reply.title.as_ref()) {
            Some(title) => title.text(self.language).to_owned(),
            None => self.say(Phrase::ExpectNamed, &[name]),
        }
    }

    fn joined(&self, phrase: Phrase, matchers: &[Matcher]) -> String {
        let words = matchers.iter().map(|matcher| self.matcher(matcher));
        words.reduce(|left, right| self.say(phrase, &[&left, &right])).unwrap_or_default()
    }

    /// What happened instead.
    pub(super) fn happened(&self, happened: &Happened) -> String {
        match happened {
            Happened::Reply(received) => self.reply(received),
            Happened::Unsolicited(received) => {
                self.say(Phrase::GotUnsolicited, &[&self.octets(received.raw())])
            }
            Happened::Nothing { partial, waited } if partial.is_empty() => {
                self.say(Phrase::GotNothing, &[&time(*waited)])
            }
            Happened::Nothing { partial, waited } => {
                self.say(Phrase::GotPart, &[&self.octets(partial), &time(*waited)])
            }
            Happened::Unterminated(octets) => self.say(Phrase::GotUnterminated, &[&self.octets(octets)]),
            Happened::TooLong(octets) => self.say(Phrase::GotTooLong, &[&octets.len().to_string()]),
            Happened::Ended(end, partial) => {
                let ended = match end {
                    End::Fin => self.say(Phrase::GotClosed, &[]),
                    End::Reset => self.say(Phrase::GotReset, &[]),
                };
                if partial.is_empty() {
                    ended
                } else {
                    self.say(Phrase::GotPartThen, &[&self.octets(partial), &ended])
                }
            }
            Happened::StillOpen(waited) => self.say(Phrase::GotStillOpen, &[&time(*waited)]),
            Happened::NotConnected(why) => self.say(Phrase::GotNoConnection, &[why.text(self.language)]),
        }
    }

    fn reply(&self, received: &Received) -> String {
        let shown = self.octets(received.words());
        match self.dialect.name_of(received.words()) {
            _ if let Some(number) = self.hidden_number(received.words()) => {
                self.say(Phrase::GotReplyOfNumber, &[&shown, RESULT, &number])
            }
            Some(name) => self.say(Phrase::GotReply, &[&shown, name]),
            None => self.say(Phrase::GotUnknownReply, &[&shown]),
        }
    }

    /// The number of a result in binary fields, which nobody reads in their octets.
    fn hidden_number(&self, reply: &[u8]) -> Option<String> {
        self.dialect.reply(RESULT)?.pattern.binary_number(reply)
    }

    /// The octets that came, in hexadecimal, where as text they are hard to read.
    pub(super) fn hex(&self, happened: &Happened) -> Option<String> {
        let octets = match happened {
            Happened::Reply(received) | Happened::Unsolicited(received) => received.raw(),
            Happened::Nothing { partial: octets, .. }
            | Happened::Unterminated(octets)
            | Happened::TooLong(octets)
            | Happened::Ended(_, octets) => octets,
            Happened::StillOpen(_) | Happened::NotConnected(_) => return None,
        };
        let shown = &octets[..octets.len().min(MOST_IN_HEX)];
        (!is_plain(shown)).then(|| hex(shown))
    }

    /// What else is worth knowing about the moment when a case broke.
    pub(super) fn remarks(&self, stage: Stage, write_failed: bool) -> Vec<String> {
        let stage = match stage {
            Stage::Script => None,
            Stage::Fence => Some(Phrase::InFence),
            Stage::Control => Some(Phrase::InControl),
        };
        let remarks = stage.into_iter().chain(write_failed.then_some(Phrase::WriteFailed));
        remarks.map(|remark| self.say(remark, &[])).collect()
    }

    /// One line of the dialogue: the arrow, and what went along it, with so many octets of it at most.
    pub(super) fn line(&self, what: &What, most: usize) -> (&'static str, String) {
        match what {
            What::Opened => ("→", self.say(Phrase::LineOpened, &[])),
            What::NotOpened(why) => ("→", self.say(Phrase::LineNotOpened, &[why.text(self.language)])),
            What::Sent(excerpt) => ("→", self.excerpt(excerpt, most)),
            What::NotSent(excerpt) => ("→", self.say(Phrase::LineNotSent, &[&self.excerpt(excerpt, most)])),
            What::Received(excerpt) if let Some(number) = self.hidden_number(&excerpt.octets) => {
                ("←", self.say(Phrase::LineNumber, &[&self.excerpt(excerpt, most), &number]))
            }
            What::Received(excerpt) | What::Partial(excerpt) => ("←", self.excerpt(excerpt, most)),
            What::Nothing(waited) => ("←", self.say(Phrase::LineNothing, &[&time(*waited)])),
            What::HalfClosed => ("→", self.say(Phrase::LineHalfClosed, &[])),
            What::Closed => ("→", self.say(Phrase::LineClosed, &[])),
            What::Aborted => ("→", self.say(Phrase::LineAborted, &[])),
            What::ServerClosed => ("←", self.say(Phrase::LineServerClosed, &[])),
            What::ServerReset => ("←", self.say(Phrase::LineServerReset, &[])),
        }
    }

    fn octets(&self, octets: &[u8]) -> String {
        self.excerpt(&Excerpt::from(octets), MOST_SHOWN)
    }

    /// Octets as text; of many, and of those that only fill up a field, the beginning and how many they are.
    fn excerpt(&self, excerpt: &Excerpt, most: usize) -> String {
        if excerpt.length == 0 {
            return self.say(Phrase::NoOctets, &[]);
        }
        let said = excerpt.octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
        let most = most.min(said + MOST_FILLING);
        let shown = printable(&excerpt.octets[..excerpt.octets.len().min(most)]);
        if excerpt.length <= most {
            shown
        } else {
            self.say(Phrase::OctetsInAll, &[&shown, &excerpt.length.to_string()])
        }
    }
}

/// The octets shown of one line: as many as stay in sight beside the others.
pub(super) const MOST_SHOWN: usize = 72;

/// Of the NULs at an end, which binary numbers may have too: a field is up to eight octets wide.
const MOST_FILLING: usize = 8;

/// The octets shown in hexadecimal, which takes three characters each.
const MOST_IN_HEX: usize = 24;

/// A time as people say it.
pub(super) fn time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
