"""What is read from the ledger's marts. Signs are the marts' own; docs/statements.md says how to read them."""

import polars as pl
import psycopg

from reporting import frames
from reporting.database import read
from reporting.scope import Scope


def trial_balance(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Every account; for the group the companies' books added up, nothing eliminated."""
    query = """
        with account as (
            select
                account_code, max(account_name) as account_name, max(account_type) as account_type,
                max(normal_side) as normal_side, sum(opening_balance) as opening_balance, sum(debit) as debit,
                sum(credit) as credit, sum(closing_balance) as closing_balance
            from gl.trial_balance
            where period_key = %(period)s and (%(company)s = 'GROUP' or company_code = %(company)s)
            group by account_code
        )
        select
            account_code, account_name, account_type, opening_balance, debit, credit, closing_balance,
            greatest(closing_balance, 0) as debit_balance, greatest(-closing_balance, 0) as credit_balance,
            case normal_side when 'DEBIT' then closing_balance < 0 else closing_balance > 0 end
                as is_against_normal_side
        from account
        order by account_code"""
    return read(connection, frames.TRIAL_BALANCE, query, scope.parameters)


def income_statement(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Revenue positive when it earns, cost positive when it costs; the month, the one before, the year so far."""
    if scope.is_year:
        return _year(connection, scope, frames.INCOME_STATEMENT_OF_YEAR, "income_statement")
    return _statement(connection, scope, frames.INCOME_STATEMENT, "income_statement", "year_to_date_amount")


def balance_sheet(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Assets positive in debit, liabilities and equity in credit; this end, the one before, the prior year's."""
    return _statement(connection, scope, frames.BALANCE_SHEET, "balance_sheet", "prior_year_end_amount")


def cash_flow(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """What brings cash is positive."""
    if scope.is_year:
        return _year(connection, scope, frames.CASH_FLOW_OF_YEAR, "cash_flow_statement")
    return _statement(connection, scope, frames.CASH_FLOW, "cash_flow_statement", "year_to_date_amount")


def adjustments(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """What the adjusting period did to each account: adjustments, then the close. Balances debit positive."""
    query = """
        with line as (
            select
                account_code,
                sum(debit) filter (where document_type <> 'CLS') as adjusting_debit,
                sum(credit) filter (where document_type <> 'CLS') as adjusting_credit,
                sum(net_amount) filter (where document_type = 'CLS') as closed_amount
            from gl.journal_lines
            where period_key = %(period)s and (%(company)s = 'GROUP' or company_code = %(company)s)
            group by account_code
        ),
        balance as (
            select
                account_code, max(account_name) as account_name, sum(opening_balance) as opening_balance,
                sum(closing_balance) as closing_balance
            from gl.trial_balance
            where period_key = %(period)s and (%(company)s = 'GROUP' or company_code = %(company)s)
            group by account_code
        )
        select
            account_code, account_name, opening_balance, coalesce(adjusting_debit, 0) as adjusting_debit,
            coalesce(adjusting_credit, 0) as adjusting_credit, coalesce(closed_amount, 0) as closed_amount,
            closing_balance
        from line
        inner join balance using (account_code)
        order by account_code"""
    return read(connection, frames.ADJUSTMENTS, query, scope.parameters)


def _year(connection: psycopg.Connection, scope: Scope, schema, mart: str) -> pl.DataFrame:
    """A statement of the whole year beside the year before, and what of it the adjusting period did."""
    layout = "cash_flow_layout" if mart == "cash_flow_statement" else f"{mart}_layout"
    side = "'DEBIT'" if mart == "cash_flow_statement" else "statement.positive_side"
    query = f"""
        select
            statement.line_order, statement.line_type, statement.section, statement.caption,
            nullif(layout.total_of, '') as total_of, {side} as positive_side,
            statement.year_posted_amount as posted_amount, statement.year_elimination_amount as elimination_amount,
            statement.year_to_date_amount as amount, before.year_to_date_amount as prior_period_amount,
            case when statement.line_type in ('LINE', 'TOTAL') then statement.amount end as adjustment_amount
        from gl.{mart} as statement
        left join dbt_seeds.{layout} as layout using (line_order)
        left join gl.{mart} as before
            on statement.company_code = before.company_code and statement.line_order = before.line_order
                and statement.period_key - 100 = before.period_key
        where statement.company_code = %(company)s and statement.period_key = %(period)s
        order by statement.line_order"""
    return read(connection, schema, query, scope.parameters)


def _statement(connection: psycopg.Connection, scope: Scope, schema, mart: str, further: str) -> pl.DataFrame:
    layout = "cash_flow_layout" if mart == "cash_flow_statement" else f"{mart}_layout"
    side = "'DEBIT'" if mart == "cash_flow_statement" else "statement.positive_side"
    query = f"""
        select
            statement.line_order, statement.line_type, statement.section, statement.caption,
            nullif(layout.total_of, '') as total_of, {side} as positive_side,
            statement.posted_amount, statement.elimination_amount, statement.amount, statement.prior_period_amount,
            statement.{further}
        from gl.{mart} as statement
        left join dbt_seeds.{layout} as layout using (line_order)
        where statement.company_code = %(company)s and statement.period_key = %(period)s
        order by statement.line_order"""
    return read(connection, schema, query, scope.parameters)


def months(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """The last thirteen whole months up to the period: result, cash, and figures per BOE."""
    query = """
        with booked as (
            select period_key
            from gl.general_ledger_by_period
            where (%(company)s = 'GROUP' or company_code = %(company)s)
                and period_key <= %(period)s and fiscal_period between 1 and 12
                -- What was carried in belongs to months that the books do not show whole.
                and period_month >= (select date_trunc('month', min(start_date)) from staging.run)
            group by period_key
            having sum(line_count) > 0
            order by period_key desc
            limit 13
        ),
        well as (
            select
                cast(to_char(statement_month, 'YYYYMM') as integer) as period_key, sum(boe) as boe,
                -sum(operating_expense) as operating_expense, sum(netback) as netback
            from operations.well_netback
            where month_basis = 'ACCOUNTING' and (%(company)s = 'GROUP' or company_code = %(company)s)
            group by statement_month
        ),
        income as (
            select
                period_key, min(period_month) as period_month,
                sum(amount) filter (where section = 'REVENUE') as revenue,
                sum(amount) filter (where section = 'NET_INCOME') as net_income
            from gl.income_statement
            where company_code = %(company)s
            group by period_key
        )
        select
            booked.period_key, income.period_month, income.revenue, income.net_income, cash.amount as cash, well.boe,
            round(well.operating_expense / nullif(well.boe, 0), 4) as operating_expense_per_boe,
            round(well.netback / nullif(well.boe, 0), 4) as netback_per_boe
        from booked
        inner join income using (period_key)
        inner join gl.cash_flow_statement as cash
            on booked.period_key = cash.period_key and cash.company_code = %(company)s
                and cash.line_type = 'CLOSING_CASH'
        left join well on booked.period_key = well.period_key
        order by booked.period_key"""
    return read(connection, frames.TREND, query, scope.parameters)
