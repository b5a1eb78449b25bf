//! `docs/lab/assignment`: what a student begins with, and what `make` does there.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::{command, docs, has, read};

/// A language that students may choose.
struct Kit {
    name: &'static str,
    tool: &'static str,
    /// The server, and the witness that is right in its place.
    server: &'static str,
    witness: &'static str,
    /// How the witness starts.
    run: &'static str,
    client: &'static [&'static str],
    /// Whether the witness meets every SHOULD.
    complete: bool,
}

static KITS: [Kit; 2] = [
    Kit {
        name: "python",
        tool: "python3",
        server: "server.py",
        witness: "calc.py",
        run: "RUN=python3 server.py --port",
        client: &["python3", "client.py"],
        complete: true,
    },
    Kit {
        name: "c",
        tool: "cc",
        server: "server.c",
        witness: "calc.c",
        run: "RUN=./server --port",
        client: &["./client"],
        complete: false,
    },
];

#[test]
fn as_it_is_handed_out_it_is_graded_and_earns_nothing() {
    in_each("bare", |repository| {
        let output = repository.make(&["grade"]);
        let (told, errors) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{told}{errors}");
        assert!(told.ends_with("\nGrade: 0 / 100\n"), "{told}{errors}");
        assert!(errors.ends_with("grade] Error 1\n") && !errors.contains("warning"), "{errors}");
        assert!(repository.read("report.html").contains("</html>"));
    });
}

#[test]
fn a_right_server_in_its_place_gets_full_marks() {
    in_each("right", |repository| {
        let kit = repository.kit;
        let witness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witnesses").join(kit.witness);
        fs::copy(witness, repository.path(kit.server)).expect("the witness is there");
        let output = repository.make(&["grade", kit.run]);
        let (told, errors) = texts(&output);
        let must = told.lines().find_map(|line| line.strip_prefix("  MUST")).expect("a row");
        let must: Vec<&str> = must.split_whitespace().collect();
        assert!(matches!(must[..], [passed, "of", all] if passed == all && all.len() == 3), "{told}{errors}");
        if kit.complete {
            assert!(told.ends_with("\nGrade: 100 / 100\n") && output.status.success(), "{told}{errors}");
        }
        let chapter = repository.make(&["test", kit.run, "CHAPTER=session", "LENGUAJE=es"]);
        let (told, errors) = texts(&chapter);
        assert!(chapter.status.success() && told.ends_with("\nNota: 100 / 100\n"), "{told}{errors}");
    });
}

#[test]
fn the_server_runs_and_the_client_asks_it() {
    in_each("asked", |repository| {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port().to_string();
        let mut make = command("make", &repository.directory);
        make.args(["run", &format!("PORT={port}")]).stdout(Stdio::piped()).process_group(0);
        let mut running = make.spawn().expect("make runs");
        let output = BufReader::new(running.stdout.take().expect("piped"));
        let listening = format!("listening on 127.0.0.1:{port}");
        let listens = output.lines().map_while(Result::ok).any(|line| line == listening);
        let [program, arguments @ ..] = repository.kit.client else { panic!("a client has a command") };
        let mut client = command(program, &repository.directory);
        let reply = client.args(arguments).args([&port, "1", "2", "+"]).output().expect("the client runs");
        // The shell of `make` and the server are of its group.
        let group = Pid::from_child(&running);
        let _ = kill_process_group(group, Signal::KILL);
        drop(running.wait());
        assert!(listens, "{}", repository.kit.name);
        let (told, errors) = texts(&reply);
        assert!(reply.status.success() && told.contains("FAIL syntax"), "{told}{errors}");
    });
}

#[test]
fn the_grader_is_looked_for_and_missed_in_both_languages() {
    in_each("missed", |repository| {
        let missing = repository.make(&["grade", "CONFORMANCE="]);
        let (_, errors) = texts(&missing);
        assert_eq!(missing.status.code(), Some(2));
        for part in ["The grader is missing", "Falta el evaluador", "-C tools --strip-components 1"] {
            assert!(errors.contains(part), "{errors}");
        }
        fs::create_dir(repository.path("tools")).expect("a directory");
        symlink(env!("CARGO_BIN_EXE_conformance"), repository.path("tools/conformance")).expect("a link");
        let rows: [(&[&str], &str); 4] = [
            (&[], " --exec"),
            (&["LENGUAJE=es"], " --lang=es --report"),
            (&["LANG=en"], " --lang=en --report"),
            (&["OPTIONS=--level must"], "report.html --level must"),
        ];
        for (arguments, part) in rows {
            let (told, errors) = texts(&repository.make(&[&["--dry-run", "grade"], arguments].concat()));
            assert!(told.contains("\ntools/conformance") && told.contains(part), "{told}{errors}");
        }
        let (spanish, errors) = texts(&repository.make(&["list", "LENGUAJE=es"]));
        assert!(spanish.contains("Diez clientes, uno tras otro"), "{spanish}{errors}");
    });
}

/// What stands in several files is the same in all of them.
#[test]
fn kits_differ_in_their_languages_alone() {
    let makefiles = KITS.each_ref().map(|kit| read(&format!("lab/assignment/{}/Makefile", kit.name)));
    let [python, c] = makefiles.each_ref().map(|text| text.split_once("# The grader.").expect("a part").1);
    assert_eq!(python, c);
    let shared = read("../packaging/github/classroom.yml");
    let rows = [("python", "'true' # for instance: make", "python3 server.py {port}"), {
        ("c", "make build", "./server {port}")
    }];
    for (name, build, exec) in rows {
        let own = read(&format!("lab/assignment/{name}/.github/workflows/classroom.yml"));
        let expected = shared.lines().map(|line| match line.split_once(": ") {
            Some(("  BUILD", _)) => format!("  BUILD: {build}\n"),
            Some(("  EXEC", _)) => format!("  EXEC: {exec}\n"),
            Some(_) | None => format!("{line}\n"),
        });
        assert_eq!(own, expected.collect::<String>(), "{name}");
    }
}

/// A student's copy of a kit, removed with it.
struct Repository {
    kit: &'static Kit,
    directory: PathBuf,
}

/// Does `test` with a copy of each kit whose language is installed here, of all at the same time.
fn in_each(name: &str, test: impl Fn(Repository) + Sync) {
    thread::scope(|scope| {
        for kit in KITS.iter().filter(|kit| has("make") && has(kit.tool)) {
            let test = &test;
            scope.spawn(move || test(Repository::new(kit, name)));
        }
    });
}

impl Repository {
    fn new(kit: &'static Kit, name: &str) -> Self {
        let name = format!("handout-{}-{name}-{}", kit.name, std::process::id());
        let directory = std::env::temp_dir().join(name);
        let files = docs().join("lab/assignment").join(kit.name);
        let copied = Command::new("cp").arg("-R").args([&files, &directory]).status();
        assert!(copied.is_ok_and(|copied| copied.success()), "{}", directory.display());
        Self { kit, directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// Runs `make` without a network, where that can be had.
    fn make(&self, arguments: &[&str]) -> Output {
        let [program, before @ ..] = *OFFLINE else { panic!("a command has a program") };
        command(program, &self.directory).args(before).args(arguments).output().expect("make runs")
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// `make`, and before it what takes the network away, which not every container allows.
static OFFLINE: LazyLock<&[&str]> = LazyLock::new(|| {
    const ALONE: &[&str] = &["unshare", "--map-root-user", "--net", "make"];
    let version = Command::new(ALONE[0]).args(&ALONE[1..]).arg("--version").stdout(Stdio::null()).status();
    if version.is_ok_and(|version| version.success()) {
        return ALONE;
    }
    eprintln!("tested with a network, since it cannot be taken away here");
    &["make"]
});

fn texts(output: &Output) -> (String, String) {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).expect("it prints text");
    (text(&output.stdout), text(&output.stderr))
}
