//! What the sockets do, call by call, on standard error as it happens.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// How calls are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A line for people.
    Text,
    /// An object on a line of its own.
    Json,
}

/// Shows calls while it is switched on. Clones are one and the same.
#[derive(Clone, Debug)]
pub struct Trace {
    start: Instant,
    form: Form,
    on: Arc<AtomicBool>,
}

/// A call that has returned, and what is worth knowing of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Call<'a> {
    pub(crate) call: &'static str,
    /// What it was about: a name, a kind of socket, a side that is shut down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) local: Option<String>,
    #[serde(skip)]
    pub(crate) octets: Option<&'a [u8]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// A call as an object.
#[derive(Serialize)]
struct Record<'a> {
    at_us: u128,
    #[serde(flatten)]
    call: &'a Call<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    octets: Option<usize>,
    /// The octets in printable ASCII, the others as `\n`, `\\` or `\x1b`.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

impl Trace {
    /// A trace that is switched off.
    #[must_use]
    pub fn off() -> Self {
        Self { start: Instant::now(), form: Form::Text, on: Arc::default() }
    }

    /// A trace that is switched on.
    #[must_use]
    pub fn on(form: Form) -> Self {
        Self { start: Instant::now(), form, on: Arc::new(AtomicBool::new(true)) }
    }

    /// Begins to show calls.
    pub fn switch_on(&self) {
        self.on.store(true, Ordering::Relaxed);
    }

    /// Shows no more calls.
    pub fn switch_off(&self) {
        self.on.store(false, Ordering::Relaxed);
    }

    /// Shows the call that `call` makes up, if anybody looks.
    pub(crate) fn show<'a>(&self, call: impl FnOnce() -> Call<'a>) {
        if self.on.load(Ordering::Relaxed) {
            let line = self.line(&call());
            // Where it cannot be shown, nobody looks.
            let _ = anstream::stderr().lock().write_all(line.as_bytes());
        }
    }

    /// Shows how a call ended that sends or receives.
    pub(crate) fn transfer(&self, call: &'static str, octets: io::Result<&[u8]>) {
        match octets {
            Ok(octets) => self.show(|| Call { call, octets: Some(octets), ..Call::default() }),
            Err(error) => self.show(|| Call { call, error: Some(error.to_string()), ..Call::default() }),
        }
    }

    fn line(&self, call: &Call<'_>) -> String {
        let at = self.start.elapsed();
        match self.form {
            Form::Text => {
                let (seconds, micros) = (at.as_secs(), at.subsec_micros());
                format!("{seconds:>4}.{micros:06}  {:<11} {}\n", call.call, text(call))
            }
            Form::Json => {
                let octets = call.octets.map(<[u8]>::len);
                let data = call.octets.map(|octets| octets.escape_ascii().to_string());
                let record = Record { at_us: at.as_micros(), call, octets, data };
                serde_json::to_string(&record).unwrap_or_default() + "\n"
            }
        }
    }
}

/// A call for people, with its octets in quotes and so escaped that they can do nothing to a terminal.
fn text(call: &Call<'_>) -> String {
    /// A batch is sent in pieces that fill a screen.
    const MAX_SHOWN: usize = 160;
    let mut text = call.about.clone().unwrap_or_default();
    // Writing to a string cannot fail.
    if let Some(octets) = call.octets {
        let (arrow, colour) = match call.call {
            "send" => ("→", AnsiColor::Green),
            _ => ("←", AnsiColor::Cyan),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        let shown = &octets[..octets.len().min(MAX_SHOWN)];
        let _ = write!(text, "{style}{arrow} \"{}\"{style:#}", shown.escape_ascii());
        let _ = match octets.len() {
            0 => write!(text, " (FIN)"),
            all if all > MAX_SHOWN => write!(text, " … ({all})"),
            _ => Ok(()),
        };
    }
    if let Some(remote) = &call.remote {
        let _ = write!(text, "{remote}");
    }
    if let Some(local) = &call.local {
        let _ = write!(text, " ⇐ {local}");
    }
    if let Some(error) = &call.error {
        let style = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let _ = write!(text, " {style}{error}{style:#}");
    }
    text
}
