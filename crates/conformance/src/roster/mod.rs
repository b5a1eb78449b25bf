//! A whole class: many servers graded several at a time, each by a process of its own, into one page and grade books.
//!
//! ```text
//!  class.csv ─ table ─▶ Student ─ plan ─▶ Job ─ class ─▶ attempt ──▶ `conformance --exec …`   one process a student
//!                                                 │                       │ students/ID.html, students/ID.json
//!                                                 ▼                       ▼
//!                        index.html, canvas.csv ◀─ Register (students.json) ◀─ Record
//! ```
//!
//! A student is graded by the same program as a single server is, called once more: what a server does to it, or what a
//! mistake of ours does in the face of it, stays in that process. Its standard input is a pipe that nobody writes to; when
//! we end, however that is, the pipe ends, and so does the student's process with all that it started.

mod attempt;
mod cells;
mod class;
mod fingerprint;
mod gradebook;
mod page;
mod plan;
mod problem;
mod record;
mod table;

pub use class::{Event, Outcome, grade};
pub use page::common_causes;
pub use plan::{Earlier, Network, Orders, Plan, PlanError};
pub use problem::{Problem, Problems};
pub use record::{Cause, Cell, Fingerprint, Record, Register, State};
pub use table::{Defaults, Student, Subject, Table};
