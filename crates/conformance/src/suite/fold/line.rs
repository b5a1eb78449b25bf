//! What was said on one connection, until it is a calculation.

use std::collections::VecDeque;

use crate::format::{Action, Message, Step, Wrong};

/// What was said on a connection and is not yet a calculation.
#[derive(Default)]
pub(super) struct Line {
    pub(super) operands: Vec<String>,
    /// Where, among the folded steps, the parts of a message stand whose calculation is not yet known.
    pub(super) head: Option<usize>,
    pub(super) tail: Option<usize>,
    pub(super) due: VecDeque<Due>,
    pub(super) wrong: Vec<Wrong>,
}

/// A reply that the case expects.
pub(super) enum Due {
    /// To an operand: there is none.
    ToOperand,
    /// To a message that is still one.
    ToMessage,
}

/// The calculation for which any operand will do.
pub(super) const PLUS: &str = "+";

impl Line {
    /// Whether a reply to an operand is due, of which there is none.
    pub(super) fn is_to_accept(&self) -> bool {
        self.due.iter().any(|due| matches!(due, Due::ToOperand))
    }

    pub(super) fn calculation(&mut self, operator: String) -> Message {
        Message::Calculate(self.operands.drain(..).chain([operator]).collect())
    }

    /// Puts a calculation where its parts were said, if it was said in parts.
    pub(super) fn fill_parts(&mut self, folded: &mut [Step], calculation: &Message) -> bool {
        let parts = [self.head.take(), self.tail.take()];
        parts.iter().flatten().for_each(|part| say_instead(folded, *part, calculation));
        parts.iter().any(Option::is_some)
    }

    /// Half a message of which the rest never comes is half of any calculation.
    pub(super) fn fill_head(&mut self, folded: &mut [Step]) {
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
pub(super) fn text_of(message: &Message) -> String {
    match message {
        Message::Bare(text) | Message::Text(text) | Message::Operand(text) | Message::Operator(text) => {
            text.clone()
        }
        Message::Clear | Message::Quit | Message::Hello | Message::Calculate(_) => String::new(),
    }
}
