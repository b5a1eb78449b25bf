//! From a case as written to the cases that run: one for each row, with the row's fields in their places.

use std::collections::{BTreeMap, BTreeSet};

use crate::format::{Action, Case, Exchange, Step, Template, fill, is_name};
use crate::spelling::hint;

/// The name by which each of several clients, or turns of a `repeat`, knows its number.
pub(crate) const NUMBER: &str = "n";

/// The cases that a case stands for, each with its own id; and what is wrong with names in braces.
pub(super) fn expand(case: &Case) -> (Vec<Case>, Vec<String>) {
    let mut names = NameFaults { runtime: runtime_names(case), faults: Vec::new() };
    names.check_rows(&case.rows);
    let cases = if case.rows.is_empty() {
        vec![names.filled(case, case.id.clone(), &BTreeMap::new())]
    } else {
        let with_id = |(index, row): (usize, &BTreeMap<String, String>)| {
            let suffix = row.get(ROW_ID).cloned().unwrap_or_else(|| (index + 1).to_string());
            names.filled(case, format!("{}#{suffix}", case.id), row)
        };
        case.rows.iter().enumerate().map(with_id).collect()
    };
    (cases, names.faults)
}

/// The field of a row that distinguishes its case from the others.
const ROW_ID: &str = "id";

struct NameFaults {
    runtime: BTreeSet<String>,
    faults: Vec<String>,
}

impl NameFaults {
    fn check_rows(&mut self, rows: &[BTreeMap<String, String>]) {
        let first: Vec<&String> = rows.first().map(|row| row.keys().collect()).unwrap_or_default();
        for row in rows {
            if row.keys().ne(first.iter().copied()) {
                self.faults.push("the rows have not all the same fields".to_owned());
            }
            for name in row.keys() {
                if !is_name(name) {
                    self.faults.push(format!("`{name}` is no name for a field: letters a-z, digits and _"));
                } else if self.runtime.contains(name) {
                    self.faults.push(format!(
                        "`{name}` is a field of the row and also captured while the case runs"
                    ));
                }
            }
        }
    }

    /// A copy of the case with the row's fields in place. A case without rows, captures and clients has no names, so its
    /// braces are only braces.
    fn filled(&mut self, case: &Case, id: String, row: &BTreeMap<String, String>) -> Case {
        let mut case = Case { id, rows: Vec::new(), ..case.clone() };
        if row.is_empty() && self.runtime.is_empty() {
            return case;
        }
        case.strings(&mut |text| match fill(text, |name| self.value(name, row)) {
            Ok(filled) => *text = filled,
            Err(fault) => self.faults.push(fault),
        });
        case
    }

    fn value(&self, name: &str, row: &BTreeMap<String, String>) -> Result<Option<String>, String> {
        match row.get(name) {
            Some(value) => Ok(Some(value.clone())),
            None if self.runtime.contains(name) => Ok(None),
            None => {
                let known = row.keys().chain(&self.runtime).map(String::as_str);
                Err(format!("nothing is called `{{{name}}}`{}", hint(name, known)))
            }
        }
    }
}

impl Template for Case {
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String)) {
        self.title.strings(visit);
        for list in [&mut self.spec, &mut self.requires, &mut self.needs, &mut self.offers] {
            list.iter_mut().for_each(&mut *visit);
        }
        self.exchange.iter_mut().flatten().for_each(|entry: &mut Exchange| entry.strings(visit));
        self.steps.iter_mut().flatten().for_each(|step| step.strings(visit));
        self.wrong.iter_mut().for_each(|wrong| wrong.strings(visit));
    }
}

/// The names that have values only while the case runs: captures, and the client's number.
pub(super) fn runtime_names(case: &Case) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(case.steps.as_deref().unwrap_or_default(), &mut names);
    names
}

/// A copy in which names that have values only at run time stand for 1, which is fit for a number, a pattern and text.
pub(super) fn with_stand_ins<T: Template>(thing: &T, runtime: &BTreeSet<String>) -> T {
    thing.filled(|name| runtime.contains(name).then(|| "1".to_owned()))
}

fn collect(steps: &[Step], names: &mut BTreeSet<String>) {
    for step in steps {
        match &step.action {
            Action::Expect { capture, .. } => names.extend(capture.clone()),
            Action::Repeat { steps, .. } | Action::Clients { steps, .. } => {
                names.insert(NUMBER.to_owned());
                collect(steps, names);
            }
            Action::Connect { .. }
            | Action::Say { .. }
            | Action::Send { .. }
            | Action::ExpectClose(_)
            | Action::ExpectSilence(_)
            | Action::HalfClose
            | Action::Close
            | Action::Abort
            | Action::Wait(_)
            | Action::Fence => {}
        }
    }
}
