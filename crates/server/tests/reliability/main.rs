//! The built `calc-server` among clients that mean harm, in crowds, on a bad line, and its numbers over the wire.
//!
//! What is tried, and what was seen, is in `docs/RELIABILITY.md`. CI runs the short forms; `scripts/soak server` the long ones,
//! which also look at the time that another client is kept waiting.

// Memory and descriptors are read from /proc.
#![cfg(target_os = "linux")]

#[expect(dead_code, reason = "shared with the tests of the command line, which need more of it")]
#[path = "../binary/support.rs"]
mod support;

#[path = "../../../proto/tests/common/dectest.rs"]
mod dectest;

mod process;
mod proxy;
mod siege;

mod hostile;
mod load;
mod faults;
mod numbers;
