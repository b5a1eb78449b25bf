//! Every expectation counts: turned into its opposite, it fails the server that is right, and none takes any reply at all.

use calc_conformance::connection::Received;
use calc_conformance::format::{Action, Ending, Matcher, Step};
use calc_conformance::matcher;
use calc_conformance::suite::{Case, Script, Suite};

use crate::grading::{SUITE, for_each, grade_selected, is_failed, only};
use crate::server::{Behaviour, Server};

#[test]
fn the_opposite_of_any_expectation_fails_a_right_server() {
    let cases: Vec<&Case> =
        SUITE.cases().filter(|case| !case.id.contains('#') || is_first_row(case)).collect();
    let faults: String = for_each(&cases, |case| {
        let server = Server::start(Behaviour::default());
        let passed = flipped(case).into_iter().filter(|(_, case)| {
            let suite = alone(case.clone());
            let report = grade_selected(server.address(), &suite, only([case.id.clone()]));
            !report.results.iter().all(is_failed)
        });
        passed
            .map(|(place, case)| format!("{}: step {place} may be the opposite\n", case.id))
            .collect::<String>()
    })
    .concat();
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn no_expectation_takes_everything() {
    let replies = ["OK", "RESULT 987654321", "FAIL no-such-code", "Welcome"]
        .map(|reply| Received::new(reply.as_bytes(), b"\n"));
    for case in SUITE.cases() {
        let Script::Steps(steps) = &case.script else {
            panic!("{} has no steps in its own dialect", case.id)
        };
        for expectation in expectations(&mut steps.clone()) {
            let Action::Expect { reply, .. } = expectation else { continue };
            // A number with `{n}` in it is one only while the case runs.
            let Ok(matcher) = matcher::Matcher::compile(reply, &SUITE.dialect) else { continue };
            let taken = replies.iter().filter(|reply| matcher.matches(reply)).count();
            assert!(taken <= 1, "{}: {reply:?} takes {taken} kinds of reply", case.id);
        }
    }
}

fn is_first_row(case: &Case) -> bool {
    SUITE.cases().find(|other| other.stem() == case.stem()).is_some_and(|first| first.id == case.id)
}

/// The suite with this case alone.
fn alone(case: Case) -> Suite {
    let mut suite = SUITE.clone();
    suite.chapters.truncate(1);
    suite.chapters[0].cases = vec![case];
    suite
}

/// The case with one expectation after the other turned into its opposite.
fn flipped(case: &Case) -> Vec<(usize, Case)> {
    let Script::Steps(steps) = &case.script else { panic!("{} has no steps in its own dialect", case.id) };
    let count = expectations(&mut steps.clone()).len();
    (0..count)
        .map(|place| {
            let mut steps = steps.clone();
            flip(expectations(&mut steps).swap_remove(place));
            (place, Case { script: Script::Steps(steps), ..case.clone() })
        })
        .collect()
}

/// The steps that expect something, those within other steps too.
fn expectations(steps: &mut [Step]) -> Vec<&mut Action> {
    let mut found = Vec::new();
    for step in steps {
        match &mut step.action {
            Action::Repeat { steps, .. } | Action::Clients { steps, .. } => found.extend(expectations(steps)),
            action @ (Action::Expect { .. } | Action::ExpectClose(_) | Action::ExpectSilence(_)) => {
                found.push(action)
            }
            Action::Connect { .. }
            | Action::Say { .. }
            | Action::Send { .. }
            | Action::HalfClose
            | Action::Close
            | Action::Abort
            | Action::Wait(_)
            | Action::Fence => {}
        }
    }
    found
}

fn flip(action: &mut Action) {
    match action {
        Action::Expect { reply, .. } => *reply = Matcher::Not(Box::new(reply.clone())),
        Action::ExpectClose(Ending::Any | Ending::Fin) => *action = Action::ExpectClose(Ending::Rst),
        Action::ExpectClose(Ending::Rst) => *action = Action::ExpectClose(Ending::Fin),
        Action::ExpectSilence(_) => *action = Action::Expect { reply: Matcher::Any, capture: None },
        other => panic!("{other:?} expects nothing"),
    }
}
