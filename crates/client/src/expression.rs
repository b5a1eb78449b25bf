//! Postfix expressions: text in, a checked [`Program`] out, before anything is sent.

use calc_proto::{BinaryOp, Line, Number, Request, RequestError, UnaryOp};

use crate::language::{Language, Phrase, Tell, displays_in_english};

/// A postfix expression.
///
/// ```
/// use calc_client::Program;
///
/// assert!(Program::parse("1 2 + 3 *").is_ok());
/// let error = Program::parse("1 +").unwrap_err();
/// assert_eq!(error.to_string(), "token 2 '+' needs 2 operands before it and has 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Each before those that use its value.
    nodes: Vec<Node>,
    /// The indices of the nodes whose values no other uses, the last on top of the stack. There is one at least.
    left: Vec<usize>,
}

/// What a server is asked to do in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// To take an operand, and no more.
    Take(Number),
    Unary(UnaryOp, Number),
    Binary(BinaryOp, Number, Number),
}

/// A token and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    token: Token,
    work: Work,
}

/// Where a node's value comes from. The operands of an operator are the indices of nodes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Operand(Number),
    Unary(UnaryOp, usize),
    Binary(BinaryOp, usize, usize),
}

/// A word of an expression.
///
/// It is displayed as `token 3 '/'`, with what a terminal could take amiss escaped, and cut if it is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub place: Place,
    /// The word as it was written.
    pub text: Box<str>,
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is this word of the expression; the first is 1.
    Word(usize),
    /// It is a value that was on the stack before the expression.
    Stack,
}

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// No token at all.
    Empty,
    /// Neither an operand nor an operator.
    Unknown(Token),
    /// An operand in form whose magnitude no number has.
    OutOfRange(Token),
    /// An operator with too few operands before it.
    MissingOperand {
        /// The operator.
        operator: Token,
        /// How many operands it takes.
        needed: usize,
        /// How many values were left by the tokens before it.
        found: usize,
    },
    /// More than one value at the end.
    MissingOperator {
        /// The last token.
        last: Token,
        /// How many values are left.
        count: usize,
    },
}

impl Program {
    /// Reads an expression that leaves exactly one value. ASCII white space separates its tokens.
    ///
    /// # Errors
    /// [`ExpressionError`] names the token that is wrong and says what would be right.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut program = Self::parse_onto(&[], text)?;
        match (program.left.len(), program.nodes.pop()) {
            (1, Some(last)) => {
                program.nodes.push(last);
                Ok(program)
            }
            (count, Some(last)) => Err(ExpressionError::MissingOperator { last: last.token, count }),
            (_, None) => Err(ExpressionError::Empty),
        }
    }

    /// Reads an expression that finds values on the stack, the last on top, and leaves any number of values.
    ///
    /// # Errors
    /// [`ExpressionError`], as for [`parse`](Self::parse).
    pub fn parse_onto(stack: &[Number], text: &str) -> Result<Self, ExpressionError> {
        let held = stack.iter().map(|&value| {
            let token = Token { place: Place::Stack, text: value.to_string().into() };
            Node { token, work: Work::Operand(value) }
        });
        let mut nodes: Vec<Node> = held.collect();
        let mut left: Vec<usize> = (0..nodes.len()).collect();
        for (index, word) in text.split_ascii_whitespace().enumerate() {
            let node = Node::parse(Token { place: Place::Word(index + 1), text: word.into() }, &mut left)?;
            left.push(nodes.len());
            nodes.push(node);
        }
        if nodes.len() == stack.len() { Err(ExpressionError::Empty) } else { Ok(Self { nodes, left }) }
    }

    /// The values of a program that has nothing to calculate.
    pub(crate) fn operands(&self) -> Option<Vec<Number>> {
        let operand = |node: &Node| match node.work {
            Work::Operand(value) => Some(value),
            Work::Unary(..) | Work::Binary(..) => None,
        };
        self.nodes.iter().map(operand).collect()
    }

    /// What the server is to do once the first nodes have `values`, to which the operands that come next are added.
    /// Whoever has the task's value pushes it and asks again, until there is nothing left to do.
    pub(crate) fn next(&self, values: &mut Vec<Number>) -> Option<Task> {
        while let Some(node) = self.nodes.get(values.len()) {
            match node.work {
                Work::Operand(number) if self.nodes.len() == 1 => return Some(Task::Take(number)),
                Work::Operand(number) => values.push(number),
                Work::Unary(operator, operand) => return Some(Task::Unary(operator, values[operand])),
                Work::Binary(operator, left, right) => {
                    return Some(Task::Binary(operator, values[left], values[right]));
                }
            }
        }
        None
    }

    /// The token for which the task after `done` nodes sends its message `index`. For an operand that is the result of an
    /// operator, it is that operator.
    pub(crate) fn token(&self, done: usize, index: usize) -> &Token {
        let node = &self.nodes[done];
        match (node.work, index) {
            (Work::Unary(_, operand) | Work::Binary(_, operand, _), 0) | (Work::Binary(_, _, operand), 1) => {
                &self.nodes[operand].token
            }
            (Work::Operand(_) | Work::Unary(..) | Work::Binary(..), _) => &node.token,
        }
    }

    /// The values that are left of those of all nodes.
    pub(crate) fn results(&self, values: &[Number]) -> Vec<Number> {
        self.left.iter().filter_map(|&index| values.get(index).copied()).collect()
    }
}

impl Task {
    /// The messages of the task, in order.
    pub(crate) fn messages(self) -> impl ExactSizeIterator<Item = Request> + use<> {
        let (messages, count) = match self {
            Self::Take(operand) => ([Request::Operand(operand); 3], 1),
            Self::Unary(operator, operand) => {
                ([Request::Operand(operand), Request::Unary(operator), Request::Clear], 2)
            }
            Self::Binary(operator, left, right) => {
                ([Request::Operand(left), Request::Operand(right), Request::Binary(operator)], 3)
            }
        };
        messages.into_iter().take(count)
    }
}

impl Node {
    /// Reads a token, which takes its operands off the stack.
    fn parse(token: Token, stack: &mut Vec<usize>) -> Result<Self, ExpressionError> {
        let found = stack.len();
        let missing = |operator, needed| ExpressionError::MissingOperand { operator, needed, found };
        let work = match Request::parse(Line::Complete(token.text.as_bytes())) {
            Ok(Request::Operand(number)) => Work::Operand(number),
            Ok(Request::Unary(operator)) => match stack.pop() {
                Some(operand) => Work::Unary(operator, operand),
                None => return Err(missing(token, 1)),
            },
            Ok(Request::Binary(operator)) => match (stack.pop(), stack.pop()) {
                (Some(right), Some(left)) => Work::Binary(operator, left, right),
                (_, None) | (None, _) => return Err(missing(token, 2)),
            },
            Ok(Request::Clear | Request::Hello | Request::Quit)
            | Err(RequestError::Syntax | RequestError::TooLong) => {
                return Err(ExpressionError::Unknown(token));
            }
            Err(RequestError::OutOfRange) => return Err(ExpressionError::OutOfRange(token)),
        };
        Ok(Self { token, work })
    }
}

displays_in_english!(Token, ExpressionError);

impl Tell for Token {
    fn tell(&self, language: Language) -> String {
        /// Enough to know any token by, and little enough for a line of a terminal.
        const MAX_SHOWN: usize = 40;
        let mut rest = self.text.chars();
        let mut shown: String = rest.by_ref().take(MAX_SHOWN).flat_map(char::escape_debug).collect();
        if rest.next().is_some() {
            shown.push_str("...");
        }
        match self.place {
            Place::Word(position) => Phrase::Token.with(language, &[&position, &shown]),
            Place::Stack => Phrase::StackValue.with(language, &[&shown]),
        }
    }
}

impl Tell for ExpressionError {
    fn tell(&self, language: Language) -> String {
        match self {
            Self::Empty => Phrase::Empty.text(language).to_owned(),
            Self::Unknown(token) => Phrase::Unknown.with(language, &[&token.tell(language), &operators()]),
            Self::OutOfRange(token) => Phrase::TokenOutOfRange.with(language, &[&token.tell(language)]),
            Self::MissingOperand { operator, needed, found } => {
                let phrase = if *needed == 1 { Phrase::NeedsOperand } else { Phrase::NeedsOperands };
                phrase.with(language, &[&operator.tell(language), found])
            }
            Self::MissingOperator { last, count } => {
                Phrase::MissingOperator.with(language, &[count, &last.tell(language)])
            }
        }
    }
}

/// Every operator that the protocol knows, for people.
pub(crate) fn operators() -> String {
    let binary = BinaryOp::ALL.map(BinaryOp::symbol);
    let unary = UnaryOp::ALL.map(UnaryOp::symbol);
    binary.iter().chain(&unary).copied().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let unknown =
            "is neither an operand, such as 5, -0.5 or 1.5e-3, nor an operator: + - * / % ^ neg abs sqrt";
        let empty =
            "the expression is empty: write operands and operators in postfix, such as 1 2 +".to_owned();
        let long = "9".repeat(41) + "x";
        let table = [
            ("", empty.clone()),
            (" \t\r\n", empty),
            ("foo 2 +", format!("token 1 'foo' {unknown}")),
            ("1 2 plus", format!("token 3 'plus' {unknown}")),
            ("1 CLEAR", format!("token 2 'CLEAR' {unknown}")),
            ("hello", format!("token 1 'hello' {unknown}")),
            ("1 QUIT", format!("token 2 'QUIT' {unknown}")),
            ("3 × 4", format!("token 2 '×' {unknown}")),
            ("1 \u{1b}[2J", format!("token 2 '\\u{{1b}}[2J' {unknown}")),
            ("1 \u{202e}2", format!("token 2 '\\u{{202e}}2' {unknown}")),
            ("1\u{a0}2 +", format!("token 1 '1\\u{{a0}}2' {unknown}")),
            (&long, format!("token 1 '{}...' {unknown}", "9".repeat(40))),
            (
                "1 2e99999 +",
                "token 2 '2e99999' is beyond the largest number, 9.999999999999999999999999999999999E+6144"
                    .to_owned(),
            ),
            ("+", "token 1 '+' needs 2 operands before it and has 0".to_owned()),
            ("1 -", "token 2 '-' needs 2 operands before it and has 1".to_owned()),
            ("1 2 + +", "token 4 '+' needs 2 operands before it and has 1".to_owned()),
            ("Sqrt", "token 1 'Sqrt' needs 1 operand before it and has 0".to_owned()),
            ("1 2", "2 values are left after token 2 '2': an operator that joins them is missing".to_owned()),
            (
                "1 2 3 neg",
                "3 values are left after token 4 'neg': an operator that joins them is missing".to_owned(),
            ),
        ];
        for (text, message) in table {
            let error = Program::parse(text).expect_err(text);
            assert_eq!(error.to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn each_operator_finds_its_operands() {
        let program = Program::parse("8 3 - neg 2\t*").expect("an expression");
        let work: Vec<Work> = program.nodes.iter().map(|node| node.work).collect();
        let number = |text: &str| Work::Operand(text.parse().expect("a number"));
        let expected = [
            number("8"),
            number("3"),
            Work::Binary(BinaryOp::Subtract, 0, 1),
            Work::Unary(UnaryOp::Negate, 2),
            number("2"),
            Work::Binary(BinaryOp::Multiply, 3, 4),
        ];
        assert_eq!(work, expected);
    }

    #[test]
    fn an_expression_may_be_of_any_length() {
        let text = "1 ".repeat(100_000) + &"+ ".repeat(99_999);
        assert!(Program::parse(&text).is_ok());
        assert!(Program::parse(&(text + "+")).is_err());
    }
}
