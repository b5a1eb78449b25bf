//! A dialect that somebody wrote, and what a server answers in it: it is refused with a place and a fault, or it reads any reply. The
//! dialect stands before a NUL, the reply behind it.
#![no_main]

use calc_conformance::connection::Received;
use calc_conformance::dialect::Dialect;
use calc_conformance::format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|octet| *octet == 0).unwrap_or(input.len());
    let (text, reply) = (&input[..end], input.get(end + 1..).unwrap_or_default());
    let Ok(file) = serde_json::from_slice::<format::Dialect>(text) else { return };
    match Dialect::compile(&file) {
        Ok(dialect) => read(&dialect, reply),
        Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|(_, fault)| !fault.is_empty())),
    }
});

fn read(dialect: &Dialect, octets: &[u8]) {
    let _ = dialect.hearing.is_noise(octets);
    let Some(reply) = dialect.hearing.reply(Received::new(octets, b"\n")) else { return };
    for name in dialect.reply_names() {
        let reply_kind = dialect.reply(name).expect("a name of its own");
        let _ = reply_kind.pattern.read(reply.words());
    }
    let _ = dialect.name_of(reply.words());
}
