//! Exit codes, the same for every program.

use std::process::ExitCode;

/// All went well.
pub const OK: u8 = 0;
/// Something failed; the log says what.
pub const FAILURE: u8 = 1;
/// The settings are wrong: changing them helps, trying again does not.
pub const SETTINGS: u8 = 64;

/// Settings that can be read and still cannot be used. Whoever supervises need not try again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongSettings(pub String);

/// The exit code of a program's end; a failure is logged here, once.
pub fn code(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::from(OK),
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::from(code_of(&error))
        }
    }
}

/// The exit code of a failure.
pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<WrongSettings>().is_some() { SETTINGS } else { FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn settings_that_cannot_be_used_end_with_a_code_of_their_own() {
        let wrong = Err::<(), _>(WrongSettings("SPEED".into())).context("the producer").unwrap_err();
        assert_eq!(code_of(&wrong), SETTINGS);
        assert_eq!(code_of(&anyhow::anyhow!("the disk is full")), FAILURE);
    }
}
