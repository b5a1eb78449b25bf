//! What the program says to people, in two languages: one row a message. `{0}`, `{1}` stand for what a message is about.

use std::fmt;

use clap::ValueEnum;

/// A language in which the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// The language of the process's locale.
    #[must_use]
    pub fn of_environment() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
        let set = locale.into_iter().find(|value| !value.is_empty());
        set.map(|locale| Self::of_locale(&locale)).unwrap_or_default()
    }

    /// The language of a POSIX locale such as `es_AR.UTF-8`; English for all that is not Spanish.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@']).next() {
            Some(code) if code.eq_ignore_ascii_case("es") => Self::Es,
            Some(_) | None => Self::En,
        }
    }
}

/// What can be told in each language. `Display` is what it tells in English.
pub trait Tell {
    /// One line for people, without its line end, that can do nothing to a terminal.
    fn tell(&self, language: Language) -> String;
}

/// Implements `Display` by what a type tells in English.
macro_rules! displays_in_english {
    ($($type:ty),+) => { $(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::language::Tell::tell(self, $crate::language::Language::En))
            }
        }
    )+ };
}
pub(crate) use displays_in_english;

/// Writes the table as an enum, so that a message without a row does not compile.
macro_rules! phrases {
    ($($name:ident: $en:literal, $es:literal;)+) => {
        /// A message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Phrase { $($name),+ }

        impl Phrase {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name),+];

            const fn row(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($en, $es)),+ }
            }
        }
    };
}

#[rustfmt::skip]
phrases! {
    // Expressions
    Token: "token {0} '{1}'", "el símbolo {0} ('{1}')";
    StackValue: "the stack's '{0}'", "el '{0}' de la pila";
    Empty: "the expression is empty: write operands and operators in postfix, such as 1 2 +", "la expresión está vacía: escriba operandos y operadores en notación postfija, como 1 2 +";
    Unknown: "{0} is neither an operand, such as 5, -0.5 or 1.5e-3, nor an operator: {1}", "{0} no es un operando, como 5, -0.5 o 1.5e-3, ni un operador: {1}";
    TokenOutOfRange: "{0} is beyond the largest number, 9.999999999999999999999999999999999E+6144", "{0} supera el número más grande, 9.999999999999999999999999999999999E+6144";
    NeedsOperand: "{0} needs 1 operand before it and has {1}", "{0} necesita 1 operando antes y tiene {1}";
    NeedsOperands: "{0} needs 2 operands before it and has {1}", "{0} necesita 2 operandos antes y tiene {1}";
    MissingOperator: "{0} values are left after {1}: an operator that joins them is missing", "tras {1} quedan {0} valores: falta un operador que los una";
    // Refusals
    Refused: "{0} at {1}", "{0} en {1}";
    RefusedAs: "{0} at {1}, sent as '{2}'", "{0} en {1}, enviado como '{2}'";
    // Connecting
    Lookup: "cannot find the address of the host '{0}': {1}", "no se encuentra la dirección del equipo '{0}': {1}";
    Connect: "cannot connect to {0}", "no se puede conectar con {0}";
    ToItself: "the connection led back to this client, as no server listens there", "la conexión volvió a este mismo cliente, porque ahí no escucha ningún servidor";
    // Conversations
    TimedOut: "timed out: no reply to '{0}' within {1}", "tiempo agotado: sin respuesta a '{0}' en {1}";
    Failed: "the connection failed while '{0}' waited for its reply: {1}", "la conexión falló mientras '{0}' esperaba su respuesta: {1}";
    ClosedBetween: "the server closed the connection after the last expression", "el servidor cerró la conexión después de la última expresión";
    Closed: "the server broke the protocol: it closed without a reply to '{0}'", "el servidor violó el protocolo: cerró sin responder a '{0}'";
    Unfinished: ": '{0}' came without a line end", ": '{0}' llegó sin fin de línea";
    ResultOutOfRange: "the server answered '{0}' with '{1}', which is beyond the largest number of this client", "el servidor respondió a '{0}' con '{1}', que supera el número más grande de este cliente";
    NotAReply: "the server broke the protocol: it answered '{0}' with '{1}': {2}", "el servidor violó el protocolo: respondió a '{0}' con '{1}': {2}";
    ReplyTooLong: "the reply is longer than 256 octets", "la respuesta tiene más de 256 octetos";
    ReplyNotPrintable: "the reply has octets that are not printable ASCII", "la respuesta tiene octetos que no son ASCII imprimible";
    ReplyMalformed: "the reply is none of OK, RESULT and a number, or FAIL and a code", "la respuesta no es OK, ni RESULT y un número, ni FAIL y un código";
    Unfit: "the server broke the protocol: it answered '{0}' with '{1}', which does not fit the message", "el servidor violó el protocolo: respondió a '{0}' con '{1}', que no corresponde al mensaje";
    Unasked: "the server broke the protocol: it said '{0}' before '{1}' was sent", "el servidor violó el protocolo: dijo '{0}' antes de que se enviara '{1}'";
    // Batches
    LineTooLong: "the line has more than {0} octets", "la línea tiene más de {0} octetos";
    LineNotUtf8: "the line is not UTF-8 from its octet {0} on", "la línea no es UTF-8 desde su octeto {0}";
    NotSent: "not sent: the connection was lost at line {0}", "no enviada: la conexión se perdió en la línea {0}";
    NoReply: "no reply: the connection was lost at line {0}", "sin respuesta: la conexión se perdió en la línea {0}";
    LostAt: "the connection was lost at line {0}: {1}", "la conexión se perdió en la línea {0}: {1}";
    LineError: "error: {0}", "error: {0}";
    CannotRead: "cannot read the input: {0}", "no se puede leer la entrada: {0}";
    CannotOpen: "cannot open '{0}': {1}", "no se puede abrir '{0}': {1}";
    CannotWrite: "cannot write to standard output: {0}", "no se puede escribir en la salida estándar: {0}";
    // The interactive calculator
    Welcome: "calc-client: postfix, such as 1 2 + or one token at a time; :help tells more, :quit ends", "calc-client: notación postfija, como 1 2 +, o un símbolo por vez; :help explica más, :quit termina";
    Help: "Operands are pushed on the stack; an operator takes its operands from it and pushes its result.\nThe server calculates; it never holds more than two operands. The stack is kept here.\nOperators: {0}\n  :stack         the whole stack, its top last\n  :clear         empties the stack\n  :trace on|off  shows each call on the socket\n  :quit          ends, as Ctrl-D does\nA line that fails leaves the stack as it was.", "Los operandos se apilan; un operador toma los suyos de la pila y apila su resultado.\nCalcula el servidor, que nunca tiene más de dos operandos. La pila se guarda aquí.\nOperadores: {0}\n  :stack         toda la pila, con el tope al final\n  :clear         vacía la pila\n  :trace on|off  muestra cada llamada al socket\n  :quit          termina, como Ctrl-D\nUna línea que falla deja la pila como estaba.";
    EmptyStack: "(the stack is empty)", "(la pila está vacía)";
    UnknownCommand: "no such command: '{0}'; the commands are {1}", "no existe la orden '{0}'; las órdenes son {1}";
    LostKept: "the stack is kept, and the next operator connects anew", "la pila se conserva, y el próximo operador vuelve a conectar";
    Reconnected: "(the server had closed the connection; a new one was made)", "(el servidor había cerrado la conexión; se abrió una nueva)";
}

impl Phrase {
    /// The message with what it is about.
    pub(crate) fn with(self, language: Language, about: &[&dyn fmt::Display]) -> String {
        let mut text = String::new();
        let mut rest = self.text(language);
        // One pass, so that braces in what a message is about mean nothing.
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (index, after) = after.split_once('}').unwrap_or((after, ""));
            let what = index.parse().ok().and_then(|index: usize| about.get(index));
            text.extend(what.map(ToString::to_string));
            rest = after;
        }
        text + rest
    }

    /// The message as it stands in the table.
    pub(crate) const fn text(self, language: Language) -> &'static str {
        let (en, es) = self.row();
        match language {
            Language::En => en,
            Language::Es => es,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|piece| piece.split_once('}')).map(|(index, _)| index).collect()
    }

    /// But for the rows that are the same word in both.
    #[test]
    fn each_message_has_both_languages_and_is_about_the_same_in_both() {
        for &phrase in Phrase::ALL {
            let (en, es) = phrase.row();
            assert!(!en.is_empty() && !es.is_empty(), "{phrase:?}");
            assert_eq!(places(en), places(es), "{phrase:?}");
            assert_eq!(en == es, phrase == Phrase::LineError, "{phrase:?}");
        }
    }

    #[test]
    fn braces_in_what_a_message_is_about_mean_nothing() {
        let said = Phrase::LostAt.with(Language::En, &[&"{1}", &"{0}"]);
        assert_eq!(said, "the connection was lost at line {1}: {0}");
    }

    #[test]
    fn the_language_is_the_locales() {
        for (locale, language) in [
            ("es_AR.UTF-8", Language::Es),
            ("es", Language::Es),
            ("ES@euro", Language::Es),
            ("est", Language::En),
            ("C", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
