//! What can go wrong with the database, sorted by what the caller should do.

use tokio_postgres::error::SqlState;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The setting is wrong.
    #[error("DATABASE_URL: {detail}")]
    Setting {
        /// What is wrong with it; never the password.
        detail: String,
    },
    /// Nobody answers, or the connection broke, or the server is too busy: try again.
    #[error("Postgres {address}: {detail}; is it up, and is DATABASE_URL right?")]
    Unavailable {
        /// Host, port and database.
        address: String,
        /// What happened.
        detail: String,
    },
    /// The server took too long over a statement: ask for less.
    #[error("Postgres {address}: the query took longer than it may; ask for a shorter range or fewer rows")]
    TimedOut {
        /// Host, port and database.
        address: String,
    },
    /// The schema is not there, or not the one that this program knows.
    #[error("Postgres {address}: {detail}; run `wellbook init`")]
    Schema {
        /// Host, port and database.
        address: String,
        /// What is missing.
        detail: String,
    },
    /// The tables hold another run.
    #[error(
        "Postgres {address}: its tables hold run {found}, the topics hold run {expected}; \
         use an empty database, or the topics of that run"
    )]
    OtherRun {
        /// Host, port and database.
        address: String,
        /// The run of the topics.
        expected: uuid::Uuid,
        /// The run in the tables.
        found: uuid::Uuid,
    },
    /// Anything else: rights, a bug, a full disk.
    #[error("Postgres {address}: {detail}")]
    Failed {
        /// Host, port and database.
        address: String,
        /// What the server said.
        detail: String,
    },
}

impl StoreError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    pub(crate) fn of(address: &str, error: &tokio_postgres::Error) -> Self {
        let address = address.to_owned();
        let detail = describe(error);
        match class(error) {
            Class::Transient => Self::Unavailable { address, detail },
            Class::TimedOut => Self::TimedOut { address },
            Class::Schema => Self::Schema { address, detail },
            Class::Refused | Class::Fatal => Self::Failed { address, detail },
        }
    }
}

/// What kind of failure an error of the driver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The connection or the server's state: try again.
    Transient,
    /// The statement's time is up.
    TimedOut,
    /// A table or column is not there.
    Schema,
    /// The data: a value or a constraint.
    Refused,
    /// Anything else.
    Fatal,
}

pub(crate) fn class(error: &tokio_postgres::Error) -> Class {
    let Some(state) = error.code() else {
        // Without an answer of the server it is the connection, or a value that the driver could not convert.
        let broken = error.is_closed() || std::error::Error::source(error).is_some_and(is_io);
        return if broken || is_connecting(error) { Class::Transient } else { Class::Fatal };
    };
    if *state == SqlState::QUERY_CANCELED {
        return Class::TimedOut;
    }
    if [
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_COLUMN,
        SqlState::INVALID_SCHEMA_NAME,
        SqlState::UNDEFINED_FUNCTION,
    ]
    .contains(state)
    {
        return Class::Schema;
    }
    class_of_code(state.code())
}

fn class_of_code(code: &str) -> Class {
    match code {
        // Lock not available, object in use.
        "55P03" | "55006" => Class::Transient,
        // Disk full waits for a person, but loses nothing by waiting.
        code => match &code[..2] {
            // Connection, transaction rollback (deadlock, serialisation), resources, operator intervention, system.
            "08" | "40" | "53" | "57" | "58" => Class::Transient,
            // Data exception, integrity constraint, and row-level check.
            "22" | "23" | "44" => Class::Refused,
            _ => Class::Fatal,
        },
    }
}

/// Whether the line broke. A certificate that does not verify is an IO error, too, of data that is invalid: trying
/// again gives the same one.
fn is_io(source: &(dyn std::error::Error + 'static)) -> bool {
    let io = source.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() != std::io::ErrorKind::InvalidData)
}

fn is_connecting(error: &tokio_postgres::Error) -> bool {
    let text = error.to_string();
    text.starts_with("error connecting") || text.starts_with("error communicating")
}

/// The error and what is behind it, in one line; the driver's own text says only "db error".
pub(crate) fn describe(error: &tokio_postgres::Error) -> String {
    if let Some(db) = error.as_db_error() {
        let mut text = format!("{} ({})", db.message(), db.code().code());
        for more in [db.detail(), db.where_()].into_iter().flatten() {
            text.push_str(": ");
            text.extend(more.chars().take(300));
        }
        return text.replace('\n', " ");
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_states_are_sorted_by_what_to_do_about_them() {
        for (code, expected) in [
            ("40P01", Class::Transient),
            ("57P01", Class::Transient),
            ("53300", Class::Transient),
            ("55P03", Class::Transient),
            ("23505", Class::Refused),
            ("22021", Class::Refused),
            ("23514", Class::Refused),
            ("42501", Class::Fatal),
        ] {
            assert_eq!(class_of_code(code), expected, "{code}");
        }
    }
}
