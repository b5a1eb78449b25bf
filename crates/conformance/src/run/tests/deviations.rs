//! What small deviations cost.

use super::*;

#[test]
fn one_deviation_costs_only_the_cases_about_it() {
    let cases = r#"
        {"id": "t/sum", "title": "s", "spec": ["R1"], "level": "must", "exchange": [{"calculate": ["1", "2", "+"], "result": "3"}]},
        {"id": "t/end", "title": "e", "spec": ["REPLY-1"], "level": "must", "exchange": [["1", "ok"]]},
        {"id": "t/extra", "title": "e", "spec": ["FRAME-10"], "level": "must", "exchange": [["1", "ok"]]},
        {"id": "t/pipe", "title": "p", "spec": ["R1"], "level": "must", "needs": ["pipelining"], "exchange": [["1", "ok"]]}"#;
    let reply = |around: fn(String) -> String| {
        serve(move |stream| converse(stream, |line, session| around(session.answer(line))))
    };
    let greeting = serve(|mut stream| {
        if stream.write_all(b"welcome\n").is_ok() {
            right(stream);
        }
    });
    let prompt = serve(|mut stream| {
        if stream.write_all(b"calc> ").is_ok() {
            converse(stream, |line, session| session.answer(line) + "\ncalc> ");
        }
    });
    let rows = [
        ("no-line-end", reply(|reply| reply), "t/end"),
        ("greeting", greeting, "t/extra"),
        ("prompt", prompt, "t/extra"),
        ("blank-lines", reply(|reply| reply + "\n\n"), "t/extra"),
        ("any-case", reply(|reply| reply.to_lowercase() + "\n"), "t/end"),
    ];
    for (id, address, costs) in rows {
        let report = run(&suite(cases), address);
        let standing = &report.preflight.as_ref().expect("it was tried").standing;
        assert!(
            matches!(standing, Standing::Relaxed(relaxations) if relaxations[0].id == id),
            "{id}: {standing:?}"
        );
        for result in &report.results {
            let right = match &result.verdict {
                Verdict::Pass => result.id != costs,
                Verdict::Fail(failure) => {
                    result.id == costs
                        && matches!(&failure.breach, Breach::Deviation { relaxation, .. } if relaxation == id)
                }
                Verdict::Blocked(blocker) => {
                    *blocker == Blocker::Relaxed("pipelining".to_owned()) && id == "no-line-end"
                }
                _ => false,
            };
            assert!(right, "{id}: {}: {:?}", result.id, result.verdict);
        }
    }
}

/// Answers until a reply of this kind, and closes behind it.
fn closes_after(stream: TcpStream, last: &str, mut answer: impl FnMut(&str) -> String) {
    let Ok(mut out) = stream.try_clone() else { return };
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let reply = answer(&line);
        if out.write_all(reply.as_bytes()).is_err() || reply.starts_with(last) || line == "QUIT" {
            return;
        }
    }
}

/// Each is found by itself or in company, named, and costs the cases about it.
#[test]
fn deviations_that_show_late_or_together_cost_only_the_cases_about_them() {
    let cases = r#"
        {"id": "t/sum", "title": "s", "spec": ["R1"], "level": "must", "exchange": [{"calculate": ["1", "2", "+"], "result": "3"}]},
        {"id": "t/sums", "title": "s", "spec": ["R1"], "level": "must",
         "exchange": [{"calculate": ["1", "2", "+"], "result": "3"}, {"calculate": ["4", "5", "+"], "result": "9"}]},
        {"id": "t/raw", "title": "s", "spec": ["R1"], "level": "must",
         "steps": [{"say": ["1", "2", "+"]}, {"expect": "ok"}, {"expect": "ok"}, {"expect": "result"}, {"send": "7\n"}, {"expect": "ok"}]},
        {"id": "t/refused", "title": "s", "spec": ["R1"], "level": "must", "exchange": [["x", {"fail": "syntax"}], ["5", "ok"]]},
        {"id": "t/again", "title": "a", "spec": ["R1"], "level": "must", "exchange": [["1", "ok"]]},
        {"id": "t/end", "title": "e", "spec": ["REPLY-1"], "level": "must", "exchange": [["1", "ok"]]},
        {"id": "t/extra", "title": "e", "spec": ["FRAME-10"], "level": "must", "exchange": [["1", "ok"]]}"#;
    let one_result = serve(|stream| {
        let mut session = Session::default();
        closes_after(stream, "RESULT", |line| session.answer(line) + "\n");
    });
    let shared = Arc::new(Mutex::new(Session::default()));
    let one_reply = serve(move |stream| {
        closes_after(stream, "", |line| shared.lock().expect("no panic").answer(line) + "\n");
    });
    let greeting_and_case = serve(|mut stream| {
        if stream.write_all(b"welcome\n").is_ok() {
            converse(stream, |line, session| {
                session.answer(line).replace("OK", "Ok").replace("RESULT", "Result") + "\n"
            });
        }
    });
    let error_word = serve(|stream| {
        converse(stream, |line, session| session.answer(line).replace("FAIL", "ERROR") + "\n")
    });
    let rows: [(SocketAddr, &[&str], &[&str]); 4] = [
        (one_result, &["one-result"], &["t/again"]),
        // Several messages at once are lost with the connection.
        (one_reply, &["one-reply"], &["t/raw", "t/again"]),
        (greeting_and_case, &["greeting", "any-case"], &["t/end", "t/extra"]),
        (error_word, &[], &["t/end"]),
    ];
    for (address, ids, cost) in rows {
        let report = run_within(Options::TIMEOUT, &suite(cases), address);
        let found: Vec<&str> = match &report.preflight.as_ref().expect("it was tried").standing {
            Standing::Relaxed(relaxations) => relaxations.iter().map(|one| one.id.as_str()).collect(),
            _ => Vec::new(),
        };
        let failed: Vec<&str> = report
            .results
            .iter()
            .filter(|result| result.is_flaw())
            .map(|result| result.id.as_str())
            .collect();
        let verdicts: Vec<_> = report.results.iter().map(|result| (&result.id, &result.verdict)).collect();
        assert_eq!((&found[..], &failed[..]), (ids, cost), "{verdicts:#?}");
    }
}

#[test]
fn a_connection_that_ends_behind_its_result_is_explained_by_the_deviation() {
    let address = serve(|stream| {
        let mut session = Session::default();
        closes_after(stream, "RESULT", |line| session.answer(line) + "\n");
    });
    let two_at_once = r#""steps": [{"say": ["1", "2", "+", "3"]}, {"expect": "ok"}, {"expect": "ok"}, {"expect": "result"}, {"expect": "ok"}]"#;
    match verdict_of(two_at_once, address) {
        Verdict::Fail(failure) => assert_eq!(failure.note.as_deref(), Some("swapped")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_without_clear_loses_not_every_case() {
    let without = serve(|stream| {
        converse(
            stream,
            |line, session| {
                if line == "CLEAR" { String::new() } else { session.answer(line) + "\n" }
            },
        );
    });
    assert_eq!(run(&suite(CASES), without).results[0].verdict, Verdict::Pass);
}
