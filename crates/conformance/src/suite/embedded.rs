//! The suites, dialects and notes that are part of the program.

/// Every file under `suites/`, by its path there. The test below compares the list with the directory.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../suites/", $path)))),*]
    };
}

#[rustfmt::skip]
const FILES: &[(&str, &str)] = files![
    "calc/suite.json",
    "calc/framing.json",
    "calc/messages.json",
    "calc/replies.json",
    "calc/operators.json",
    "calc/robustness.json",
    "calc/errors.json",
    "calc/session.json",
    "calc/pipelining.json",
    "calc/connections.json",
    "calc/clients.json",
    "calc/numbers.json",
    "calc/exact.json",
    "echo/suite.json",
    "echo/stream.json",
    "echo/datagrams.json",
    "echo/connections.json",
    "echo/clients.json",
    "dialects/calc-1.json",
    "dialects/add.json",
    "dialects/calc-1-es.json",
    "dialects/ipk-tcp.json",
    "dialects/ipk-udp.json",
    "dialects/json.json",
    "dialects/length-prefixed.json",
    "dialects/content-length.json",
    "dialects/menu.json",
    "dialects/nul-float.json",
    "dialects/one-shot.json",
    "dialects/unframed.json",
    "dialects/echo.json",
    "dialects/echo-udp.json",
    "notes/calc.json",
    "notes/echo.json",
];

/// The text of an embedded file.
pub(super) fn text(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// The names of the embedded suites, or of the dialects or notes.
pub(super) fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    let (before, after) = kind.around();
    FILES.iter().filter_map(move |(path, _)| path.strip_prefix(before)?.strip_suffix(after))
}

/// A kind of file that is asked for by its name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Suite,
    Dialect,
    Notes,
}

impl Kind {
    /// What stands around the name in the path.
    const fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::Suite => ("", "/suite.json"),
            Self::Dialect => ("dialects/", ".json"),
            Self::Notes => ("notes/", ".json"),
        }
    }

    /// The path of the file of that name.
    pub(super) fn path(self, name: &str) -> String {
        let (before, after) = self.around();
        format!("{before}{name}{after}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::FILES;

    #[test]
    fn every_file_of_the_directory_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites");
        let mut missing = Vec::new();
        let mut directories = vec![root.clone()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).expect("suites/ can be read") {
                let path = entry.expect("an entry of suites/").path();
                let name =
                    path.strip_prefix(&root).expect("below suites/").to_string_lossy().replace('\\', "/");
                if path.is_dir() {
                    directories.push(path);
                } else if !FILES.iter().any(|(embedded, _)| *embedded == name) {
                    missing.push(name);
                }
            }
        }
        assert!(missing.is_empty(), "add to FILES: {missing:?}");
    }
}
