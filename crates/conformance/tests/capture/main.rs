//! What `--pcap` writes is what was said: tshark reads it back and finds nothing to complain of.
//!
//! The dissector of `docs/wireshark` is tested here too, on such captures and on segments cut by hand.
//!
//! Where tshark is not installed the tests pass without it, except in CI (`CI=true`), where that is a failure.

mod dissector;
mod packets;
mod run;
mod server;
mod tshark;
