//! Reads the tables into the evidence. A staged entry is encoded again, as its producer did, so that the digest of a
//! row answers for every one of its columns.

use super::evidence::{Evidence, Loaded};
use super::facts::{EntryFacts, Held};
use super::progress::Progress;
use anyhow::bail;
use contract::{Digest, Encoder, SchemaId, Topic};
use std::time::{Duration, Instant};
use store::{RejectedRow, StagedEntry, StagingVisitor, Store};
use tokio_util::sync::CancellationToken;

/// Pause between two looks at a sink that is still behind.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Waits until the tables have passed all that is sealed and decided, or `deadline`, and says how far they are.
pub(super) async fn wait(
    store: &Store,
    evidence: &Evidence,
    deadline: Instant,
    token: &CancellationToken,
) -> anyhow::Result<Loaded> {
    loop {
        let loaded = store.ingest_offsets().await?;
        if evidence.staging_has_passed(&loaded) || Instant::now() + LOOK_AGAIN >= deadline {
            return Ok(loaded);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = token.cancelled() => bail!("interrupted while waiting for the sink"),
        }
    }
}

/// Takes in all tables as of one moment.
pub(super) async fn read(
    store: &Store,
    evidence: &mut Evidence,
    progress: &Progress,
    token: &CancellationToken,
) -> anyhow::Result<()> {
    let last_seal = evidence.newest_seal().unwrap_or(-1);
    // The digest leaves the frame out, so any id serves.
    let encoder = Encoder::new(Topic::JournalEntryRaw, SchemaId(0));
    let mut rows = Rows { evidence, encoder, value: Vec::new(), progress };
    tokio::select! {
        read = store.visit_staging(last_seal, &mut rows) => read?,
        () = token.cancelled() => bail!("interrupted while reading the tables"),
    };
    progress.finish_tables();
    Ok(())
}

struct Rows<'e> {
    evidence: &'e mut Evidence,
    encoder: Encoder,
    value: Vec<u8>,
    progress: &'e Progress,
}

impl StagingVisitor for Rows<'_> {
    fn entry(&mut self, StagedEntry { entry, origin }: StagedEntry<'static>) {
        self.encoder.entry(&entry, &mut self.value);
        let key = entry.chain_id.to_string();
        let facts = Some(EntryFacts::of(&entry));
        let (first, place) = (self.evidence.first_of(origin.ce_id), (origin.batch, origin.batch_index));
        let held = Held::again(first, origin.ce_id, place.0, place.1, key.as_bytes(), &self.value, facts);
        self.evidence.staged(&held);
        self.progress.count_row();
    }

    fn rejected(&mut self, row: RejectedRow) {
        // Without these it is no submission of ours: no seal speaks of it.
        let (Some(ce_id), Some(batch), Some(index)) = (row.ce_id, row.batch, row.batch_index) else { return };
        let (key, value) = (row.key.unwrap_or_default(), row.value.unwrap_or_default());
        let held = Held::again(self.evidence.first_of(ce_id), ce_id, batch, index, &key, &value, None);
        match row.stage {
            store::Stage::Validator => self.evidence.staged_dead_letter(&held),
            store::Stage::Sink => self.evidence.refused(&held),
        }
        self.progress.count_row();
    }

    fn seal(&mut self, sequence: i64, chain: Digest) {
        self.evidence.staged_seal(sequence, chain);
    }
}
