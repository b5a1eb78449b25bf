//! What is printed for an expression, and what was said for it.

use crate::{
    run::{Outcome, client},
    server::Server,
};

#[test]
fn an_expression_is_evaluated_with_two_operands_at_most() {
    // The arguments, what is printed, and the messages before QUIT.
    let table: [(&[&str], &str, &str); 24] = [
        (&["1", "2", "+"], "3", "1 2 +"),
        (&["1", "2", "+", "3", "*"], "9", "1 2 + 3 3 *"),
        (&["1 2 +"], "3", "1 2 +"),
        (&["1 2", "+ 3\t", " * "], "9", "1 2 + 3 3 *"),
        (&["1\n2\r\n+"], "3", "1 2 +"),
        (&["", "1", "2", "+", ""], "3", "1 2 +"),
        (&["8", "3", "-"], "5", "8 3 -"),
        (&["8", "3 -"], "5", "8 3 -"),
        (&["8 3", "- "], "5", "8 3 -"),
        (&["-8", "-3", "-"], "-5", "-8 -3 -"),
        (&["-.5", "-1E+5", "*"], "50000", "-0.5 -100000 *"),
        (&["1", "2", "3", "4", "5", "+", "+", "+", "+"], "15", "4 5 + 3 9 + 2 12 + 1 14 +"),
        (&["1", "2", "-", "3", "4", "-", "-"], "0", "1 2 - 3 4 - -1 -1 -"),
        (&["0.1", "0.2", "+"], "0.3", "0.1 0.2 +"),
        (&["1", "3", "/"], "0.3333333333333333333333333333333333", "1 3 /"),
        (&["2", "10", "^", "7", "%"], "2", "2 10 ^ 1024 7 %"),
        (&["9", "SQRT", "neg", "Abs"], "3", "9 sqrt 3 neg -3 abs"),
        (&["1", "2", "sqrt", "+"], "2.414213562373095048801688724209698", {
            "2 sqrt 1 1.414213562373095048801688724209698 +"
        }),
        (&["5.0"], "5", "5 CLEAR"),
        (&["-3"], "-3", "-3 CLEAR"),
        (&["-0"], "0", "0 CLEAR"),
        (&["+.5e1"], "5", "5 CLEAR"),
        (&["15E33"], "1.5E+34", "1.5E+34 CLEAR"),
        (&["0.30000000000000000000000000000000000000000000000000001", "1", "*"], "0.3", "0.3 1 *"),
    ];
    for (args, printed, said) in table {
        let server = Server::right();
        let outcome = client(&server.args(args));
        let expected = Outcome { code: 0, stdout: format!("{printed}\n"), stderr: String::new() };
        assert_eq!(outcome, expected, "{args:?}");
        assert_eq!(server.heard(), said, "{args:?}");
    }
}

#[test]
fn a_long_expression_is_evaluated() {
    let server = Server::right();
    let (operands, operators) = ("1 ".repeat(500), "+ ".repeat(499));
    let outcome = client(&server.args(&[&operands, &operators]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "500\n"));
}

#[test]
fn a_refusal_is_told_with_the_token_that_earned_it() {
    let table: [(&[&str], &str, &str); 6] = [
        (&["1", "0", "/"], "division-by-zero at token 3 '/': the divisor is zero", "1 0 /"),
        (&["4 3", "3 -", "/"], "division-by-zero at token 5 '/': the divisor is zero", "3 3 - 4 0 /"),
        (&["-1", "sqrt"], "invalid-operation at token 2 'sqrt': the operation has no value", "-1 sqrt"),
        (&["0", "0", "^", "1", "+"], "invalid-operation at token 3 '^': the operation has no value", "0 0 ^"),
        (&["1", "1", "0", "%", "+"], "division-by-zero at token 4 '%': the divisor is zero", "1 0 %"),
        (
            &["9e6144", "10", "*"],
            "overflow at token 3 '*': the result is beyond the largest number",
            "9E+6144 10 *",
        ),
    ];
    for (args, reason, said) in table {
        let server = Server::right();
        let outcome = client(&server.args(args));
        let expected = Outcome { code: 1, stdout: String::new(), stderr: format!("calc-client: {reason}\n") };
        assert_eq!(outcome, expected, "{args:?}");
        assert_eq!(server.heard(), said, "{args:?}");
    }
}
