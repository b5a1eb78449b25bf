//! What is said of a protocol of somebody else's is not said in the words of CALC/1.

use std::collections::BTreeSet;

use calc_conformance::format::{Action, Step, Wrong};
use calc_conformance::language::Language;
use calc_conformance::suite::{self, Script, Suite};
use regex::Regex;

/// Dialects that have none of CALC/1's words.
const DIALECTS: [&str; 4] = ["json", "length-prefixed", "nul-float", "one-shot"];

/// Words of CALC/1 and places in its document.
const FOREIGN: &str = r"§|\b(?:FAIL|OK|RESULT|CLEAR|HELLO|QUIT|LF)\b";

#[test]
fn no_note_speaks_of_another_protocol() {
    let foreign = Regex::new(FOREIGN).expect("a pattern");
    let mut faults = BTreeSet::new();
    for dialect in DIALECTS {
        let suite = suite::load_in_dialect("calc", dialect).unwrap_or_else(|problems| panic!("{problems}"));
        for note in notes(&suite).iter().filter_map(|id| suite.notes.get(id)) {
            for text in [&note.title, &note.text, &note.look] {
                let said = [Language::En, Language::Es].map(|language| text.text(language));
                let speaks = said.iter().filter(|said| foreign.is_match(said));
                faults.extend(speaks.map(|said| format!("{}: {said}\n", note.id)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.iter().map(String::as_str).collect::<String>());
}

/// All notes that a server of the dialect may earn.
fn notes(suite: &Suite) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&suite.wrong, &mut found);
    found.extend(suite.dialect.relaxations.iter().filter_map(|relaxation| relaxation.note.clone()));
    let applies = |needs: &[String]| needs.iter().all(|fact| suite.facts().contains(fact));
    for case in suite.cases().filter(|case| applies(&case.needs)) {
        if let Script::Steps(steps) = &case.script {
            collect(&case.wrong, &mut found);
            of_steps(steps, &mut found);
        }
    }
    found
}

fn of_steps(steps: &[Step], found: &mut BTreeSet<String>) {
    for step in steps {
        collect(&step.wrong, found);
        if let Action::Repeat { steps, .. } | Action::Clients { steps, .. } = &step.action {
            of_steps(steps, found);
        }
    }
}

fn collect(wrongs: &[Wrong], found: &mut BTreeSet<String>) {
    found.extend(wrongs.iter().filter_map(|wrong| wrong.note.clone()));
}
