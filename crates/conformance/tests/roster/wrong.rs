//! A roster that is wrong says where, and what would be right; one that is not may look in many ways.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use calc_conformance::roster::{Defaults, Subject, Table};

struct File(PathBuf);

impl File {
    fn new(name: &str, text: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("conformance-roster-{}-{name}.csv", std::process::id()));
        fs::write(&path, text).expect("the directory for temporary files can be written");
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_column() {
    let rows: [(&[u8], &str); 20] = [
        (b"", "name: the column is missing"),
        (b"nmae,email,id\n", ":1: name: the column is missing; did you mean `nmae`?"),
        (b"name,email,id,id\n", ":1: id: the column is there twice"),
        (b"name,email,id,target\n", "there is no student in it"),
        (b"name,email,id,target\nA,a@b,a,h:1\nB,b@b,a,h:2\n", ":3: id: `a` is taken by line 2"),
        (b"name,email,id,target\nA,a@b,a,h:1\nB,b@b,A,h:2\n", ":3: id: `A` is taken by line 2"),
        (b"name,email,id,target\nA,a@b,../a,h:1\n", ":2: id: `../a` names no file"),
        (b"name,email,id,target\nA,a@b,,h:1\n", ":2: id: `` names no file"),
        (b"name,email,id,target\n,a@b,a,h:1\n", ":2: name: is empty"),
        (b"name,email,id,target\nA,ab,a,h:1\n", ":2: email: `ab` is no address"),
        (b"name,email,id,target\nA,a@b,a,here\n", ":2: target: `here` is no"),
        (b"name,email,id,target,dir\nA,a@b,a,h:1,work\n", ":2: target: stands beside `exec` or `dir`"),
        (b"name,email,id,exec,dir\nA,a@b,a,x,\n", ":2: dir: is empty"),
        (b"name,email,id,dir\nA,a@b,a,work\n", ":2: there is no server"),
        (b"name,email,id,exec,dir,port\nA,a@b,a,x,work,0\n", ":2: port: `0` is no port"),
        (b"name,email,id,target\nGarcia, Ana,a@b,a,h:1\n", ":2: 5 cells, and the header has 4"),
        (b"name,email,id,target\n\xff,a@b,a,h:1\n", "is not UTF-8"),
        (b"name,email,id\nA,a@b,a\nB,b@b,b\n", ":1: there is no server: add a column `dir`"),
        (
            b"name,correo,E-mail,Email address,id,dir\n",
            ":1: email: the column is there twice, as `correo` and `Email address`",
        ),
        // Lines are counted as editors do, those without anything in them too.
        (
            b"name,email,id,target\r\n\r\n\"A\r\nA\",a@b,a,h:1\r\n  \r\n,,,\r\nB,b@b,a,h:2\r\n",
            ":7: id: `a` is taken by line 3",
        ),
    ];
    for (index, (text, words)) in rows.into_iter().enumerate() {
        let file = File::new(&format!("wrong-{index}"), text);
        let output = Command::new(env!("CARGO_BIN_EXE_conformance")).arg("roster").arg(&file.0).output();
        let output = output.expect("the program runs");
        let complaint = String::from_utf8(output.stderr).expect("it is text");
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(complaint.contains(words), "{words}: {complaint}");
        assert!(complaint.contains(&file.0.display().to_string()), "{complaint}");
    }
}

#[test]
fn a_suite_that_does_not_exist_is_found_before_anything_is_started() {
    let file = File::new("suite", b"name,email,id,target,suite\nA,a@b,a,127.0.0.1:1,calk\n");
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .arg("roster")
        .arg(&file.0)
        .arg("--out")
        .arg(file.0.with_extension("out"))
        .output();
    let output = output.expect("the program runs");
    drop(fs::remove_dir_all(file.0.with_extension("out")));
    let complaint = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("did you mean `calc`?"), "{complaint}");
}

#[test]
fn spreadsheets_write_rosters_in_their_own_ways() {
    let defaults = Defaults {
        suite: "calc".to_owned(),
        dialect: None,
        exec: Some("run {dir} {port}".to_owned()),
        build: Some("make".to_owned()),
    };
    let texts = [
        "Name,EMAIL,id,dir,group\n\"García, Ana\",,a1,work,7\n",
        "\u{feff}name;email;id;dir;group\r\nGarcía, Ana;;a1;work;7\r\n",
        "name;id;dir;group\r;;;\rGarcía,  Ana;a1;work;7\r;;;\r",
        "\n\"name\";\"id\";\"dir\";\"group\";\r\n   \r\n\"García,\nAna\";a1;work;7;\r\n",
        "sep=;\r\nname;id;dir;group\r\nGarcía, Ana;a1;work;7\r\n",
        "name\temail\tid\tdir\tgroup\nGarcía, Ana\t\ta1\twork\t7\n",
        "Nombre,Correo,Id,Directorio,group\n\"García, Ana\",,a1,work,7\n",
    ];
    for (index, text) in texts.into_iter().enumerate() {
        let file = File::new(&format!("right-{index}"), text.as_bytes());
        let table = Table::read(&file.0, &defaults).expect("it is in order");
        assert_eq!(table.others, ["group"]);
        let [student] = &table.students[..] else { panic!("{table:?}") };
        assert_eq!((student.name.as_str(), student.id.as_str()), ("García, Ana", "a1"));
        assert_eq!(student.others, ["7"]);
        let Subject::Launched { exec, directory, port: None, build: Some(build) } = &student.subject else {
            panic!("{student:?}")
        };
        let work = file.0.parent().expect("a directory").join("work");
        assert_eq!((directory, build.as_str()), (&work, "make"));
        assert_eq!(*exec, format!("run '{}' {{port}}", work.display()));
    }
}

/// What is known of a student by an export: name, email, id, then Canvas' id, login and section, and the columns that are left.
type Known = ([&'static str; 6], &'static [&'static str]);

#[test]
fn what_moodle_and_canvas_export_is_a_roster_with_a_column_more() {
    let rows: [(&str, Known); 5] = [
        (
            "First name,Last name,ID number,Institution,Email address,dir\nAna,Ruiz Gil,a1,,ana@b,work\n",
            (["Ana Ruiz Gil", "ana@b", "a1", "", "", ""], &["Institution"]),
        ),
        (
            "Nombre;Apellido(s);Número de ID;Dirección de correo;dir\nAna;Ruiz Gil;a1;ana@b;work\n",
            (["Ana Ruiz Gil", "ana@b", "a1", "", "", ""], &[]),
        ),
        (
            "Identifier,Full name,ID number,Email address,Grade,dir\nParticipant 7,Ana Ruiz,a1,ana@b,,work\n",
            (["Ana Ruiz", "ana@b", "a1", "", "", ""], &["Identifier", "Grade"]),
        ),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,T1 (12),dir\n    Points Possible,,,,,100,\n\"Ruiz, Ana\",55,a1,ana,A,,work\n",
            (["Ruiz, Ana", "", "a1", "55", "ana", "A"], &["T1 (12)"]),
        ),
        // Our own names come first.
        (
            "name,id,dir,Full name,ID number,SIS User ID\nAna,a1,work,Ruiz,7,8\n",
            (["Ana", "", "a1", "", "", ""], &["Full name", "ID number", "SIS User ID"]),
        ),
    ];
    let exec = Some("run {port}".to_owned());
    let defaults = Defaults { suite: "calc".to_owned(), dialect: None, exec, build: None };
    for (index, (text, (known, others))) in rows.into_iter().enumerate() {
        let file = File::new(&format!("export-{index}"), text.as_bytes());
        let table = Table::read(&file.0, &defaults).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(table.others, others, "{text}");
        let [student] = &table.students[..] else { panic!("{text}: {table:?}") };
        let [canvas_id, login, section] = &student.canvas;
        assert_eq!([&student.name, &student.email, &student.id, canvas_id, login, section], known, "{text}");
    }
}

#[test]
fn a_command_of_no_words_is_no_command() {
    let file = File::new("no-words", b"name,id,dir\nA,a,work\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    let output = command.arg("roster").arg(&file.0).args(["--exec", ""]).output().expect("the program runs");
    let complaint = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("--exec"), "{complaint}");
}
