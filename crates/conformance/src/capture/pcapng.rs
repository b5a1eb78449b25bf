//! The three kinds of block that a capture needs of the format pcapng (draft-ietf-opsawg-pcapng), all little-endian.

use std::time::Duration;

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;
/// The length of a section that ends with its file.
const UNTIL_THE_END: u64 = u64::MAX;
/// Each packet begins with its IPv4 or IPv6 header.
const LINKTYPE_RAW: u16 = 101;
/// Packets are never cut short.
const NO_SNAP_LENGTH: u32 = 0;

const OPT_END: u16 = 0;
const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
/// Times in units of 10^-9 seconds.
const NANOSECONDS: u8 = 9;

/// An option has 16 bits for its length; a comment that is longer than this is no line to read.
const LONGEST_COMMENT: usize = 1000;

/// What begins a file: who wrote it, about what.
pub(super) fn section(program: &str, comment: &str) -> Vec<u8> {
    let mut body = BYTE_ORDER_MAGIC.to_le_bytes().to_vec();
    body.extend(1_u16.to_le_bytes());
    body.extend(0_u16.to_le_bytes());
    body.extend(UNTIL_THE_END.to_le_bytes());
    option(&mut body, OPT_COMMENT, clipped(comment).as_bytes());
    option(&mut body, SHB_USERAPPL, clipped(program).as_bytes());
    option(&mut body, OPT_END, b"");
    block(SECTION_HEADER, &body)
}

/// Where the packets were seen.
pub(super) fn interface(name: &str) -> Vec<u8> {
    let mut body = LINKTYPE_RAW.to_le_bytes().to_vec();
    body.extend(0_u16.to_le_bytes());
    body.extend(NO_SNAP_LENGTH.to_le_bytes());
    option(&mut body, IF_NAME, clipped(name).as_bytes());
    option(&mut body, IF_TSRESOL, &[NANOSECONDS]);
    option(&mut body, OPT_END, b"");
    block(INTERFACE_DESCRIPTION, &body)
}

/// A packet that was seen so long after the beginning of 1970.
pub(super) fn packet(at: Duration, octets: &[u8], comment: Option<&str>) -> Vec<u8> {
    // Nanoseconds fit until the year 2554, and a packet has at most 64 KiB.
    let (time, length) = (at.as_nanos() as u64, (octets.len() as u32).to_le_bytes());
    let mut body = 0_u32.to_le_bytes().to_vec();
    body.extend(((time >> 32) as u32).to_le_bytes());
    body.extend((time as u32).to_le_bytes());
    body.extend(length);
    body.extend(length);
    padded(&mut body, octets);
    if let Some(comment) = comment {
        option(&mut body, OPT_COMMENT, clipped(comment).as_bytes());
        option(&mut body, OPT_END, b"");
    }
    block(ENHANCED_PACKET, &body)
}

/// The length stands before and behind the body, so that a file can be read backwards.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 12).to_le_bytes();
    [&kind.to_le_bytes(), &length, body, &length].concat()
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    padded(body, value);
}

fn padded(body: &mut Vec<u8>, octets: &[u8]) {
    body.extend(octets);
    body.resize(body.len().next_multiple_of(4), 0);
}

fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_COMMENT)]
}
