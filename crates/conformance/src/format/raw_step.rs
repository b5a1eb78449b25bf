//! A step as serde sees it: every verb and every modifier is a field, and one verb may be there.

use serde::{Deserialize, Deserializer};

use super::message::{True, exactly_one};
use super::step::{Action, Ending, Reading, Step};
use super::{Delivery, Matcher, Message, Octets, Part, Segments, Wrong, one_or_many};

/// The pause between two segments where none is given: long enough that loopback seldom merges them, short enough for
/// a suite of two seconds.
const GAP_MS: u64 = 5;

/// The longest wait or silence in one step: a suite that needs more tests patience, not servers.
const LONGEST_WAIT_MS: u64 = 60_000;

/// More connections than this are a load test, and many systems allow a process only 256 open files.
const MOST_CLIENTS: u32 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    on: Option<String>,
    connect: Option<String>,
    unread: Option<True>,
    say: Option<Many<Message>>,
    part: Option<Part>,
    segments: Option<Segments>,
    gap_ms: Option<u64>,
    send: Option<Many<Octets>>,
    expect: Option<Matcher>,
    capture: Option<String>,
    expect_close: Option<Ending>,
    expect_silence: Option<u64>,
    half_close: Option<True>,
    close: Option<True>,
    abort: Option<True>,
    wait_ms: Option<u64>,
    repeat: Option<RawRepeat>,
    clients: Option<RawClients>,
    fence: Option<True>,
    #[serde(default)]
    wrong: Vec<Wrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRepeat {
    times: u32,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClients {
    count: u32,
    steps: Vec<Step>,
}

impl TryFrom<RawStep> for Step {
    type Error = String;

    fn try_from(raw: RawStep) -> Result<Self, String> {
        raw.modifiers_fit()?;
        let delivery = raw.delivery();
        let part = raw.part.unwrap_or_default();
        let reading = raw.unread.map_or(Reading::Always, |True| Reading::Never);
        let connect = |name| Action::Connect { name, reading };
        let say = |Many(messages)| Action::Say { messages, part, delivery: delivery.clone() };
        let send = |Many(octets)| Action::Send { octets, delivery: delivery.clone() };
        let expect = |reply| Action::Expect { reply, capture: raw.capture };
        let action = exactly_one(
            "a step",
            [
                ("connect", raw.connect.map(connect)),
                ("say", raw.say.map(say)),
                ("send", raw.send.map(send)),
                ("expect", raw.expect.map(expect)),
                ("expect_close", raw.expect_close.map(Action::ExpectClose)),
                ("expect_silence", raw.expect_silence.map(Action::ExpectSilence)),
                ("half_close", raw.half_close.map(|True| Action::HalfClose)),
                ("close", raw.close.map(|True| Action::Close)),
                ("abort", raw.abort.map(|True| Action::Abort)),
                ("wait_ms", raw.wait_ms.map(Action::Wait)),
                ("repeat", raw.repeat.map(|RawRepeat { times, steps }| Action::Repeat { times, steps })),
                ("clients", raw.clients.map(|RawClients { count, steps }| Action::Clients { count, steps })),
                ("fence", raw.fence.map(|True| Action::Fence)),
            ],
        )?;
        action.within_limits()?;
        Ok(Self { on: raw.on, action, wrong: raw.wrong })
    }
}

impl RawStep {
    fn delivery(&self) -> Delivery {
        Delivery {
            segments: self.segments.clone().unwrap_or_default(),
            gap_ms: self.gap_ms.unwrap_or(GAP_MS),
        }
    }

    /// A modifier beside a verb that it does nothing for is a slip of the author's.
    fn modifiers_fit(&self) -> Result<(), String> {
        let sends = self.say.is_some() || self.send.is_some();
        let whole_say = self.say.is_none() && self.segments == Some(Segments::MidMessage);
        let opens = self.connect.is_some() || self.clients.is_some() || self.repeat.is_some();
        let misfits = [
            ("unread", "connect", self.unread.is_some() && self.connect.is_none()),
            ("part", "say", self.part.is_some() && self.say.is_none()),
            ("segments", "say` or `send", self.segments.is_some() && !sends),
            ("segments\": \"mid_message", "say", whole_say),
            ("gap_ms", "segments", self.gap_ms.is_some() && self.segments.is_none()),
            ("capture", "expect", self.capture.is_some() && self.expect.is_none()),
            ("on", "a step on one open connection", self.on.is_some() && (opens || self.wait_ms.is_some())),
        ];
        match misfits.iter().find(|(_, _, misfit)| *misfit) {
            Some((modifier, verb, _)) => Err(format!("`{modifier}` belongs to `{verb}`")),
            None => Ok(()),
        }
    }
}

impl Action {
    fn within_limits(&self) -> Result<(), String> {
        match self {
            Self::ExpectSilence(ms) | Self::Wait(ms) if *ms > LONGEST_WAIT_MS => {
                Err(format!("{ms} ms is longer than the {LONGEST_WAIT_MS} ms that a step may wait"))
            }
            Self::Say { delivery, .. } | Self::Send { delivery, .. } if delivery.gap_ms > LONGEST_WAIT_MS => {
                Err(format!("a gap of {} ms is longer than {LONGEST_WAIT_MS} ms", delivery.gap_ms))
            }
            Self::Clients { count, steps: _ } if !(1..=MOST_CLIENTS).contains(count) => {
                Err(format!("{count} clients; there can be 1 to {MOST_CLIENTS}"))
            }
            Self::Connect { .. }
            | Self::Say { .. }
            | Self::Send { .. }
            | Self::Expect { .. }
            | Self::ExpectClose(_)
            | Self::ExpectSilence(_)
            | Self::HalfClose
            | Self::Close
            | Self::Abort
            | Self::Wait(_)
            | Self::Repeat { .. }
            | Self::Clients { .. }
            | Self::Fence => Ok(()),
        }
    }
}

struct Many<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_or_many(deserializer).map(Self)
    }
}
