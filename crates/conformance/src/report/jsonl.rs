//! A line of JSON for each event, as it happens: for whoever wants to follow a run, or to know how far it came.

use serde::Serialize;

use super::document::{Case, Document, FORMAT, Named, Outcome, Preflight, Run, VERSION};
use crate::run::Event;

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'a> {
    Started { format: &'static str, version: u32, run: &'a Run },
    Preflight { preflight: &'a Preflight },
    Chapter { chapter: Named },
    Case { case: &'a Case },
    Finished { result: &'a Outcome },
}

/// The line for an event that has just been put into the document.
pub(super) fn line(event: &Event<'_>, document: &Document) -> serde_json::Result<Option<Vec<u8>>> {
    let line = match event {
        Event::Started { .. } => Some(Line::Started { format: FORMAT, version: VERSION, run: &document.run }),
        Event::Preflight(_) => document.preflight.as_ref().map(|preflight| Line::Preflight { preflight }),
        Event::Chapter(chapter) => {
            let title = chapter.title.text(document.run.language).to_owned();
            Some(Line::Chapter { chapter: Named { id: chapter.id.clone(), title } })
        }
        Event::Case(_) => document.cases.last().map(|case| Line::Case { case }),
        Event::Finished(_) => Some(Line::Finished { result: &document.result }),
    };
    let Some(line) = line else { return Ok(None) };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    Ok(Some(text))
}
