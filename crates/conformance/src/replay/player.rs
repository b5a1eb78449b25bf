//! What the steps of a case do.

use std::collections::BTreeMap;
use std::mem;
use std::time::Duration;

use tokio::time::sleep;

use super::line::Line;
use super::speech::Speech;
use super::{Break, Held, Parting, Stop, Terms};
use crate::format::{Action, Reading, Step, Template};
use crate::suite::NUMBER;
use crate::transcript::{Transcript, What};
use crate::verdict::{Expected, Happened, Stage, Warning};

pub(super) struct Player<'a> {
    pub(super) terms: &'a Terms,
    pub(super) stage: Stage,
    pub(super) transcript: Transcript,
    pub(super) lines: Vec<Line>,
    /// The connection that steps without `on` are on.
    pub(super) current: Option<String>,
    pub(super) values: BTreeMap<String, String>,
    pub(super) warning: Option<Warning>,
    pub(super) slowest: Duration,
    pub(super) goodbye_ignored: bool,
    pub(super) flooded: bool,
    pub(super) parting: Parting,
    pub(super) met: usize,
    /// Where connections last for one result: whether one was seen to outlast a refusal.
    pub(super) stays_after_refusals: bool,
}

impl<'a> Player<'a> {
    pub(super) fn new(terms: &'a Terms) -> Self {
        Self {
            terms,
            stage: Stage::Script,
            transcript: Transcript::begin(),
            lines: Vec::new(),
            current: None,
            values: BTreeMap::new(),
            warning: None,
            slowest: Duration::ZERO,
            goodbye_ignored: false,
            flooded: false,
            parting: Parting::Usual,
            met: 0,
            stays_after_refusals: false,
        }
    }

    /// The same on a connection that is open.
    pub(super) fn on(Held(line): Held, terms: &'a Terms) -> Self {
        Self { current: Some(line.name.clone()), lines: vec![line], ..Self::new(terms) }
    }

    /// The connection, if it is the only one, and as good as a fresh one.
    pub(super) fn held(&mut self) -> Option<Held> {
        let [line] = &self.lines[..] else { return None };
        let is_in_order = line.due == 0 && !line.half_closed && line.connection.end().is_none();
        if is_in_order { self.lines.pop().map(Held) } else { None }
    }

    /// Does the steps; with `client`, all on that connection.
    pub(super) async fn steps(&mut self, steps: &[Step], client: Option<&str>) -> Result<(), Stop> {
        for step in steps {
            if self.values.is_empty() {
                self.diagnosed_step(step, client).await?;
            } else {
                let filled = self.filled(step);
                self.diagnosed_step(&filled, client).await?;
            }
        }
        Ok(())
    }

    /// A copy with the values that names in it have by now.
    pub(super) fn filled<T: Template>(&self, thing: &T) -> T {
        thing.filled(|name| self.values.get(name).cloned())
    }

    async fn diagnosed_step(&mut self, step: &Step, client: Option<&str>) -> Result<(), Stop> {
        self.step(step, client).await.map_err(|stop| stop.with(step.wrong.iter().cloned()))
    }

    async fn step(&mut self, step: &Step, client: Option<&str>) -> Result<(), Stop> {
        let on = client.or(step.on.as_deref());
        match &step.action {
            Action::Connect { name, reading } => self.connect(name, *reading).await,
            Action::Say { messages, part, delivery } => {
                let speech = Speech::of_messages(messages, *part, &delivery.segments, &self.terms.dialect)
                    .map_err(|error| Stop::Fault(error.to_string()))?;
                let line = self.line(on).await?;
                self.nothing_early(line).await?;
                self.renew(line).await?;
                self.send(line, &speech, delivery).await
            }
            Action::Send { octets, delivery } => {
                let speech = Speech::of_octets(octets, &delivery.segments, &self.terms.dialect)
                    .map_err(Stop::Fault)?;
                let line = self.line(on).await?;
                self.renew(line).await?;
                self.send(line, &speech, delivery).await
            }
            Action::Expect { reply, capture } => {
                let line = self.line(on).await?;
                self.expect(line, reply, capture.as_deref()).await?;
                self.met += 1;
                Ok(())
            }
            Action::ExpectClose(ending) => {
                let line = self.line(on).await?;
                self.expect_close(line, *ending).await
            }
            Action::ExpectSilence(ms) => {
                let line = self.line(on).await?;
                self.expect_silence(line, Duration::from_millis(*ms)).await
            }
            Action::HalfClose => {
                let line = self.line(on).await?;
                self.lines[line].connection.half_close().await;
                self.lines[line].half_closed = true;
                self.record(line, What::HalfClosed);
                Ok(())
            }
            Action::Close => {
                let line = self.line(on).await?;
                self.record(line, What::Closed);
                self.leave(line);
                Ok(())
            }
            Action::Abort => {
                let line = self.line(on).await?;
                self.record(line, What::Aborted);
                self.parting = Parting::Unusual;
                self.lines.remove(line).connection.abort().map_err(|error| Stop::Fault(error.to_string()))
            }
            Action::Wait(ms) => {
                sleep(Duration::from_millis(*ms)).await;
                Ok(())
            }
            Action::Repeat { times, steps } => self.repeat(*times, steps, client).await,
            Action::Clients { count, steps } => self.clients(*count, steps).await,
            Action::Fence => {
                let line = self.line(on).await?;
                self.fence(line).await
            }
        }
    }

    async fn repeat(&mut self, times: u32, steps: &[Step], client: Option<&str>) -> Result<(), Stop> {
        let around = self.values.get(NUMBER).cloned();
        for turn in 1..=times {
            self.values.insert(NUMBER.to_owned(), turn.to_string());
            // Steps contain steps, so this future would contain itself.
            Box::pin(self.steps(steps, client)).await?;
        }
        match around {
            Some(number) => self.values.insert(NUMBER.to_owned(), number),
            None => self.values.remove(NUMBER),
        };
        Ok(())
    }

    /// Opens the connections, then does each step on all of them before the next. What one captures is its own.
    async fn clients(&mut self, count: u32, steps: &[Step]) -> Result<(), Stop> {
        let mut clients = Vec::new();
        for number in 1..=count {
            let name = format!("client {number}");
            self.open(&name, Reading::Always).await?;
            let mut values = self.values.clone();
            values.insert(NUMBER.to_owned(), number.to_string());
            clients.push((name, values));
        }
        for step in steps {
            for (name, values) in &mut clients {
                mem::swap(&mut self.values, values);
                let done = Box::pin(self.steps(std::slice::from_ref(step), Some(name))).await;
                mem::swap(&mut self.values, values);
                done?;
            }
        }
        Ok(())
    }

    pub(super) fn broken(&self, line: usize, expected: Expected, happened: Happened) -> Stop {
        let spent = self.is_spent(line);
        let line = &self.lines[line];
        Stop::Break(Box::new(Break {
            stage: self.stage,
            connection: line.name.clone(),
            expected,
            happened,
            spent,
            write_failed: line.connection.write_failure().is_some(),
            wrong: Vec::new(),
        }))
    }
}
