//! A step as serde sees it: every verb and every modifier is a field, and one verb may be there.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::message::{True, exactly_one};
use super::schema::OneOrMany;
use super::step::{Action, Ending, Reading, Step};
use super::{Delivery, Matcher, Message, Octets, Part, Segments, Wrong, one_or_many};

/// The pause between two segments where none is given: long enough that loopback seldom merges them, short enough for
/// a suite of two seconds.
const GAP_MS: u64 = 5;

/// The longest wait or silence in one step: a suite that needs more tests patience, not servers.
const LONGEST_WAIT_MS: u64 = 60_000;

/// More connections than this are a load test, and many systems allow a process only 256 open files.
const MOST_CLIENTS: u32 = 200;

/// More turns than this show nothing that fewer do not, and a case should end.
const MOST_TURNS: u32 = 10_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    /// The connection, by its name; without one, the connection that was opened last.
    on: Option<String>,
    /// Open a connection and name it.
    connect: Option<String>,
    /// With `connect`: what comes on it is never read.
    unread: Option<True>,
    /// Messages of the dialect, in one write unless cut into segments.
    say: Option<Many<Message>>,
    /// With `say`: the whole of the messages, or one half.
    part: Option<Part>,
    /// With `say` or `send`: in how many writes.
    segments: Option<Segments>,
    /// With `segments`: the pause between two writes, in milliseconds.
    gap_ms: Option<u64>,
    /// Raw octets, without the dialect's frame.
    send: Option<Many<Octets>>,
    /// One reply.
    expect: Option<Matcher>,
    /// With `expect`: from here on this name in braces stands for the reply's number, or all of the reply if it has none.
    capture: Option<String>,
    /// The server closes the connection.
    expect_close: Option<Ending>,
    /// Nothing comes for so many milliseconds.
    expect_silence: Option<u64>,
    /// We send no more, and go on reading.
    half_close: Option<True>,
    /// We close.
    close: Option<True>,
    /// We close with a reset.
    abort: Option<True>,
    /// We wait, in milliseconds.
    wait_ms: Option<u64>,
    /// Steps, several times; `{n}` counts from 1.
    repeat: Option<RawRepeat>,
    /// So many fresh connections at once; each step is done on all of them before the next; `{n}` is the client's number.
    clients: Option<RawClients>,
    /// The suite's exchange with known replies, to see that nothing extra came.
    fence: Option<True>,
    /// Diagnoses for this step, tried before those of the case.
    #[serde(default)]
    wrong: Vec<Wrong>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawRepeat {
    /// How often.
    times: u32,
    /// What is done.
    steps: Vec<Step>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawClients {
    /// How many.
    count: u32,
    /// What is done.
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
    /// How often what is innermost in it is done.
    fn turns(&self) -> u64 {
        match self {
            Self::Repeat { times, steps } | Self::Clients { count: times, steps } => {
                let inner = steps.iter().map(|step| step.action.turns()).max().unwrap_or(1);
                inner.saturating_mul((*times).into())
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
            | Self::Fence => 1,
        }
    }

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
            Self::Repeat { times: 0, steps: _ } => Err("0 times do nothing".to_owned()),
            Self::Repeat { .. } if self.turns() > u64::from(MOST_TURNS) => {
                let inner = "with those of `repeat` in it";
                Err(format!("{} turns, {inner}; there can be {MOST_TURNS} at most", self.turns()))
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

impl<T: JsonSchema> JsonSchema for Many<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        OneOrMany::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        OneOrMany::<T>::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_or_many(deserializer).map(Self)
    }
}
