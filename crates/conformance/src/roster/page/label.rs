//! What the class page says, in both languages, one row each.

use crate::language::{Language, filled};

/// A text of the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Label {
    LanguageCode,
    SkipToTable,
    Theme,
    Students,
    Graded,
    Median,
    Causes,
    MoreCauses,
    OfStudents,
    Table,
    Student,
    Grade,
    Show,
    AllChapters,
    NoChapter,
    Search,
    Shown,
    SortHint,
    Key,
    NotStarted,
    Unreachable,
    Waiting,
    OutOfTime,
    Failed,
}

impl Label {
    pub(super) const fn text(self, language: Language) -> &'static str {
        language.of(self.row())
    }

    /// The text with what it is about in the places `{0}`, `{1}`.
    pub(super) fn with(self, language: Language, about: &[&str]) -> String {
        filled(self.text(language), about)
    }

    #[rustfmt::skip]
    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::LanguageCode => ("en", "es"),
            Self::SkipToTable => ("Skip to the table", "Saltar a la tabla"),
            Self::Theme => ("Light or dark", "Claro u oscuro"),
            Self::Students => ("{0} students", "{0} estudiantes"),
            Self::Graded => ("{0} graded", "{0} con nota"),
            Self::Median => ("median", "mediana"),
            Self::Causes => ("What is wrong: a MUST before a SHOULD, the most frequent cause first", "Qué está mal: un MUST antes que un SHOULD, primero la causa más frecuente"),
            Self::MoreCauses => ("{0} more causes", "{0} causas más"),
            Self::OfStudents => ("{0} of {1}: ", "{0} de {1}: "),
            Self::Table => ("Students and cases", "Estudiantes y casos"),
            Self::Student => ("Student", "Estudiante"),
            Self::Grade => ("Grade", "Nota"),
            Self::Show => ("Show the cases of", "Mostrar los casos de"),
            Self::AllChapters => ("all", "todos"),
            Self::NoChapter => ("none", "ninguno"),
            Self::Search => ("Search the students ( / )", "Buscar en los estudiantes ( / )"),
            Self::Shown => ("{0} of {1} shown", "se muestran {0} de {1}"),
            Self::SortHint => ("The head of a column sorts by it. A chapter's column says how many of its cases are passed; a ✗ leads to the case in the student's report.", "El título de una columna ordena por ella. La columna de un capítulo dice cuántos de sus casos pasan; una ✗ lleva al caso en el informe del estudiante."),
            Self::Key => ("Signs", "Signos"),
            Self::NotStarted => ("The server does not start", "El servidor no arranca"),
            Self::Unreachable => ("The server cannot be reached", "No se puede llegar al servidor"),
            Self::Waiting => ("not graded yet", "aún sin evaluar"),
            Self::OutOfTime => ("out of time, no grade", "se acabó el tiempo, sin nota"),
            Self::Failed => ("the grader failed, no grade", "el evaluador falló, sin nota"),
        }
    }
}
