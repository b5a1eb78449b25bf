//! What spreadsheets and learning platforms save, as rows of cells.

use csv::{ReaderBuilder, StringRecord, Trim};

/// The columns' names, and the rows below them that have something in them, each with its line or what is wrong in it.
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) headers: StringRecord,
    pub(super) rows: Vec<(u64, Result<StringRecord, String>)>,
}

impl Cells {
    /// Reads a file. Rows are counted from 1, as editors count lines.
    pub(super) fn read(text: &str) -> Self {
        // The reader's own count of lines is wrong behind CR and LF, and behind lines that it skips.
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        let (delimiter, start) = match declared(&text) {
            Some(declared) => declared,
            None => (delimiter(&text), 0),
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(&text.as_bytes()[start..]);
        let headers = reader.headers().cloned().unwrap_or_default();
        let mut rows = Vec::new();
        let mut record = StringRecord::new();
        loop {
            let line = line_at(&text, start, reader.position().byte());
            match reader.read_record(&mut record) {
                Ok(false) => break,
                // Spreadsheets keep rows that somebody has emptied.
                Ok(true) if record.iter().all(str::is_empty) => {}
                Ok(true) if record.len() != headers.len() => {
                    let (here, due) = (record.len(), headers.len());
                    let fault = format!(
                        "{here} cells, and the header has {due}: quote cells that have separators in them"
                    );
                    rows.push((line, Err(fault)));
                }
                Ok(true) => rows.push((line, Ok(record.clone()))),
                Err(error) => rows.push((line, Err(error.to_string()))),
            }
        }
        Self { headers, rows }
    }
}

/// Excel's own first line: what separates the columns of the others, and where these begin.
fn declared(text: &str) -> Option<(u8, usize)> {
    let (first, _) = text.split_once('\n')?;
    match first.strip_prefix("sep=")?.as_bytes() {
        [delimiter, ..] => Some((*delimiter, first.len() + 1)),
        [] => None,
    }
}

/// Where the comma separates decimals, spreadsheets separate columns by semicolons; platforms offer tabs too.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: &u8| header.bytes().filter(|octet| octet == delimiter).count();
    // Of those that are there equally often, the comma.
    b"\t;,".iter().copied().max_by_key(count).unwrap_or(b',')
}

/// The line on which the row behind an octet begins.
fn line_at(text: &str, start: usize, octet: u64) -> u64 {
    let before = usize::try_from(octet).map_or(text.len(), |octet| start + octet);
    let (above, below) = text.as_bytes().split_at(before.min(text.len()));
    let is_end = |octet: &&u8| **octet == b'\n';
    let lines = above.iter().filter(is_end).count() + below.iter().take_while(is_end).count();
    u64::try_from(lines).unwrap_or(u64::MAX).saturating_add(1)
}
