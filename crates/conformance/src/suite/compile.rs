//! From cases as written to cases spelled out in steps.

use std::collections::BTreeSet;

use super::check::{Checker, Names};
use super::expand::{expand, runtime_names, with_stand_ins};
use super::fold::fold;
use super::foreign;
use super::problem::Problems;
use super::swapped::diagnose_swapped;
use super::{Case, Chapter, Control, Script};
use crate::dialect::{Dialect, Inexpressible};
use crate::format::{self, Action, Delivery, Exchange, Octets, Part, Reading, Segments, Step, Transport};
use crate::matcher::Matcher;

/// Cases, and whether their ids begin with the name of what they stand in.
pub(super) enum Named {
    Chapter(format::Chapter),
    Suite(format::Chapter),
}

impl Named {
    /// The ids of the cases.
    pub(super) fn ids(&self) -> impl Iterator<Item = String> {
        let (Self::Chapter(chapter) | Self::Suite(chapter)) = self;
        chapter.cases.iter().map(|case| case.id.clone())
    }
}

pub(super) fn compile_chapters(
    chapters: Vec<(String, Named)>,
    names: &Names<'_>,
    spoken: &Dialect,
    swapped: Option<&str>,
    problems: &mut Problems,
) -> Vec<Chapter> {
    let mut earlier = BTreeSet::new();
    let mut compiled = Vec::new();
    for (file, chapter) in chapters {
        let (chapter, prefix) = match chapter {
            Named::Chapter(chapter) => {
                let prefix = format!("{}/", chapter.id);
                (chapter, prefix)
            }
            Named::Suite(chapter) => (chapter, String::new()),
        };
        let mut cases = Vec::new();
        for (index, case) in chapter.cases.iter().enumerate() {
            let place = format!("cases[{index}]");
            if !case.id.starts_with(&prefix) {
                problems.push(
                    &file,
                    format!("{place}.id"),
                    format!("`{}` does not begin with `{prefix}`", case.id),
                );
            }
            let expanded = check_case(&file, &place, case, names, &mut earlier, problems);
            cases.extend(expanded.into_iter().map(|case| compile(case, names.dialect, spoken, swapped)));
        }
        compiled.push(Chapter { id: chapter.id, title: chapter.title, cases });
    }
    compiled
}

/// The cases that a case stands for. `earlier` gains their ids.
fn check_case(
    file: &str,
    place: &str,
    case: &format::Case,
    names: &Names<'_>,
    earlier: &mut BTreeSet<String>,
    problems: &mut Problems,
) -> Vec<format::Case> {
    if case.id.is_empty() || case.id.contains(|c: char| c == '#' || c.is_whitespace() || c.is_control()) {
        problems.push(
            file,
            format!("{place}.id"),
            format!("`{}` is no id: it has no blanks and no #", case.id),
        );
    }
    let (expanded, faults) = expand(case);
    faults.into_iter().for_each(|fault| problems.push(file, place, fault));
    for case in &expanded {
        Checker::new(names, file, problems).case(place, case, earlier);
    }
    for (index, case) in expanded.iter().enumerate() {
        if expanded[..index].iter().any(|other| other.id == case.id) {
            let row = case.id.split_once('#').map_or("", |(_, row)| row);
            problems.push(file, format!("{place}.id"), format!("two rows are called `{row}`"));
        }
    }
    let ids = expanded.iter().map(|case| case.id.clone()).chain([case.id.clone()]).collect::<BTreeSet<_>>();
    for id in ids {
        if !earlier.insert(id.clone()) {
            problems.push(file, format!("{place}.id"), format!("there is already a case `{id}`"));
        }
    }
    expanded
}

fn compile(case: format::Case, native: &Dialect, dialect: &Dialect, swapped: Option<&str>) -> Case {
    let runtime = runtime_names(&case);
    let mut steps = match (&case.exchange, case.steps) {
        (Some(entries), _) => written_out(entries, dialect),
        (None, steps) => steps.unwrap_or_default(),
    };
    if let Some(note) = swapped {
        diagnose_swapped(&mut steps, note);
    }
    let (steps, wrong) = if dialect.is_foreign_to(&native.id) {
        (foreign::steps(steps, dialect), foreign::diagnoses(case.wrong, dialect))
    } else {
        (Ok(steps), case.wrong)
    };
    let script = match steps.and_then(|steps| express(steps, dialect, &runtime)) {
        Ok(steps) => Script::Steps(steps),
        Err(what) => Script::Inexpressible(what.into_text()),
    };
    Case {
        id: case.id,
        title: case.title,
        spec: case.spec,
        level: case.level,
        points: case.points,
        tags: case.tags,
        requires: case.requires,
        needs: case.needs,
        offers: case.offers,
        script,
        control: if case.fence { Control::EachOpenConnection } else { Control::FreshConnection },
        wrong,
    }
}

/// An exchange as steps: say, expect, say, expect.
pub(crate) fn exchange_steps(entries: &[Exchange], dialect: &Dialect) -> Result<Vec<Step>, Inexpressible> {
    express(written_out(entries, dialect), dialect, &BTreeSet::new())
}

fn written_out(entries: &[Exchange], dialect: &Dialect) -> Vec<Step> {
    let step = |action| Step { on: None, action, wrong: Vec::new() };
    let pairs = entries.iter().flat_map(|entry| dialect.exchange(entry));
    let steps = pairs.map(|(message, reply)| {
        let say = Action::Say { messages: vec![message], part: Part::Whole, delivery: Delivery::default() };
        [step(say), step(Action::Expect { reply, capture: None })]
    });
    steps.flatten().collect()
}

/// The steps as the dialect can do them. `runtime` are the names that have values only while the case runs.
fn express(
    steps: Vec<Step>,
    dialect: &Dialect,
    runtime: &BTreeSet<String>,
) -> Result<Vec<Step>, Inexpressible> {
    let steps = if dialect.speaking.has_no_operands() {
        fold(steps, runtime, dialect.speaking.literals())?
    } else {
        steps
    };
    expressible(&steps, dialect, runtime)?;
    Ok(steps)
}

fn expressible(steps: &[Step], dialect: &Dialect, runtime: &BTreeSet<String>) -> Result<(), Inexpressible> {
    steps.iter().try_for_each(|step| match &step.action {
        action if dialect.transport == Transport::Udp && needs_a_stream(action) => {
            Err(Inexpressible::stream())
        }
        Action::Send { octets, .. } if dialect.transport == Transport::Udp => a_datagram(octets, runtime),
        Action::Say { messages, .. } => messages
            .iter()
            .try_for_each(|message| dialect.speaking.can_say(&with_stand_ins(message, runtime))),
        Action::Expect { reply, .. } => match Matcher::compile(&with_stand_ins(reply, runtime), dialect) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        },
        Action::Repeat { steps, .. } | Action::Clients { steps, .. } => expressible(steps, dialect, runtime),
        Action::Connect { .. }
        | Action::Send { .. }
        | Action::ExpectClose(_)
        | Action::ExpectSilence(_)
        | Action::HalfClose
        | Action::Close
        | Action::Abort
        | Action::Wait(_)
        | Action::Fence => Ok(()),
    })
}

/// The most octets that a datagram over IPv4 carries: 65,535 less the headers of IP and UDP.
const LONGEST_DATAGRAM: usize = 65_507;

/// What is sent as it is, is one datagram.
fn a_datagram(octets: &[Octets], runtime: &BTreeSet<String>) -> Result<(), Inexpressible> {
    // Octets that are none are found when the suite is checked.
    let lengths = octets.iter().filter_map(|item| Some(with_stand_ins(item, runtime).octets().ok()?.len()));
    match lengths.sum() {
        0..=LONGEST_DATAGRAM => Ok(()),
        length => Err(Inexpressible::new(
            format!("a datagram of {length} octets"),
            format!("un datagrama de {length} octetos"),
        )),
    }
}

/// Datagrams are not cut, and a socket for them is not closed in a way that the server could see.
fn needs_a_stream(action: &Action) -> bool {
    match action {
        Action::Say { part, delivery, .. } => *part != Part::Whole || delivery.segments != Segments::One,
        Action::Connect { reading, .. } => *reading == Reading::Never,
        Action::Send { delivery, .. } => delivery.segments != Segments::One,
        Action::ExpectClose(_) | Action::HalfClose | Action::Abort => true,
        Action::Expect { .. }
        | Action::ExpectSilence(_)
        | Action::Close
        | Action::Wait(_)
        | Action::Repeat { .. }
        | Action::Clients { .. }
        | Action::Fence => false,
    }
}
