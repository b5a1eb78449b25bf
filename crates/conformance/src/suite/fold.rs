//! Cases written for a protocol with a message for each operand, put into whole calculations: where `8`, `3` and `-` would
//! be said and `ok`, `ok` and 5 expected, `8 3 -` is said as one message and 5 expected.
//!
//! What a case says of the operands that a server holds between messages has no meaning then, and the case is `n/a`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;

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

/// What was said on a connection and is not yet a calculation.
#[derive(Default)]
struct Line {
    operands: Vec<String>,
    /// Where, among the folded steps, the parts of a message stand whose calculation is not yet known.
    head: Option<usize>,
    tail: Option<usize>,
    due: VecDeque<Due>,
    wrong: Vec<Wrong>,
}

/// A reply that the case expects.
enum Due {
    /// To an operand: there is none.
    ToOperand,
    /// To a message that is still one.
    ToMessage,
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

const PLUS: &str = "+";

impl Line {
    /// Whether a reply to an operand is due, of which there is none.
    fn is_to_accept(&self) -> bool {
        self.due.iter().any(|due| matches!(due, Due::ToOperand))
    }

    fn calculation(&mut self, operator: String) -> Message {
        Message::Calculate(self.operands.drain(..).chain([operator]).collect())
    }

    /// Puts a calculation where its parts were said, if it was said in parts.
    fn fill_parts(&mut self, folded: &mut [Step], calculation: &Message) -> bool {
        let parts = [self.head.take(), self.tail.take()];
        parts.iter().flatten().for_each(|part| say_instead(folded, *part, calculation));
        parts.iter().any(Option::is_some)
    }

    /// Half a message of which the rest never comes is half of any calculation.
    fn fill_head(&mut self, folded: &mut [Step]) {
        let Some(head) = self.head else { return };
        let half = match &folded[head].action {
            Action::Say { messages, .. } => messages.first().map(text_of).unwrap_or_default(),
            _ => return,
        };
        self.fill_parts(folded, &Message::Calculate(vec![half.clone(), half, PLUS.to_owned()]));
    }
}

fn say_instead(folded: &mut [Step], at: usize, message: &Message) {
    if let Action::Say { messages, .. } = &mut folded[at].action {
        *messages = vec![message.clone()];
    }
}

/// The operand as it is written in the case, with names in it.
fn text_of(message: &Message) -> String {
    match message {
        Message::Bare(text) | Message::Text(text) | Message::Operand(text) | Message::Operator(text) => {
            text.clone()
        }
        Message::Clear | Message::Quit | Message::Hello | Message::Calculate(_) => String::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(steps: &str, literals: Literals) -> Result<String, String> {
        let steps: Vec<Step> = serde_json::from_str(steps).unwrap_or_else(|error| panic!("{steps}: {error}"));
        let names = BTreeSet::from(["n".to_owned()]);
        fold(steps, &names, literals).map(|steps| outline(&steps)).map_err(|error| error.to_string())
    }

    /// The steps in a few letters: `a:8 3 -` for what is said on `a`, `=` for a reply expected.
    fn outline(steps: &[Step]) -> String {
        let words = |message: &Message| match message {
            Message::Calculate(tokens) => tokens.join(" "),
            other => format!("{other:?}"),
        };
        let step = |step: &Step| {
            let on = step.on.as_ref().map(|on| format!("{on}:")).unwrap_or_default();
            on + &match &step.action {
                Action::Say { messages, part: Part::Whole, .. } => {
                    messages.iter().map(words).collect::<Vec<_>>().join("; ")
                }
                Action::Say { messages, part, .. } => format!("{part:?} of {}", words(&messages[0])),
                Action::Expect { .. } => "=".to_owned(),
                Action::Clients { steps, .. } => format!("[{}]", outline(steps)),
                Action::Abort => "abort".to_owned(),
                other => format!("{other:?}"),
            }
        };
        steps.iter().map(step).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn operands_and_their_operator_become_one_message() {
        let held = Err("operands held between messages".to_owned());
        let rows = [
            (
                r#"{"say":"8"},{"expect":"ok"},{"say":"3"},{"expect":"ok"},{"say":"-"},{"expect":"result"}"#,
                Ok("8 3 - | ="),
            ),
            (
                r#"{"say":["8","3","-","9","neg"]},{"expect":"ok"},{"expect":"ok"},{"expect":"result"},{"expect":"ok"},{"expect":"result"}"#,
                Ok("8 3 -; 9 neg | = | ="),
            ),
            (
                r#"{"on":"a","say":"1"},{"on":"b","say":"2"},{"on":"a","expect":"ok"},{"on":"b","expect":"ok"},
                {"on":"a","say":["3","+"]},{"on":"a","expect":"ok"},{"on":"a","expect":"result"},
                {"on":"b","say":["4","+"]},{"on":"b","expect":"ok"},{"on":"b","expect":"result"}"#,
                Ok("a:1 3 + | a:= | b:2 4 + | b:="),
            ),
            (
                r#"{"say":"12","part":"head"},{"say":"12","part":"tail"},{"expect":"ok"},{"say":["30","+"]},{"expect":"ok"},{"expect":"result"}"#,
                Ok("Head of 12 30 + | Tail of 12 30 + | ="),
            ),
            (
                r#"{"clients":{"count":2,"steps":[{"say":"{n}"},{"expect":"ok"},{"say":"7"},{"expect":"ok"},{"say":"+"},{"expect":"result"}]}}"#,
                Ok("[{n} 7 + | =]"),
            ),
            (r#"{"say":"12"},{"expect":"ok"},{"abort":true}"#, Ok("12 12 + | = | abort")),
            (r#"{"say":"12","part":"head"},{"abort":true}"#, Ok("Head of 12 12 + | abort")),
            (r#"{"say":"12"},{"expect":"fail"}"#, held.clone()),
            (r#"{"say":"+"},{"expect":"fail"}"#, held.clone()),
            (r#"{"say":"12"},{"expect":"ok"}"#, held.clone()),
            (r#"{"say":"12"},{"expect":"ok"},{"say":{"clear":true}},{"expect":"ok"}"#, held),
        ];
        for (steps, expected) in rows {
            let folded = folded(&format!("[{steps}]"), Literals::OfAnother);
            assert_eq!(folded, expected.map(str::to_owned), "{steps}");
        }
    }
}
