//! How the ledger looks beside real ones. Field tickets are counted apart: a meter has no weekend.
//!
//! | module | asks |
//! |---|---|
//! | [`digits`] | first and last digits, round amounts |
//! | [`lines`] | how many lines, which sides, which accounts |
//! | [`calendar`] | weekdays, month end, close, hours |

pub(crate) mod calendar;
pub(crate) mod digits;
pub(crate) mod lines;
