//! "Did you mean …?": the nearest right spelling of a name that does not exist.

/// What to add to "there is no such name": the one that was probably meant, or those that there are.
#[must_use]
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(word, candidates.iter().copied()) {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if candidates.is_empty() => "; there are none".to_owned(),
        None if candidates.len() > MOST_LISTED => String::new(),
        None => format!("; there are {}", candidates.join(", ")),
    }
}

/// A longer list is read by nobody.
const MOST_LISTED: usize = 20;

/// The candidate nearest to `word`, if any is near enough that a slip of the fingers explains the difference.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| *distance <= slips_allowed(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// One slip in three letters, and at least one: `sya` is `say`, but `quit` is not `wait`.
fn slips_allowed(candidate: &str) -> usize {
    (candidate.chars().count() / 3).max(1)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        let names = ["say", "send", "expect", "expect_close", "wait_ms"];
        for (word, expected) in [
            ("sya", Some("say")),
            ("Expect", Some("expect")),
            ("expct", Some("expect")),
            ("expect-close", Some("expect_close")),
            ("wait", None),
            ("banana", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word:?}");
        }
    }
}
