//! The verdict: what the evidence says, stage against stage.

use super::evidence::{Altered, Book, Evidence, Loaded, Oddity, Submission, is_loaded, place_of};
use super::facts::Stage;
use super::numbers::Numbers;
use super::report::{Check, Difference, Report, StageAmount, StageTotals, cents};
use contract::{Digest, Topic};
use ledger::ReasonCode;
use ledger::check::rests_on_absence;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// How often a stage holds a submission.
type Count = fn(&Submission) -> u8;

impl Evidence {
    /// Compares everything up to the newest seal that all stages have passed. `loaded` is how far the tables were
    /// loaded, at the latest, before they were read.
    #[must_use]
    pub fn finish(mut self, loaded: &Loaded) -> Report {
        // What was made again of a dead letter stands behind its first submission, in the order in which it was made.
        self.submissions.sort_by_key(|it| (it.batch, it.index, it.first, it.is_again(), it.raw_offset));
        // The places in `by_id` are stale from here on; oddities carry what they need of them.
        let newest_seal = self.seals.newest();
        let (cut, behind) = self.cut(loaded);
        let mut report = Report { newest_seal, behind, unsealed: self.unsealed, ..Report::default() };
        let chain = self.seals.check();
        let Some(cut) = cut else {
            report.checks.push(chain);
            return report;
        };
        report.cut = Some(cut);
        report.fingerprint = self.seals.fingerprint(cut);
        report.checks = vec![
            chain,
            self.check_seals_against_raw(cut),
            self.check_each_decided_once(cut),
            self.check_dead_letters_against_faults(cut),
            self.check_staging(cut),
            self.check_bytes(cut),
            self.check_balance(cut),
            self.check_numbers(cut),
            self.check_staged_seals(cut),
        ];
        report.resubmitted = self.sealed(cut).filter(|submission| submission.is_again()).count() as u64;
        report.stages = self.stages(cut);
        report.checks.push(check_control_totals(&report.stages));
        report
    }

    /// The newest seal that all stages have passed, and what holds it back.
    fn cut(&self, loaded: &Loaded) -> (Option<i64>, Option<String>) {
        let Some(newest) = self.seals.newest() else { return (None, None) };
        let mut cut = newest;
        let mut behind = None;
        for submission in &self.submissions {
            if submission.batch > cut {
                break;
            }
            let raw =
                || format!("raw partition {} offset {}", submission.raw_partition, submission.raw_offset);
            if !self.is_decided(submission) {
                behind =
                    Some(format!("The validator has not passed {} (batch {}) yet.", raw(), submission.batch));
                cut = submission.batch - 1;
            } else if !submission.is_loaded(loaded) {
                let place =
                    format!("partition {} offset {}", submission.out_partition, submission.out_offset);
                behind = Some(format!("The sink has not passed {place} (batch {}) yet.", submission.batch));
                cut = submission.batch - 1;
            }
        }
        let unloaded =
            self.seals.up_to(cut).find(|(_, seal)| !is_loaded(loaded, Topic::BatchSeal, 0, seal.offset));
        if let Some((sequence, _)) = unloaded {
            behind = Some(format!("The sink has not loaded seal {sequence} yet."));
            cut = sequence - 1;
        }
        ((cut >= 0).then_some(cut), behind)
    }

    fn sealed(&self, cut: i64) -> impl Iterator<Item = &Submission> {
        self.submissions.iter().take_while(move |submission| submission.batch <= cut)
    }

    /// Each submission with what was made again of its dead letters.
    fn tries(&self, cut: i64) -> impl Iterator<Item = &[Submission]> {
        let end = self.submissions.partition_point(|submission| submission.batch <= cut);
        self.submissions[..end].chunk_by(|one, other| one.first == other.first)
    }

    fn is_planted(&self, submission: &Submission) -> bool {
        self.faults.contains_key(&submission.first)
    }

    fn check_seals_against_raw(&self, cut: i64) -> Check {
        let mut check = Check::new("seals = raw");
        let mut rest = self.sealed(cut).peekable();
        for (sequence, seal) in self.seals.up_to(cut) {
            let (mut entries, mut lines, mut digest) = (0_i64, 0_i64, Digest::default());
            let (mut planted, mut planted_digest) = (0_i64, Digest::default());
            while let Some(submission) = rest.next_if(|submission| submission.batch == sequence) {
                check.expect(submission.raw == 1, || Difference {
                    what: "a submission that was made twice".to_owned(),
                    place: submission.place(Stage::Raw),
                    expected: "1 record".to_owned(),
                    found: submission.raw.to_string(),
                });
                if submission.is_again() {
                    continue; // sealed once, as what it was first
                }
                if self.is_planted(submission) {
                    planted += 1;
                    planted_digest.merge(&submission.digest);
                } else {
                    entries += 1;
                    lines += i64::from(submission.lines);
                    digest.merge(&submission.digest);
                }
            }
            let mut same = |what: &str, expected: &dyn ToString, found: &dyn ToString| {
                let (expected, found) = (expected.to_string(), found.to_string());
                check.expect(expected == found, || Difference {
                    what: what.to_owned(),
                    place: format!("raw batch {sequence}"),
                    expected: format!("{expected} as sealed"),
                    found,
                });
            };
            same("good submissions", &seal.good_entries, &entries);
            same("lines of good submissions", &seal.good_lines, &lines);
            same("digest of good submissions", &seal.good_digest, &digest);
            same("planted submissions", &seal.planted_entries, &planted);
            same("digest of planted submissions", &seal.planted_digest, &planted_digest);
        }
        self.add_strays(&mut check, cut, &[Stage::Raw]);
        check
    }

    fn check_each_decided_once(&self, cut: i64) -> Check {
        let mut check = Check::new("raw = validated + dead letters");
        for submission in self.sealed(cut) {
            check.expect(submission.validated + submission.dead == 1, || Difference {
                what: match submission.validated.saturating_add(submission.dead) {
                    0 => "a submission that was lost",
                    _ => "a submission that was decided twice",
                }
                .to_owned(),
                place: submission.place(Stage::Raw),
                expected: "1 record on the validated or the dead-letter topic".to_owned(),
                found: format!("{} validated, {} dead", submission.validated, submission.dead),
            });
        }
        for tries in self.tries(cut).filter(|tries| tries.len() > 1) {
            let accepted: u64 = tries.iter().map(|submission| u64::from(submission.validated)).sum();
            let last = tries.iter().rfind(|submission| submission.validated > 0).unwrap_or(&tries[0]);
            check.expect(accepted <= 1, || Difference {
                what: "a submission that was accepted again".to_owned(),
                place: last.place(Stage::Validated),
                expected: format!("1 record of ce_id {} or what was made again of it", last.first),
                found: accepted.to_string(),
            });
        }
        self.add_strays(&mut check, cut, &[Stage::Validated, Stage::DeadLetters]);
        check
    }

    fn check_dead_letters_against_faults(&self, cut: i64) -> Check {
        let mut check = Check::new("dead letters = planted faults");
        let name = |reason: Option<ReasonCode>| {
            reason.map_or_else(|| "accepted".to_owned(), |reason| format!("rejected as {reason}"))
        };
        for tries in self.tries(cut) {
            if let Some(planted) = self.faults.get(&tries[0].first) {
                for submission in tries {
                    check.expect(submission.reason == Some(planted.reason), || Difference {
                        what: "a verdict".to_owned(),
                        place: submission.place(Stage::DeadLetters),
                        expected: name(Some(planted.reason)),
                        found: name(submission.reason),
                    });
                }
            } else if let Some(dead) = tries.iter().rfind(|submission| submission.dead > 0) {
                // Rejected, and accepted when it was submitted again: the gap is closed.
                check.expect(tries.iter().any(|submission| submission.validated > 0), || Difference {
                    what: "a verdict".to_owned(),
                    place: dead.place(Stage::DeadLetters),
                    expected: format!("accepted: no fault was planted{}", way_out(dead.reason)),
                    found: name(dead.reason),
                });
            }
        }
        // Faults whose submission is not on the raw topic at all.
        let mut missing: Vec<_> = self
            .faults
            .iter()
            .filter(|(ce_id, planted)| planted.batch <= cut && !self.by_id.contains_key(*ce_id))
            .collect();
        missing.sort_by_key(|(_, planted)| (planted.batch, planted.index));
        for (ce_id, planted) in missing {
            check.expect(false, || Difference {
                what: "a planted fault".to_owned(),
                place: place_of(Stage::Raw, planted.batch, planted.index, *ce_id),
                expected: format!("a submission to be rejected as {}", planted.reason),
                found: "no such ce_id".to_owned(),
            });
        }
        check
    }

    fn check_staging(&self, cut: i64) -> Check {
        let mut check = Check::new("validated + dead letters = staging");
        for submission in self.sealed(cut) {
            let taken = submission.staged.saturating_add(submission.refused);
            let lost = |count: u8| if count == 0 { "lost" } else { "loaded twice" };
            check.expect(taken == submission.validated, || Difference {
                what: format!("a validated entry that was {}", lost(taken)),
                place: submission.place(Stage::Staging),
                expected: format!("{} rows", submission.validated),
                found: format!("{} entries, {} refused", submission.staged, submission.refused),
            });
            check.expect(submission.staged_dead == submission.dead, || Difference {
                what: format!("a dead letter that was {}", lost(submission.staged_dead)),
                place: submission.place(Stage::Staging),
                expected: format!("{} rows", submission.dead),
                found: submission.staged_dead.to_string(),
            });
        }
        self.add_strays(&mut check, cut, &[Stage::Staging]);
        check
    }

    /// Every byte: each stage holds what the raw topic holds.
    fn check_bytes(&self, cut: i64) -> Check {
        let mut check = Check::new("every byte as submitted");
        let seen = |submission: &Submission| {
            u64::from(submission.validated) + u64::from(submission.dead) + u64::from(submission.staged)
        };
        check.compared = self.sealed(cut).map(seen).sum();
        let mut altered: Vec<_> =
            self.oddities.iter().filter(|oddity| oddity.altered.is_some() && oddity.batch <= cut).collect();
        altered.sort_by_key(|oddity| (oddity.stage, oddity.batch));
        check.differences = altered.len() as u64;
        check.first = altered.first().map(|oddity| oddity.difference.clone());
        check
    }

    fn check_balance(&self, cut: i64) -> Check {
        let mut check = Check::new("every staged entry balances");
        check.compared = self.sealed(cut).map(|submission| u64::from(submission.staged)).sum();
        let unbalanced = || self.unbalanced.iter().filter(|entry| entry.0 <= cut);
        check.first = unbalanced().next().map(|entry| entry.1.clone());
        check.differences = unbalanced().count() as u64;
        check
    }

    fn check_numbers(&self, cut: i64) -> Check {
        let mut check = self.seals.ranges();
        let mut numbers: HashMap<u16, Numbers> = HashMap::new();
        for submission in self.sealed(cut).filter(|submission| submission.staged > 0) {
            if let Some(book) = submission.book {
                numbers.entry(book).or_default().insert(submission.entry_number);
            }
        }
        let mut held: BTreeMap<(String, i32), Numbers> = BTreeMap::new();
        for (book, numbers) in numbers {
            let Book { company_code, fiscal_year, .. } = self.books[usize::from(book)].clone();
            held.entry((company_code, fiscal_year)).or_default().merge(numbers);
        }
        for ((company_code, fiscal_year), last) in self.seals.numbers(cut) {
            let held = held.remove(&(company_code.clone(), fiscal_year)).unwrap_or_default();
            check.compared += last.unsigned_abs();
            let place = || format!("staging company {company_code} year {fiscal_year}");
            if let Some(missing) = held.first_missing(last) {
                check.differences += 1;
                check.first.get_or_insert_with(|| Difference {
                    what: "an entry number".to_owned(),
                    place: place(),
                    expected: format!("every number from 1 to {last}"),
                    found: format!("no {missing}"),
                });
            }
            if held.highest() > last {
                check.differences += 1;
                check.first.get_or_insert_with(|| Difference {
                    what: "an entry number".to_owned(),
                    place: place(),
                    expected: format!("none above {last}"),
                    found: held.highest().to_string(),
                });
            }
            if let Some(twice) = held.first_repeated() {
                check.differences += 1;
                check.first.get_or_insert_with(|| Difference {
                    what: "an entry number".to_owned(),
                    place: place(),
                    expected: "every number once".to_owned(),
                    found: format!("{twice} again"),
                });
            }
        }
        check
    }

    fn check_staged_seals(&self, cut: i64) -> Check {
        let mut check = Check::new("seals = staged seals");
        for (sequence, seal) in self.seals.up_to(cut) {
            // They come in order of their sequence.
            let found = self.staged_seals.binary_search_by_key(&sequence, |staged| staged.0);
            let found = found.ok().map(|at| &self.staged_seals[at].1);
            check.expect(found == Some(&seal.chain), || Difference {
                what: "chain hash".to_owned(),
                place: format!("staging seal {sequence}"),
                expected: seal.chain.to_string(),
                found: found.map_or_else(|| "no such row".to_owned(), ToString::to_string),
            });
        }
        check
    }

    fn add_strays(&self, check: &mut Check, cut: i64, stages: &[Stage]) {
        let ours = |oddity: &&Oddity| {
            oddity.altered.is_none() && oddity.batch <= cut && stages.contains(&oddity.stage)
        };
        for stray in self.oddities.iter().filter(ours) {
            check.expect(false, || stray.difference.clone());
        }
    }

    fn stages(&self, cut: i64) -> Vec<StageTotals> {
        let mut sealed = StageTotals { stage: Stage::Seals.name(), ..StageTotals::default() };
        for (_, seal) in self.seals.up_to(cut) {
            sealed.entries += (seal.good_entries + seal.planted_entries).unsigned_abs();
            sealed.lines += seal.good_lines.unsigned_abs();
        }
        sealed.digest = Some(self.seals.digest(cut));
        sealed.amounts = amounts(self.seals.amounts(cut));
        let count: [(Stage, Count); 4] = [
            (Stage::Raw, |submission| submission.raw),
            (Stage::Validated, |submission| submission.validated),
            (Stage::DeadLetters, |submission| submission.dead),
            (Stage::Staging, |submission| submission.staged),
        ];
        let rest = count.map(|(stage, count)| self.stage(cut, stage, count));
        std::iter::once(sealed).chain(rest).collect()
    }

    /// What a stage holds: all submissions counted, the good ones summed; on the raw topic without what was made again, which
    /// is there a second time.
    fn stage(&self, cut: i64, stage: Stage, count: Count) -> StageTotals {
        let mut totals = StageTotals { stage: stage.name(), ..StageTotals::default() };
        let mut sums: BTreeMap<(String, String), (i128, i128)> = BTreeMap::new();
        let mut digest = Digest::default();
        let altered: HashMap<Uuid, &Altered> = self
            .oddities
            .iter()
            .filter(|oddity| oddity.stage == stage)
            .filter_map(|oddity| oddity.altered.as_ref())
            .map(|altered| (altered.ce_id, altered))
            .collect();
        for submission in self.sealed(cut) {
            let times = count(submission);
            totals.entries += u64::from(times);
            let is_counted = stage == Stage::Raw && submission.is_again();
            if self.is_planted(submission) || is_counted {
                continue;
            }
            totals.lines += u64::from(times) * u64::from(submission.lines.unsigned_abs());
            let altered = altered.get(&submission.ce_id);
            for _ in 0..times {
                digest.merge(altered.map_or(&submission.digest, |altered| &altered.digest));
            }
            let Some(book) = submission.book else { continue };
            let Book { company_code, currency, .. } = &self.books[usize::from(book)];
            let (debit, credit) = match altered.and_then(|altered| altered.facts.as_ref()) {
                Some(facts) => (facts.debit, facts.credit),
                None => (i128::from(submission.debit), i128::from(submission.credit)),
            };
            let sum = sums.entry((company_code.clone(), currency.clone())).or_default();
            sum.0 += debit * i128::from(times);
            sum.1 += credit * i128::from(times);
        }
        if stage != Stage::DeadLetters {
            totals.digest = Some(digest);
            totals.amounts = amounts(sums);
        }
        totals
    }
}

/// What to do about a good submission that was rejected.
fn way_out(reason: Option<ReasonCode>) -> &'static str {
    if reason.is_some_and(rests_on_absence) {
        " (`wellbook replay` submits it again, which helps once its master is there)"
    } else {
        ""
    }
}

/// The good submissions of each stage carry the control totals of the seals.
fn check_control_totals(stages: &[StageTotals]) -> Check {
    let mut check = Check::new("control totals per company and currency");
    let Some((sealed, rest)) = stages.split_first() else { return check };
    for stage in rest.iter().filter(|stage| stage.stage != Stage::DeadLetters.name()) {
        for amount in &sealed.amounts {
            let same = |other: &&StageAmount| {
                other.company_code == amount.company_code && other.currency == amount.currency
            };
            let found = stage.amounts.iter().find(same);
            check.expect(found == Some(amount), || Difference {
                what: format!("control total of {} in {}", amount.company_code, amount.currency),
                place: stage.stage.to_owned(),
                expected: debit_and_credit(Some(amount)),
                found: debit_and_credit(found),
            });
        }
        check.expect(stage.amounts.len() == sealed.amounts.len(), || Difference {
            what: "companies and currencies".to_owned(),
            place: stage.stage.to_owned(),
            expected: sealed.amounts.len().to_string(),
            found: stage.amounts.len().to_string(),
        });
    }
    check
}

fn debit_and_credit(amount: Option<&StageAmount>) -> String {
    amount.map_or_else(
        || "nothing".to_owned(),
        |amount| format!("debit {} credit {}", cents(amount.debit), cents(amount.credit)),
    )
}

fn amounts(sums: BTreeMap<(String, String), (i128, i128)>) -> Vec<StageAmount> {
    sums.into_iter()
        .map(|((company_code, currency), (debit, credit))| StageAmount {
            company_code,
            currency,
            debit,
            credit,
        })
        .collect()
}
