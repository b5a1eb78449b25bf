//! From verdicts to a grade.

use std::collections::BTreeMap;

use crate::format::{Grading, Level};
use crate::run::CaseResult;
use crate::verdict::{Breach, Verdict};

/// Points earned of points that could be had.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Grade {
    /// Earned, with the weight of their level.
    pub earned: f64,
    /// Applicable, with the weight of their level.
    pub possible: f64,
    /// Whether a case that counts was not passed.
    pub flawed: bool,
}

/// What a verdict is for the grade.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Credit {
    /// Counts as passed.
    Full,
    /// Counts as failed.
    Nothing,
    /// Does not count.
    Uncounted,
}

impl Verdict {
    /// What it is for the grade.
    #[must_use]
    pub const fn credit(&self) -> Credit {
        match self {
            Self::Pass | Self::Warn(_) => Credit::Full,
            Self::Fail(_) | Self::Error(_) | Self::Blocked(_) => Credit::Nothing,
            Self::NotApplicable(_) | Self::Skip(_) => Credit::Uncounted,
        }
    }
}

impl Verdict {
    /// Whether cases that require this one are run. A deviation that is overlooked everywhere else blocks nothing.
    #[must_use]
    pub fn lets_others_run(&self) -> bool {
        match self {
            Self::Pass | Self::Warn(_) | Self::NotApplicable(_) | Self::Skip(_) => true,
            Self::Fail(failure) => matches!(failure.breach, Breach::Deviation { .. }),
            Self::Error(_) | Self::Blocked(_) => false,
        }
    }
}

impl Grading {
    /// What a point of a level weighs; none of those that never count.
    #[must_use]
    pub const fn weight(&self, level: Level) -> Option<f64> {
        match level {
            Level::Must => Some(1.0),
            Level::Should => Some(self.should_weight),
            Level::May => None,
        }
    }
}

impl Grade {
    /// The grade of some results. The rows of a case share its points among those of them that apply.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a CaseResult>, grading: &Grading) -> Self {
        let mut cases: BTreeMap<&str, Tally> = BTreeMap::new();
        for result in results {
            let Some(weight) = grading.weight(result.level) else { continue };
            let tally = cases.entry(result.stem()).or_default();
            tally.points = f64::from(result.points) * weight;
            match result.verdict.credit() {
                Credit::Full => tally.passed += 1,
                Credit::Nothing => tally.failed += 1,
                Credit::Uncounted => {}
            }
        }
        cases.values().fold(Self::default(), Self::plus)
    }

    fn plus(self, tally: &Tally) -> Self {
        let applicable = tally.passed + tally.failed;
        if applicable == 0 {
            return self;
        }
        Self {
            earned: self.earned + tally.points * f64::from(tally.passed) / f64::from(applicable),
            possible: self.possible + tally.points,
            flawed: self.flawed || tally.failed > 0,
        }
    }

    /// Out of 100, to one decimal, rounded down: 100 is shown only if nothing failed. None, if nothing counts.
    #[must_use]
    pub fn out_of_100(&self) -> Option<f64> {
        if self.possible <= 0.0 {
            return None;
        }
        let tenths = (1000.0 * self.earned / self.possible).floor();
        Some(if self.flawed { tenths.min(999.0) / 10.0 } else { 100.0 })
    }
}

#[derive(Default)]
struct Tally {
    points: f64,
    passed: u32,
    failed: u32,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::language::Text;
    use crate::verdict::{Blocker, Lack, Omission, Warning};

    fn result(id: &str, level: Level, points: u32, verdict: Verdict) -> CaseResult {
        CaseResult {
            id: id.to_owned(),
            chapter: String::new(),
            title: Text::default(),
            spec: Vec::new(),
            level,
            points,
            verdict,
            transcript: None,
            incident: None,
            elapsed: Duration::ZERO,
        }
    }

    fn blocked() -> Verdict {
        Verdict::Blocked(Blocker::Preflight)
    }

    fn lacking() -> Verdict {
        Verdict::NotApplicable(Lack::Declined)
    }

    #[test]
    fn grades() {
        use Level::{May, Must, Should};
        use Verdict::Pass;
        let skip = || Verdict::Skip(Omission::Deselected);
        let warn = || Verdict::Warn(Warning::Reset);
        let rows: Vec<(&str, Vec<CaseResult>, Option<f64>)> = vec![
            ("nothing", vec![], None),
            ("all", vec![result("a", Must, 2, Pass), result("b", Should, 1, warn())], Some(100.0)),
            ("points count", vec![result("a", Must, 3, Pass), result("b", Must, 1, blocked())], Some(75.0)),
            (
                "a should weighs less",
                vec![result("a", Must, 1, Pass), result("b", Should, 1, blocked())],
                Some(66.6),
            ),
            (
                "a may never counts",
                vec![result("a", Must, 1, Pass), result("b", May, 9, blocked())],
                Some(100.0),
            ),
            (
                "n/a and skip do not count",
                vec![
                    result("a", Must, 1, Pass),
                    result("b", Must, 9, lacking()),
                    result("c", Must, 9, skip()),
                ],
                Some(100.0),
            ),
            (
                "rows share the points",
                vec![
                    result("a#1", Must, 1, Pass),
                    result("a#2", Must, 1, blocked()),
                    result("b", Must, 1, Pass),
                ],
                Some(75.0),
            ),
            (
                "a row that does not apply",
                vec![result("a#1", Must, 1, Pass), result("a#2", Must, 1, lacking())],
                Some(100.0),
            ),
            ("only may", vec![result("a", May, 1, Pass)], None),
        ];
        for (what, results, grade) in rows {
            assert_eq!(Grade::of(&results, &Grading::default()).out_of_100(), grade, "{what}");
        }
    }

    #[test]
    fn a_flaw_is_never_rounded_to_100() {
        let mut results = vec![result("b", Level::Must, 1, blocked())];
        results.extend((0..100_000).map(|n| result(&format!("a{n}"), Level::Must, 1, Verdict::Pass)));
        assert_eq!(Grade::of(&results, &Grading::default()).out_of_100(), Some(99.9));
    }
}
