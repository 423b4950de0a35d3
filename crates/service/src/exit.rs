//! Exit codes, the same for every program.

use std::process::ExitCode;

/// All went well.
pub const OK: u8 = 0;
/// Something failed; the log says what.
pub const FAILURE: u8 = 1;
/// The settings are wrong: changing them helps, trying again does not.
pub const SETTINGS: u8 = 64;

/// The exit code of a program's end; a failure is logged here, once.
pub fn code(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::from(OK),
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::from(FAILURE)
        }
    }
}
