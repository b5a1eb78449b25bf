//! What happened to a server that the grader started, in plain words.

use super::document::Process;
use super::phrase::Phrase;
use super::words::{Words, time};
use crate::escape::{printable, printable_line};
use crate::launch::{Demise, Excess, Exit, Incident, Place, Printed, StartFailure};

impl Words {
    /// Why the server could not be started.
    pub(super) fn not_started(&self, failure: &StartFailure) -> String {
        match failure {
            StartFailure::Build(demise, _) => self.say(Phrase::BuildFailed, &[&self.demise(demise)]),
            StartFailure::Died(demise, _) => self.say(Phrase::StartDied, &[&self.demise(demise)]),
            StartFailure::Silent { place, waited, elsewhere, .. } if elsewhere.is_empty() => {
                self.say(Phrase::StartSilent, &[&self.place(place), &time(*waited)])
            }
            StartFailure::Silent { place, elsewhere, .. } => {
                self.say(Phrase::StartElsewhere, &[&self.place(place), &elsewhere.join(", ")])
            }
            StartFailure::Held { port, holder: Some(holder) } => {
                let pid = holder.pid.to_string();
                self.say(
                    Phrase::PortHeldBy,
                    &[&port.to_string(), &pid, &printable(holder.command.as_bytes())],
                )
            }
            StartFailure::Held { port, holder: None } => self.say(Phrase::PortHeld, &[&port.to_string()]),
            StartFailure::System(why) => self.say(Phrase::StartRefused, &[why]),
            StartFailure::Unsupported => self.say(Phrase::StartUnsupported, &[]),
        }
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Port(port) => self.say(Phrase::OnPort, &[&port.to_string()]),
            Place::AnyPort | Place::Unix(_) => place.to_string(),
        }
    }

    /// What happened to a launched server. One that goes on is not asked for what it has to say, only for what it complained
    /// about.
    pub(super) fn process(&self, incident: &Incident) -> Process {
        match &incident.demise {
            Some(demise) => Process { end: Some(self.demise(demise)), ..self.printed(&incident.printed) },
            None => self.printed(&Printed { stdout: String::new(), stderr: incident.printed.stderr.clone() }),
        }
    }

    /// The last lines that a server printed.
    pub(super) fn printed(&self, printed: &Printed) -> Process {
        let lines = printed.last_lines(MOST_PRINTED);
        Process { end: None, printed: lines.into_iter().map(|line| cut(&printable_line(line))).collect() }
    }

    /// How the server's process ended.
    pub(super) fn demise(&self, demise: &Demise) -> String {
        match (&demise.excess, &demise.exit) {
            (Some(Excess::Memory(octets)), _) => {
                self.say(Phrase::TooMuchMemory, &[&(octets / (1024 * 1024)).to_string()])
            }
            (Some(Excess::Cpu(limit)), _) => self.say(Phrase::TooMuchCpu, &[&time(*limit)]),
            (Some(Excess::Wall(limit)), _) => self.say(Phrase::TooLong, &[&time(*limit)]),
            (Some(Excess::Processes(count)), _) => self.say(Phrase::TooManyProcesses, &[&count.to_string()]),
            (None, Some(Exit::Code(code))) => self.say(Phrase::Exited, &[&code.to_string()]),
            (None, Some(Exit::Signal(name))) => self.say(Phrase::Killed, &[name]),
            (None, None) => self.say(Phrase::EndUnseen, &[]),
        }
    }
}

/// Of what a server printed, the end of a traceback.
const MOST_PRINTED: usize = 8;

/// A line that would run over several of the terminal is cut.
const LONGEST_PRINTED: usize = 160;

fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST_PRINTED) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
