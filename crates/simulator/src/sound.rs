//! What every template owes, whatever it is given: drafts that balance, lines that carry what their accounts require.

use crate::document::Document;
use crate::draft::Draft;
use crate::month::Month;
use crate::prices::PriceTable;
use crate::settings::{FaultRates, Settings};
use crate::template::Family;
use crate::world::World;
use ledger::{JournalLine, Side};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The world of these tests; it begins in the middle of a month.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let settings = Settings {
            seed: 7,
            start_date: "2024-12-11".parse().unwrap(),
            historical_days: 120,
            scale: 1,
            fault_rates: FaultRates::default(),
            prices: PriceTable::built_in(),
        };
        World::new(settings).unwrap()
    })
}

/// The months that documents are taken from: they hold a year's end and its close, and gas below zero.
fn months() -> impl Iterator<Item = Month> {
    let first = Month::of("2024-09-01".parse().unwrap());
    (0..8).map(move |at| first.plus(at))
}

/// The documents of a family that are entered in those months.
fn of_family(family: Family) -> &'static [(Document, chrono::NaiveDate)] {
    type Found = HashMap<u8, Vec<(Document, chrono::NaiveDate)>>;
    static FOUND: OnceLock<Found> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let mut found = Found::new();
        for month in months() {
            for planned in world().entered_in(month) {
                let family = planned.document.template.shape().family as u8;
                found.entry(family).or_default().push((planned.document, planned.entered_on()));
            }
        }
        found
    });
    &found[&(family as u8)]
}

/// Any draft of a family.
pub(crate) fn any_draft(family: Family) -> impl Strategy<Value = Draft<'static>> {
    any::<prop::sample::Index>().prop_map(move |index| {
        let (document, entered_on) = *index.get(of_family(family));
        world().draft(document, entered_on)
    })
}

/// Debits are credits in both currencies, no line is nothing or says it, and each carries what its account requires.
pub(crate) fn sound(draft: &Draft<'_>) -> Result<(), TestCaseError> {
    let of = |side, amount: fn(&JournalLine<'_>) -> i64| -> i64 {
        draft.lines.iter().filter(|line| line.side == side).map(amount).sum()
    };
    prop_assert!(draft.lines.len() >= 2, "{}: {} lines", draft.description, draft.lines.len());
    for amount in [
        |line: &JournalLine<'_>| line.amount.units(),
        |line: &JournalLine<'_>| line.functional_amount.units(),
    ] {
        prop_assert!(draft.lines.iter().all(|line| amount(line) > 0), "{}", draft.description);
        prop_assert_eq!(of(Side::Debit, amount), of(Side::Credit, amount), "{}", draft.description);
    }
    for line in &draft.lines {
        let says_nothing = line.quantity.is_some_and(|it| it.is_zero())
            || line.unit_price.is_some_and(|it| it.is_zero())
            || line.base_amount.is_some_and(|it| it.is_zero())
            || line.rate.is_some_and(|it| it.is_zero());
        prop_assert!(!says_nothing, "{}: zero on line {}", draft.description, line.line_number);
        let account = ledger::chart::account(&line.account_code);
        let required = account.map(|account| account.required_dimensions).unwrap_or_default();
        prop_assert!(account.is_some_and(|account| account.is_postable), "{}", line.account_code);
        prop_assert!(
            required.iter().all(|dimension| line.carries(*dimension)),
            "{}: {} on {}",
            draft.description,
            line.line_number,
            line.account_code
        );
    }
    Ok(())
}

/// Every family's property: any of its documents is sound.
macro_rules! any_is_sound {
    ($family:ident) => {
        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
            #[test]
            fn any_document_balances_and_carries_what_its_accounts_require(
                draft in crate::sound::any_draft(crate::template::Family::$family)
            ) {
                crate::sound::sound(&draft)?;
            }
        }
    };
}
pub(crate) use any_is_sound;
