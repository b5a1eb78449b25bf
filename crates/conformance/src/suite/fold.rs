//! Cases written for a protocol with a message for each operand, put into whole calculations: where `8`, `3` and `-` would
//! be said and `ok`, `ok` and 5 expected, `8 3 -` is said as one message and 5 expected.
//!
//! What a case says of the operands that a server holds between messages has no meaning then, and the case is `n/a`.

mod line;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use line::{Due, Line, PLUS, text_of};

use super::expand::with_stand_ins;
use crate::dialect::{ACCEPTED, Inexpressible, Literals, RESULT, Token, arity};
use crate::format::{Action, Delivery, Matcher, Message, Part, Segments, Step, Wrong};

/// The steps in whole calculations. `runtime` are the names that have values only while the case runs.
pub(super) fn fold(
    steps: Vec<Step>,
    runtime: &BTreeSet<String>,
    literals: Literals,
) -> Result<Vec<Step>, Inexpressible> {
    fold_on(IMPLICIT, steps, runtime, literals)
}

fn fold_on(
    current: &str,
    steps: Vec<Step>,
    runtime: &BTreeSet<String>,
    literals: Literals,
) -> Result<Vec<Step>, Inexpressible> {
    let mut fold =
        Fold { runtime, literals, current: current.to_owned(), lines: BTreeMap::new(), folded: Vec::new() };
    steps.into_iter().try_for_each(|step| fold.step(step))?;
    fold.finish()
}

/// The connection that steps are on before one is named.
const IMPLICIT: &str = "";

struct Fold<'a> {
    runtime: &'a BTreeSet<String>,
    literals: Literals,
    current: String,
    lines: BTreeMap<String, Line>,
    folded: Vec<Step>,
}

impl Fold<'_> {
    fn step(&mut self, step: Step) -> Result<(), Inexpressible> {
        let Step { on, action, wrong } = step;
        let name = on.clone().unwrap_or_else(|| self.current.clone());
        let line = self.lines.entry(name.clone()).or_default();
        match action {
            Action::Say { messages, part, delivery } => {
                line.wrong.extend(wrong);
                self.say(&name, on, messages, part, delivery)
            }
            Action::Expect { reply, capture } => {
                if let Some(Due::ToOperand) = line.due.pop_front() {
                    line.wrong.extend(wrong);
                    return if capture.is_none() && accepts(&reply) {
                        Ok(())
                    } else {
                        Err(Inexpressible::held_operands())
                    };
                }
                let wrong = wrong.into_iter().chain(mem::take(&mut line.wrong)).collect();
                self.folded.push(Step { on, action: Action::Expect { reply, capture }, wrong });
                Ok(())
            }
            Action::Connect { name, reading } => {
                match self.lines.insert(name.clone(), Line::default()) {
                    Some(line) if !line.operands.is_empty() => return Err(Inexpressible::held_operands()),
                    Some(_) | None => self.current.clone_from(&name),
                }
                self.push(on, Action::Connect { name, reading }, wrong)
            }
            leaving @ (Action::Close | Action::Abort) => {
                self.calculate_before_leaving(&name, on.clone());
                self.push(on, leaving, wrong)
            }
            Action::Repeat { times, steps } => {
                let steps = fold_on(&self.current, steps, self.runtime, self.literals)?;
                self.push(on, Action::Repeat { times, steps }, wrong)
            }
            Action::Clients { count, steps } => {
                let steps = fold_on(IMPLICIT, steps, self.runtime, self.literals)?;
                self.push(on, Action::Clients { count, steps }, wrong)
            }
            Action::Send { .. } if self.literals == Literals::OfAnother => {
                Err(Inexpressible::foreign_octets())
            }
            Action::ExpectSilence(_) if !line.is_to_accept() => self.push(on, action, wrong),
            Action::ExpectSilence(_) => Err(Inexpressible::held_operands()),
            Action::Send { .. } | Action::ExpectClose(_) | Action::HalfClose | Action::Fence
                if !line.operands.is_empty() =>
            {
                Err(Inexpressible::held_operands())
            }
            Action::Send { .. }
            | Action::ExpectClose(_)
            | Action::HalfClose
            | Action::Fence
            | Action::Wait(_) => self.push(on, action, wrong),
        }
    }

    fn push(&mut self, on: Option<String>, action: Action, wrong: Vec<Wrong>) -> Result<(), Inexpressible> {
        self.folded.push(Step { on, action, wrong });
        Ok(())
    }

    fn say(
        &mut self,
        name: &str,
        on: Option<String>,
        messages: Vec<Message>,
        part: Part,
        delivery: Delivery,
    ) -> Result<(), Inexpressible> {
        match part {
            Part::Whole => self.say_whole(name, on, messages, delivery),
            Part::Head | Part::Tail => self.say_part(name, on, messages, part, delivery),
        }
    }

    fn say_whole(
        &mut self,
        name: &str,
        on: Option<String>,
        messages: Vec<Message>,
        delivery: Delivery,
    ) -> Result<(), Inexpressible> {
        let line = self.lines.entry(name.to_owned()).or_default();
        if line.due.is_empty()
            && matches!(messages.as_slice(), [message] if Token::of(message) == Token::Goodbye)
        {
            self.calculate_before_leaving(name, on.clone());
        }
        let line = self.lines.entry(name.to_owned()).or_default();
        let as_written = messages.len();
        let mut said = Vec::new();
        for message in messages {
            match Token::of(&with_stand_ins(&message, self.runtime)) {
                Token::Operand(_) => {
                    line.operands.push(text_of(&message));
                    line.due.push_back(Due::ToOperand);
                }
                Token::Operator(operator) if line.operands.len() == arity(&operator) => {
                    line.due.push_back(Due::ToMessage);
                    let calculation = line.calculation(operator);
                    if !line.fill_parts(&mut self.folded, &calculation) {
                        said.push(calculation);
                    }
                }
                Token::Other | Token::Goodbye if line.operands.is_empty() && line.head.is_none() => {
                    line.due.push_back(Due::ToMessage);
                    said.push(message);
                }
                Token::Operator(_) | Token::Other | Token::Goodbye => {
                    return Err(Inexpressible::held_operands());
                }
            }
        }
        if said.is_empty() {
            return Ok(());
        }
        // Places in the octets are those of the messages as they are written.
        if matches!(delivery.segments, Segments::At(_))
            && (self.literals == Literals::OfAnother || said.len() != as_written)
        {
            return Err(Inexpressible::foreign_octets());
        }
        self.push(on, Action::Say { messages: said, part: Part::Whole, delivery }, Vec::new())
    }

    /// Half of the first operand becomes half of the calculation.
    fn say_part(
        &mut self,
        name: &str,
        on: Option<String>,
        messages: Vec<Message>,
        part: Part,
        delivery: Delivery,
    ) -> Result<(), Inexpressible> {
        let line = self.lines.entry(name.to_owned()).or_default();
        let at = self.folded.len();
        let [message] = messages.as_slice() else { return Err(Inexpressible::held_operands()) };
        match (Token::of(&with_stand_ins(message, self.runtime)), part) {
            (Token::Operand(_), Part::Head) if line.operands.is_empty() => line.head = Some(at),
            (Token::Operand(_), Part::Tail) if line.head.is_some() && line.tail.is_none() => {
                line.tail = Some(at);
                line.operands.push(text_of(message));
                line.due.push_back(Due::ToOperand);
            }
            (Token::Other | Token::Goodbye, _) if line.operands.is_empty() => {}
            (Token::Operand(_) | Token::Operator(_) | Token::Other | Token::Goodbye, _) => {
                return Err(Inexpressible::held_operands());
            }
        }
        self.push(on, Action::Say { messages, part, delivery }, Vec::new())
    }

    /// A client that leaves with operands held leaves in the middle of a session: behind a calculation, that is.
    fn calculate_before_leaving(&mut self, name: &str, on: Option<String>) {
        let Some(mut line) = self.lines.remove(name) else { return };
        let Some(first) = line.operands.first().cloned() else {
            line.fill_head(&mut self.folded);
            return;
        };
        line.operands.resize(arity(PLUS), first);
        let calculation = line.calculation(PLUS.to_owned());
        let expect = Action::Expect { reply: Matcher::Named(RESULT.to_owned()), capture: None };
        if !line.fill_parts(&mut self.folded, &calculation) {
            let delivery = Delivery::default();
            let say = Action::Say { messages: vec![calculation], part: Part::Whole, delivery };
            self.folded.push(Step { on: on.clone(), action: say, wrong: Vec::new() });
        }
        self.folded.push(Step { on, action: expect, wrong: line.wrong });
    }

    fn finish(mut self) -> Result<Vec<Step>, Inexpressible> {
        for line in self.lines.values_mut() {
            if !line.operands.is_empty() {
                return Err(Inexpressible::held_operands());
            }
            line.fill_head(&mut self.folded);
        }
        Ok(self.folded)
    }
}

/// Whether an accepted operand is among what a reply may be.
fn accepts(reply: &Matcher) -> bool {
    match reply {
        Matcher::Named(name) => name == ACCEPTED,
        Matcher::AnyOf(matchers) => matchers.iter().any(accepts),
        _ => false,
    }
}
