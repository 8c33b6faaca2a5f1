//! The `wearout` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    wearout::cli::main()
}
