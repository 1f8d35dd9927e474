//! The command: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kubehop::cli::run(std::env::args_os())
}
