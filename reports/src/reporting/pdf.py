"""The close package as PDF/A, set by Typst. Fonts come with the libraries, so each machine sets the same pages."""

import json
import tempfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import matplotlib
import polars as pl
import typst

from reporting import charts
from reporting.controls import by_section, total
from reporting.package import Package
from reporting.scope import Scope

TEMPLATE = "close_package.typ"
#: What sections of the layouts are called.
SECTIONS = {
    "OPERATING": "Operating activities",
    "INVESTING": "Investing activities",
    "FINANCING": "Financing activities",
    "LONG_TERM_LIABILITIES": "Long-term liabilities",
}
NOTHING = "Nothing was booked in this period."


def money(value: Decimal | None) -> str:
    """Thousands by comma, negative in parentheses, a dash for zero, nothing for what is not known."""
    return written(value, 2)


def written(value: Decimal | None, digits: int) -> str:
    """The same with another number of digits."""
    if value is None:
        return ""
    rounded = round(value, digits)
    if rounded == 0:
        return "–"
    return f"({-rounded:,.{digits}f})" if rounded < 0 else f"{rounded:,.{digits}f}"


def _percent(value: Decimal | None) -> str:
    said = "" if value is None else written(100 * value, 1)
    return said if said in ("", "–") else f"{said} %"


def build(package: Package) -> bytes:
    """The PDF's bytes."""
    return render(package, "pdf")[0]


def pages(package: Package, ppi: int = 110) -> list[bytes]:
    """Each page as PNG: to be looked at."""
    return render(package, "png", ppi)


def render(package: Package, form: str, ppi: int = 110) -> list[bytes]:
    """Sets the template with the package's data; a PDF, or a PNG for each page."""
    with tempfile.TemporaryDirectory(prefix="wellbook-report-") as folder:
        return _compile(write(package, Path(folder)), form, ppi)


def write(package: Package, place: Path) -> Path:
    """Writes template, data and figures to a folder, and returns the template's path."""
    template = files("reporting") / "templates" / TEMPLATE
    main = place / TEMPLATE
    main.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    figures = []
    for name, figure in _figures(package):
        if figure:
            (place / f"{name}.svg").write_bytes(figure)
            figures.append(f"{name}.svg")
    (place / "data.json").write_text(json.dumps(data(package) | {"figures": figures}, sort_keys=True), encoding="utf-8")
    return main


def _compile(main: Path, form: str, ppi: int) -> list[bytes]:
    options = {"ppi": float(ppi)} if form == "png" else {"pdf_standards": ["a-2b"]}
    made = typst.compile(
        str(main),
        root=str(main.parent),
        font_paths=[str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")],
        ignore_system_fonts=True,
        format=form,
        **options,
    )
    return made if isinstance(made, list) else [made]


def _figures(package: Package) -> Iterable[tuple[str, bytes | None]]:
    currency = package.facts.currency
    yield "result", charts.result_by_month(package.months, currency)
    yield "cash", charts.cash_by_month(package.months, currency)
    yield "per-boe", charts.per_boe_by_month(package.months, currency)
    yield "basin", charts.result_by_basin(package.los, currency)
    yield "afe", charts.cost_against_budget(package.afe, currency)


def data(package: Package) -> dict:
    """What the template is given: texts alone, each number already written as it is printed."""
    scope, facts = package.scope, package.facts
    time = facts.ledger_time
    return {
        "company": scope.company,
        "company_name": facts.company_name,
        "period": scope.label,
        "title": scope.title,
        "state": facts.state,
        "draft": facts.is_draft,
        "currency": facts.currency,
        "date": [time.year, time.month, time.day, time.hour, time.minute, time.second],
        "ledger_time": f"{time:%Y-%m-%d %H:%M} UTC",
        "seal": f"{facts.seal_sequence:,}",
        "chain": facts.seal_chain,
        "run": facts.run,
        "highlights": _highlights(package),
        "verify": package.proof.text,
        "verify_ok": package.proof.reconciled,
        "verify_ran": package.proof.ran,
        "quarantine": [[stage, f"{count:,}"] for stage, count in facts.quarantined.items()],
        "position": [
            [row["topic"], f"{row['partitions']:,}", f"{row['records']:,}"]
            for row in facts.position.iter_rows(named=True)
        ],
        "controls": [
            {
                "name": control.name,
                "one": _control(control.key, control.one),
                "other": _control(control.key, control.other),
                "difference": _control(control.key, control.difference),
                "holds": control.holds,
            }
            for control in package.controls
        ],
        "trial_balance": _trial_balance(package),
        "span": f"The year {scope.year} with its adjustments, before the close. " if scope.is_year else "",
        "income": _statement(package, package.income, _flows(scope)),
        "sheet": _statement(package, package.sheet, _ends(scope)),
        "cash": _statement(package, package.cash, _flows(scope)),
        "adjustments": _adjustments(package.adjustments) if scope.is_year else None,
        # Bills and lease operating statements are of months.
        "los": _los(package.los, scope.is_group) if scope.month else None,
        "jib": _jib(package.jib, facts.company_name) if scope.month or package.jib.height else None,
        "ageing": _ageing(package.ageing),
        "afe": _afe(package.afe),
    }


def _highlights(package: Package) -> list[list[str]]:
    off = sum(not control.holds for control in package.controls)
    span = " of the year" if package.scope.is_year else ""
    return [
        [f"Total revenue{span}", money(total(package.income.filter(pl.col("section") == "REVENUE"), "amount"))],
        [f"Net income{span}", money(by_section(package.income, "NET_INCOME"))],
        ["Cash", money(by_section(package.cash, "CLOSING_CASH"))],
        ["Controls", f"{off} do NOT agree" if off else f"all {len(package.controls)} agree"],
    ]


def _control(key: str, value: Decimal) -> str:
    return f"{value:,.0f}" if key == "lines" else money(value)


def _table(columns: list[tuple[str, str]], rows: list[dict], note: str = "") -> dict:
    """Columns are (title, `text` or `number`); a row has a style and cells."""
    return {"columns": [{"title": title, "kind": kind} for title, kind in columns], "rows": rows, "note": note}


def _row(style: str, *cells: str) -> dict:
    return {"style": style, "cells": list(cells)}


def _trial_balance(package: Package) -> dict:
    amounts = ["opening_balance", "debit", "credit", "debit_balance", "credit_balance"]
    frame = package.trial_balance
    rows = [
        _row(
            "line",
            row["account_code"],
            row["account_name"] + (" *" if row["is_against_normal_side"] else ""),
            *(money(row[column]) for column in amounts),
        )
        for row in frame.iter_rows(named=True)
    ]
    rows.append(_row("grand", "", "Total", *(money(total(frame, column)) for column in amounts)))
    books = (
        " For the group, the companies' books are added up; nothing is eliminated here."
        if package.scope.is_group
        else ""
    )
    columns = ["Opening balance", "Debit", "Credit", "Closing debit", "Closing credit"]
    return _table(
        [("Account", "text"), ("Name", "text"), *((column, "number") for column in columns)],
        rows,
        "Every account of the chart. Opening balance: debit positive. * stands on the side that is unusual for the "
        f"account.{books}",
    )


def _flows(scope: Scope) -> dict[str, str]:
    """Columns of a statement of what moved."""
    if scope.is_year:
        return {
            "amount": f"Year {scope.year}",
            "prior_period_amount": f"Year {scope.year - 1}",
            "adjustment_amount": "Of it adjustments",
        }
    return {"amount": "This period", "prior_period_amount": "Prior period", "year_to_date_amount": "Year to date"}


def _ends(scope: Scope) -> dict[str, str]:
    """Columns of a statement of balances."""
    now, before = ("Year end", "December") if scope.is_year else ("This period", "Prior period")
    return {"amount": now, "prior_period_amount": before, "prior_year_end_amount": "Prior year end"}


def _statement(package: Package, frame: pl.DataFrame, amounts: dict[str, str]) -> dict:
    if package.scope.is_group:
        amounts = {
            "posted_amount": "Books added up",
            "elimination_amount": "Eliminated",
            **amounts,
            "amount": "Consolidated",
        }
    rows, section, left_out = [], None, 0
    for row in frame.iter_rows(named=True):
        if row["line_type"] == "LINE":
            if not any(row[column] for column in amounts):
                left_out += 1
                continue
            if row["section"] != section:
                section = row["section"]
                rows.append(_row("section", _section(section), *("" for _ in amounts)))
        style = "line" if row["line_type"] == "LINE" else "grand" if row["section"] else "total"
        rows.append(_row(style, row["caption"], *(money(row[column]) for column in amounts)))
    note = f"{left_out} lines without any amount are left out; the workbook has them." if left_out else ""
    return _table([("", "text"), *((title, "number") for title in amounts.values())], rows, note)


def _section(code: str | None) -> str:
    return SECTIONS.get(code or "", (code or "Other").replace("_", " ").capitalize())


def _adjustments(made: pl.DataFrame) -> dict:
    columns = {
        "opening_balance": "December",
        "adjusting_debit": "Adjusting debit",
        "adjusting_credit": "Adjusting credit",
        "closed_amount": "Close",
        "closing_balance": "Year end",
    }
    rows = [
        _row("line", row["account_code"], row["account_name"], *(money(row[column]) for column in columns))
        for row in made.iter_rows(named=True)
    ]
    rows.append(_row("grand", "", "Total", *(money(total(made, column)) for column in columns)))
    return _table(
        [("Account", "text"), ("Name", "text"), *((title, "number") for title in columns.values())],
        rows,
        "Each account that the adjusting period moved. Balances and the close: debit positive. The close moves the "
        "year's result to retained earnings.",
    )


def _los(los: pl.DataFrame, is_group: bool) -> dict:
    if los.is_empty():
        return _table([], [], NOTHING)
    basins = los["basin"].unique(maintain_order=True).to_list()
    amounts = {(row["basin"], row["los_line"]): row["amount"] for row in los.iter_rows(named=True)}
    volumes = {basin: boe for basin, boe in los.group_by("basin").agg(pl.col("boe").max()).iter_rows()}
    lines = los.select("category", "los_line", "line_order").unique().sort("line_order", "los_line")
    rows: list[dict] = []

    def across(names: list[str]) -> list[Decimal]:
        by_basin = [sum((amounts.get((basin, name), Decimal(0)) for name in names), Decimal(0)) for basin in basins]
        return [*by_basin, sum(by_basin, Decimal(0))]

    sold = [*(volumes[basin] for basin in basins), sum((boe or Decimal(0) for boe in volumes.values()), Decimal(0))]
    categories: dict[str, list[str]] = {}
    for row in lines.iter_rows(named=True):
        categories.setdefault(row["category"], []).append(row["los_line"])
    for category, names in categories.items():
        if len(names) > 1:
            rows.append(_row("section", category, *("" for _ in sold)))
            rows.extend(_row("line", name, *map(money, across(names=[name]))) for name in names)
        rows.append(
            _row(
                "total",
                f"Total {category[0].lower()}{category[1:]}" if len(names) > 1 else category,
                *map(money, across(names)),
            )
        )
    everything = [name for names in categories.values() for name in names]
    rows.append(_row("grand", "Operating result", *map(money, across(everything))))
    rows.append(_row("section", "Own volume sold, and result for each of it", *("" for _ in sold)))
    rows.append(_row("line", "BOE", *(written(boe, 0) for boe in sold)))
    for category, names in [*categories.items(), ("Operating result", everything)]:
        rows.append(_row("line", f"{category} per BOE", *map(_each, across(names), sold)))
    columns = [*("No well" if basin == "UNASSIGNED" else basin for basin in basins), "Total"]
    return _table(
        [("", "text"), *((title, "number") for title in columns)],
        rows,
        "The company's own share. Income positive, cost negative. Month basis: accounting, so that it ties to the "
        "income statement; the workbook also has the production month. BOE: 6 MCF of gas or 42 gallons of liquids to "
        "one barrel. "
        "“No well”: cost that names none." + (" Books added up; nothing is eliminated." if is_group else ""),
    )


def _each(amount: Decimal, volume: Decimal | None) -> str:
    return written(amount / volume, 2) if volume else ""


def _jib(jib: pl.DataFrame, own: str) -> dict:
    if jib.is_empty():
        return _table([], [], NOTHING)
    amounts = ["operating_amount", "project_amount", "share_amount"]
    counts = ["bills", "joint_accounts"]

    def line(style: str, code: str, name: str, frame: pl.DataFrame, counted: bool) -> dict:
        numbers = [f"{total(frame, column):,}" if counted else "" for column in counts]
        return _row(style, code, name, *numbers, *(money(total(frame, column)) for column in amounts))

    partners, ours = jib.filter(~pl.col("is_own_share")), jib.filter("is_own_share")
    rows = [
        line("line", row["bearer"], row["partner_name"] or "", partners.filter(pl.col("bearer") == row["bearer"]), True)
        for row in partners.iter_rows(named=True)
    ]
    rows.append(line("total", "", "Billed to partners", partners, False))
    rows.append(line("line", "", f"Own share: {own}", ours, False))
    rows.append(line("grand", "", "Whole cost (8/8)", jib, False))
    columns = ["Bills", "Joint accounts", "Operating", "Projects (AFE)", "Share of cost"]
    return _table(
        [("Partner", "text"), ("Name", "text"), *((column, "number") for column in columns)],
        rows,
        "Cost positive. Month basis: accounting, the month of the bill.",
    )


def _ageing(ageing: pl.DataFrame) -> dict:
    if ageing.is_empty():
        return _table([], [], "Partners owed nothing at the end of the period.")
    columns = {
        "not_due": "Not due",
        "days_1_to_30": "1–30 days",
        "days_31_to_60": "31–60 days",
        "days_61_to_90": "61–90 days",
        "over_90_days": "Over 90 days",
        "unapplied": "Unapplied",
        "unbilled": "Unbilled",
        "open_amount": "Open",
    }
    rows = [
        _row("line", row["partner_name"] or row["counterparty_id"], *(money(row[column]) for column in columns))
        for row in ageing.iter_rows(named=True)
    ]
    rows.append(_row("grand", "Total", *(money(total(ageing, column)) for column in columns)))
    return _table(
        [("Partner", "text"), *((title, "number") for title in columns.values())],
        rows,
        f"Owed positive, by days past due on {ageing['as_of_date'][0]}: billed by then, and not paid by then.",
    )


def _afe(afe: pl.DataFrame) -> dict:
    if afe.is_empty():
        return _table([], [], "No authorisation for expenditure stands in this period.")
    amounts: dict[str, str] = {
        "original_budget": "Original budget",
        "supplement_amount": "Supplements",
        "approved_budget": "Approved budget",
        "period_cost": "Cost of period",
        "cost_to_date": "Cost to date",
        "budget_left": "Budget left",
    }
    words: Callable[[str], str] = lambda code: code.replace("_", " ").capitalize()  # noqa: E731
    rows = [
        _row(
            "over" if row["is_over_budget"] else "line",
            row["afe_number"],
            row["description"] or "",
            words(row["outcome"]),
            *(money(row[column]) for column in amounts),
            _percent(row["cost_of_budget"]),
        )
        for row in afe.iter_rows(named=True)
    ]
    budget, cost = total(afe, "approved_budget"), total(afe, "cost_to_date")
    rows.append(
        _row(
            "grand",
            "",
            "Total",
            "",
            *(money(total(afe, column)) for column in amounts),
            _percent(cost / budget if budget else None),
        )
    )
    over = afe.filter("is_over_budget").height
    return _table(
        [
            ("AFE", "text"),
            ("Description", "text"),
            ("Outcome", "text"),
            *((title, "number") for title in amounts.values()),
            ("Of budget", "number"),
        ],
        rows,
        "At 8/8, accruals included; budget and cost positive, cost over budget in parentheses. "
        f"{over} of {afe.height} over budget, set in red.",
    )
