"""What is read from the operating marts. docs/operating-statements.md says how to read them."""

import polars as pl
import psycopg

from reporting import frames
from reporting.database import read
from reporting.scope import Scope

_OURS = "(%(company)s = 'GROUP' or company_code = %(company)s)"


def lease_operating_statement(connection: psycopg.Connection, scope: Scope, basis: str = "ACCOUNTING") -> pl.DataFrame:
    """Income positive, cost negative; the company's own and 8/8. `basis` is ACCOUNTING or PRODUCTION."""
    query = f"""
        with line as (
            select *
            from operations.lease_operating_statement_by_basin
            where month_basis = %(basis)s and statement_month = %(month)s and {_OURS}
        ),
        sold as (
            select basin, sum(boe) as boe, sum(gross_boe) as gross_boe
            from (
                select company_code, basin, max(boe) as boe, max(gross_boe) as gross_boe
                from line
                group by company_code, basin
            ) as by_company
            group by basin
        )
        select
            line.basin, max(line.category) as category, max(line.line_group) as line_group, line.los_line,
            max(line.line_order) as line_order, sum(line.amount) as amount, sum(line.gross_amount) as gross_amount,
            max(sold.boe) as boe, max(sold.gross_boe) as gross_boe
        from line
        inner join sold using (basin)
        group by line.basin, line.los_line
        order by line.basin = 'UNASSIGNED', line.basin, line_order, line.los_line"""
    return read(connection, frames.LOS, query, {**scope.parameters, "basis": basis})


def joint_interest(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """What each partner was billed in the period, and the operator's own share; cost positive."""
    query = f"""
        select
            bearer, max(partner_name) as partner_name, is_own_share, count(distinct entry_id) as bills,
            count(distinct jib_code) as joint_accounts,
            coalesce(sum(share_amount) filter (where afe_number = 'NONE'), 0) as operating_amount,
            coalesce(sum(share_amount) filter (where afe_number <> 'NONE'), 0) as project_amount,
            sum(share_amount) as share_amount
        from joint_interest.joint_interest_statement
        where period_key = %(period)s and {_OURS}
        group by bearer, is_own_share
        order by is_own_share, sum(share_amount) desc, bearer"""
    return read(connection, frames.JIB, query, scope.parameters)


def receivable_ageing(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """What partners owe by days past due, at the end of the period."""
    query = f"""
        select
            counterparty_id, max(partner_name) as partner_name, max(as_of_date) as as_of_date,
            sum(not_due) as not_due, sum(days_1_to_30) as days_1_to_30, sum(days_31_to_60) as days_31_to_60,
            sum(days_61_to_90) as days_61_to_90, sum(over_90_days) as over_90_days, sum(unapplied) as unapplied,
            sum(unbilled) as unbilled, sum(open_amount) as open_amount
        from joint_interest.joint_interest_receivable_ageing
        where period_key = %(period)s and {_OURS}
        group by counterparty_id
        order by sum(open_amount) desc, counterparty_id"""
    return read(connection, frames.AGEING, query, scope.parameters)


def authorisations(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Each authorisation for expenditure at the end of the period, at 8/8; budget and cost positive."""
    query = f"""
        select
            afe_number, description, basin, status, outcome, original_budget, supplement_amount, approved_budget,
            period_cost, intangible_to_date, tangible_to_date, leasehold_to_date, workover_and_other_to_date,
            cost_to_date, own_cost_to_date, budget_left, cost_of_budget, is_over_budget
        from capital.afe_cost
        where period_key = %(period)s and {_OURS}
        order by afe_number"""
    return read(connection, frames.AFE, query, scope.parameters)


def subledgers(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """One row of totals from beyond the statements, for the controls: roll-forwards, bills, and staging itself."""
    query = f"""
        with billed as (
            select distinct company_code, entry_id, billed_account_code, afe_number, gross_amount
            from joint_interest.joint_interest_statement
            where period_key = %(period)s and {_OURS}
        ),
        staged as (
            select
                count(*) as staged_lines,
                coalesce(sum(line.functional_amount) filter (where line.side = 'DEBIT'), 0) as staged_debit
            from staging.journal_entry as entry
            inner join staging.journal_line as line using (entry_id, posting_date)
            where entry.fiscal_year * 100 + entry.fiscal_period = %(period)s
                and (%(company)s = 'GROUP' or entry.company_code = %(company)s)
        )
        select
            {_left("work_in_progress_roll_forward", "closing_balance")} as work_in_progress,
            {_left("depletion_roll_forward", "net_book_value")} as property,
            {_left("retirement_obligation_roll_forward", "closing_balance")} as retirement_obligation,
            (select coalesce(sum(gross_amount), 0) from billed) as joint_gross,
            staged.staged_lines,
            (select coalesce(sum(line_count), 0)::bigint from gl.general_ledger_by_period
                where period_key = %(period)s and {_OURS}) as ledger_lines,
            staged.staged_debit,
            -- Results of before the books, in period 0 of the year; a month, as no period 13, has none.
            (select coalesce(-sum(ledger.movement), 0) from gl.general_ledger_by_period as ledger
                where ledger.period_key = %(period)s - 13 and {_OURS}
                    and ledger.account_type in ('REVENUE', 'EXPENSE')) as carried_in_income
        from staged"""
    return read(connection, frames.SUBLEDGER, query, scope.parameters)


def _left(mart: str, balance: str) -> str:
    """What a roll-forward leaves at the end of the period."""
    return f"""(
        select coalesce(sum({balance}), 0)
        from capital.{mart}
        where period_key = %(period)s and {_OURS}
    )"""
