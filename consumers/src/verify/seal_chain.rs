//! The chain of seals, checked while it is read, and what is kept of it: small, because a year of live batches has a
//! million of them.

use super::report::{Check, Difference};
use contract::{Digest, Seal};
use std::collections::BTreeMap;

/// What is kept of a seal.
#[derive(Clone, Debug)]
pub(super) struct Sealed {
    pub(super) offset: i64,
    pub(super) good_entries: i64,
    pub(super) good_lines: i64,
    pub(super) good_digest: Digest,
    pub(super) planted_entries: i64,
    pub(super) planted_digest: Digest,
    pub(super) chain: Digest,
}

/// Control totals as a seal gives them; its company and currency stand among [`SealChain::books`].
#[derive(Clone, Copy, Debug)]
struct SealedAmount {
    sequence: i64,
    book: u16,
    debit: i64,
    credit: i64,
}

/// The highest entry number that a seal reached in a year of [`SealChain::years`].
#[derive(Clone, Copy, Debug)]
struct Reached {
    sequence: i64,
    year: u16,
    last: i64,
}

/// All seals, in order of their sequence.
#[derive(Debug)]
pub(super) struct SealChain {
    seals: Vec<Sealed>,
    /// Seals of the history, which are the first.
    history: usize,
    /// Digest of all good submissions so far.
    running_digest: Digest,
    /// Companies and currencies.
    books: Vec<(String, String)>,
    amounts: Vec<SealedAmount>,
    /// Whether each continues the one before.
    chain: Check,
    /// Whether the ranges of entry numbers meet.
    ranges: Check,
    /// Companies and fiscal years, with the highest entry number so far.
    years: Vec<(String, i32, i64)>,
    reached: Vec<Reached>,
    window_end: Option<chrono::DateTime<chrono::Utc>>,
}

impl SealChain {
    /// Takes in the next seal of the topic.
    pub(super) fn push(&mut self, offset: i64, seal: &Seal) {
        let sequence = seal.sequence;
        let expected = self.seals.len() as i64;
        self.expect(sequence, "sequence", expected, sequence);
        if sequence != expected {
            // Nothing after a gap can be attributed: the chain ends here.
            return;
        }
        let previous = self.seals.last().map_or_else(Digest::default, |last| last.chain);
        self.expect(sequence, "previous chain hash", previous, seal.previous);
        self.expect(sequence, "chain hash", seal.expected_chain(), seal.chain);
        self.running_digest.merge(&seal.good.digest);
        self.expect(sequence, "running digest", self.running_digest, seal.running_digest);
        let start = self.window_end.unwrap_or(seal.window_start);
        self.expect(sequence, "start of the window", start, seal.window_start);
        self.window_end = Some(seal.window_end);
        self.push_numbers(seal);
        for total in &seal.good.amounts {
            let book = intern(
                &mut self.books,
                |book| book.0 == total.company_code && book.1 == total.currency,
                || (total.company_code.clone(), total.currency.clone()),
            );
            // What one batch holds of one company is far below 2^63 cents.
            let (debit, credit) = (total.debit as i64, total.credit as i64);
            self.amounts.push(SealedAmount { sequence, book, debit, credit });
        }
        if seal.is_history && self.history == self.seals.len() {
            self.history += 1;
        }
        self.seals.push(Sealed {
            offset,
            good_entries: seal.good.entries,
            good_lines: seal.good.lines,
            good_digest: seal.good.digest,
            planted_entries: seal.planted.entries,
            planted_digest: seal.planted.digest,
            chain: seal.chain,
        });
    }

    fn push_numbers(&mut self, seal: &Seal) {
        for range in &seal.entry_numbers {
            let found =
                |year: &(String, i32, i64)| year.0 == range.company_code && year.1 == range.fiscal_year;
            let year = intern(&mut self.years, found, || (range.company_code.clone(), range.fiscal_year, 0));
            let last = &mut self.years[usize::from(year)].2;
            let next = *last + 1;
            let gapless = range.first == next && range.count == range.last - range.first + 1;
            self.ranges.expect(gapless, || Difference {
                what: format!("entry numbers of {} in {}", range.company_code, range.fiscal_year),
                place: format!("seal {}", seal.sequence),
                expected: format!("a gapless range from {next}"),
                found: format!("{} numbers from {} to {}", range.count, range.first, range.last),
            });
            *last = range.last;
            self.reached.push(Reached { sequence: seal.sequence, year, last: range.last });
        }
    }

    fn expect<T: PartialEq + ToString>(&mut self, sequence: i64, what: &str, expected: T, found: T) {
        self.chain.expect(expected == found, || Difference {
            what: what.to_owned(),
            place: format!("seal {sequence}"),
            expected: expected.to_string(),
            found: found.to_string(),
        });
    }

    /// The newest sequence.
    pub(super) fn newest(&self) -> Option<i64> {
        (self.seals.len() as i64).checked_sub(1).filter(|newest| *newest >= 0)
    }

    /// Submissions that the seals count.
    pub(super) fn submissions(&self) -> i64 {
        self.seals.iter().map(|seal| seal.good_entries + seal.planted_entries).sum()
    }

    /// Seals up to the cut, with their sequences.
    pub(super) fn up_to(&self, cut: i64) -> impl Iterator<Item = (i64, &Sealed)> {
        (0..=cut).zip(&self.seals)
    }

    /// The digest of the history, where the cut covers it and something live follows it.
    pub(super) fn fingerprint(&self, cut: i64) -> Option<Digest> {
        let is_whole = self.history > 0 && self.history < self.seals.len() && self.history as i64 <= cut + 1;
        is_whole.then(|| self.digest(self.history as i64 - 1))
    }

    /// Digest of all good submissions up to the cut.
    pub(super) fn digest(&self, cut: i64) -> Digest {
        let mut digest = Digest::default();
        self.up_to(cut).for_each(|(_, seal)| digest.merge(&seal.good_digest));
        digest
    }

    /// Control totals up to the cut, by company and currency.
    pub(super) fn amounts(&self, cut: i64) -> BTreeMap<(String, String), (i128, i128)> {
        let mut sums: BTreeMap<(String, String), (i128, i128)> = BTreeMap::new();
        for amount in self.amounts.iter().filter(|amount| amount.sequence <= cut) {
            let sum = sums.entry(self.books[usize::from(amount.book)].clone()).or_default();
            sum.0 += i128::from(amount.debit);
            sum.1 += i128::from(amount.credit);
        }
        sums
    }

    /// The highest entry numbers up to the cut, by company and fiscal year.
    pub(super) fn numbers(&self, cut: i64) -> BTreeMap<(String, i32), i64> {
        let reached = self.reached.iter().filter(|reached| reached.sequence <= cut);
        let named = |reached: &Reached| {
            let (company_code, fiscal_year, _) = &self.years[usize::from(reached.year)];
            ((company_code.clone(), *fiscal_year), reached.last)
        };
        reached.map(named).collect()
    }

    /// The check of the chain. A fault beyond the cut counts too: nothing after it can be trusted.
    pub(super) fn check(&self) -> Check {
        self.chain.clone()
    }

    /// What the seals themselves say about entry numbers: where the check of the numbers begins.
    pub(super) fn ranges(&self) -> Check {
        self.ranges.clone()
    }
}

impl Default for SealChain {
    fn default() -> Self {
        Self {
            seals: Vec::new(),
            history: 0,
            running_digest: Digest::default(),
            books: Vec::new(),
            amounts: Vec::new(),
            chain: Check::new("each seal continues the one before"),
            ranges: Check::new("entry numbers have no gap"),
            years: Vec::new(),
            reached: Vec::new(),
            window_end: None,
        }
    }
}

/// The place of the element that `is` finds, which is added where there is none. There are a few dozen of them.
fn intern<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> u16 {
    let place = all.iter().position(is).unwrap_or_else(|| {
        all.push(make());
        all.len() - 1
    });
    u16::try_from(place).expect("companies, currencies and years are some dozens")
}
