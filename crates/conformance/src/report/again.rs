//! Commands that a reader can copy into a shell.

/// The command that runs one case again.
pub(super) fn again(command: &str, id: &str) -> String {
    format!("{command} --only {}", quoted(id))
}

/// One word of a POSIX shell, whatever is in it.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
