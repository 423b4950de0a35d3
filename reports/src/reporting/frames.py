"""The columns that a report reads, with their types and what must hold for them."""

import pandera.polars as pa
import polars as pl

#: Money, exact: cents of numbers that no company reaches.
MONEY = pl.Decimal(38, 2)
VOLUME = pl.Decimal(38, 3)
PRICE = pl.Decimal(38, 6)


def schema(name: str, *, key: list[str] | None = None, optional: tuple[str, ...] = (), **columns) -> pa.DataFrameSchema:
    """A schema with exactly these columns: a type, or a type and its checks; `optional` ones may be null."""
    made = {}
    for column, wanted in columns.items():
        dtype, checks = wanted if isinstance(wanted, tuple) else (wanted, None)
        made[column] = pa.Column(dtype, checks, nullable=column in optional)
    return pa.DataFrameSchema(made, name=name, strict=True, unique=key)


def among(*values: str) -> pa.Check:
    """One of these."""
    return pa.Check.isin(list(values))


_AMOUNTS = {"posted_amount": MONEY, "elimination_amount": MONEY, "amount": MONEY, "prior_period_amount": MONEY}
_LINE = {
    "line_order": pl.Int64,
    "line_type": pl.String,
    "section": pl.String,
    "caption": pl.String,
    "total_of": pl.String,
    "positive_side": (pl.String, among("DEBIT", "CREDIT")),
}

TRIAL_BALANCE = schema(
    "trial balance",
    key=["account_code"],
    account_code=pl.String,
    account_name=pl.String,
    account_type=pl.String,
    opening_balance=MONEY,
    debit=(MONEY, pa.Check.ge(0)),
    credit=(MONEY, pa.Check.ge(0)),
    closing_balance=MONEY,
    debit_balance=(MONEY, pa.Check.ge(0)),
    credit_balance=(MONEY, pa.Check.ge(0)),
    is_against_normal_side=pl.Boolean,
)
#: A year's statement: the amounts are the year's, and beside them stands what the adjusting period did.
_YEAR = {**_LINE, **_AMOUNTS, "adjustment_amount": MONEY}
INCOME_STATEMENT_OF_YEAR = schema(
    "income statement of the year",
    key=["line_order"],
    optional=("section", "total_of", "prior_period_amount"),
    **_YEAR,
)
CASH_FLOW_OF_YEAR = schema(
    "cash flow statement of the year",
    key=["line_order"],
    optional=("section", "total_of", "prior_period_amount", "adjustment_amount"),
    **_YEAR,
)
ADJUSTMENTS = schema(
    "adjustments and close",
    key=["account_code"],
    account_code=pl.String,
    account_name=pl.String,
    opening_balance=MONEY,
    adjusting_debit=(MONEY, pa.Check.ge(0)),
    adjusting_credit=(MONEY, pa.Check.ge(0)),
    closed_amount=MONEY,
    closing_balance=MONEY,
)
INCOME_STATEMENT = schema(
    "income statement",
    key=["line_order"],
    optional=("section", "total_of", "prior_period_amount"),
    **_LINE,
    **_AMOUNTS,
    year_to_date_amount=MONEY,
)
BALANCE_SHEET = schema(
    "balance sheet",
    key=["line_order"],
    optional=("section", "total_of", "prior_period_amount", "prior_year_end_amount"),
    **_LINE,
    **_AMOUNTS,
    prior_year_end_amount=MONEY,
)
CASH_FLOW = schema(
    "cash flow statement",
    key=["line_order"],
    optional=("section", "total_of", "prior_period_amount"),
    **_LINE,
    **_AMOUNTS,
    year_to_date_amount=MONEY,
)
TREND = schema(
    "months",
    key=["period_key"],
    optional=("boe", "operating_expense_per_boe", "netback_per_boe"),
    period_key=pl.Int64,
    period_month=pl.Date,
    revenue=MONEY,
    net_income=MONEY,
    cash=MONEY,
    boe=VOLUME,
    operating_expense_per_boe=pl.Decimal(38, 4),
    netback_per_boe=pl.Decimal(38, 4),
)
LOS = schema(
    "lease operating statement by basin",
    key=["basin", "los_line"],
    optional=("boe", "gross_boe"),
    basin=pl.String,
    category=pl.String,
    line_group=pl.String,
    los_line=pl.String,
    line_order=pl.Int64,
    amount=MONEY,
    gross_amount=MONEY,
    boe=VOLUME,
    gross_boe=VOLUME,
)
JIB = schema(
    "joint interest bills by bearer",
    key=["bearer"],
    optional=("partner_name",),
    bearer=pl.String,
    partner_name=pl.String,
    is_own_share=pl.Boolean,
    bills=pl.Int64,
    joint_accounts=pl.Int64,
    operating_amount=MONEY,
    project_amount=MONEY,
    share_amount=MONEY,
)
AGEING = schema(
    "joint interest receivable by partner",
    key=["counterparty_id"],
    optional=("partner_name",),
    counterparty_id=pl.String,
    partner_name=pl.String,
    as_of_date=pl.Date,
    not_due=MONEY,
    days_1_to_30=MONEY,
    days_31_to_60=MONEY,
    days_61_to_90=MONEY,
    over_90_days=MONEY,
    unapplied=MONEY,
    unbilled=MONEY,
    open_amount=MONEY,
)
AFE = schema(
    "authorisations for expenditure",
    key=["afe_number"],
    optional=("description", "basin", "cost_of_budget"),
    afe_number=pl.String,
    description=pl.String,
    basin=pl.String,
    status=(pl.String, among("PROPOSED", "APPROVED", "CLOSED", "NOT_APPROVED")),
    outcome=(pl.String, among("IN_PROGRESS", "COMPLETED", "DRY_HOLE")),
    original_budget=MONEY,
    supplement_amount=MONEY,
    approved_budget=MONEY,
    period_cost=MONEY,
    intangible_to_date=MONEY,
    tangible_to_date=MONEY,
    leasehold_to_date=MONEY,
    workover_and_other_to_date=MONEY,
    cost_to_date=MONEY,
    own_cost_to_date=MONEY,
    budget_left=MONEY,
    cost_of_budget=PRICE,
    is_over_budget=pl.Boolean,
)
POSITION = schema(
    "position in the topics",
    key=["topic"],
    topic=pl.String,
    partitions=pl.Int64,
    records=(pl.Int64, pa.Check.ge(0)),
)
REJECTED = schema(
    "quarantined entries",
    key=["stage", "reason"],
    stage=pl.String,
    reason=pl.String,
    entries=(pl.Int64, pa.Check.ge(1)),
)
SUBLEDGER = schema(
    "subledgers",
    work_in_progress=MONEY,
    property=MONEY,
    retirement_obligation=MONEY,
    joint_gross=MONEY,
    staged_lines=pl.Int64,
    ledger_lines=pl.Int64,
    staged_debit=MONEY,
    carried_in_income=MONEY,
)

REALISED = schema(
    "realised prices by month",
    optional=("realised_price", "benchmark_price", "differential"),
    product=pl.String,
    production_month=pl.Date,
    unit_of_measure=pl.String,
    revenue=MONEY,
    volume=VOLUME,
    realised_price=PRICE,
    benchmark_price=PRICE,
    differential=PRICE,
)
OWNERS = schema(
    "owner revenue by type",
    owner_type=pl.String,
    is_own_interest=pl.Boolean,
    owners=pl.Int64,
    stub_lines=pl.Int64,
    gross_amount=MONEY,
    tax_amount=MONEY,
    deduct_amount=MONEY,
    net_amount=MONEY,
)
SUSPENSE = schema("suspense by age", age_band=pl.String, suspense_code=pl.String, owners=pl.Int64, held_amount=MONEY)
SEVERANCE = schema(
    "severance tax",
    optional=("statutory_rate",),
    tax_code=pl.String,
    taxable_value=MONEY,
    statutory_rate=pl.Decimal(38, 8),
    statutory_tax=MONEY,
    posted_tax=MONEY,
    rounding_difference=MONEY,
    lines_off_statute=pl.Int64,
    balance=MONEY,
)
WELLS = schema(
    "netback of wells",
    optional=("well_name", "boe", "netback_per_boe"),
    well_name=pl.String,
    basin=pl.String,
    revenue=MONEY,
    production_taxes=MONEY,
    gathering=MONEY,
    operating_expense=MONEY,
    netback=MONEY,
    boe=VOLUME,
    netback_per_boe=pl.Decimal(38, 4),
)
DECLINE = schema(
    "decline by month",
    optional=("planned_boe", "variance_boe"),
    production_month=pl.Date,
    wells=pl.Int64,
    boe=VOLUME,
    planned_boe=VOLUME,
    variance_boe=VOLUME,
)
NETTING = schema(
    "netted checks",
    owner_name=pl.String,
    checks=pl.Int64,
    revenue_amount=MONEY,
    netted_amount=MONEY,
    withheld_amount=MONEY,
    paid_amount=MONEY,
)
BALANCES = schema(
    "owed to owners",
    account_code=pl.String,
    account_name=pl.String,
    owners=pl.Int64,
    opening_balance=MONEY,
    carried_in=MONEY,
    earned=MONEY,
    paid=MONEY,
    released=MONEY,
    escheated=MONEY,
    other=MONEY,
    closing_balance=MONEY,
)
SEALS = schema(
    "seals by month",
    month=pl.Date,
    seals=pl.Int64,
    missing=pl.Int64,
    good_entries=pl.Int64,
    good_lines=pl.Int64,
    planted_entries=pl.Int64,
)
SOURCES = schema(
    "entries by source",
    source=pl.String,
    transaction_type=pl.String,
    entries=pl.Int64,
    debit=MONEY,
    credit=MONEY,
)
