//! What of a suite has no meaning where the server speaks another dialect than the suite's own: the octets that it spells out.

use crate::dialect::{Dialect, FAIL, Inexpressible};
use crate::format::{Action, Step, When, Wrong};

/// The steps, without the diagnoses that mean nothing.
pub(super) fn steps(mut steps: Vec<Step>, dialect: &Dialect) -> Result<Vec<Step>, Inexpressible> {
    without_literals(&steps)?;
    strip(&mut steps, dialect);
    Ok(steps)
}

/// The diagnoses that mean something in the dialect. Where refusals carry no code, none of them is the one with that code.
pub(super) fn diagnoses(mut wrongs: Vec<Wrong>, dialect: &Dialect) -> Vec<Wrong> {
    let has_codes = dialect.reply(FAIL).is_some_and(|reply| reply.pattern.has_code());
    for wrong in &mut wrongs {
        wrong.when.retain(|when| match when {
            When::Reply(matcher) => !matcher.spells_out() && (has_codes || !matcher.names_code()),
            When::Events(_) => true,
        });
    }
    wrongs.retain(|wrong| !wrong.when.is_empty());
    wrongs
}

fn strip(steps: &mut [Step], dialect: &Dialect) {
    for step in steps {
        step.wrong = diagnoses(std::mem::take(&mut step.wrong), dialect);
        if let Action::Repeat { steps, .. } | Action::Clients { steps, .. } = &mut step.action {
            strip(steps, dialect);
        }
    }
}

/// Octets that a case spells out are those of the suite's own dialect. (What a reply is not to be, it is in no dialect.)
fn without_literals(steps: &[Step]) -> Result<(), Inexpressible> {
    steps.iter().try_for_each(|step| match &step.action {
        Action::Expect { reply, .. } if reply.is_literal() => {
            Err(Inexpressible::new("the very octets of a reply", "los octetos exactos de una respuesta"))
        }
        Action::Repeat { steps, .. } | Action::Clients { steps, .. } => without_literals(steps),
        Action::Expect { .. }
        | Action::Connect { .. }
        | Action::Say { .. }
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
