//! What is wrong in many servers at once, which is what the next lecture is about.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::Page;
use super::label::Label;
use crate::format::Level;
use crate::language::Language;
use crate::report::prose;
use crate::roster::record::{Cause, NOT_STARTED, Record, Register, UNREACHABLE};

/// A cause and those whom it costs points.
pub(super) struct Common<'r> {
    pub(super) cause: &'r Cause,
    level: Level,
    pub(super) students: Vec<&'r Record>,
}

impl Common<'_> {
    pub(super) fn title(&self, language: Language) -> String {
        // Why a server was not there is told of each by itself.
        match self.cause.id.as_str() {
            NOT_STARTED => Label::NotStarted.text(language).to_owned(),
            UNREACHABLE => Label::Unreachable.text(language).to_owned(),
            _ => self.cause.title.clone(),
        }
    }
}

/// A lecture has no time for more.
const MOST_CAUSES: usize = 4;

/// The causes: what breaks a requirement before what is only recommended, and then that of the most students first.
pub(super) fn common(register: &Register) -> Vec<Common<'_>> {
    let mut found: Vec<Common<'_>> = Vec::new();
    for record in &register.students {
        for cause in &record.causes {
            match found.iter_mut().find(|common| common.cause.id == cause.id) {
                None => found.push(Common { cause, level: cause.level, students: vec![record] }),
                Some(common) if common.students.last().is_none_or(|last| last.id != record.id) => {
                    common.level = common.level.min(cause.level);
                    common.students.push(record);
                }
                Some(_) => {}
            }
        }
    }
    found.sort_by_key(|common| (common.level, Reverse(common.students.len())));
    found
}

impl Page<'_> {
    pub(super) fn causes(&self) -> Markup {
        let causes = common(self.register);
        let (first, others) = causes.split_at(causes.len().min(MOST_CAUSES));
        html! {
            @if !causes.is_empty() {
                section aria-labelledby="causes" {
                    h2 #causes { (self.label(Label::Causes)) }
                    ol.mend { @for common in first { (self.common(common)) } }
                    @if !others.is_empty() {
                        details.others {
                            summary { (self.say(Label::MoreCauses, &[&others.len().to_string()])) }
                            ol.mend start=(first.len() + 1) { @for common in others { (self.common(common)) } }
                        }
                    }
                }
            }
        }
    }

    fn common(&self, common: &Common<'_>) -> Markup {
        let (count, all) = (common.students.len().to_string(), self.register.students.len().to_string());
        html! {
            li {
                strong { (prose(&common.title(self.register.language))) }
                @if let Some(look) = &common.cause.look { p { (prose(look)) } }
                p.where {
                    (self.say(Label::OfStudents, &[&count, &all]))
                    @for (index, record) in common.students.iter().enumerate() {
                        @if index > 0 { ", " }
                        (self.name(record))
                    }
                }
            }
        }
    }
}
