//! What a load showed, for programs and people.

use std::fmt::{self, Write as _};
use std::time::Duration;

use serde::Serialize;

use super::tally::{Span, Tally, Time};
use super::{Extent, Plan};
use crate::language::Language;

/// What a load showed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The server.
    pub target: String,
    /// How many connections there were.
    pub connections: usize,
    /// The most messages under way on each.
    pub pipeline: u64,
    /// The threads that shared the connections.
    pub threads: usize,
    /// In an open loop: how many messages were to be asked in a second.
    pub rate: Option<f64>,
    /// How long it took until all connections were open.
    pub opening_seconds: f64,
    /// How long the warm-up took.
    pub warm_up_seconds: f64,
    /// How long was measured.
    pub seconds: f64,
    /// Messages that were asked in that time and answered.
    pub messages: u64,
    /// Messages that were asked in the warm-up and answered.
    pub warm_up_messages: u64,
    /// In an open loop: messages that were due and could not be asked by the end.
    pub unsent: u64,
    /// Replies that came in a second.
    pub per_second: f64,
    /// How long replies took.
    pub latency_ns: Latency,
}

/// How long replies took, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// The shortest.
    pub min: u64,
    /// The mean.
    pub mean: f64,
    /// Half of them took no longer.
    pub p50: u64,
    /// Nine in ten took no longer.
    pub p90: u64,
    /// All but one in a hundred took no longer.
    pub p99: u64,
    /// All but one in a thousand took no longer.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Summary {
    /// What the threads measured together. A load that is cut short ends with the last reply, as one of a count does.
    pub(super) fn new(plan: &Plan, span: Span, tally: &Tally, opening: Duration, is_cut_short: bool) -> Self {
        let end = match plan.extent {
            Extent::Time(_) if !is_cut_short => span.to,
            Extent::Time(_) | Extent::Count(_) => tally.last.min(span.to),
        };
        let seconds = seconds(end.saturating_sub(span.from));
        Self {
            target: plan.target.to_string(),
            connections: plan.connections,
            pipeline: plan.depth,
            threads: plan.threads.min(plan.connections),
            rate: plan.rate,
            opening_seconds: opening.as_secs_f64(),
            warm_up_seconds: self::seconds(span.from.min(tally.last)),
            seconds,
            messages: tally.measured,
            warm_up_messages: tally.warm_up,
            unsent: tally.unsent,
            per_second: if seconds > 0.0 { tally.within as f64 / seconds } else { 0.0 },
            latency_ns: Latency {
                min: tally.latencies.min(),
                mean: tally.latencies.mean(),
                p50: tally.latencies.value_at_quantile(0.5),
                p90: tally.latencies.value_at_quantile(0.9),
                p99: tally.latencies.value_at_quantile(0.99),
                p999: tally.latencies.value_at_quantile(0.999),
                max: tally.latencies.max(),
            },
        }
    }

    /// The same for people.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let say = |en: &'static str, es: &'static str| language.of((en, es));
        let mut text = String::new();
        let mut row = |label: &str, value: &dyn fmt::Display| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {label:<16} {value}");
        };
        row(say("server", "servidor"), &self.target);
        let each = say("under way on each", "en vuelo en cada una");
        row(say("connections", "conexiones"), &format!("{}, {} {each}", self.connections, self.pipeline));
        if let Some(rate) = self.rate {
            row(say("due", "previsto"), &format!("{rate} / s"));
        }
        row(
            say("messages", "mensajes"),
            &format!("{} {} {:.3} s", self.messages, say("in", "en"), self.seconds),
        );
        row(say("throughput", "rendimiento"), &format!("{:.0} / s", self.per_second));
        if self.unsent > 0 {
            let late = say("due and not sent by the end", "previstos y no enviados al final");
            row(say("unsent", "sin enviar"), &format!("{} {late}", self.unsent));
        }
        let Latency { p50, p90, p99, p999, max, .. } = self.latency_ns;
        for (label, nanos) in
            [("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), (say("max", "máx"), max)]
        {
            row(&format!("{} {label}", say("latency", "latencia")), &Milliseconds(nanos));
        }
        text
    }
}

struct Milliseconds(Time);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.3} ms", self.0 as f64 / 1e6)
    }
}

fn seconds(time: Time) -> f64 {
    Duration::from_nanos(time).as_secs_f64()
}
