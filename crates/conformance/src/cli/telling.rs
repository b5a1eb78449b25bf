//! What is told while a class is graded.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::screen::say;
use crate::escape::tame;
use crate::language::{Language, filled};
use crate::report::number;
use crate::roster::{Event, Network, Outcome, Plan, State, common_causes};

/// Lines, and on a terminal a bar below them.
pub(super) struct Telling {
    language: Language,
    bar: ProgressBar,
    all: usize,
    done: usize,
    kept: usize,
    at_work: Vec<String>,
}

/// More would not fit beside the bar.
const MOST_NAMES: usize = 6;

/// What is told of the mistakes at the end; the page has all of them.
const MOST_CAUSES: usize = 5;

impl Telling {
    pub(super) fn new(all: usize, language: Language) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let is_shown = io::stderr().is_terminal() && !is_dumb;
        let on = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(u64::try_from(all).ok(), on);
        // Without a style of our own the bar is another, and no worse.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Self { language, bar, all, done: 0, kept: 0, at_work: Vec::new() }
    }

    /// Says how the class is going to be graded.
    pub(super) fn begin(&self, plan: &Plan) {
        let network = match plan.network() {
            Network::Own => Said::OwnNetworks,
            Network::Shared => Said::SharedNetwork,
        };
        let network = network.text(self.language);
        self.tell(Said::Students, &[&plan.students().to_string(), &plan.at_a_time().to_string(), network]);
        if !plan.others().is_empty() {
            self.tell(Said::OtherColumns, &[&plan.others().join(", ")]);
        }
    }

    /// A line.
    pub(super) fn say(&self, line: &str) {
        // Where nobody reads, the files are written all the same.
        self.bar.suspend(|| drop(say(line)));
    }

    fn tell(&self, said: Said, about: &[&str]) {
        self.say(&filled(said.text(self.language), about));
    }

    /// Says what has become of a student.
    pub(super) fn on(&mut self, event: &Event<'_>) {
        match event {
            Event::Began(id) => self.at_work.push((*id).to_owned()),
            Event::Kept(_) => {
                self.kept += 1;
                self.advance();
            }
            Event::Ended(record) => {
                self.at_work.retain(|id| *id != record.id);
                self.advance();
                let width = self.all.to_string().len();
                let grade = record.grade.map_or_else(|| "-".to_owned(), number);
                let cause = record.causes.first().map(|cause| cause.title.as_str());
                let why = match record.state {
                    State::OutOfTime => Said::OutOfTime.text(self.language),
                    State::Graded | State::Waiting | State::Failed => {
                        record.reason.as_deref().or(cause).unwrap_or_default()
                    }
                };
                let why = why.lines().next().unwrap_or_default();
                let line =
                    format!("{:>width$}/{}  {grade:>5}  {:<20}  {why}", self.done, self.all, record.name);
                self.say(line.trim_end());
            }
        }
        let shown: Vec<&str> = self.at_work.iter().take(MOST_NAMES).map(String::as_str).collect();
        self.bar.set_message(tame(&shown.join(" ")));
    }

    fn advance(&mut self) {
        self.done += 1;
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Says what came of all.
    pub(super) fn sum_up(&self, outcome: &Outcome) {
        if self.kept > 0 {
            self.tell(Said::Unchanged, &[&self.kept.to_string()]);
        }
        if outcome.interrupted {
            self.tell(Said::Interrupted, &[]);
        }
        let students = &outcome.register.students;
        let without = students.iter().filter(|record| record.state != State::Graded).count();
        if without > 0 {
            self.tell(Said::WithoutGrade, &[&without.to_string()]);
        }
        for (title, students) in common_causes(&outcome.register).into_iter().take(MOST_CAUSES) {
            self.say(&format!("{students:>4} × {title}"));
        }
    }
}

/// What is told, in both languages, one row each. `{0}`, `{1}` stand for what it is about.
#[derive(Clone, Copy, Debug)]
enum Said {
    Students,
    OwnNetworks,
    SharedNetwork,
    OtherColumns,
    Unchanged,
    Interrupted,
    OutOfTime,
    WithoutGrade,
}

impl Said {
    const fn text(self, language: Language) -> &'static str {
        language.of(self.row())
    }

    #[rustfmt::skip]
    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Students => ("{0} students, at most {1} at a time, {2}", "{0} estudiantes, como máximo {1} a la vez, {2}"),
            Self::OwnNetworks => ("each server in a network of its own", "cada servidor en una red propia"),
            Self::SharedNetwork => ("servers share this machine's network: those with the same fixed port run one after another", "los servidores comparten la red de esta máquina: los que tienen el mismo puerto fijo se ejecutan uno tras otro"),
            Self::OtherColumns => ("columns that the grader does not use, copied to moodle.csv: {0}", "columnas que el evaluador no usa, copiadas a moodle.csv: {0}"),
            Self::Unchanged => ("{0} unchanged since they were graded", "{0} sin cambios desde que se evaluaron"),
            Self::Interrupted => ("interrupted: the same command goes on from here", "interrumpido: la misma orden sigue desde aquí"),
            Self::OutOfTime => ("out of time, no grade: --timeout-each gives more", "se acabó el tiempo, sin nota: --timeout-each da más"),
            Self::WithoutGrade => ("{0} without a grade", "{0} sin nota"),
        }
    }
}
