//! The class at work: so many students at a time, and what has come of them written down after each.

use std::io;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::attempt::{Ended, are_published, attempt};
use super::plan::{Earlier, Job, Orders, Plan, STUDENTS};
use super::record::{Fingerprint, Record, Register, State};
use super::table::Subject;
use super::{fingerprint, gradebook, page};
use crate::report::{Place, Sink};

/// What happens, in order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A student is being graded.
    Began(&'a str),
    /// A student's record is there.
    Ended(&'a Record),
    /// Nothing has changed since the student was graded.
    Kept(&'a Record),
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The class.
    pub register: Register,
    /// Whether it was ended before everybody was graded.
    pub interrupted: bool,
}

/// News of a task.
enum News {
    Began(usize),
    Ended(usize, Box<Record>),
    Kept(usize),
    /// It was interrupted before or while it graded; what was known, if it may still be true, is kept.
    Left(usize, Option<Box<Record>>),
}

/// Grades the class. `stop` ends the run early; what was graded by then is written.
///
/// # Errors
/// A file cannot be written.
pub async fn grade(
    plan: &Plan,
    stop: impl Future<Output = ()>,
    mut events: impl FnMut(Event<'_>),
) -> io::Result<Outcome> {
    let mut register = register(plan);
    let (stopping, stopped) = watch::channel(false);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let permits = Arc::new(Semaphore::new(plan.orders.jobs));
    let mut tasks = JoinSet::new();
    for (index, job) in plan.jobs.iter().enumerate() {
        let worker = Worker {
            index,
            job: Arc::clone(job),
            orders: plan.orders.clone(),
            stop: stopped.clone(),
            tell: tell.clone(),
        };
        let (permits, earlier) = (Arc::clone(&permits), register.students[index].clone());
        tasks.spawn(async move { worker.work(&permits, earlier).await });
    }
    drop(tell);
    let mut stop = pin!(stop);
    let mut interrupted = false;
    loop {
        let news = tokio::select! {
            news = told.recv() => news,
            () = &mut stop, if !interrupted => {
                interrupted = true;
                stopping.send_replace(true);
                continue;
            }
        };
        match news {
            None => break,
            Some(News::Began(index)) => events(Event::Began(&register.students[index].id)),
            Some(News::Kept(index)) => events(Event::Kept(&register.students[index])),
            Some(News::Left(index, record)) => {
                register.students[index] = record.map_or_else(|| blank(plan, index), |record| *record)
            }
            Some(News::Ended(index, record)) => {
                register.students[index] = *record;
                events(Event::Ended(&register.students[index]));
                write_register(plan, &register)?;
            }
        }
    }
    write_all(plan, &register)?;
    Ok(Outcome { register, interrupted })
}

/// What one task needs.
struct Worker {
    index: usize,
    job: Arc<Job>,
    orders: Orders,
    stop: watch::Receiver<bool>,
    tell: tokio::sync::mpsc::UnboundedSender<News>,
}

impl Worker {
    async fn work(mut self, permits: &Semaphore, earlier: Record) {
        let index = self.index;
        let _lane = self.job.lane.lock().await;
        let permit = permits.acquire().await;
        // The semaphore is never closed.
        debug_assert!(permit.is_ok());
        if *self.stop.borrow() {
            return self.news(News::Left(index, Some(Box::new(earlier))));
        }
        let before = self.directory().await;
        if self.is_unchanged(&earlier, &before) {
            return self.news(News::Kept(index));
        }
        self.news(News::Began(index));
        let ended = attempt(&self.job, &self.orders, &mut self.stop).await;
        let blank = Record { fingerprint: None, ..Record::new(&self.job.student, &earlier.suite) };
        let mut record = match ended {
            Ended::Interrupted => return self.news(News::Left(index, None)),
            Ended::Failed(why) => Record { state: State::Failed, reason: Some(why), ..blank },
            Ended::Reported(document) => {
                let page = Some(format!("{STUDENTS}/{}.html", blank.id));
                Record { page, ..blank.reported(&document) }
            }
        };
        if record.is_settled() {
            let mut directory: Vec<String> = [before, self.directory().await].into_iter().flatten().collect();
            directory.dedup();
            record.fingerprint = Some(Fingerprint { terms: self.job.terms.clone(), directory });
        }
        self.news(News::Ended(index, Box::new(record)));
    }

    fn news(&self, news: News) {
        // Whoever no longer listens has failed, and says so.
        drop(self.tell.send(news));
    }

    /// What the student's directory holds, where there is one.
    async fn directory(&self) -> Option<String> {
        let Subject::Launched { directory, .. } = &self.job.student.subject else { return None };
        let directory = directory.clone();
        tokio::task::spawn_blocking(move || fingerprint::of_directory(&directory)).await.ok()
    }

    fn is_unchanged(&self, earlier: &Record, now: &Option<String>) -> bool {
        let same = |known: &Fingerprint| {
            known.terms == self.job.terms && now.as_ref().is_none_or(|now| known.directory.contains(now))
        };
        self.orders.earlier == Earlier::Kept
            && earlier.fingerprint.as_ref().is_some_and(same)
            && are_published(&self.orders, &earlier.id)
    }
}

/// The class as an earlier run left it, with the names that the roster has now.
fn register(plan: &Plan) -> Register {
    let earlier = Register::read(&plan.path(REGISTER));
    let students = (0..plan.jobs.len()).map(|index| {
        let blank = blank(plan, index);
        match earlier.iter().find(|record| record.id == blank.id) {
            Some(known) => {
                Record { name: blank.name, email: blank.email, suite: blank.suite, ..known.clone() }
            }
            None => blank,
        }
    });
    Register {
        format: Register::FORMAT.to_owned(),
        version: Register::VERSION,
        grader: env!("CARGO_PKG_VERSION").to_owned(),
        title: plan.title.clone(),
        language: plan.orders.language,
        students: students.collect(),
    }
}

fn blank(plan: &Plan, index: usize) -> Record {
    let job = &plan.jobs[index];
    Record::new(&job.student, &plan.sheets[job.sheet].id)
}

const REGISTER: &str = "students.json";

fn write_register(plan: &Plan, register: &Register) -> io::Result<()> {
    write(plan, REGISTER, &serde_json::to_vec_pretty(register)?)
}

fn write_all(plan: &Plan, register: &Register) -> io::Result<()> {
    write_register(plan, register)?;
    write(plan, "canvas.csv", &gradebook::canvas(plan, register)?)?;
    write(plan, "moodle.csv", &gradebook::moodle(plan, register)?)?;
    write(plan, "index.html", page::render(plan, register).as_bytes())
}

/// Replaces a file as a whole.
fn write(plan: &Plan, name: &str, content: &[u8]) -> io::Result<()> {
    let path = plan.path(name);
    let written = Sink::new(&Place::File(path.clone()))
        .map_err(io::Error::other)
        .and_then(|sink| sink.replace(content));
    written.map_err(|error| io::Error::other(format!("cannot write {}: {error}", path.display())))
}
