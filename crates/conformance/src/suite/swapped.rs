//! The most frequent mistake of a calculator: operands in the wrong order. What it makes of a calculation follows from the
//! operands and the result that are in the case, so that no case has to spell it out.

use std::collections::{BTreeMap, VecDeque};

use crate::dialect::{Token, arity};
use crate::format::{Action, Matcher, Message, Step, Tolerance, When, Wrong, WrongVerdict};

/// How near to the swapped result is near enough: farther than any error of the arithmetic, which is not what this is about.
const NEAR: &str = "1e-9";

/// Adds to each step that expects a number the diagnosis that the operands were swapped.
pub(super) fn diagnose_swapped(steps: &mut [Step], note: &str) {
    diagnose(steps, note, &mut BTreeMap::new(), &mut None);
}

/// What was said on a connection.
#[derive(Default)]
struct Said {
    operands: Vec<String>,
    /// For each reply that is due, the calculation whose result it is.
    due: VecDeque<Option<Calculation>>,
}

struct Calculation {
    operator: String,
    operands: Vec<String>,
}

fn diagnose(
    steps: &mut [Step],
    note: &str,
    lines: &mut BTreeMap<Option<String>, Said>,
    current: &mut Option<String>,
) {
    for step in steps {
        let line = lines.entry(step.on.clone().or_else(|| current.clone())).or_default();
        match &mut step.action {
            Action::Connect { name, .. } => *current = Some(name.clone()),
            Action::Say { messages, .. } => messages.iter().for_each(|message| line.say(message)),
            // What is sent as it is may be any number of messages.
            Action::Send { .. } => *line = Said::default(),
            Action::Expect { reply, .. } => {
                let calculation = line.due.pop_front().flatten();
                let swapped = calculation.and_then(|calculation| calculation.swapped(reply));
                step.wrong.extend(swapped.map(|matcher| Wrong {
                    when: vec![When::Reply(matcher)],
                    note: Some(note.to_owned()),
                    verdict: WrongVerdict::Fail,
                }));
            }
            Action::Repeat { steps, .. } => diagnose(steps, note, lines, current),
            Action::Clients { steps, .. } => diagnose_swapped(steps, note),
            Action::ExpectClose(_)
            | Action::ExpectSilence(_)
            | Action::HalfClose
            | Action::Close
            | Action::Abort
            | Action::Wait(_)
            | Action::Fence => {}
        }
    }
}

impl Said {
    fn say(&mut self, message: &Message) {
        match message {
            Message::Calculate(tokens) => {
                let Some((operator, operands)) = tokens.split_last() else { return };
                let (operator, operands) = (operator.clone(), operands.to_vec());
                self.due.push_back(Some(Calculation { operator, operands }));
            }
            Message::Bare(_)
            | Message::Text(_)
            | Message::Operand(_)
            | Message::Operator(_)
            | Message::Clear
            | Message::Quit
            | Message::Hello => self.say_token(Token::of(message)),
        }
    }

    fn say_token(&mut self, token: Token) {
        let calculation = match token {
            Token::Operand(operand) => {
                self.operands.push(operand);
                None
            }
            Token::Operator(operator) => {
                let operands = std::mem::take(&mut self.operands);
                Some(Calculation { operator, operands })
            }
            Token::Other | Token::Goodbye => None,
        };
        self.due.push_back(calculation);
    }
}

impl Calculation {
    /// What the calculation gives with its operands in the wrong order, where it is expected to give a number that differs.
    fn swapped(&self, expected: &Matcher) -> Option<Matcher> {
        let (number, tolerance) = match expected {
            Matcher::Number { number, tolerance } => (number, tolerance),
            Matcher::Canonical(number) => (number, &Tolerance::Usual),
            Matcher::AnyOf(matchers) => return matchers.iter().find_map(|matcher| self.swapped(matcher)),
            _ => return None,
        };
        let [a, b] = self.operands.as_slice() else { return None };
        let result: f64 = number.parse().ok()?;
        let swapped = match self.operator.as_str() {
            "-" => -result,
            "/" => 1.0 / result,
            "%" => b.parse::<f64>().ok()? % a.parse::<f64>().ok()?,
            "^" => b.parse::<f64>().ok()?.powf(a.parse().ok()?),
            _ => return None,
        };
        let differs = (swapped - result).abs() > 1e-6 * result.abs();
        if arity(&self.operator) != 2 || !differs {
            return None;
        }
        // The dividend zero becomes a divisor.
        if !swapped.is_finite() {
            return Some(Matcher::Special);
        }
        let tolerance = match tolerance {
            Tolerance::Absolute(_) => tolerance.clone(),
            Tolerance::Usual
            | Tolerance::Exact
            | Tolerance::Relative(_)
            | Tolerance::Rounded
            | Tolerance::Overflowed => Tolerance::Relative(NEAR.to_owned()),
        };
        Some(Matcher::Number { number: swapped.to_string(), tolerance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operands_give_in_the_wrong_order() {
        let number = |text: &str| format!(r#"{{"number":"{text}"}}"#);
        let rows = [
            (r#"{"say":"8"},{"expect":"ok"},{"say":"3"},{"expect":"ok"},{"say":"-"}"#, "5", Some("-5")),
            (r#"{"say":["8","2","/"]},{"expect":"ok"},{"expect":"ok"}"#, "4", Some("0.25")),
            (r#"{"say":["2","3","^"]},{"expect":"ok"},{"expect":"ok"}"#, "8", Some("9")),
            (r#"{"say":["7","3","%"]},{"expect":"ok"},{"expect":"ok"}"#, "1", Some("3")),
            (
                r#"{"connect":"a"},{"say":"8"},{"expect":"ok"},{"connect":"b"},{"say":"9"},{"expect":"ok"},
                {"on":"a","say":["3","-"]},{"on":"a","expect":"ok"},{"on":"b","expect":"ok"},{"on":"a","say":"1"}"#,
                "5",
                None,
            ),
            (r#"{"say":["8","3","+"]},{"expect":"ok"},{"expect":"ok"}"#, "11", None),
            (r#"{"say":["3","3","-"]},{"expect":"ok"},{"expect":"ok"}"#, "0", None),
            (r#"{"say":["9","neg"]},{"expect":"ok"}"#, "-9", None),
            (r#"{"send":"8\n3\n-\n"},{"expect":"ok"},{"expect":"ok"}"#, "5", None),
        ];
        for (said, result, swapped) in rows {
            let steps = format!(r#"[{said},{{"expect":{}}}]"#, number(result));
            let mut steps: Vec<Step> =
                serde_json::from_str(&steps).unwrap_or_else(|error| panic!("{steps}: {error}"));
            diagnose_swapped(&mut steps, "operands-swapped");
            let expected = swapped.map(|number| {
                let number = number.to_owned();
                vec![When::Reply(Matcher::Number { number, tolerance: Tolerance::Relative(NEAR.to_owned()) })]
            });
            let found = steps.last().and_then(|step| step.wrong.first()).map(|wrong| wrong.when.clone());
            assert_eq!(found, expected, "{said}");
        }
    }
}
