//! A judge that reads with the defendant's parser acquits its bugs: the grader has none of our crates in it.

use std::process::Command;

#[test]
fn the_grader_depends_on_none_of_our_crates() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "calc-conformance", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    assert!(
        text.lines().any(|line| line.starts_with("serde ")),
        "the tree has our dependencies in it: {text}"
    );
    let ours: Vec<&str> = text.lines().skip(1).filter(|line| line.starts_with("calc-")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}
