//! What `--pcap` writes is what was said: tshark reads it back and finds nothing to complain of.
//!
//! Where tshark is not installed the tests pass without it, except in CI (`CI=true`), where that is a failure.

mod packets;
mod server;
mod tshark;
