//! Payroll, twice a month, and the remittance of what was withheld.

use crate::draft::Draft;
use crate::facts::Ground;
use crate::month::Month;
use crate::random::{Draw, Stream};
use chrono::NaiveDate;
use ledger::Source;
use ledger::chart::code;
use ledger::fixed::divide_half_away;

/// Of wages, in parts per ten thousand: withheld from the employee, and borne by the employer on top.
const WITHHELD: i64 = 2_765;
const BURDEN: i64 = 1_215;

impl Ground {
    /// Wages in cents of each cost centre of a company, for half a month.
    fn wages(&self, month: Month, half: u8, company: u8) -> Vec<(usize, i64)> {
        let code = &self.masters.companies[usize::from(company)].company_code;
        let mut draw =
            Draw::new(self.seed, Stream::Payroll, u64::from(company) * 2 + u64::from(half), month.number());
        let centers =
            self.masters.cost_centers.iter().enumerate().filter(|(_, center)| center.company_code == *code);
        centers.map(|(at, _)| (at, draw.between(28_000_00, 96_000_00))).collect()
    }

    /// Dr wages and burden by cost centre / Cr cash, Cr withholding.
    pub(crate) fn payroll_entry(&self, month: Month, half: u8, company: u8, day: NaiveDate) -> Draft<'_> {
        let description = format!("Payroll {}, half {}", month.first().format("%Y-%m"), half + 1);
        let mut draft = Draft::new(Source::Payroll, "PAYROLL", "payroll", day, description);
        draft.source_document = Some(format!("PR-{}-{}", month.first().format("%Y%m"), half + 1));
        let (mut net, mut owed) = (0, 0);
        for (at, wages) in self.wages(month, half, company) {
            let (withheld, burden) = (part(wages, WITHHELD), part(wages, BURDEN));
            net += wages - withheld;
            owed += withheld + burden;
            let center = self.masters.cost_centers[at].cost_center.as_str();
            draft.debit(code::SALARIES, wages, |line| line.cost_center = Some(center.into()));
            draft.debit(code::PAYROLL_BURDEN, burden, |line| line.cost_center = Some(center.into()));
        }
        draft.credit(code::CASH, net, |_| {});
        draft.credit(code::WITHHOLDING_PAYABLE, owed, |_| {});
        draft
    }

    /// Dr withholding / Cr cash for both halves of a month.
    pub(crate) fn withholding_entry(&self, month: Month, company: u8, day: NaiveDate) -> Draft<'_> {
        let description = format!("Payroll taxes of {}", month.first().format("%Y-%m"));
        let mut draft = Draft::new(Source::Payroll, "PAYROLL_TAX_REMITTANCE", "treasury", day, description);
        let owed = [0, 1]
            .into_iter()
            .flat_map(|half| self.wages(month, half, company))
            .map(|(_, wages)| part(wages, WITHHELD) + part(wages, BURDEN))
            .sum();
        draft.debit(code::WITHHOLDING_PAYABLE, owed, |_| {});
        draft.credit(code::CASH, owed, |_| {});
        draft
    }
}

fn part(cents: i64, of_ten_thousand: i64) -> i64 {
    divide_half_away(i128::from(cents) * i128::from(of_ten_thousand), 10_000) as i64
}
