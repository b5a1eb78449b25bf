//! What serde cannot see: whether the names in a case mean anything.

use std::collections::BTreeSet;

use super::expand::{runtime_names, with_stand_ins};
use super::problem::Problems;
use crate::dialect::Dialect;
use crate::format::{
    Action, Case, Cost, Exchange, Matcher, Message, Octets, Relaxation, Segments, Step, When, Wrong,
    WrongVerdict, is_name,
};
use crate::matcher;
use crate::spelling::hint;

/// All that a case may refer to.
pub(super) struct Names<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) requirements: BTreeSet<&'a str>,
    pub(super) facts: BTreeSet<&'a str>,
    pub(super) offers: BTreeSet<&'a str>,
    pub(super) notes: BTreeSet<&'a str>,
    /// What a relaxation may break: requirements and cases.
    pub(super) breakable: BTreeSet<&'a str>,
}

/// One case under examination.
pub(super) struct Checker<'a> {
    names: &'a Names<'a>,
    file: &'a str,
    problems: &'a mut Problems,
    runtime: BTreeSet<String>,
    connections: Vec<String>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(names: &'a Names<'a>, file: &'a str, problems: &'a mut Problems) -> Self {
        Self { names, file, problems, runtime: BTreeSet::new(), connections: Vec::new() }
    }

    /// Checks a case that stands at `place`, after its row has been filled in.
    pub(super) fn case(&mut self, place: &str, case: &Case, earlier: &BTreeSet<String>) {
        self.runtime = runtime_names(case);
        self.connections.clear();
        let names = self.names;
        self.all_known(&format!("{place}.spec"), "requirement", &case.spec, &names.requirements);
        self.all_known(&format!("{place}.needs"), "fact in the suite", &case.needs, &names.facts);
        self.all_known(&format!("{place}.offers"), "offer of the suite", &case.offers, &names.offers);
        let earlier = earlier.iter().map(String::as_str).collect();
        self.all_known(&format!("{place}.requires"), "earlier case", &case.requires, &earlier);
        self.wrongs(&format!("{place}.wrong"), &case.wrong);
        match (&case.exchange, &case.steps) {
            (Some(entries), None) => self.exchange(&format!("{place}.exchange"), entries),
            (None, Some(steps)) => self.steps(&format!("{place}.steps"), steps, Among::Connections),
            (None, None) => self.fault(place, "a case needs `exchange` or `steps`"),
            (Some(_), Some(_)) => self.fault(place, "a case has `exchange` or `steps`, not both"),
        }
    }

    /// Checks an exchange, of a case or of the suite.
    pub(super) fn exchange(&mut self, place: &str, entries: &[Exchange]) {
        if entries.is_empty() {
            self.fault(place, "an empty exchange shows nothing");
        }
        for (index, entry) in entries.iter().enumerate() {
            let place = format!("{place}[{index}]");
            for (message, reply) in self.names.dialect.exchange(entry) {
                self.message(&place, &message);
                self.matcher(&place, &reply);
            }
            if matches!(entry, Exchange::Calculate { tokens, .. } if tokens.is_empty()) {
                self.fault(&place, "a calculation without operands and operator");
            }
        }
    }

    /// Checks a list of diagnoses, of a step, a case or the suite.
    pub(super) fn wrongs(&mut self, place: &str, wrongs: &[Wrong]) {
        for (index, wrong) in wrongs.iter().enumerate() {
            let place = format!("{place}[{index}]");
            for when in &wrong.when {
                match when {
                    When::Reply(matcher) => self.matcher(&format!("{place}.when"), matcher),
                    When::Events(_) => {}
                }
            }
            match (&wrong.note, wrong.verdict) {
                (Some(note), WrongVerdict::Fail | WrongVerdict::NotApplicable) => {
                    self.note(&format!("{place}.note"), note);
                }
                (None, WrongVerdict::Fail) => self.fault(&place, "a diagnosis needs a `note`"),
                (None, WrongVerdict::NotApplicable) => {}
            }
        }
    }

    /// Checks the name of a note.
    pub(super) fn note(&mut self, place: &str, note: &str) {
        self.known(place, "note", note, &self.names.notes);
    }

    /// Checks a relaxation of a dialect in which the suite is to be spoken.
    pub(super) fn relaxation(&mut self, place: &str, relaxation: &Relaxation) {
        let Relaxation { breaks, without, note, .. } = relaxation.clone();
        self.cost(place, &Cost { breaks, without, note });
    }

    /// What a deviation costs.
    pub(super) fn cost(&mut self, place: &str, cost: &Cost) {
        let names = self.names;
        self.all_known(&format!("{place}.breaks"), "requirement", &cost.breaks, &names.breakable);
        let without: Vec<String> = cost.without.iter().cloned().collect();
        self.all_known(&format!("{place}.without"), "fact in the suite", &without, &names.facts);
        if let Some(note) = &cost.note {
            self.note(&format!("{place}.note"), note);
        }
    }

    fn steps(&mut self, place: &str, steps: &[Step], among: Among) {
        if steps.is_empty() {
            self.fault(place, "no step");
        }
        for (index, step) in steps.iter().enumerate() {
            self.step(&format!("{place}[{index}]"), step, among);
        }
    }

    fn step(&mut self, place: &str, step: &Step, among: Among) {
        self.wrongs(&format!("{place}.wrong"), &step.wrong);
        self.connection(place, step, among);
        match &step.action {
            Action::Connect { name, .. } => self.connections.push(name.clone()),
            Action::Say { messages, .. } => {
                messages.iter().for_each(|message| self.message(&format!("{place}.say"), message));
            }
            Action::Send { octets, delivery } => self.octets(place, octets, &delivery.segments),
            Action::Expect { reply, capture } => {
                self.matcher(&format!("{place}.expect"), reply);
                if let Some(name) = capture.as_ref().filter(|name| !is_name(name)) {
                    self.fault(
                        &format!("{place}.capture"),
                        &format!("`{name}` is no name: letters a-z, digits and _"),
                    );
                }
            }
            Action::Repeat { times: _, steps } => self.steps(&format!("{place}.repeat.steps"), steps, among),
            Action::Clients { count: _, steps } => {
                self.steps(&format!("{place}.clients.steps"), steps, Among::Clients);
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

    fn connection(&mut self, place: &str, step: &Step, among: Among) {
        let chooses =
            matches!(step.action, Action::Connect { .. } | Action::Clients { .. }) || step.on.is_some();
        match (among, &step.on) {
            (Among::Clients, _) if chooses => {
                self.fault(place, "the steps of `clients` are on each client's own connection: no `connect`, `clients` or `on`");
            }
            (Among::Connections, Some(name)) if !self.connections.contains(name) => {
                let hint = hint(name, self.connections.iter().map(String::as_str));
                self.fault(&format!("{place}.on"), &format!("no connection `{name}` has been opened{hint}"));
            }
            (Among::Connections | Among::Clients, _) => {}
        }
    }

    fn octets(&mut self, place: &str, octets: &[Octets], segments: &Segments) {
        let mut total = 0;
        for item in octets {
            match with_stand_ins(item, &self.runtime).octets() {
                Ok(octets) => total += octets.len(),
                Err(fault) => self.fault(&format!("{place}.send"), &fault),
            }
        }
        if total > Octets::MOST {
            self.fault(
                &format!("{place}.send"),
                &format!("{total} octets; a step sends at most {}", Octets::MOST),
            );
        }
        match segments {
            Segments::At(cuts) if cuts.last().is_some_and(|last| *last >= total) => {
                self.fault(&format!("{place}.segments"), &format!("a cut behind the last of {total} octets"));
            }
            Segments::At(_) | Segments::One | Segments::Bytes | Segments::MidMessage => {}
        }
    }

    /// A message has to be one that the suite knows; that the dialect has no words for it is no fault of the suite's.
    fn message(&mut self, place: &str, message: &Message) {
        if let Message::Operator(name) = message
            && !crate::dialect::OPERATORS.contains(&name.as_str())
        {
            let fault = format!("no operator is called `{name}`{}", hint(name, crate::dialect::OPERATORS));
            self.fault(place, &fault);
        }
    }

    fn matcher(&mut self, place: &str, matcher: &Matcher) {
        let matcher = with_stand_ins(matcher, &self.runtime);
        if let Err(error) = matcher::Matcher::compile(&matcher, self.names.dialect) {
            self.fault(place, &error.to_string());
        }
    }

    fn all_known(&mut self, place: &str, kind: &str, words: &[String], known: &BTreeSet<&str>) {
        for (index, word) in words.iter().enumerate() {
            self.known(&format!("{place}[{index}]"), kind, word, known);
        }
    }

    fn known(&mut self, place: &str, kind: &str, word: &str, known: &BTreeSet<&str>) {
        if !known.contains(word) {
            self.fault(place, &format!("no {kind} is called `{word}`{}", hint(word, known.iter().copied())));
        }
    }

    fn fault(&mut self, place: &str, fault: &str) {
        self.problems.push(self.file, place, fault);
    }
}

/// Whose connections steps are on.
#[derive(Clone, Copy)]
enum Among {
    Connections,
    Clients,
}
