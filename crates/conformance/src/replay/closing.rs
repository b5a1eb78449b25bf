//! How a case ends: the positive control, without which a server that says nothing would pass every case that expects
//! nothing, and then a goodbye.

use std::time::Duration;

use tokio::time::Instant;

use super::player::Player;
use super::speech::Speech;
use super::{Outcome, Parting, Stop};
use crate::format::{Message, Part, Reading, Segments, Transport};
use crate::suite::{Control, exchange_steps};
use crate::verdict::Stage;

/// The connection of the positive control, where the case has none left.
const FRESH: &str = "control";

/// A server that ignores the goodbye still sees the end of the stream, and is given this time to close: with a reply
/// of its on the way, our close would become a reset.
const SHORTLY: Duration = Duration::from_millis(20);

impl Player<'_> {
    /// The positive control at the end of a case.
    pub(super) async fn finish(&mut self, control: Control) -> Result<(), Stop> {
        let mut fenced = false;
        if control == Control::EachOpenConnection {
            for line in 0..self.lines.len() {
                if !self.lines[line].half_closed && self.lines[line].connection.reading() == Reading::Always {
                    self.fence(line).await?;
                    fenced = true;
                }
            }
        }
        if !fenced {
            self.say_goodbyes().await;
            self.stage = Stage::Control;
            self.open(FRESH, Reading::Always).await?;
            self.fence_on(FRESH).await?;
            self.parting = Parting::Usual;
        }
        Ok(())
    }

    /// The suite's exchange with known replies: if more came than was asked for, it is out of step.
    pub(super) async fn fence(&mut self, line: usize) -> Result<(), Stop> {
        let before = std::mem::replace(&mut self.stage, Stage::Fence);
        let name = self.lines[line].name.clone();
        self.fence_on(&name).await?;
        self.stage = before;
        Ok(())
    }

    async fn fence_on(&mut self, name: &str) -> Result<(), Stop> {
        let steps = exchange_steps(&self.terms.fence, &self.terms.dialect)
            .map_err(|error| Stop::Fault(error.to_string()))?;
        // A fence is a step of steps, so this future would contain itself.
        Box::pin(self.steps(&steps, Some(name))).await?;
        match self.find(name) {
            Some(line) => self.nothing_early(line).await,
            None => Ok(()),
        }
    }

    /// Ends what is left open, politely, and tells what came of it all.
    pub(super) async fn end(mut self, stopped: Option<Stop>) -> Outcome {
        self.say_goodbyes().await;
        Outcome {
            stopped,
            transcript: self.transcript,
            warning: self.warning,
            slowest: self.slowest,
            goodbye_ignored: self.goodbye_ignored,
            flooded: self.flooded,
            parting: self.parting,
            met: self.met,
        }
    }

    /// A server that dies or hangs when a client just leaves should lose the cases about that, and not all of them.
    async fn say_goodbyes(&mut self) {
        let quit = Speech::of_messages(&[Message::Quit], Part::Whole, &Segments::One, &self.terms.dialect);
        for mut line in std::mem::take(&mut self.lines) {
            let deadline = Instant::now() + self.terms.politeness;
            match (line.connection.reading(), &quit) {
                (Reading::Never, _) | (Reading::Always, Err(_)) => {}
                (Reading::Always, Ok(_)) if line.half_closed => {
                    self.parting = Parting::Unusual;
                    line.connection.ends_by(deadline).await;
                }
                (Reading::Always, Ok(quit)) => {
                    for octets in quit.writes() {
                        line.connection.send(octets, SHORTLY).await;
                    }
                    if self.terms.dialect.transport == Transport::Udp {
                        self.parting = Parting::Unusual;
                        continue;
                    }
                    if !line.connection.ends_by(deadline).await {
                        self.goodbye_ignored = true;
                        line.connection.half_close().await;
                        line.connection.ends_by(Instant::now() + SHORTLY).await;
                    }
                }
            }
            self.flooded |= line.connection.is_flood();
            self.parts_from(&line.connection);
            line.connection.close();
        }
    }
}
