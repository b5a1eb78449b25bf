//! Grades any calculator server by replaying transcripts against it.
//!
//! ```text
//!  suites/*.json          format            suite               run                     report
//! ┌──────────────┐   ┌────────────┐   ┌──────────────┐   ┌────────────────┐  events  ┌──────────┐
//! │ cases, notes,│ → │ plain data │ → │ every name   │ → │ preflight, then│ ───────▶ │ terminal │
//! │ a dialect    │   │ from JSON  │   │ means        │   │ case by case   │          │ files    │
//! └──────────────┘   └────────────┘   │ something    │   └───────┬────────┘          └──────────┘
//!                                     └──────────────┘           │ replay: one case, one address
//!                                                        ┌───────▼────────┐
//!                                                        │ connection     │ ◀──▶  the server
//!                                                        └────────────────┘
//! ```
//!
//! What is tested is data: a suite says what a server must do in abstract messages (`8`, `3`, `-`, clear, quit), a dialect
//! puts them into octets, and the notes say what a known wrong answer means. The program knows no calculator.
//!
//! To read it, begin with [`mod@format`], [`dialect`] and [`suite`], go on with [`connection`], [`replay`] and [`run`], and end
//! with [`grade`], [`report`] and [`cli`]. [`launch`] starts the server, where that is wanted, and [`roster`] grades a class. [`load`]
//! measures instead of grading and stands apart from the rest.
//!
//! Invariants:
//! - None of our other crates is a dependency: a judge that reads with the defendant's parser acquits its bugs.
//! - One read is never taken for one reply; replies are found by the dialect's framing alone ([`connection`]).
//! - Every case ends with an exchange whose replies are known ([`replay`]), so that a server that does nothing passes
//!   nothing, and nothing extra goes unnoticed.
//! - Whatever a server sends is bounded in size and time, and escaped before it is shown ([`escape`]).
//! - Reporters see the [`run::Event`]s of a run and nothing else.
//!
//! ```no_run
//! use calc_conformance::{run, suite};
//!
//! let suite = suite::load("calc").expect("the built-in suite is in order");
//! let target = "127.0.0.1:51216".parse().expect("a target");
//! let report = run::grade_blocking(&suite, &target, &run::Options::default()).expect("a runtime");
//! println!("{:?} out of 100", report.grade().out_of_100());
//! ```

pub mod capture;
pub mod cli;
pub mod connection;
pub mod dialect;
pub mod escape;
pub mod format;
pub mod grade;
pub mod language;
pub mod launch;
pub mod load;
pub mod matcher;
pub mod number;
pub mod replay;
pub mod report;
pub mod roster;
pub mod run;
pub mod schema;
pub mod selection;
pub mod spelling;
pub mod suite;
pub mod transcript;
pub mod verdict;
#[cfg(test)]
mod testing;
