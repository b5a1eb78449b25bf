//! Postfix expressions: text in, a checked [`Program`] out, before anything is sent.

use std::fmt::{self, Write as _};

use calc_proto::{BinaryOp, Line, Number, ParseNumberError, Request, RequestError, UnaryOp};

/// A postfix expression that leaves exactly one value.
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
    /// Every node but the last, each before those that use its value.
    inner: Vec<Node>,
    /// The node whose value is the expression's. It is an operand only if it is alone.
    last: Node,
}

/// A token and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) token: Token,
    pub(crate) work: Work,
}

/// Where a node's value comes from. The operands of an operator are the indices of nodes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Operand(Number),
    Unary(UnaryOp, usize),
    Binary(BinaryOp, usize, usize),
}

/// A word of an expression.
///
/// It is displayed as `token 3 '/'`, with what a terminal could take amiss escaped, and cut if it is long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Which word of the expression this is; the first is 1.
    pub position: usize,
    /// The word as it was written.
    pub text: Box<str>,
}

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// No token at all.
    #[error("the expression is empty: write operands and operators in postfix, such as 1 2 +")]
    Empty,
    /// Neither an operand nor an operator.
    #[error("{0} is neither an operand, such as 5, -0.5 or 1.5e-3, nor an operator: {list}", list = Operators)]
    Unknown(Token),
    /// An operand in form whose magnitude no number has.
    #[error("{0} is {reason}", reason = ParseNumberError::OutOfRange)]
    OutOfRange(Token),
    /// An operator with too few operands before it.
    #[error("{operator} needs {needed} operand{s} before it and has {found}", s = if *needed == 1 { "" } else { "s" })]
    MissingOperand {
        /// The operator.
        operator: Token,
        /// How many operands it takes.
        needed: usize,
        /// How many values were left by the tokens before it.
        found: usize,
    },
    /// More than one value at the end.
    #[error("{count} values are left after {last}: an operator that joins them is missing")]
    MissingOperator {
        /// The last token.
        last: Token,
        /// How many values are left.
        count: usize,
    },
}

impl Program {
    /// Reads an expression whose tokens are separated by ASCII white space.
    ///
    /// # Errors
    /// [`ExpressionError`] names the token that is wrong and says what would be right.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut nodes = Vec::new();
        let mut stack = Vec::new();
        for (index, word) in text.split_ascii_whitespace().enumerate() {
            let token = Token { position: index + 1, text: word.into() };
            let node = Node::parse(token, &mut stack)?;
            stack.push(index);
            nodes.push(node);
        }
        let Some(last) = nodes.pop() else {
            return Err(ExpressionError::Empty);
        };
        match stack.len() {
            1 => Ok(Self { inner: nodes, last }),
            count => Err(ExpressionError::MissingOperator { last: last.token, count }),
        }
    }

    pub(crate) fn inner(&self) -> &[Node] {
        &self.inner
    }

    pub(crate) const fn last(&self) -> &Node {
        &self.last
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

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Enough to know any token by, and little enough for a line of a terminal.
        const MAX_SHOWN: usize = 40;
        write!(f, "token {} '", self.position)?;
        let mut rest = self.text.chars();
        for character in rest.by_ref().take(MAX_SHOWN) {
            write!(f, "{}", character.escape_debug())?;
        }
        f.write_str(if rest.next().is_some() { "...'" } else { "'" })
    }
}

/// Every operator that the protocol knows, for people.
struct Operators;

impl fmt::Display for Operators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = BinaryOp::ALL.map(BinaryOp::symbol);
        let unary = UnaryOp::ALL.map(UnaryOp::symbol);
        for (index, symbol) in binary.iter().chain(&unary).enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            f.write_str(symbol)?;
        }
        Ok(())
    }
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
        let work: Vec<Work> = program.inner().iter().chain([program.last()]).map(|node| node.work).collect();
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
