//! Grades any calculator server by replaying transcripts against it.

pub mod cli;
pub mod connection;
pub mod dialect;
pub mod escape;
pub mod format;
pub mod grade;
pub mod language;
pub mod matcher;
pub mod number;
pub mod replay;
pub mod report;
pub mod run;
pub mod selection;
pub mod spelling;
pub mod suite;
#[cfg(test)]
mod testing;
pub mod transcript;
pub mod verdict;
