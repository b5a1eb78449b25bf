//! Postfix expressions: text in, a checked [`Program`] out, before anything is sent.

use calc_proto::{BinaryOp, Line, Number, Request, RequestError, UnaryOp};

use crate::{
    evaluation::{Evaluation, Node, Task},
    language::{Language, Phrase, Tell, displays_in_english},
};

/// A postfix expression, to be evaluated once.
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
    text: Box<str>,
    /// Those of the values that were on the stack before, and of the words of the text.
    nodes: Vec<Node>,
    /// How many values were on the stack before.
    held: usize,
    evaluation: Evaluation,
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
        let mut nodes = Vec::new();
        parse(text, &mut nodes)?;
        Ok(Self { text: text.into(), nodes, held: 0, evaluation: Evaluation::default() })
    }

    /// Reads an expression that finds values on the stack, the last on top, and leaves any number of values.
    ///
    /// # Errors
    /// [`ExpressionError`], as for [`parse`](Self::parse).
    pub fn parse_onto(stack: &[Number], text: &str) -> Result<Self, ExpressionError> {
        let held = stack.len();
        let values = stack.iter().enumerate();
        let mut nodes: Vec<Node> = values.map(|(index, &value)| Node::operand(value, index)).collect();
        parse_words(text, held, &mut nodes)?;
        if nodes.len() == held {
            return Err(ExpressionError::Empty);
        }
        Ok(Self { text: text.into(), nodes, held, evaluation: Evaluation::default() })
    }

    /// The values of a program that has nothing to calculate.
    pub(crate) fn operands(&self) -> Option<Vec<Number>> {
        let all = self.nodes.iter().all(Node::is_operand);
        all.then(|| self.nodes.iter().map(|node| node.value).collect())
    }

    /// What the server is to do next; nothing where all is done. Whoever has the task's value settles it, and asks again.
    pub(crate) fn next(&mut self) -> Option<Task> {
        self.evaluation.next(&mut self.nodes)
    }

    /// Takes the task's value.
    pub(crate) fn settle(&mut self, value: Number) {
        self.evaluation.settle(value, &mut self.nodes);
    }

    /// The token for which the task sends its message `index`. For an operand that is the result of an operator, it is that
    /// operator.
    pub(crate) fn token(&self, index: usize) -> Token {
        let node = self.evaluation.sender(index, &self.nodes);
        match node.origin.checked_sub(self.held) {
            Some(index) => Token::of_word(index, &self.text),
            None => Token { place: Place::Stack, text: node.value.to_string().into() },
        }
    }

    /// The values that are left, the last one on top of the stack.
    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = Number> {
        self.evaluation.values(&self.nodes)
    }
}

/// Appends the nodes of an expression that leaves exactly one value.
pub(crate) fn parse(text: &str, nodes: &mut Vec<Node>) -> Result<(), ExpressionError> {
    match parse_words(text, 0, nodes)? {
        0 => Err(ExpressionError::Empty),
        1 => Ok(()),
        count => {
            let last = text.split_ascii_whitespace().count().saturating_sub(1);
            Err(ExpressionError::MissingOperator { last: Token::of_word(last, text), count })
        }
    }
}

/// Appends the nodes of a text's words, which find `held` values on the stack, and says how many they leave.
fn parse_words(text: &str, held: usize, nodes: &mut Vec<Node>) -> Result<usize, ExpressionError> {
    let mut height = held;
    for (index, word) in text.split_ascii_whitespace().enumerate() {
        let token = || Token { place: Place::Word(index + 1), text: word.into() };
        let origin = held + index;
        let node = match Request::parse(Line::Complete(word.as_bytes())) {
            Ok(Request::Operand(number)) => Node::operand(number, origin),
            Ok(Request::Unary(operator)) => Node::unary(operator, origin),
            Ok(Request::Binary(operator)) => Node::binary(operator, origin),
            Ok(Request::Clear | Request::Hello | Request::Quit)
            | Err(RequestError::Syntax | RequestError::TooLong) => {
                return Err(ExpressionError::Unknown(token()));
            }
            Err(RequestError::OutOfRange) => return Err(ExpressionError::OutOfRange(token())),
        };
        let (needed, found) = (node.arity(), height);
        height = match found.checked_sub(needed) {
            Some(left) => left + 1,
            None => return Err(ExpressionError::MissingOperand { operator: token(), needed, found }),
        };
        nodes.push(node);
    }
    Ok(height)
}

impl Token {
    /// The word of an expression that has so many before it.
    pub(crate) fn of_word(index: usize, expression: &str) -> Self {
        let word = expression.split_ascii_whitespace().nth(index).unwrap_or_default();
        Self { place: Place::Word(index + 1), text: word.into() }
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
        let number = |text: &str| -> Number { text.parse().expect("a number") };
        let mut program =
            Program::parse_onto(&[number("7"), number("8")], "3 - neg 2\t*").expect("an expression");
        let tasks = [
            (Task::Binary(BinaryOp::Subtract, number("8"), number("3")), "5", "the stack's '8'"),
            (Task::Unary(UnaryOp::Negate, number("5")), "-5", "token 2 '-'"),
            (Task::Binary(BinaryOp::Multiply, number("-5"), number("2")), "-10", "token 3 'neg'"),
        ];
        for (task, value, first) in tasks {
            assert_eq!(program.next(), Some(task));
            assert_eq!(program.token(0).to_string(), first);
            program.settle(number(value));
        }
        assert_eq!(program.next(), None);
        assert_eq!(program.values().collect::<Vec<_>>(), [number("7"), number("-10")]);
    }

    #[test]
    fn an_expression_may_be_of_any_length() {
        let text = "1 ".repeat(100_000) + &"+ ".repeat(99_999);
        assert!(Program::parse(&text).is_ok());
        assert!(Program::parse(&(text + "+")).is_err());
    }
}
