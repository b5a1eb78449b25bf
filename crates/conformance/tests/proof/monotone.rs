//! Two mistakes never score above either of them alone.

use crate::bugs::Bug;
use crate::grading::{for_each, grade, score};
use crate::server::{Behaviour, Server};

const PAIRS: &[[Bug; 2]] = &[
    [Bug::OperandsSwapped, Bug::IntegerDivision],
    [Bug::OperandsShared, Bug::DivisionByZeroInfinity],
    [Bug::CaseSensitive, Bug::ErrorClearsOperands],
];

#[test]
fn two_bugs_never_score_above_either_alone() {
    let behaviours: Vec<Vec<Bug>> = PAIRS.iter().flat_map(|&[a, b]| [vec![a], vec![b], vec![a, b]]).collect();
    let scores = for_each(&behaviours, |bugs| {
        let server = Server::start(Behaviour::with_bugs(bugs));
        score(&grade(server.address()))
    });
    for (pair, scores) in PAIRS.iter().zip(scores.chunks(3)) {
        assert!(scores[2] <= scores[0].min(scores[1]), "{pair:?}: {scores:?} alone, alone, together");
        assert!(scores[0].max(scores[1]) < 100.0, "{pair:?}: {scores:?}");
    }
}
