//! Two mistakes never score above either of them alone.

use crate::bugs::Bug;
use crate::grading::{for_each, grade, score};
use crate::server::{Behaviour, Server};

/// Mistakes of different chapters: each is paired with the next, and the last with the first.
const BUGS: &[Bug] = &[
    Bug::OperandsSwapped,
    Bug::IntegerDivision,
    Bug::OperandsShared,
    Bug::DivisionByZeroInfinity,
    Bug::CaseSensitive,
    Bug::ErrorClearsOperands,
    Bug::LongLineInPieces,
    Bug::HelloResets,
];

#[test]
fn two_bugs_never_score_above_either_alone() {
    let next = BUGS.iter().cycle().skip(1);
    let pairs: Vec<[Bug; 2]> = BUGS.iter().zip(next).map(|(&bug, &next)| [bug, next]).collect();
    let alone = BUGS.iter().map(std::slice::from_ref);
    let behaviours: Vec<&[Bug]> = alone.chain(pairs.iter().map(<[Bug; 2]>::as_slice)).collect();
    let scores = for_each(&behaviours, |bugs| {
        let server = Server::start(Behaviour::with_bugs(bugs));
        score(&grade(server.address()))
    });
    let (alone, together) = scores.split_at(BUGS.len());
    for (place, (pair, together)) in pairs.iter().zip(together).enumerate() {
        let [first, second] = [alone[place], alone[(place + 1) % BUGS.len()]];
        assert!(*together <= first.min(second), "{pair:?}: {together}, {first} and {second} alone");
        assert!(first < 100.0, "{pair:?}: {first}");
    }
}
