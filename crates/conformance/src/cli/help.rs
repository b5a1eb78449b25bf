//! What `--help` tells, in Spanish: clap's commands with each of their texts replaced by that of a table.
//!
//! Manual pages, completions and what clap itself says of a wrong command line are in English.

use std::ffi::OsString;

use clap::builder::{PossibleValue, Resettable, StyledStr};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum as _};

use super::args::locale_language;
use super::spanish::SPANISH;
use crate::language::Language;

/// The same error, but for a help that is told in the language of these arguments.
pub(super) fn in_language(error: clap::Error, mut command: Command, args: &[OsString]) -> clap::Error {
    match (error.kind(), asked(args).unwrap_or_else(locale_language)) {
        (ErrorKind::DisplayHelp, Language::Es) => {
            // So that it has what clap adds by itself.
            command.build();
            in_spanish(command).try_get_matches_from(args).err().unwrap_or(error)
        }
        (_, Language::En | Language::Es) => error,
    }
}

/// The language that is asked for by an option, which clap has not come to where it finds `--help` before it.
fn asked(args: &[OsString]) -> Option<Language> {
    let words = args.iter().map(|arg| arg.to_str().unwrap_or_default());
    let mut pairs = words.clone().zip(words.skip(1).chain([""]));
    let code = pairs.find_map(|(word, next)| match word.strip_prefix("--lang")? {
        "" => Some(next),
        value => value.strip_prefix('='),
    })?;
    Language::from_str(code, false).ok()
}

fn in_spanish(mut command: Command) -> Command {
    command = command.subcommand_help_heading("Órdenes").subcommand_value_name("ORDEN");
    let usage = command.render_usage().ansi().to_string();
    // Further lines stand under the first one.
    let usage =
        usage.replace("Usage:", "Uso:").replace("\n       ", "\n     ").replace("[OPTIONS]", "[OPCIONES]");
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
        .mut_subcommands(in_spanish)
}

/// The same argument, with what clap would say of its values.
fn argument(arg: Arg) -> Arg {
    let heading = match arg.get_help_heading() {
        Some(heading) => spanish(heading).unwrap_or("Opciones"),
        None if arg.is_positional() => "Argumentos",
        None => "Opciones",
    };
    let (mut note, mut names, mut each) = (String::new(), String::new(), String::new());
    if arg.get_action().takes_values() {
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
        note.extend(defaults.map(|value| match value.contains(' ') {
            true => format!(" [por omisión: {value:?}]"),
            false => format!(" [por omisión: {value}]"),
        }));
        let values = arg.get_possible_values();
        if !values.is_empty() {
            let all: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            names = format!(" [valores posibles: {}]", all.join(", "));
        }
        if values.iter().any(|value| value.get_help().is_some()) {
            each.extend(values.iter().map(described));
        }
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

fn described(value: &PossibleValue) -> String {
    match value.get_help() {
        Some(help) => format!("\n- {}: {}", value.get_name(), translated(help)),
        None => format!("\n- {}", value.get_name()),
    }
}

fn translated(text: &StyledStr) -> StyledStr {
    let english = text.to_string();
    spanish(&english).map_or_else(|| text.clone(), StyledStr::from)
}

/// The text in Spanish; a test finds those that the table lacks.
fn spanish(english: &str) -> Option<&'static str> {
    SPANISH.iter().find(|(en, _)| *en == english).map(|(_, es)| *es)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn each_text_of_the_help_has_its_spanish_and_no_row_is_idle() {
        let mut command = Cli::command();
        command.build();
        let mut texts = BTreeSet::new();
        collect(&command, &mut texts);
        let rows: BTreeSet<String> = SPANISH.iter().map(|(en, _)| (*en).to_owned()).collect();
        let without: Vec<_> = texts.difference(&rows).collect();
        let idle: Vec<_> = rows.difference(&texts).collect();
        assert!(without.is_empty() && idle.is_empty(), "no Spanish: {without:#?}\nidle: {idle:#?}");
        assert_eq!(rows.len(), SPANISH.len(), "a text has two rows");
        assert!(SPANISH.iter().all(|(en, es)| !es.is_empty() && en != es));
    }

    fn collect(command: &Command, texts: &mut BTreeSet<String>) {
        let mut add = |text: Option<&StyledStr>| texts.extend(text.map(ToString::to_string));
        add(command.get_about());
        add(command.get_long_about());
        add(command.get_after_help());
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            add(arg.get_help());
            add(arg.get_long_help());
            add(arg.get_help_heading().map(|heading| heading.to_owned().into()).as_ref());
            arg.get_possible_values().iter().for_each(|value| add(value.get_help()));
        }
        for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
            collect(subcommand, texts);
        }
    }
}
