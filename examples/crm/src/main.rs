//! The binary `crm`; see the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    crm::cli::main()
}
