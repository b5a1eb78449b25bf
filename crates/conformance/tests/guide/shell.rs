//! A shell for the commands of the page.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use calc_conformance::language::Language;
use serde_json::Value;

/// The port that the page uses everywhere. Each of its servers gets a free one instead.
const PORT: &str = "51216";

/// A directory in which commands run, and the server that runs beside them.
pub(crate) struct Shell {
    directory: PathBuf,
    server: Option<Child>,
    port: String,
    locale: &'static str,
    last_code: i32,
}

impl Shell {
    pub(crate) fn new(name: &str, language: Language) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("the directory for tests can be written");
        let locale = match language {
            Language::En => "en_GB.UTF-8",
            Language::Es => "es_ES.UTF-8",
        };
        Self { directory, server: None, port: PORT.to_owned(), locale, last_code: 0 }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.directory.join(name), text).expect("the directory for tests can be written");
    }

    /// Runs a command as a shell does, and gives what it prints.
    pub(crate) fn run(&mut self, command: &str) -> String {
        if command == "echo $?" {
            return format!("{}\n", self.last_code);
        }
        if let Some(command) = command.strip_suffix(" &") {
            self.serve(command);
            return String::new();
        }
        if command == "kill $!" {
            self.stop();
            return String::new();
        }
        let output = self.command(command).output().expect("a shell runs");
        self.last_code = output.status.code().expect("it exits");
        let printed = [output.stdout, output.stderr].concat();
        String::from_utf8(printed).expect("it prints text").replace(&self.port, PORT)
    }

    /// Starts a server and waits until it says that it listens. Whoever types what the page says has one port for all of them.
    fn serve(&mut self, command: &str) {
        assert!(self.server.is_none(), "{command}: the port is still held by the server before");
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        self.port = free.expect("a free port").port().to_string();
        let mut server = self.command(&format!("exec {command}")).spawn().expect("a shell runs");
        let mut output = BufReader::new(server.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints text");
        assert_eq!(line, "listening\n", "{command}");
        // The pipe is kept, so that the server may go on printing.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        self.server = Some(server);
    }

    fn command(&self, command: &str) -> Command {
        let program =
            Path::new(env!("CARGO_BIN_EXE_conformance")).parent().expect("a program is in a directory");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-c", &command.replace(PORT, &self.port)]).current_dir(&self.directory).env("PATH", path);
        shell.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", self.locale);
        shell.stdout(Stdio::piped()).stderr(Stdio::piped());
        shell
    }

    /// Checks a file that has this content.
    pub(crate) fn check(&self, file: &Value) {
        self.write("part.json", &file.to_string());
        let path = self.directory.join("part.json");
        let checked = calc_conformance::suite::check_file(path.to_str().expect("the path is text"), "calc");
        assert!(
            checked.is_ok(),
            "{}\nin {file:#}",
            checked.err().map(|problems| problems.to_string()).unwrap_or_default()
        );
    }

    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
