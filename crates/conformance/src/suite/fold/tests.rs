use super::*;

fn folded(steps: &str, literals: Literals) -> Result<String, String> {
    let steps: Vec<Step> = serde_json::from_str(steps).unwrap_or_else(|error| panic!("{steps}: {error}"));
    let names = BTreeSet::from(["n".to_owned()]);
    fold(steps, &names, literals).map(|steps| outline(&steps)).map_err(|error| error.to_string())
}

/// The steps in a few letters: `a:8 3 -` for what is said on `a`, `=` for a reply expected.
fn outline(steps: &[Step]) -> String {
    let words = |message: &Message| match message {
        Message::Calculate(tokens) => tokens.join(" "),
        other => format!("{other:?}"),
    };
    let step = |step: &Step| {
        let on = step.on.as_ref().map(|on| format!("{on}:")).unwrap_or_default();
        on + &match &step.action {
            Action::Say { messages, part: Part::Whole, .. } => {
                messages.iter().map(words).collect::<Vec<_>>().join("; ")
            }
            Action::Say { messages, part, .. } => format!("{part:?} of {}", words(&messages[0])),
            Action::Expect { .. } => "=".to_owned(),
            Action::Clients { steps, .. } => format!("[{}]", outline(steps)),
            Action::Abort => "abort".to_owned(),
            other => format!("{other:?}"),
        }
    };
    steps.iter().map(step).collect::<Vec<_>>().join(" | ")
}

#[test]
fn operands_and_their_operator_become_one_message() {
    let held = Err("operands held between messages".to_owned());
    let rows = [
        (
            r#"{"say":"8"},{"expect":"ok"},{"say":"3"},{"expect":"ok"},{"say":"-"},{"expect":"result"}"#,
            Ok("8 3 - | ="),
        ),
        (
            r#"{"say":["8","3","-","9","neg"]},{"expect":"ok"},{"expect":"ok"},{"expect":"result"},{"expect":"ok"},{"expect":"result"}"#,
            Ok("8 3 -; 9 neg | = | ="),
        ),
        (
            r#"{"on":"a","say":"1"},{"on":"b","say":"2"},{"on":"a","expect":"ok"},{"on":"b","expect":"ok"},
            {"on":"a","say":["3","+"]},{"on":"a","expect":"ok"},{"on":"a","expect":"result"},
            {"on":"b","say":["4","+"]},{"on":"b","expect":"ok"},{"on":"b","expect":"result"}"#,
            Ok("a:1 3 + | a:= | b:2 4 + | b:="),
        ),
        (
            r#"{"say":"12","part":"head"},{"say":"12","part":"tail"},{"expect":"ok"},{"say":["30","+"]},{"expect":"ok"},{"expect":"result"}"#,
            Ok("Head of 12 30 + | Tail of 12 30 + | ="),
        ),
        (
            r#"{"clients":{"count":2,"steps":[{"say":"{n}"},{"expect":"ok"},{"say":"7"},{"expect":"ok"},{"say":"+"},{"expect":"result"}]}}"#,
            Ok("[{n} 7 + | =]"),
        ),
        (r#"{"say":"12"},{"expect":"ok"},{"abort":true}"#, Ok("12 12 + | = | abort")),
        (r#"{"say":"12","part":"head"},{"abort":true}"#, Ok("Head of 12 12 + | abort")),
        (r#"{"say":"12"},{"expect":"fail"}"#, held.clone()),
        (r#"{"say":"+"},{"expect":"fail"}"#, held.clone()),
        (r#"{"say":"12"},{"expect":"ok"}"#, held.clone()),
        (r#"{"say":"12"},{"expect":"ok"},{"say":{"clear":true}},{"expect":"ok"}"#, held),
    ];
    for (steps, expected) in rows {
        let folded = folded(&format!("[{steps}]"), Literals::OfAnother);
        assert_eq!(folded, expected.map(str::to_owned), "{steps}");
    }
}
