"""What notebooks read beyond the close package."""

import polars as pl
import psycopg

from reporting import frames
from reporting.database import read
from reporting.scope import Scope

_OURS = "(%(company)s = 'GROUP' or company_code = %(company)s)"


def realised_prices(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Own revenue over own volume by product and month of production, for a year up to the period."""
    query = f"""
        select
            product, production_month, max(unit_of_measure) as unit_of_measure, sum(revenue) as revenue,
            sum(volume) as volume, round(sum(revenue) / nullif(sum(volume), 0), 6) as realised_price,
            max(benchmark_price) as benchmark_price,
            round(sum(revenue) / nullif(sum(volume), 0), 6) - max(benchmark_price) as differential
        from revenue.realised_price
        where {_OURS} and production_month <= %(month)s
            and production_month > cast(%(month)s as date) - interval '12 months'
        group by product, production_month
        order by production_month, product"""
    return read(connection, frames.REALISED, query, scope.parameters)


def owner_revenue(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Check stubs of the period, by type of owner."""
    query = f"""
        select
            coalesce(owner_type, 'UNKNOWN') as owner_type, is_own_interest, count(distinct owner_id) as owners,
            count(*) as stub_lines, sum(gross_amount) as gross_amount, sum(tax_amount) as tax_amount,
            sum(deduct_amount) as deduct_amount, sum(net_amount) as net_amount
        from revenue.owner_revenue
        where period_key = %(period)s and {_OURS}
        group by 1, 2
        order by sum(net_amount) desc, 1"""
    return read(connection, frames.OWNERS, query, scope.parameters)


def suspense(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Held for owners by age and reason, as the ledger stands."""
    query = f"""
        select
            age_band, coalesce(suspense_code, 'UNKNOWN') as suspense_code, count(distinct owner_id) as owners,
            sum(held_amount) as held_amount
        from revenue.suspense
        where {_OURS}
        group by 1, 2
        order by 1, 2"""
    return read(connection, frames.SUSPENSE, query, scope.parameters)


def severance(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Severance tax on the production of the period's month."""
    query = f"""
        select
            tax_code, sum(taxable_value) as taxable_value, max(statutory_rate) as statutory_rate,
            sum(statutory_tax) as statutory_tax, sum(posted_tax) as posted_tax,
            sum(rounding_difference) as rounding_difference, sum(lines_off_statute)::bigint as lines_off_statute,
            sum(balance) as balance
        from revenue.severance_return
        where production_month = %(month)s and {_OURS}
        group by tax_code
        order by tax_code"""
    return read(connection, frames.SEVERANCE, query, scope.parameters)


def weakest_wells(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """The twenty wells with the lowest netback of the period."""
    query = f"""
        select
            well_name, basin, revenue, production_taxes, gathering, operating_expense, netback, boe, netback_per_boe
        from operations.well_netback
        where month_basis = 'ACCOUNTING' and statement_month = %(month)s and well_id <> 'UNASSIGNED' and {_OURS}
        order by netback, well_id
        limit 20"""
    return read(connection, frames.WELLS, query, scope.parameters)


def decline(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Production at 8/8 beside the plan, for a year up to the period."""
    query = f"""
        select
            production_month, count(*) as wells, sum(boe) as boe, sum(planned_boe) as planned_boe,
            sum(variance_boe) as variance_boe
        from operations.well_decline
        where {_OURS} and production_month <= %(month)s
            and production_month > cast(%(month)s as date) - interval '12 months'
        group by production_month
        order by production_month"""
    return read(connection, frames.DECLINE, query, scope.parameters)


def netting(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Checks of the period from which bills were taken, by owner."""
    query = f"""
        select
            coalesce(owner_name, owner_id, '?') as owner_name, count(*) as checks,
            sum(revenue_amount) as revenue_amount, sum(netted_amount) as netted_amount,
            sum(withheld_amount) as withheld_amount, sum(paid_amount) as paid_amount
        from joint_interest.netting
        where period_key = %(period)s and {_OURS}
        group by 1
        order by sum(netted_amount) desc, 1"""
    return read(connection, frames.NETTING, query, scope.parameters)


def owner_balances(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """What is owed to owners by account, over the period."""
    query = f"""
        select
            account_code, coalesce(max(account_name), account_code) as account_name,
            count(distinct owner_id) as owners, sum(opening_balance) as opening_balance,
            sum(carried_in) as carried_in, sum(earned) as earned, sum(paid) as paid, sum(released) as released,
            sum(escheated) as escheated, sum(other) as other, sum(closing_balance) as closing_balance
        from revenue.owner_balance
        where period_key = %(period)s and {_OURS}
        group by account_code
        order by account_code"""
    return read(connection, frames.BALANCES, query, scope.parameters)


def seals(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Seals by simulated month; `missing` counts sequence numbers that were passed over."""
    query = """
        with seal as (
            select *, sequence - lag(sequence, 1, -1::bigint) over (order by sequence) - 1 as passed_over
            from staging.batch_seal
        )
        select
            date_trunc('month', window_start)::date as month, count(*) as seals,
            sum(passed_over)::bigint as missing, sum(good_entries)::bigint as good_entries,
            sum(good_lines)::bigint as good_lines, sum(planted_entries)::bigint as planted_entries
        from seal
        group by 1
        order by 1"""
    return read(connection, frames.SEALS, query, scope.parameters)


def entries_by_source(connection: psycopg.Connection, scope: Scope) -> pl.DataFrame:
    """Entries of the period by source and template; amounts in the currency of the entry."""
    query = f"""
        select
            source, transaction_type, count(*) as entries, sum(total_debit) as debit, sum(total_credit) as credit
        from staging.journal_entry
        where fiscal_year * 100 + fiscal_period = %(period)s and {_OURS}
        group by 1, 2
        order by 1, count(*) desc, 2"""
    return read(connection, frames.SOURCES, query, scope.parameters)
