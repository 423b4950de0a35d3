"""Totals that must agree, whichever way they are reached. The workbook has each as a formula."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

ZERO = Decimal("0.00")
#: Lines of the income statement that lease operating statements break down, and their sign there.
OPERATED = {110: 1, 120: 1, 130: 1, 210: -1, 220: -1, 230: -1}


@dataclass(frozen=True)
class Control:
    """Two totals that must be equal."""

    key: str
    name: str
    one: Decimal
    other: Decimal

    @property
    def difference(self) -> Decimal:
        """What they differ by."""
        return self.one - self.other

    @property
    def holds(self) -> bool:
        """Whether they are equal."""
        return self.difference == 0


def total(frame: pl.DataFrame, column: str) -> Decimal:
    """Sum of a column, zero where there is no row."""
    return Decimal(frame[column].sum() or 0)


def by_section(frame: pl.DataFrame, section: str, column: str = "amount") -> Decimal:
    """The amount of a statement's total that bears a section's name."""
    return total(frame.filter((pl.col("section") == section) & (pl.col("line_type") != "LINE")), column)


def by_caption(frame: pl.DataFrame, *captions: str, column: str = "amount") -> Decimal:
    """Sum of a statement's lines by caption."""
    return total(frame.filter(pl.col("caption").is_in(captions) & (pl.col("line_type") == "LINE")), column)


PROPERTY = ("Unproved property", "Proved property", "Accumulated depletion", "Other property")


def controls(package) -> list[Control]:
    """The controls of a package, in the order in which a reader meets the figures."""
    trial, income, sheet, cash = package.trial_balance, package.income, package.sheet, package.cash
    sub = package.subledgers.row(0, named=True)
    carried = sub["carried_in_income"]
    sign = {order: sign for order, sign in OPERATED.items()}
    operated = sum(
        (
            row["posted_amount"] * sign[row["line_order"]]
            for row in income.iter_rows(named=True)
            if row["line_order"] in sign
        ),
        ZERO,
    )
    checks = [
        ("lines", "Lines in staging and in the ledger's marts", sub["staged_lines"], sub["ledger_lines"]),
        ("staged", "Debits in staging and in the trial balance", sub["staged_debit"], total(trial, "debit")),
        ("movement", "Debits and credits of the period", total(trial, "debit"), total(trial, "credit")),
        ("balance", "Debit and credit balances", total(trial, "debit_balance"), total(trial, "credit_balance")),
        (
            "sheet",
            "Assets, and liabilities and equity",
            by_section(sheet, "ASSETS"),
            by_section(sheet, "LIABILITIES_AND_EQUITY"),
        ),
        (
            "income",
            "Net income in income statement and cash flow" + (", and what was carried in" if carried else ""),
            by_section(income, "NET_INCOME"),
            by_caption(cash, "Net income") + carried,
        ),
        (
            "change",
            "Opening cash and net change, and closing cash",
            by_section(cash, "OPENING_CASH") + by_section(cash, "NET_CHANGE"),
            by_section(cash, "CLOSING_CASH"),
        ),
        (
            "cash",
            "Closing cash in cash flow and balance sheet",
            by_section(cash, "CLOSING_CASH"),
            by_caption(sheet, "Cash"),
        ),
        (
            "capital",
            "Work in progress by AFE, and the balance sheet",
            sub["work_in_progress"],
            by_caption(sheet, "Work in progress"),
        ),
        ("property", "Property by well, and the balance sheet", sub["property"], by_caption(sheet, *PROPERTY)),
        (
            "retirement",
            "Retirement obligations by well, and the balance sheet",
            sub["retirement_obligation"],
            by_caption(sheet, "Asset retirement obligations"),
        ),
        (
            "receivable",
            "Joint interest receivable by age, and the balance sheet",
            total(package.ageing, "open_amount"),
            by_caption(sheet, "Joint interest receivable"),
        ),
        (
            "billed",
            "Joint interest: shares of all bearers, and the whole cost",
            total(package.jib, "share_amount"),
            sub["joint_gross"],
        ),
    ]
    if package.scope.is_year:
        made = package.adjustments
        checks.insert(
            4,
            (
                "adjusted",
                "Debits and credits of the adjustments",
                total(made, "adjusting_debit"),
                total(made, "adjusting_credit"),
            ),
        )
        checks.insert(5, ("closed", "What the close moved, in all, and zero", total(made, "closed_amount"), ZERO))
    if package.scope.month:
        checks.insert(
            8,
            (
                "operated",
                "Lease operating statements and the books' income statement",
                total(package.los, "amount"),
                operated,
            ),
        )
    return [Control(key, name, Decimal(one), Decimal(other)) for key, name, one, other in checks]
