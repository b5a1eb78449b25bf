//! What `--help` tells, in Spanish: clap's command with each of its texts replaced by that of a table.
//!
//! Manual pages, completions and what clap itself says of a wrong command line are in English.

use std::ffi::OsString;

use clap::{
    Arg, Command, ValueEnum as _,
    builder::{PossibleValue, Resettable, StyledStr},
    error::ErrorKind,
};

use crate::language::Language;

/// The same error, but for a help that is told in the language of these arguments.
pub(crate) fn in_language(error: clap::Error, command: Command, args: &[OsString]) -> clap::Error {
    match (error.kind(), asked(args).unwrap_or_else(Language::of_environment)) {
        (ErrorKind::DisplayHelp, Language::Es) => {
            built_in_spanish(command).try_get_matches_from(args).err().unwrap_or(error)
        }
        (_, Language::En | Language::Es) => error,
    }
}

/// The language that is asked for by an option, which clap has not come to where it finds `--help` before it.
fn asked(args: &[OsString]) -> Option<Language> {
    let options = args.iter().take_while(|arg| *arg != "--").filter_map(|arg| arg.to_str());
    let code = options.filter_map(|option| option.strip_prefix("--lang=")).next()?;
    Language::from_str(code, false).ok()
}

fn built_in_spanish(mut command: Command) -> Command {
    // So that it has what clap adds by itself.
    command.build();
    in_spanish(command)
}

fn in_spanish(mut command: Command) -> Command {
    let usage = command.render_usage().ansi().to_string();
    let usage = usage.replace("Usage:", "Uso:").replace("[OPTIONS]", "[OPCIONES]");
    let [about, long_about, after_help] =
        [command.get_about(), command.get_long_about(), command.get_after_help()]
            .map(|text| Resettable::from(text.map(translated)));
    command
        .help_template("{about-with-newline}\n{usage}\n\n{all-args}{after-help}")
        .override_usage(usage)
        .about(about)
        .long_about(long_about)
        .after_help(after_help)
        .mut_args(argument)
}

/// The same argument, with what clap would say of its values.
fn argument(arg: Arg) -> Arg {
    let heading = if arg.is_positional() { "Argumentos" } else { "Opciones" };
    let (mut note, mut names, mut each) = (String::new(), String::new(), String::new());
    if arg.get_action().takes_values() {
        let defaults = arg.get_default_values();
        note.extend(defaults.iter().map(|value| format!(" [por omisión: {}]", value.display())));
        let values = arg.get_possible_values();
        if !values.is_empty() {
            let all: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            names = format!(" [valores posibles: {}]", all.join(", "));
        }
        let described =
            values.iter().filter_map(|value| Some((value.get_name(), translated(value.get_help()?))));
        each.extend(described.map(|(name, help)| format!("\n- {name}: {help}")));
    }
    let help = arg.get_help().map(translated).unwrap_or_default();
    let long_help = match (arg.get_long_help(), &*each) {
        (None, "") => None,
        (None, each) => Some(format!("{help}{note}\n\nValores posibles:{each}").into()),
        (Some(long_help), _) => Some(translated(long_help)),
    };
    arg.help(format!("{help}{note}{names}"))
        .long_help(Resettable::from(long_help))
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true)
}

/// The text in Spanish; a test finds those that the table lacks.
fn translated(text: &StyledStr) -> StyledStr {
    let english = text.to_string();
    let row = SPANISH.iter().find(|(en, _)| *en == english);
    row.map_or(english, |(_, es)| (*es).to_owned()).into()
}

/// Each text as the command line's definition has it in English, and in Spanish.
#[rustfmt::skip]
const SPANISH: &[(&str, &str)] = &[
    ("Evaluates postfix expressions at a CALC/1 server",
     "Evalúa expresiones postfijas en un servidor de CALC/1"),
    ("Evaluates postfix expressions at a CALC/1 server.\n\nA token is an operand, such as 5, -.5 or 1.5e-3, or one of the operators + - * / % ^ neg abs sqrt; blanks separate tokens, within an argument too. A token is never taken for an option, wherever it stands. Quote * for the shell.\n\nWithout an expression, at a terminal, it is an interactive calculator with a stack; :help tells more.\n\nWith - alone as the expression, or with none and standard input not a terminal, every line of standard input is an expression, and the same line of standard output its result: \"error: ...\" for one that fails, an empty line for an empty one. Many lines are on their way at once. When the connection is lost, the lines without a result have their \"error: ...\" too, and no more are sent.",
     "Evalúa expresiones postfijas en un servidor de CALC/1.\n\nUn símbolo es un operando, como 5, -.5 o 1.5e-3, o uno de los operadores + - * / % ^ neg abs sqrt; los blancos separan símbolos, también dentro de un argumento. Un símbolo nunca se toma por una opción, esté donde esté. Para el intérprete de órdenes, * va entre comillas.\n\nSin expresión, en una terminal, es una calculadora interactiva con una pila; :help explica más.\n\nCon - sola como expresión, o sin ninguna y si la entrada estándar no es una terminal, cada línea de la entrada estándar es una expresión, y la misma línea de la salida estándar su resultado: \"error: ...\" si falla, una línea vacía si está vacía. Muchas líneas viajan a la vez. Cuando se pierde la conexión, las líneas sin resultado tienen también su \"error: ...\", y no se envían más."),
    ("Exit codes:\n  0  every expression has its result\n  1  no result: refused by the server, or too large for this client; or a line of the input failed\n  2  wrong usage; or the input or standard output failed\n  3  cannot connect, or no answer in time\n  4  the server broke the protocol",
     "Códigos de salida:\n  0  cada expresión tiene su resultado\n  1  sin resultado: rechazado por el servidor, o demasiado grande; o falló una línea de la entrada\n  2  uso incorrecto; o falló la entrada o la salida estándar\n  3  no se puede conectar, o no hubo respuesta a tiempo\n  4  el servidor violó el protocolo"),
    ("Name or address of the server's host",
     "Nombre o dirección del equipo del servidor"),
    ("Port of the server",
     "Puerto del servidor"),
    ("Connect to this Unix socket instead",
     "Conecta en cambio con este socket Unix"),
    ("How long to wait for the connection, and then for each reply",
     "Cuánto se espera la conexión, y después cada respuesta"),
    ("Read expressions from this file, one a line",
     "Lee las expresiones de este archivo, una por línea"),
    ("Write each result as a JSON object on a line of its own",
     "Escribe cada resultado como un objeto JSON en una línea propia"),
    ("Show each call on the socket on standard error, as it happens",
     "Muestra cada llamada al socket en la salida de errores, a medida que ocurre"),
    ("A line for people", "Una línea para personas"),
    ("An object on a line of its own", "Un objeto en una línea propia"),
    ("The language of messages [default: from LC_ALL, LC_MESSAGES or LANG]",
     "El idioma de los mensajes [por omisión: según LC_ALL, LC_MESSAGES o LANG]"),
    ("English", "Inglés"),
    ("Spanish", "Español"),
    ("Operands and operators in postfix: 1 2 + 3 '*'",
     "Operandos y operadores en notación postfija: 1 2 + 3 '*'"),
    ("Print help (see more with '--help')", "Muestra esta ayuda (con '--help' dice más)"),
    ("Print help (see a summary with '-h')", "Muestra esta ayuda (con '-h' la resume)"),
    ("Print version", "Muestra la versión"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::Args;

    #[test]
    fn each_text_of_the_help_has_its_spanish_and_no_row_is_idle() {
        let mut command = Args::command();
        command.build();
        let of_command = [command.get_about(), command.get_long_about(), command.get_after_help()];
        let of_args = command.get_arguments().filter(|arg| !arg.is_hide_set()).flat_map(|arg| {
            let values = arg.get_possible_values();
            let values = values.iter().filter_map(|value| value.get_help().cloned()).collect::<Vec<_>>();
            [arg.get_help(), arg.get_long_help()].into_iter().flatten().cloned().chain(values)
        });
        let texts: BTreeSet<String> =
            of_command.into_iter().flatten().cloned().chain(of_args).map(|text| text.to_string()).collect();
        let rows: BTreeSet<String> = SPANISH.iter().map(|(en, _)| (*en).to_owned()).collect();
        assert_eq!(texts, rows);
        assert_eq!(rows.len(), SPANISH.len(), "a text has two rows");
        assert!(SPANISH.iter().all(|(en, es)| !es.is_empty() && en != es));
    }
}
