//! A capture as tshark, an independent reader, sees it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A capture, removed when it is dropped.
pub(crate) struct File {
    path: PathBuf,
}

/// One connection, followed.
#[derive(Default)]
pub(crate) struct Followed {
    pub(crate) client_port: u16,
    pub(crate) from_client: Vec<u8>,
    pub(crate) from_server: Vec<u8>,
}

/// Checks every checksum, which tshark leaves out by default.
const CHECKS: [&str; 6] =
    ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];

/// Whether tshark is there. Elsewhere than in CI a test goes without it.
pub(crate) fn is_installed() -> bool {
    let installed = Command::new("tshark").arg("--version").output().is_ok();
    assert!(installed || std::env::var("CI").as_deref() != Ok("true"), "`tshark` is not installed");
    installed
}

impl File {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("capture-{}-{name}.pcapng", std::process::id());
        Self { path: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What tshark prints of it.
    pub(crate) fn read(&self, arguments: &[&str]) -> String {
        let output = Command::new("tshark")
            .arg("-r")
            .arg(&self.path)
            .args(CHECKS)
            .args(arguments)
            .output()
            .expect("tshark runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tshark {arguments:?}: {errors}");
        assert!(!errors.contains("cut short"), "{errors}");
        String::from_utf8(output.stdout).expect("tshark prints text")
    }

    /// These fields of the packets that the filter lets through, a row for each.
    pub(crate) fn fields(&self, filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
        let mut arguments = vec!["-Y", filter, "-T", "fields"];
        arguments.extend(fields.iter().flat_map(|field| ["-e", field]));
        let printed = self.read(&arguments);
        printed.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    /// What tshark has to say against the packets, and those that are sent before there is room for them.
    pub(crate) fn faults(&self) -> Vec<String> {
        let fields = [
            "frame.number",
            "tcp.analysis.flags",
            "_ws.malformed",
            "tcp.analysis.bytes_in_flight",
            "ip.checksum.status",
            "tcp.checksum.status",
            "udp.checksum.status",
        ];
        let rows = self.fields("ip || ipv6", &fields);
        assert!(!rows.is_empty(), "a capture has packets");
        let is_fault = |row: &&Vec<String>| {
            let (of_ip, of_payload) = (&row[4], row[5..].concat());
            let has_room = row[3].parse().map_or(row[3].is_empty(), |octets: u32| octets < 65536);
            let is_good = of_payload == "1" && matches!(of_ip.as_str(), "1" | "");
            !(is_good && has_room && row[1].is_empty() && row[2].is_empty())
        };
        rows.iter().filter(is_fault).map(|row| row.join(" ")).collect()
    }

    /// What was said on each connection, in the order in which they were opened.
    pub(crate) fn followed(&self) -> Vec<Followed> {
        let streams = self.fields("tcp.flags.syn == 1 && tcp.flags.ack == 1", &["tcp.stream"]);
        let follow: Vec<String> =
            streams.iter().flat_map(|row| ["-z".to_owned(), format!("follow,tcp,raw,{}", row[0])]).collect();
        let arguments: Vec<&str> = ["-q"].into_iter().chain(follow.iter().map(String::as_str)).collect();
        let mut followed = BTreeMap::new();
        for part in self.read(&arguments).split("Follow: tcp,raw").skip(1) {
            let mut connection = Followed::default();
            let mut stream = 0_u32;
            for line in part.lines() {
                if let Some(number) = line.strip_prefix("Filter: tcp.stream eq ") {
                    stream = number.parse().expect("a number");
                } else if let Some(node) = line.strip_prefix("Node 0: ") {
                    let (_, port) = node.rsplit_once(':').expect("a port");
                    connection.client_port = port.parse().expect("a number");
                } else if let Some(octets) = line.strip_prefix('\t') {
                    connection.from_server.extend(octets_of(octets));
                } else if !line.starts_with(['N', '=']) {
                    connection.from_client.extend(octets_of(line));
                }
            }
            followed.insert(stream, connection);
        }
        followed.into_values().collect()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

fn octets_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex")).collect()
}
