//! How an expression is evaluated: in the place where its words are, a task for the server at a time.

use calc_proto::{BinaryOp, Number, Request, UnaryOp};

/// A word of an expression, or a value of its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    work: Work,
    /// That of an operand. An operator has none yet.
    pub(crate) value: Number,
    /// The index of the word that gave the value: the operand itself, or an operator.
    pub(crate) origin: usize,
}

/// What a word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Operand,
    Unary(UnaryOp),
    Binary(BinaryOp),
}

/// What a server is asked to do in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// To take an operand, and no more.
    Take(Number),
    Unary(UnaryOp, Number),
    Binary(BinaryOp, Number, Number),
}

/// How far the nodes of an expression are evaluated.
///
/// The first `height` of them are the stack, the last one on top, and those from `next` on are still to be done. What lies between is
/// used up: no word leaves more than one value, so that the stack never reaches the words to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Evaluation {
    height: usize,
    next: usize,
}

impl Node {
    pub(crate) const fn operand(value: Number, origin: usize) -> Self {
        Self { work: Work::Operand, value, origin }
    }

    pub(crate) fn unary(operator: UnaryOp, origin: usize) -> Self {
        Self { work: Work::Unary(operator), value: Number::default(), origin }
    }

    pub(crate) fn binary(operator: BinaryOp, origin: usize) -> Self {
        Self { work: Work::Binary(operator), value: Number::default(), origin }
    }

    /// How many values it takes off the stack.
    pub(crate) const fn arity(&self) -> usize {
        match self.work {
            Work::Operand => 0,
            Work::Unary(_) => 1,
            Work::Binary(_) => 2,
        }
    }

    pub(crate) const fn is_operand(&self) -> bool {
        self.arity() == 0
    }
}

/// The nodes are always the same, and each operator among them finds as many values before it as it takes.
impl Evaluation {
    /// What the server is to do next; nothing where all is done. Whoever has the task's value settles it, and asks again.
    pub(crate) fn next(&mut self, nodes: &mut [Node]) -> Option<Task> {
        while let Some(&node) = nodes.get(self.next) {
            match node.work {
                Work::Operand if nodes.len() == 1 => return Some(Task::Take(node.value)),
                Work::Operand => self.push(node, nodes),
                Work::Unary(operator) => return Some(Task::Unary(operator, self.value(1, nodes))),
                Work::Binary(operator) => {
                    return Some(Task::Binary(operator, self.value(2, nodes), self.value(1, nodes)));
                }
            }
        }
        None
    }

    /// Puts the value of the task on the stack, in the place of those that it was made of.
    pub(crate) fn settle(&mut self, value: Number, nodes: &mut [Node]) {
        let node = nodes[self.next];
        self.height -= node.arity();
        self.push(Node::operand(value, node.origin), nodes);
    }

    /// The node for which the task sends its message `index`.
    pub(crate) fn sender<'n>(&self, index: usize, nodes: &'n [Node]) -> &'n Node {
        let arity = nodes[self.next].arity();
        &nodes[if index < arity { self.height - arity + index } else { self.next }]
    }

    /// The values on the stack, the last one on top.
    pub(crate) fn values(self, nodes: &[Node]) -> impl DoubleEndedIterator<Item = Number> {
        nodes[..self.height].iter().map(|node| node.value)
    }

    /// The value that is so deep in the stack; the top is 1.
    const fn value(self, depth: usize, nodes: &[Node]) -> Number {
        nodes[self.height - depth].value
    }

    fn push(&mut self, node: Node, nodes: &mut [Node]) {
        nodes[self.height] = node;
        self.height += 1;
        self.next += 1;
    }
}

impl Task {
    /// The messages of the task, in order.
    pub(crate) fn messages(self) -> impl Iterator<Item = Request> {
        (0..).map_while(move |index| self.message(index))
    }

    /// One of them, if there are so many; the first is 0.
    pub(crate) const fn message(self, index: usize) -> Option<Request> {
        match (self, index) {
            (Self::Take(operand) | Self::Unary(_, operand) | Self::Binary(_, operand, _), 0)
            | (Self::Binary(_, _, operand), 1) => Some(Request::Operand(operand)),
            (Self::Unary(operator, _), 1) => Some(Request::Unary(operator)),
            (Self::Binary(operator, ..), 2) => Some(Request::Binary(operator)),
            (Self::Take(_) | Self::Unary(..) | Self::Binary(..), _) => None,
        }
    }
}
