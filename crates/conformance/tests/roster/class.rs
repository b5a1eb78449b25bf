//! A class in a directory of a test's own.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::bench::{Bench, Graded, python};

/// Students, each with a directory in which `server.py` stands.
pub(crate) struct Class {
    pub(crate) bench: Bench,
    rows: Vec<String>,
}

impl Class {
    /// A class without students.
    pub(crate) fn new(name: &str) -> Self {
        Self { bench: Bench::new(name), rows: vec!["name,email,id,dir,exec,port,suite".to_owned()] }
    }

    /// The same with a student whose server is of a flavour.
    pub(crate) fn with(self, id: &str, flavour: &str) -> Self {
        self.with_row(id, &format!("{} server.py {flavour}", python()), "", "")
    }

    /// The same with a student whose command is this.
    pub(crate) fn with_row(mut self, id: &str, exec: &str, port: &str, suite: &str) -> Self {
        let directory = self.bench.path(&format!("work/{id}"));
        fs::create_dir_all(&directory).expect("a directory");
        fs::copy(self.bench.path("server.py"), directory.join("server.py")).expect("a file");
        self.rows.push(format!("Student {id},{id}@example.org,{id},work/{id},\"{exec}\",{port},{suite}"));
        fs::write(self.bench.path("class.csv"), self.rows.join("\n")).expect("a file");
        self
    }

    /// The arguments for the class, with the suite's long case left out.
    pub(crate) fn arguments<'a>(&self, more: &[&'a str]) -> Vec<&'a str> {
        [&["roster", "class.csv", "--suite", "suite.json", "--lang", "en"], more].concat()
    }

    /// Grades the class, and sees that no process is left.
    pub(crate) fn grade(&self, more: &[&str]) -> Graded {
        self.bench.grade(&self.arguments(more))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.bench.path("class").join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What is known of a student.
    pub(crate) fn student(&self, id: &str) -> Value {
        let register: Value = serde_json::from_str(&self.read("students.json")).expect("it is JSON");
        let students = register["students"].as_array().expect("a list").iter();
        students.clone().find(|record| record["id"] == id).unwrap_or_else(|| panic!("no {id}")).clone()
    }
}
