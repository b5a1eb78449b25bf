//! The state of one connection and what it answers (§5 to §7).

use super::arithmetic::{self, Operator, Value};
use super::framing::Line;
use super::message::{self, Message};
use super::{Offer, Shared, lock};
use crate::bugs::Bug;

/// What happens after a message.
pub(super) enum Answer {
    Reply(String),
    Nothing,
    /// A reply, and then the close.
    Last(String),
    Close,
    /// The connection stays open and nothing is answered any more.
    Mute,
    Die,
}

/// The operands held, and what some mistakes remember besides.
pub(super) struct Session<'s> {
    shared: &'s Shared,
    operands: Vec<Value>,
    /// The longest operand so far, whose end [`Bug::StaleBuffer`] finds behind a shorter one.
    stale: Vec<u8>,
}

impl<'s> Session<'s> {
    pub(super) fn new(shared: &'s Shared) -> Self {
        let left_behind = shared.has(Bug::OperandsOutliveConnection);
        let operands = if left_behind { std::mem::take(&mut *lock(&shared.operands)) } else { Vec::new() };
        Self { shared, operands, stale: Vec::new() }
    }

    /// The connection has ended.
    pub(super) fn end(&mut self) {
        if self.has(Bug::OperandsOutliveConnection) {
            *lock(&self.shared.operands) = std::mem::take(&mut self.operands);
        }
    }

    /// The answer to one line.
    pub(super) fn handle(&mut self, line: Line) -> Answer {
        if !self.has(Bug::OperandsShared) {
            return self.answer(line);
        }
        let shared = self.shared;
        let mut everybodys = lock(&shared.operands);
        std::mem::swap(&mut self.operands, &mut everybodys);
        let answer = self.answer(line);
        std::mem::swap(&mut self.operands, &mut everybodys);
        answer
    }

    fn has(&self, bug: Bug) -> bool {
        self.shared.has(bug)
    }

    fn answer(&mut self, line: Line) -> Answer {
        let Line::Text(text) = line else {
            return if self.has(Bug::LongLineCloses) {
                Answer::Close
            } else {
                self.refuse("line-too-long", b"")
            };
        };
        let text = self.with_stale_end(text);
        if text.is_empty() && self.has(Bug::BlankLineIgnored) {
            return Answer::Nothing;
        }
        match message::read(&text, &self.shared.behaviour) {
            Some(Message::Operand(value)) => self.operand(value, &text),
            Some(Message::OperandOutOfRange) => {
                let full = self.operands.len() >= 2 && !self.has(Bug::RangeBeforeCount);
                self.refuse(if full { "too-many-operands" } else { "out-of-range" }, &text)
            }
            Some(Message::Operator(operator)) => self.operator(operator, &text),
            Some(Message::Clear) => {
                if !self.has(Bug::ClearDoesNothing) {
                    self.operands.clear();
                }
                Answer::Reply("OK".to_owned())
            }
            Some(Message::Hello) => self.hello(),
            Some(Message::Quit) => self.quit(),
            None => self.syntax_error(&text),
        }
    }

    fn operand(&mut self, value: Value, text: &[u8]) -> Answer {
        if self.operands.len() >= 2 {
            if !self.has(Bug::ThirdOperandReplaces) {
                return self.refuse("too-many-operands", text);
            }
            self.operands.pop();
        }
        self.operands.push(value);
        Answer::Reply("OK".to_owned())
    }

    fn operator(&mut self, operator: Operator, text: &[u8]) -> Answer {
        if self.has(Bug::ZeroIsMissing) {
            self.operands.retain(|operand| !operand.is_zero());
        }
        let needed = if operator.is_unary() { 1 } else { 2 };
        if self.operands.len() < needed {
            if !self.has(Bug::MissingOperandIsZero) {
                return self.refuse("missing-operand", text);
            }
            self.operands.resize(needed, Value::default());
        }
        if operator.is_unary() && self.operands.len() > 1 {
            if !self.has(Bug::UnaryTakesLast) {
                return self.refuse("extra-operand", text);
            }
            self.operands.remove(0);
        }
        self.evaluate(operator, text)
    }

    fn evaluate(&mut self, operator: Operator, text: &[u8]) -> Answer {
        let kept = self.has(Bug::OperandsKeptAfterResult);
        let operands = if kept { self.operands.clone() } else { std::mem::take(&mut self.operands) };
        match arithmetic::evaluate(operator, &operands, &self.shared.behaviour) {
            Ok(result) => {
                if self.has(Bug::ResultKept) {
                    self.operands.extend(Value::read(&result, &self.shared.behaviour));
                }
                let reply = if self.has(Bug::BareResult) { result } else { format!("RESULT {result}") };
                if self.has(Bug::OneTransactionOnly) { Answer::Last(reply) } else { Answer::Reply(reply) }
            }
            Err("division-by-zero") if self.has(Bug::DivisionByZeroCloses) => Answer::Close,
            Err("division-by-zero") if self.has(Bug::DivisionByZeroKills) => Answer::Die,
            Err("division-by-zero") if self.has(Bug::DivisionByZeroMutes) => Answer::Mute,
            Err(code) => {
                if self.has(Bug::FailedCalculationKeeps) {
                    self.operands = operands;
                }
                self.fail(code, text)
            }
        }
    }

    fn hello(&mut self) -> Answer {
        if self.has(Bug::HelloResets) {
            self.operands.clear();
        }
        Answer::Reply("OK CALC/1 + - * / % ^ neg abs sqrt".to_owned())
    }

    fn quit(&self) -> Answer {
        if self.has(Bug::QuitKills) {
            return Answer::Die;
        }
        if self.has(Bug::QuitUnanswered) {
            return Answer::Close;
        }
        let reply = "OK".to_owned();
        if self.has(Bug::NoCloseAfterQuit) { Answer::Reply(reply) } else { Answer::Last(reply) }
    }

    fn syntax_error(&mut self, text: &[u8]) -> Answer {
        if self.has(Bug::GarbageIgnored) {
            Answer::Nothing
        } else if self.has(Bug::GarbageGetsNumber) {
            Answer::Reply("RESULT 0".to_owned())
        } else if self.has(Bug::BadInputCloses) {
            Answer::Close
        } else if self.has(Bug::BadInputKills) {
            Answer::Die
        } else {
            self.refuse("syntax", text)
        }
    }

    /// An error in a message, which changes nothing (ERR-2).
    fn refuse(&mut self, code: &str, text: &[u8]) -> Answer {
        if self.has(Bug::ErrorClearsOperands) {
            self.operands.clear();
        }
        self.fail(code, text)
    }

    fn fail(&self, code: &str, text: &[u8]) -> Answer {
        let code = if self.has(Bug::OneCodeForAll) { "syntax" } else { code };
        Answer::Reply(if self.has(Bug::FailWithoutCode) {
            "FAIL".to_owned()
        } else if self.has(Bug::EchoInFail) {
            format!("FAIL {code} cannot handle {}", String::from_utf8_lossy(text))
        } else if self.has(Bug::LongReply) {
            format!("FAIL {code} {}", "try again ".repeat(30))
        } else if self.has(Bug::AccentsInReply) {
            format!("FAIL {code} operación no válida")
        } else if self.shared.behaviour.offer == Offer::Least {
            format!("FAIL {code}")
        } else {
            format!("FAIL {code} this did not work")
        })
    }

    /// The operand as a buffer shows it that is neither cleared nor ended after the new octets.
    fn with_stale_end(&mut self, mut text: Vec<u8>) -> Vec<u8> {
        if self.has(Bug::StaleBuffer) && text.iter().all(u8::is_ascii_digit) {
            text.extend(self.stale.iter().skip(text.len()));
            self.stale.clone_from(&text);
        }
        text
    }
}
