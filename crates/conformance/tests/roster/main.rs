//! A whole class by the built program: whatever one server does, the others have their grades, a later run does only what is
//! to be done, and no process is left.

#[cfg(target_os = "linux")]
#[path = "../launch/bench.rs"]
#[expect(dead_code, reason = "the tests of launching use the rest")]
mod bench;
#[cfg(target_os = "linux")]
mod class;
#[cfg(target_os = "linux")]
mod harm;
#[cfg(target_os = "linux")]
#[path = "../npm/look.rs"]
mod look;
#[cfg(target_os = "linux")]
mod page;
#[cfg(target_os = "linux")]
mod resumed;
mod wrong;
