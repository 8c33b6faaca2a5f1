//! The `wearout` program.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(wearout::main(env::args_os()))
}
