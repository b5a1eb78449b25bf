//! Which cases run.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::str::FromStr;

use crate::format::Level;
use crate::spelling;
use crate::suite::{Case, Suite};

/// Which cases are asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these; all, where there is none.
    pub only: Vec<Pattern>,
    /// Not these; they are reported as skipped.
    pub skip: Vec<Pattern>,
    /// Of which levels.
    pub levels: Levels,
}

/// Which levels count.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum Levels {
    /// MUST, SHOULD and, without counting them, MAY
    #[default]
    All,
    /// MUST alone
    Must,
}

impl Selection {
    /// Whether a case is part of the run at all.
    #[must_use]
    pub fn includes(&self, case: &Case) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(&case.id))
    }

    /// Whether it is run, and not only named.
    #[must_use]
    pub fn runs(&self, case: &Case) -> bool {
        let of_level = match self.levels {
            Levels::All => true,
            Levels::Must => case.level == Level::Must,
        };
        of_level && self.includes(case) && !self.skip.iter().any(|pattern| pattern.matches(&case.id))
    }

    /// What of it means nothing in a suite: `no case is called …`, with what was probably meant.
    #[must_use]
    pub fn unknown(&self, suite: &Suite) -> Vec<String> {
        let is_unknown = |pattern: &&Pattern| !suite.cases().any(|case| pattern.matches(&case.id));
        let unknown = self.only.iter().chain(&self.skip).filter(is_unknown);
        unknown.map(|pattern| format!("no case is called `{pattern}`{}", pattern.hint(suite))).collect()
    }
}

/// Ids of cases: one, all below a prefix (`framing`), or by wildcards (`*/crlf*`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern(String);

impl FromStr for Pattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Pattern {
    /// Whether the id is one of them.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        if self.0.contains(['*', '?']) {
            return glob(self.0.as_bytes(), id.as_bytes());
        }
        id.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
    }

    /// The nearest spelling that means something. A case may also have been meant by its last word alone.
    fn hint(&self, suite: &Suite) -> String {
        let names: BTreeSet<&str> = suite.cases().flat_map(|case| prefixes(&case.id)).collect();
        let last = |name: &str| name.rsplit_once(['/', '#']).is_some_and(|(_, last)| last == self.0);
        match names.iter().find(|name| last(name)) {
            Some(whole) => format!("; did you mean `{whole}`?"),
            None => spelling::hint(&self.0, names),
        }
    }
}

/// What of an id is a name for it and others: `a`, `a/b` and `a/b#c`.
fn prefixes(id: &str) -> impl Iterator<Item = &str> {
    id.match_indices(['/', '#']).map(|(end, _)| &id[..end]).chain([id])
}

/// `*` stands for any octets and `?` for one. On a mismatch the last `*` takes one octet more, so that the work is
/// bounded by the product of the lengths.
fn glob(pattern: &[u8], id: &[u8]) -> bool {
    let (mut p, mut i) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while i < id.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, i));
                p += 1;
            }
            Some(octet) if *octet == b'?' || *octet == id[i] => {
                p += 1;
                i += 1;
            }
            Some(_) | None => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    i = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|octet| *octet == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_ids() {
        for (pattern, id, matches) in [
            ("framing/crlf", "framing/crlf", true),
            ("framing/crlf", "framing/crlf-lines", false),
            ("framing", "framing/crlf", true),
            ("framing/", "framing/crlf", true),
            ("frame", "framing/crlf", false),
            ("arith/add", "arith/add#3", true),
            ("arith/add#3", "arith/add#3", true),
            ("arith/add#3", "arith/add#30", false),
            ("*", "arith/add#3", true),
            ("*/crlf", "framing/crlf", true),
            ("*/crlf", "framing/crlf2", false),
            ("f*/c*f", "framing/crlf", true),
            ("framing/cr?f", "framing/crlf", true),
            ("framing/cr?f", "framing/crf", false),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            let parsed: Pattern = pattern.parse().expect("every text is a pattern");
            assert_eq!(parsed.matches(id), matches, "{pattern} on {id}");
        }
    }
}
