//! `{name}` in a string of a case: a field of its row, or something that is known only while it runs.

use std::convert::Infallible;

/// What is written with names in braces.
pub(crate) trait Template: Clone {
    /// Visits every string in it that may hold a name.
    fn strings(&mut self, visit: &mut dyn FnMut(&mut String));

    /// A copy in which each name that has a value is replaced by it.
    fn filled(&self, value: impl Fn(&str) -> Option<String>) -> Self {
        let mut copy = self.clone();
        copy.strings(&mut |text| {
            let Ok(filled) = fill(text, |name| Ok::<_, Infallible>(value(name)));
            *text = filled;
        });
        copy
    }
}

/// Replaces each `{name}` for which there is a value. What is in braces but no name (`{1,3}` of a pattern, JSON) stays.
///
/// # Errors
/// Never of itself; `lookup` decides what an unknown name is.
pub(crate) fn fill<E>(
    text: &str,
    mut lookup: impl FnMut(&str) -> Result<Option<String>, E>,
) -> Result<String, E> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_name(rest) {
        filled.push_str(before);
        match lookup(name)? {
            Some(value) => filled.push_str(&value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The text before the first `{name}`, the name, and the text after it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('{').find_map(|(open, _)| {
        let (name, after) = text[open + 1..].split_once('}')?;
        is_name(name).then_some((&text[..open], name, after))
    })
}

/// Whether a row's field or a captured value may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_other_braces_stay() {
        let lookup = |name: &str| Ok::<_, Infallible>((name == "a").then(|| "7".to_owned()));
        for (text, expected) in [
            ("", ""),
            ("{a}", "7"),
            ("x{a}y{a}z", "x7y7z"),
            ("{b}", "{b}"),
            ("{{a}}", "{7}"),
            ("[0-9]{1,3}{a}", "[0-9]{1,3}7"),
            ("{\"op\": \"{a}\"}", "{\"op\": \"7\"}"),
            ("{a", "{a"),
            ("}{", "}{"),
        ] {
            assert_eq!(fill(text, lookup), Ok(expected.to_owned()), "{text:?}");
        }
    }
}
