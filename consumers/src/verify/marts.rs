//! The last stage: what dbt made of staging, up to the position that it holds.

use super::report::{Check, Difference, Report, StageAmount, StageTotals, cents};
use std::collections::BTreeMap;
use store::{Marts, Movement};

const STAGE: &str = "marts";

/// Debit and credit in cents.
type Sides = (i128, i128);

/// Adds to the report what the marts hold, and whether it is what staging holds up to the same position.
pub(super) fn add(report: &mut Report, marts: &Marts) {
    report.stages.push(totals(&marts.lines));
    report.checks.push(check_lines(marts));
    report.checks.extend(check_trial_balance(marts));
    report.marts_behind = behind(marts);
}

fn totals(lines: &[Movement]) -> StageTotals {
    let mut sums: BTreeMap<(&str, &str), Sides> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry((&line.company_code, &line.currency)).or_default();
        *sum = (sum.0 + line.debit, sum.1 + line.credit);
    }
    let amount = |((company_code, currency), (debit, credit)): ((&str, &str), Sides)| StageAmount {
        company_code: company_code.to_owned(),
        currency: currency.to_owned(),
        debit,
        credit,
    };
    StageTotals {
        stage: STAGE,
        entries: lines.iter().map(|line| line.entries).sum(),
        lines: lines.iter().map(|line| line.lines).sum(),
        digest: None,
        amounts: sums.into_iter().map(amount).collect(),
    }
}

/// Company, currency, period and account by account, so that a difference says where to look.
fn check_lines(marts: &Marts) -> Check {
    let mut check = Check::new("staging = marts");
    let mut both: BTreeMap<_, [Option<&Movement>; 2]> = BTreeMap::new();
    for (side, movements) in [&marts.staged, &marts.lines].into_iter().enumerate() {
        for it in movements {
            let key = (&it.company_code, it.period_key, &it.account_code, &it.currency);
            both.entry(key).or_default()[side] = Some(it);
        }
    }
    for ((company_code, period_key, account_code, currency), [staged, held]) in both {
        check.expect(staged == held, || Difference {
            what: format!("lines of account {account_code} in {currency}"),
            place: format!("gl.journal_lines company {company_code} period {period_key}"),
            expected: lines_text(staged),
            found: lines_text(held),
        });
    }
    check
}

fn lines_text(movement: Option<&Movement>) -> String {
    movement.map_or_else(
        || "nothing".to_owned(),
        |it| {
            format!(
                "{} lines, {} entries, debit {} credit {}, in the company's currency debit {} credit {}",
                it.lines,
                it.entries,
                cents(it.debit),
                cents(it.credit),
                cents(it.functional_debit),
                cents(it.functional_credit)
            )
        },
    )
}

/// None where there is no trial balance. A period that waits for the rest of its build is not compared.
fn check_trial_balance(marts: &Marts) -> Option<Check> {
    let balance = marts.trial_balance.as_ref()?;
    let mut check = Check::new("staging = trial balance");
    let mut both: BTreeMap<(&str, i32, &str), [Sides; 2]> = BTreeMap::new();
    for it in &marts.staged {
        let [staged, _] = both.entry((&it.company_code, it.period_key, &it.account_code)).or_default();
        *staged = (staged.0 + it.functional_debit, staged.1 + it.functional_credit);
    }
    for it in balance {
        let [_, held] = both.entry((&it.company_code, it.period_key, &it.account_code)).or_default();
        *held = (held.0 + it.debit, held.1 + it.credit);
    }
    let text = |(debit, credit): Sides| format!("debit {} credit {}", cents(debit), cents(credit));
    for ((company_code, period_key, account_code), [staged, held]) in both {
        if marts.earlier.contains(&(company_code.to_owned(), period_key)) {
            continue;
        }
        check.expect(staged == held, || Difference {
            what: format!("movement of account {account_code}"),
            place: format!("gl.trial_balance company {company_code} period {period_key}"),
            expected: text(staged),
            found: text(held),
        });
    }
    Some(check)
}

/// How far the marts have come, where that is not all of staging: they are built now and then, so it is no difference.
fn behind(marts: &Marts) -> Option<String> {
    let unread = (marts.unread > 0)
        .then(|| format!("The marts are {} entries behind staging, and compared up to there.", marts.unread));
    let earlier = marts.earlier.iter().next().map(|(company_code, period_key)| {
        format!(
            "The trial balance is of an earlier build than the lines in {} periods of companies, the first company \
             {company_code} period {period_key}.",
            marts.earlier.len()
        )
    });
    let texts: Vec<String> = unread.into_iter().chain(earlier).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::PeriodMovement;

    fn movement(account_code: &str, debit: i128, credit: i128) -> Movement {
        Movement {
            company_code: "1000".into(),
            currency: "USD".into(),
            period_key: 202_506,
            account_code: account_code.into(),
            entries: u64::from(debit > 0),
            lines: 1,
            debit,
            credit,
            functional_debit: debit,
            functional_credit: credit,
        }
    }

    fn whole() -> Marts {
        let lines = vec![movement("127.001", 500, 0), movement("360.000", 0, 500)];
        let row = |it: &Movement| PeriodMovement {
            company_code: it.company_code.clone(),
            period_key: it.period_key,
            account_code: it.account_code.clone(),
            debit: it.debit,
            credit: it.credit,
        };
        let trial_balance = Some(lines.iter().map(row).collect());
        Marts { staged: lines.clone(), lines, trial_balance, ..Marts::default() }
    }

    fn report(marts: &Marts) -> Report {
        let mut report = Report::default();
        add(&mut report, marts);
        report
    }

    #[test]
    fn marts_that_hold_what_staging_holds_are_a_stage_with_its_totals() {
        let report = report(&whole());
        assert_eq!((report.first_difference(), &report.marts_behind), (None, &None));
        let json = report.json();
        assert_eq!((&json["stages"][0]["stage"], &json["stages"][0]["lines"]), (&"marts".into(), &2.into()));
        assert_eq!(json["stages"][0]["amounts"][0]["debit"], "5.00");
    }

    #[test]
    fn an_altered_line_is_found_with_its_company_period_and_account() {
        let mut marts = whole();
        marts.lines[1].credit = 499;
        let report = report(&marts);
        let (check, difference) = report.first_difference().unwrap();
        assert_eq!(check, "staging = marts");
        let text = difference.to_string();
        assert!(text.contains("360.000") && text.contains("company 1000 period 202506"), "{text}");
        assert!(text.contains("credit 5.00") && text.contains("credit 4.99"), "{text}");
    }

    #[test]
    fn a_trial_balance_that_lost_an_account_differs_and_one_that_waits_for_its_build_is_only_behind() {
        let mut marts = whole();
        marts.trial_balance.as_mut().unwrap().pop();
        let lost = report(&marts);
        assert_eq!(lost.first_difference().unwrap().0, "staging = trial balance");
        marts.earlier.insert(("1000".into(), 202_506));
        let waiting = report(&marts);
        assert_eq!(waiting.first_difference(), None);
        assert!(waiting.marts_behind.unwrap().contains("company 1000 period 202506"));
    }

    #[test]
    fn marts_that_have_not_come_so_far_are_behind_and_do_not_differ() {
        let report = report(&Marts { unread: 7, ..whole() });
        assert_eq!(report.first_difference(), None);
        assert!(report.marts_behind.unwrap().contains("7 entries behind"));
    }
}
