//! What the page says beyond the [`Phrase`](crate::report::phrase::Phrase)s of every report, in both languages, one row each.

use crate::language::Language;

/// A text of the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Label {
    LanguageCode,
    SkipToCases,
    Theme,
    OutOf,
    Chapters,
    Chapter,
    CasesPassed,
    GradeColumn,
    Cases,
    Filter,
    AllCases,
    Search,
    Shown,
    Unfold,
    Fold,
    Key,
    KeySolid,
    KeyDashed,
    KeyDotted,
    KeyThin,
    KeyCross,
    KeyLines,
    Diagram,
    BrokeHere,
    Between,
    Client,
    Server,
    OtherClients,
    AsText,
    TextKey,
    Requirement,
    Copy,
    Copied,
    FirstExchange,
    OtherCauses,
}

impl Label {
    pub(super) const fn text(self, language: Language) -> &'static str {
        language.of(self.row())
    }

    #[rustfmt::skip]
    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::LanguageCode => ("en", "es"),
            Self::SkipToCases => ("Skip to the cases", "Saltar a los casos"),
            Self::Theme => ("Light or dark", "Claro u oscuro"),
            Self::OutOf => ("of 100", "de 100"),
            Self::Chapters => ("Chapters", "Capítulos"),
            Self::Chapter => ("Chapter", "Capítulo"),
            Self::CasesPassed => ("Cases passed", "Casos que pasan"),
            Self::GradeColumn => ("Grade", "Nota"),
            Self::Cases => ("Cases", "Casos"),
            Self::Filter => ("Show the cases with the verdict", "Mostrar los casos con el veredicto"),
            Self::AllCases => ("all", "todos"),
            Self::Search => ("Search the cases ( / )", "Buscar en los casos ( / )"),
            Self::Shown => ("{0} of {1} shown", "se muestran {0} de {1}"),
            Self::Unfold => ("unfold all", "desplegar todo"),
            Self::Fold => ("fold all", "plegar todo"),
            Self::Key => ("How to read a diagram", "Cómo leer un diagrama"),
            Self::KeySolid => ("solid arrow: octets that were sent in one write, or a whole reply that came", "flecha continua: octetos enviados en una sola escritura, o una respuesta completa que llegó"),
            Self::KeyDashed => ("dashed arrow: octets that are no whole reply, or that the connection did not take", "flecha discontinua: octetos que no son una respuesta completa, o que la conexión no aceptó"),
            Self::KeyDotted => ("dotted line: we waited, and nothing came", "línea de puntos: esperamos y no llegó nada"),
            Self::KeyThin => ("thin arrow, with a bar where it ends: a connection is opened, or one side sends no more (FIN)", "flecha fina, con una barra al final: se abre una conexión, o un lado ya no envía más (FIN)"),
            Self::KeyCross => ("cross: a connection is reset (RST) or refused", "cruz: una conexión se corta (RST) o se rechaza"),
            Self::KeyLines => ("Time runs downwards, in milliseconds since the case began. A client's line is drawn through while its connection is open.", "El tiempo corre hacia abajo, en milisegundos desde el comienzo del caso. La línea de un cliente es continua mientras su conexión está abierta."),
            Self::Diagram => ("Sequence diagram of {0}: {1} messages and events, the same as in the text below", "Diagrama de secuencia de {0}: {1} mensajes y sucesos, los mismos del texto de abajo"),
            Self::BrokeHere => ("✗ it broke here", "✗ aquí se rompió"),
            Self::Between => ("⋮ {0} lines between", "⋮ {0} líneas intermedias"),
            Self::Client => ("client", "cliente"),
            Self::Server => ("server", "servidor"),
            Self::OtherClients => ("other clients", "otros clientes"),
            Self::AsText => ("The same as text", "Lo mismo como texto"),
            Self::TextKey => ("In the text, → is what went to the server, and ← what came from it.", "En el texto, → es lo que fue al servidor y ← lo que vino de él."),
            Self::Requirement => ("requires", "exige"),
            Self::Copy => ("copy", "copiar"),
            Self::Copied => ("copied", "copiado"),
            Self::FirstExchange => ("The first exchange", "El primer intercambio"),
            Self::OtherCauses => ("{0} more causes", "{0} causas más"),
        }
    }
}
