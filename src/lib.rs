//! The rim: reads files, runs studies, prints. Results and JSON go to stdout, progress, warnings and faults to stderr.
//!
//! Exit status: 0 ok, 1 fault in the input, 2 usage, 3 cannot write, 130 interrupted.

mod ab;
mod args;
mod calibrate;
mod check;
mod checkpoint;
mod common;
mod estimate;
mod evidence;
mod finish;
mod folders;
mod fonts;
mod inputs;
mod interrupt;
mod lookup;
mod machine;
mod merge;
mod progress;
mod run;
mod scenarios;
mod select;
mod sensitivity;
mod sets;
mod targets;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write};

use args::Command;
use folders::FileError;
use wearout_core::diagnostic::{Faults, plain};
use wearout_show::explain::explain;

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// What the user wrote is wrong.
    #[error("{0}")]
    Input(#[from] Faults),
    /// What the user asked for does not exist.
    #[error("{0}")]
    Unknown(String),
    /// What the user asked for does not go together.
    #[error("{0}")]
    Usage(String),
    /// A file can't be written.
    #[error("error: {0}")]
    File(#[from] FileError),
    /// Something else outside failed.
    #[error("error: {0:#}")]
    Other(#[from] anyhow::Error),
    /// Stopped by the user.
    #[error("interrupted{0}")]
    Interrupted(&'static str),
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Failure::Input(_) | Failure::Unknown(_) => 1,
            Failure::Usage(_) => 2,
            Failure::File(_) | Failure::Other(_) => 3,
            Failure::Interrupted(_) => interrupt::STATUS,
        }
    }
}

/// Parses a command line, whose first word names the program, carries it out and returns its exit status.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let command = match args::parse(args) {
        Ok(command) => command,
        Err(status) => return status,
    };
    fonts::lend();
    let done = match command {
        Command::Run(args) if args.selection.select => select::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Evidence(args) => evidence::evidence(&args),
        Command::Calibrate(args) => calibrate::calibrate(&args),
        Command::Sensitivity(args) => sensitivity::run(&args),
        Command::Ab(command) => ab::ab(&command),
        Command::Check(args) => check::check(&args),
        Command::New { name, from } => scenarios::new(&name, from.as_deref()),
        Command::List { what, json } => print(&lookup::list(what, json)),
        Command::Explain { name } => explain(&name).map_err(Failure::Unknown).and_then(|text| print(&text)),
    };
    match done {
        Ok(()) => 0,
        Err(failure) => {
            tell(&failure.to_string());
            failure.status()
        }
    }
}

/// How a study ends whose user may have stopped it.
fn ended(partial: bool) -> Result<(), Failure> {
    if partial { Err(Failure::Interrupted(": what is complete was written, marked as partial")) } else { Ok(()) }
}

/// Prints a result. A reader that has gone away (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(cause).context("cannot print").into())
        }
        _ => Ok(()),
    }
}

/// Says something beside the result; nobody may be listening.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{}", harmless(text));
}

/// Text that a terminal shows as it is: names of files may hold what a terminal would obey.
fn harmless(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_moves_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2J\n\u{202e}b"), "a\\u001b[2J\n\\u202eb");
    }
}
