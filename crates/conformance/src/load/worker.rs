//! One thread's connections, driven by readiness.

use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use super::client::{Client, Ended};
use super::pace::Pace;
use super::script::Prepared;
use super::tally::{Span, Tally, Time};
use super::tape::WINDOW;
use super::{Fault, Monitor};

/// One thread's connections.
pub(super) struct Worker<'a> {
    script: &'a Prepared,
    monitor: &'a Monitor,
    poll: Poll,
    clients: Vec<Client>,
    pace: Pace,
    span: Span,
    depth: u64,
    patience: Duration,
    tally: Tally,
    under_way: u64,
}

/// What all threads of a load have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) span: Span,
    pub(super) depth: u64,
    pub(super) patience: Duration,
}

/// How often a thread looks at more than its connections: whether it is to stop, and whether one has fallen silent.
const TICK: Duration = Duration::from_millis(100);

/// The system's timer counts in milliseconds and may be late by one: a message that is due sooner is waited for awake.
const TIMER: Duration = Duration::from_millis(2);

/// The events taken from the system at once.
const EVENTS: usize = 1024;

impl<'a> Worker<'a> {
    /// A thread's connections, registered with the system.
    pub(super) fn new(
        mut clients: Vec<Client>,
        pace: Pace,
        terms: Terms,
        script: &'a Prepared,
        monitor: &'a Monitor,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        for (index, client) in clients.iter_mut().enumerate() {
            poll.registry().register(
                &mut client.stream,
                Token(index),
                Interest::READABLE | Interest::WRITABLE,
            )?;
        }
        let Terms { span, depth, patience } = terms;
        let tally = Tally::new();
        Ok(Self { script, monitor, poll, clients, pace, span, depth, patience, tally, under_way: 0 })
    }

    /// Asks and hears until all is asked and answered, somebody wants no more, or something is wrong. What was measured by
    /// then is told in each case.
    pub(super) fn run(mut self, start: Instant) -> (Tally, Option<Fault>) {
        let fault = self.load(start).err();
        if fault.is_none() {
            self.clients.into_iter().for_each(Client::close);
        }
        (self.tally, fault)
    }

    fn load(&mut self, start: Instant) -> Result<(), Fault> {
        let now = || Time::try_from(start.elapsed().as_nanos()).unwrap_or(Time::MAX);
        let mut buffer = vec![0; WINDOW];
        let mut events = Events::with_capacity(EVENTS);
        let mut next_tick = now();
        self.begin(now())?;
        loop {
            let time = now();
            self.ask_what_is_due(time)?;
            if self.is_done(time) || self.monitor.has_stopped() {
                return Ok(());
            }
            if time >= next_tick {
                self.look_for_silence(time)?;
                next_tick = time + nanos(TICK);
            }
            match self.poll.poll(&mut events, Some(self.wait(time))) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Fault::Local { connection: 1, why: error.to_string() }),
            }
            let before = self.tally.replies();
            for event in &events {
                let Token(index) = event.token();
                let has_ended = if event.is_read_closed() { Ended::Yes } else { Ended::NotYet };
                if event.is_readable() {
                    self.hear(index, &mut buffer, has_ended, &now)?;
                }
                if event.is_writable() {
                    self.clients[index].flush(self.script)?;
                }
            }
            self.monitor.replies.fetch_add(self.tally.replies() - before, Ordering::Relaxed);
        }
    }

    /// The first messages of a closed loop; those that follow are asked when these are answered.
    fn begin(&mut self, now: Time) -> Result<(), Fault> {
        (0..self.clients.len()).try_for_each(|index| self.ask(index, now))
    }

    fn ask_what_is_due(&mut self, now: Time) -> Result<(), Fault> {
        let Pace::Open(schedule) = &mut self.pace else { return Ok(()) };
        let mut ready = Vec::new();
        schedule.advance(now, |client| ready.push(client));
        ready.sort_unstable();
        ready.dedup();
        ready.into_iter().try_for_each(|index| self.ask(index, now))
    }

    /// Asks on a connection what may be asked there now, in one write.
    fn ask(&mut self, index: usize, now: Time) -> Result<(), Fault> {
        let client = &mut self.clients[index];
        let before = client.under_way;
        let room = self.depth.saturating_sub(before);
        match &mut self.pace {
            Pace::Closed(supply) => client.ask(supply.take(room, now), now, now, self.script),
            Pace::Open(schedule) => {
                for _ in 0..room {
                    let Some(due) = schedule.waiting(index) else { break };
                    if now >= self.span.to {
                        break;
                    }
                    client.ask(1, due, now, self.script);
                    schedule.asked(index);
                }
            }
        }
        self.under_way += client.under_way - before;
        client.flush(self.script)
    }

    fn hear(
        &mut self,
        index: usize,
        buffer: &mut [u8],
        has_ended: Ended,
        now: &impl Fn() -> Time,
    ) -> Result<(), Fault> {
        let client = &mut self.clients[index];
        let before = client.under_way;
        let (tally, span) = (&mut self.tally, self.span);
        let heard = client.receive(buffer, has_ended, self.script, |client, replies| {
            client.settle(replies, now(), span, tally);
        });
        let answered = before - client.under_way;
        self.under_way -= answered;
        heard?;
        if answered > 0 { self.ask(index, now()) } else { Ok(()) }
    }

    /// Whether all is asked and answered. What is due when time is up and could not be asked is counted here.
    fn is_done(&mut self, now: Time) -> bool {
        if let Pace::Open(schedule) = &mut self.pace
            && now >= self.span.to
        {
            for index in 0..self.clients.len() {
                while let Some(due) = schedule.waiting(index) {
                    self.tally.unsent(due, self.span.to, self.span);
                    schedule.asked(index);
                }
            }
        }
        let is_spent = match &self.pace {
            Pace::Closed(supply) => supply.is_spent(now),
            Pace::Open(schedule) => schedule.is_spent(),
        };
        is_spent && self.under_way == 0
    }

    fn look_for_silence(&self, now: Time) -> Result<(), Fault> {
        let silence = |client: &Client| client.silence(now, self.patience, self.script);
        self.clients.iter().find_map(silence).map_or(Ok(()), Err)
    }

    /// How long the system may let us sleep.
    fn wait(&self, now: Time) -> Duration {
        let next = match &self.pace {
            Pace::Closed(_) => None,
            Pace::Open(schedule) => schedule.next(),
        };
        let until = Duration::from_nanos(next.map_or(u64::MAX, |due| due.saturating_sub(now)));
        until.saturating_sub(TIMER).min(TICK)
    }
}

fn nanos(duration: Duration) -> Time {
    Time::try_from(duration.as_nanos()).unwrap_or(Time::MAX)
}
