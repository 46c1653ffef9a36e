//! The real binary and its output.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The binary in a folder without a settings file.
pub(crate) fn slotcast(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(folder).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG");
    command
}

/// Output and exit code of a command.
pub(crate) struct CommandOutput {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl CommandOutput {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> CommandOutput {
    let Output { status, stdout, stderr } = command.output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    CommandOutput { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// Runs the binary with arguments separated by spaces.
pub(crate) fn cli(folder: &Path, arguments: &str) -> CommandOutput {
    run(slotcast(folder).args(arguments.split_whitespace()))
}

/// Result of a query as CSV, without the header.
#[track_caller]
pub(crate) fn query(folder: &Path, lake: &str, sql: &str) -> String {
    let output = run(slotcast(folder).args(["sql", "--lake", lake, "--format", "csv", sql])).ok();
    output.stdout.split_once('\n').expect("a header").1.trim_end().to_owned()
}

/// Asserts a user error: exit code 1, a message with these parts, a hint and no data.
#[track_caller]
pub(crate) fn assert_refused(output: &CommandOutput, parts: &[&str]) {
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stderr.starts_with("error: "), "{}", output.stderr);
    for part in parts.iter().chain(&["hint: "]) {
        assert!(output.stderr.contains(part), "`{part}` is not in:\n{}", output.stderr);
    }
    assert!(output.stdout.is_empty(), "stdout is for data");
}
