//! The chart of accounts.
