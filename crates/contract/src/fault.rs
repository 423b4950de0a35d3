//! The ground truth of planted faults.

use ledger::ReasonCode;
use uuid::Uuid;

/// One planted fault: an extra submission beside an untouched good one. No consumer but the proof reads these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InjectedFault {
    /// The submission's `ce_id`.
    pub ce_id: Uuid,
    /// The batch that it is in.
    pub batch: i64,
    /// Its place in that batch, from 0.
    pub index: i32,
    /// The reason code that the validator must give.
    pub reason: ReasonCode,
    /// The entry id of the good sibling.
    pub entry_id: Uuid,
    /// The sibling's company.
    pub company_code: String,
    /// What was done to it.
    pub description: String,
}
