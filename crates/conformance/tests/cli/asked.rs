//! What can be asked of the program, what it says of itself, and what it says to what means nothing.

use crate::{File, SUITE, code, command, conformance, text};

#[test]
fn what_is_asked_for_wrongly() {
    let suite = File::new("usage.json", SUITE);
    let broken = File::new("broken.json", "{\"id\": \"x\"");
    let rows: [(&[&str], i32, &str); 8] = [
        (&[], 2, "--target"),
        (&["--target", "nowhere"], 2, "`nowhere` is no target"),
        (&["--target", "::1:51216"], 2, "in brackets, as in [::1]:51216"),
        (&["--target", "localhost:1", "--timeout", "0"], 2, "0.05 to 60"),
        (&["--target", "localhost:1", "--suite", "calk"], 2, "did you mean `calc`?"),
        (&["--target", "localhost:1", "--suite", broken.path()], 2, ":1:10: the file ends too early"),
        (&["--target", "localhost:1", "--suite", suite.path(), "--only", "sums"], 4, "no case is selected"),
        (&["--suite", suite.path(), "--list", "--only", "x*"], 4, "no case is selected"),
    ];
    for (arguments, expected, message) in rows {
        let output = conformance(arguments);
        let complaint = text(&output.stderr);
        assert_eq!(code(&output), expected, "{arguments:?}: {complaint}");
        assert!(complaint.contains(message), "{arguments:?}: {complaint}");
    }
}

#[test]
fn cases_are_listed_and_selected() {
    let suite = File::new("list.json", SUITE);
    for (arguments, ids) in [
        (&[][..], &["sum", "large", "nice"][..]),
        (&["--only", "s*"], &["sum"]),
        (&["--only", "sum", "--only", "nice"], &["sum", "nice"]),
        (&["--skip", "sum"], &["large", "nice"]),
        (&["--level", "must"], &["sum", "large"]),
    ] {
        let output = conformance(&[&["--list", "--suite", suite.path()][..], arguments].concat());
        let list = text(&output.stdout);
        let listed: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(listed, ids, "{arguments:?}");
        assert_eq!(code(&output), 0);
    }
}

#[test]
fn a_name_that_no_case_has_is_told_with_the_nearest_spelling() {
    let mini = File::new("names.json", SUITE);
    for (suite, arguments, expected, message) in [
        ("calc", &["--only", "sesion"][..], 4, "no case is called `sesion`; did you mean `session`?"),
        ("calc", &["--only", "session/oprand-order"], 4, "did you mean `session/operand-order`?"),
        ("calc", &["--only", "session/operand-order#divison"], 4, "`session/operand-order#division`?"),
        ("calc", &["--only", "operand-order"], 4, "did you mean `session/operand-order`?"),
        ("calc", &["--only", "nothing-like-that"], 4, "no case is called `nothing-like-that`\n"),
        (mini.path(), &["--only", "q"], 4, "no case is called `q`; there are large, nice, sum"),
        // What is named rightly beside it is run all the same.
        (
            mini.path(),
            &["--only", "sum", "--skip", "nic"],
            0,
            "no case is called `nic`; did you mean `nice`?",
        ),
        (mini.path(), &["--only", "s*", "--skip", "nice"], 0, ""),
    ] {
        let output = conformance(&[&["--list", "--suite", suite][..], arguments].concat());
        let complaint = text(&output.stderr);
        assert_eq!(code(&output), expected, "{arguments:?}: {complaint}");
        assert!(complaint.contains(message) && complaint.is_empty() == message.is_empty(), "{complaint}");
    }
}

#[test]
fn files_are_checked() {
    let right = File::new("check.json", SUITE);
    let wrong = File::new("check-wrong.json", &SUITE.replace("exchange", "exchanges"));
    let output = conformance(&["check", right.path()]);
    assert_eq!((code(&output), text(&output.stdout)), (0, format!("{}: ok\n", right.path())));
    let output = conformance(&["check", right.path(), wrong.path()]);
    assert_eq!(code(&output), 2);
    let complaint = text(&output.stderr);
    assert!(
        complaint.contains("cases[0].exchanges: unknown field `exchanges`; did you mean `exchange`?"),
        "{complaint}"
    );
}

#[test]
fn the_language_comes_from_the_locale() {
    let suite = File::new("locale.json", SUITE);
    for (variables, title) in [
        (&[("LANG", "es_AR.UTF-8")][..], "una suma"),
        (&[("LANG", "es_AR.UTF-8"), ("LC_ALL", "en_GB.UTF-8")], "a sum"),
        (&[("LANG", "en_GB.UTF-8"), ("LC_MESSAGES", "es_ES.UTF-8"), ("LC_ALL", "")], "una suma"),
        (&[], "a sum"),
    ] {
        let output = command()
            .args(["--list", "--suite", suite.path()])
            .envs(variables.iter().copied())
            .output()
            .expect("the program runs");
        assert!(
            text(&output.stdout).lines().next().is_some_and(|line| line.ends_with(title)),
            "{variables:?}"
        );
    }
}

#[test]
fn help_is_in_the_language_of_the_report() {
    type Words = [&'static str; 5];
    let english: Words = ["Usage:", "Options:", "[default:", "ossible values:", "Exit codes:"];
    let spanish: Words = ["Uso:", "Opciones:", "[por omisión:", "alores posibles:", "Códigos de salida:"];
    let table: [(&str, &[&str], Words, Words); 7] = [
        ("C", &["--help"], english, spanish),
        ("C", &["--help", "--lang", "es"], spanish, english),
        ("es_AR.UTF-8", &["--lang=en", "-h"], english, spanish),
        ("es_AR.UTF-8", &["-h"], spanish, english),
        ("es_AR.UTF-8", &["load", "--help"], spanish, english),
        ("es_AR.UTF-8", &["help", "roster"], spanish, english),
        ("C", &["roster", "-h", "--lang=es"], spanish, english),
    ];
    for (locale, arguments, there, absent) in table {
        let output = command().args(arguments).env("LC_ALL", locale).output().expect("the program runs");
        let told = text(&output.stdout);
        assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""), "{locale} {arguments:?}");
        assert!(there.iter().all(|words| told.contains(words)), "{locale} {arguments:?}: {told}");
        assert!(!absent.iter().any(|words| told.contains(words)), "{locale} {arguments:?}: {told}");
    }
}

#[test]
fn options_stand_under_their_own_heading() {
    for arguments in [&["--help"][..], &["roster", "--help"]] {
        let help = text(&conformance(arguments).stdout);
        let (ours, of_the_server) = help.split_once("Starting the server:").expect("a heading");
        assert!(ours.contains("--suite") && ours.contains("--lang"), "{help}");
        assert!(of_the_server.contains("--restart") && !of_the_server.contains("--suite"), "{help}");
    }
}

#[test]
fn the_program_prints_its_manual_and_completions() {
    let page = |argument: &str| {
        let output = conformance(&[argument]);
        assert_eq!(code(&output), 0, "{argument}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(page("--completions=fish").contains("complete -c conformance"));
    let manual = page("--manual");
    assert!(manual.contains(".TH conformance 1"), "{manual}");
    // Each page that this one names is there.
    let named: Vec<&str> = manual.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
    assert_eq!(named.len(), 4, "{manual}");
    for name in named {
        let name = name.strip_prefix("conformance\\-").expect(name);
        let page = page(&format!("--manual={name}"));
        assert!(page.contains(&format!(".TH conformance-{name} 1")), "{page}");
    }
    let unknown = conformance(&["--manual=nonsense"]);
    assert_eq!(
        (code(&unknown), text(&unknown.stderr).trim()),
        (2, "conformance: there is no command nonsense")
    );
}

#[test]
fn the_help_names_every_kind_of_report() {
    let help = text(&conformance(&["--help"]).stdout);
    let (_, report) = help.split_once("--report").expect("it names the option");
    for kind in calc_conformance::report::Kind::ALL {
        let named = report.split("\n\n").next().is_some_and(|text| text.contains(kind.name()));
        assert!(named, "{} in {report}", kind.name());
    }
}
