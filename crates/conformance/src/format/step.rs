//! One step of a case: an object with exactly one verb.

use schemars::JsonSchema;
use serde::Deserialize;

use super::raw_step::RawStep;
use super::{Delivery, Matcher, Message, Octets, Part, Template, Wrong};

/// One step: what is done or expected, on which connection, and what the known ways to get it wrong are called.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "RawStep")]
pub struct Step {
    /// The connection, by its name; without one, the connection that was opened last.
    pub on: Option<String>,
    /// The verb.
    pub action: Action,
    /// Diagnoses for this step, tried in order and before those of the case.
    pub wrong: Vec<Wrong>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `{"connect": "slow"}`: open a connection and name it.
    Connect {
        /// Its name.
        name: String,
        /// Whether we read from it.
        reading: Reading,
    },
    /// `{"say": "12"}`: messages of the dialect, in one write unless cut into segments.
    Say {
        /// The messages.
        messages: Vec<Message>,
        /// The whole of them, or one half.
        part: Part,
        /// In how many writes.
        delivery: Delivery,
    },
    /// `{"send": {"hex": "31 0A"}}`: raw octets.
    Send {
        /// The octets, one item after the other.
        octets: Vec<Octets>,
        /// In how many writes.
        delivery: Delivery,
    },
    /// `{"expect": "ok"}`: one reply.
    Expect {
        /// What it has to be.
        reply: Matcher,
        /// `"capture": "x"`: from here on `{x}` stands for the number of this reply (or for all of it, where it has none).
        capture: Option<String>,
    },
    /// `{"expect_close": "any"}`
    ExpectClose(Ending),
    /// `{"expect_silence": 150}`: nothing comes for so many milliseconds.
    ExpectSilence(u64),
    /// `{"half_close": true}`: we send no more and go on reading.
    HalfClose,
    /// `{"close": true}`
    Close,
    /// `{"abort": true}`: close with a reset.
    Abort,
    /// `{"wait_ms": 20}`
    Wait(u64),
    /// `{"repeat": {"times": 3, "steps": […]}}`
    Repeat {
        /// How often.
        times: u32,
        /// What.
        steps: Vec<Step>,
    },
    /// `{"clients": {"count": 16, "steps": […]}}`: so many fresh connections; each step is done on all of them before the next.
    /// `{n}` is the number of the client, from 1.
    Clients {
        /// How many.
        count: u32,
        /// What each of them does.
        steps: Vec<Step>,
    },
    /// `{"fence": true}`: the suite's exchange with known replies, to see that nothing extra came.
    Fence,
}

/// Whether what the server sends is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// As it arrives, also while we send.
    Always,
    /// `"unread": true`: never. What we send may then stall, which is no failure.
    Never,
}

/// How a connection is closed by the server.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Closed in either way; a reset earns a warning.
    Any,
    /// Closed in good order: all that was sent arrives, then the end of the stream.
    Fin,
    /// Reset.
    Rst,
}

impl Template for Step {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        self.on.iter_mut().for_each(&mut *visit);
        self.wrong.iter_mut().for_each(|wrong| wrong.strings(visit));
        match &mut self.action {
            Action::Connect { name, reading: _ } => visit(name),
            Action::Say { messages, .. } => messages.iter_mut().for_each(|message| message.strings(visit)),
            Action::Send { octets, .. } => octets.iter_mut().for_each(|octets| octets.strings(visit)),
            Action::Expect { reply, .. } => reply.strings(visit),
            Action::Repeat { steps, .. } | Action::Clients { steps, .. } => {
                steps.iter_mut().for_each(|step| step.strings(visit));
            }
            Action::ExpectClose(_)
            | Action::ExpectSilence(_)
            | Action::HalfClose
            | Action::Close
            | Action::Abort
            | Action::Wait(_)
            | Action::Fence => {}
        }
    }
}
impl Step {}
