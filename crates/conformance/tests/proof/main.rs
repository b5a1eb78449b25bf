//! The proof that the `calc` suite is just: it fails every server of [`bugs`] and names the mistake, passes every right
//! server, gives nothing to servers that answer without understanding, and leaves no requirement out.

mod bugs;
mod grading;
mod null;
mod process;
mod server;

mod after;
mod causes;
mod coverage;
mod detection;
mod fairness;
mod flips;
mod jobs;
mod monotone;
mod reports;
// The C witness is for POSIX systems.
#[cfg(unix)]
mod witnesses;
mod worthless;
