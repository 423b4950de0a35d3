"""The close package as an Excel workbook: a table a sheet, live formulas with their values, native charts.

Totals are formulas over the lines above them, and the sheet Controls compares them across sheets. Each formula is
written with the value that the marts have, for programs that do not calculate. Excel's numbers are binary floats: cents
are exact to the eye up to some ten trillion, and the differences of the controls are rounded to the cent.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from reporting.controls import OPERATED, PROPERTY, Control
from reporting.package import Package

_MONEY = '#,##0.00_);(#,##0.00);"–"_)'
FORMATS = {
    "money": _MONEY,
    "unit": '#,##0.00_);(#,##0.00);"–"_)',
    "volume": '#,##0.000_);(#,##0.000);"–"_)',
    "count": "#,##0",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "text": "@",
    "plain": "General",
}
WIDTHS = {"money": 19, "unit": 14, "volume": 17, "count": 12, "percent": 11, "date": 12, "text": 24, "plain": 12}
#: Zero-based row of a table's header: title, subtitle and note stand above.
HEADER = 4
NOTHING = "Nothing was booked in this period."


@dataclass(frozen=True)
class Column:
    """A table's column: its values, and for each row perhaps the formula that gives the value."""

    title: str
    kind: str
    values: Sequence
    formula: Callable[[int], str | None] | None = None
    width: float | None = None
    is_summed: bool = False


class Book:
    """A workbook being written, and where its figures stand."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True})
        scope, facts = package.scope, package.facts
        self.book.set_properties(
            {
                "title": f"Close package {scope.company} {scope.label}",
                "author": "Wellbook",
                "comments": f"Ledger time {facts.ledger_time:%Y-%m-%d %H:%M} UTC, seal {facts.seal_sequence}",
                # Of the data, not of the wall clock: the same data gives the same bytes.
                "created": facts.ledger_time.replace(tzinfo=None),
            }
        )
        self.book.set_calc_mode("auto")
        self.formats = {kind: self.book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        self.bold = {
            kind: self.book.add_format({"num_format": form, "bold": True, "top": 1}) for kind, form in FORMATS.items()
        }
        self.title = self.book.add_format({"bold": True, "font_size": 14, "font_color": "#1f4e79"})
        self.grey = self.book.add_format({"font_color": "#616e7c"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.label = self.book.add_format({"bold": True, "valign": "top"})
        self.draft = self.book.add_format({"bold": True, "font_color": "#a63d2f", "font_size": 14})
        #: Cells of statements by sheet and line order: `'Balance sheet'!$F$10`.
        self.cells: dict[tuple[str, int], str] = {}

    def sheet(self, name: str, note: str = "", *, landscape: bool = True):
        """A sheet with its head, set up for print."""
        package = self.package
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, name, self.title)
        draft = " · DRAFT, the period is not closed" if package.facts.is_draft else ""
        scope, facts = package.scope, package.facts
        head = f"{scope.company} · {facts.company_name} · {scope.title} · {facts.currency}{draft}"
        sheet.write_string(1, 0, head, self.grey)
        sheet.write_string(2, 0, note, self.grey)
        sheet.set_paper(1)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        left = f"Ledger time {facts.ledger_time:%Y-%m-%d %H:%M} UTC, seal {facts.seal_sequence}"
        sheet.set_footer(f"&L&8{left}&C&8{'DRAFT' if draft else ''}&R&8&A, page &P of &N")
        return sheet

    def table(
        self, sheet, name: str, columns: list[Column], bold_rows: frozenset[int] = frozenset(), freeze: int = 2
    ) -> None:
        """A real table from the header row down, with a row of totals where a column is summed."""
        count = len(columns[0].values)
        if not count:
            sheet.write_string(HEADER, 0, NOTHING)
            return
        first = HEADER + 1
        summed = any(column.is_summed for column in columns)
        last = HEADER + count + (1 if summed else 0)
        heads = []
        for index, column in enumerate(columns):
            head = {"header": column.title}
            if column.is_summed:
                value = sum((value for value in column.values if value is not None), Decimal(0))
                head |= {"total_function": "sum", "total_value": float(value), "format": self.formats[column.kind]}
            elif summed and index == 0:
                head["total_string"] = "Total"
            heads.append(head)
            sheet.set_column(index, index, column.width or WIDTHS[column.kind])
        sheet.add_table(
            HEADER,
            0,
            last,
            len(columns) - 1,
            {"name": name, "columns": heads, "total_row": summed, "style": "Table Style Light 1"},
        )
        for index, column in enumerate(columns):
            for offset, value in enumerate(column.values):
                style = (self.bold if offset in bold_rows else self.formats)[column.kind]
                formula = column.formula(offset) if column.formula else None
                _write(sheet, first + offset, index, value, style, formula)
            if column.is_summed:
                # As Excel itself writes it. LibreOffice reads no column of two words that comes without its table.
                total = f"=SUBTOTAL(109,{name}[{column.title}])"
                sheet.write_formula(last, index, total, self.formats[column.kind], heads[index]["total_value"])
        sheet.freeze_panes(first, freeze)
        sheet.repeat_rows(HEADER)
        sheet.print_area(0, 0, last, len(columns) - 1)

    def finish(self) -> bytes:
        """The file's bytes."""
        self.book.close()
        return self.out.getvalue()


def _write(sheet, row: int, column: int, value, style, formula: str | None) -> None:
    if formula:
        sheet.write_formula(row, column, formula, style, "" if value is None else _plain(value))
    elif value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "", style)
    elif isinstance(value, Decimal | int | float):
        sheet.write_number(row, column, float(value), style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_datetime(row, column, value, style)


def _plain(value):
    return float(value) if isinstance(value, Decimal) else value


def build(package: Package) -> bytes:
    """The workbook's bytes."""
    book = Book(package)
    year = package.scope.is_year
    flows = (
        ("adjustment_amount", "Of it adjustments", f"Year {package.scope.year - 1}")
        if year
        else ("year_to_date_amount", "Year to date", "Prior period")
    )
    span = f"The year {package.scope.year} with its adjustments, before the close. " if year else ""
    _cover(book)
    controls = book.sheet(
        "Controls", "Totals that must agree, whichever way they are reached. Formulas read the other sheets."
    )
    _trial_balance(book)
    _statement(
        book,
        "Income statement",
        "IncomeStatement",
        package.income,
        *flows,
        span + "Revenue positive when it earns, cost positive when it costs; results negative for a loss.",
    )
    _statement(
        book,
        "Balance sheet",
        "BalanceSheet",
        package.sheet,
        "prior_year_end_amount",
        "Prior year end",
        "December" if year else "Prior period",
        "Assets positive in debit; liabilities and equity positive in credit.",
    )
    _statement(
        book,
        "Cash flow",
        "CashFlow",
        package.cash,
        *flows,
        span + "Indirect method. What brings cash is positive.",
    )
    basins = None
    if year:
        _adjustments(book)
    else:
        basins = _los_matrix(book)
        _los_lines(book, "LOS lines", "LosLines", package.los, "accounting month: ties to the income statement")
        _los_lines(
            book,
            "LOS production month",
            "LosProduced",
            package.los_produced,
            "month of production; never add it to the accounting month",
        )
    if not year or package.jib.height:
        _joint_interest(book)
    _ageing(book)
    _authorisations(book)
    _months(book)
    _quarantine(book)
    _charts(book, basins)
    _controls(book, controls)
    return book.finish()


def _cover(book: Book) -> None:
    package = book.package
    scope, facts = package.scope, package.facts
    sheet = book.sheet("Cover", landscape=False)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 78)
    if facts.is_draft:
        sheet.write_string(2, 0, f"DRAFT: the period is {facts.state.replace('_', ' ').lower()}", book.draft)
    rows = [
        ("Company", f"{scope.company}, {facts.company_name}"),
        ("Period", f"{scope.label}, {scope.title}, {facts.state}"),
        ("Currency", f"{facts.currency}; negative in parentheses, a dash is zero"),
        ("Ledger time", f"{facts.ledger_time:%Y-%m-%d %H:%M} UTC, the ledger's own clock"),
        ("Seal", f"{facts.seal_sequence}, chain {facts.seal_chain}"),
        ("Proof", f"wellbook verify: {package.proof.text}"),
        (
            "Quarantine",
            ", ".join(f"{stage} {count:,}" for stage, count in facts.quarantined.items())
            + " entries refused since the run began; they are in no figure here",
        ),
        ("Run", facts.run),
        *(
            (
                "As-of position" if index == 0 else "",
                f"{row['topic']}: {row['records']:,} records read of {row['partitions']} partitions",
            )
            for index, row in enumerate(facts.position.iter_rows(named=True))
        ),
    ]
    for index, (label, text) in enumerate(rows):
        sheet.write_string(HEADER + index, 0, label, book.label)
        sheet.write_string(HEADER + index, 1, text, book.wrapped)
    sheet.print_area(0, 0, HEADER + len(rows) - 1, 1)


def _cell(column: int, row: int) -> str:
    return f"{xl_col_to_name(column)}{row + 1}"


def _row(offset: int) -> int:
    """Number, from one, of a table's row as formulas name it."""
    return HEADER + 2 + offset


def _trial_balance(book: Book) -> None:
    frame = book.package.trial_balance
    note = "Every account. Balances: debit positive. Closing is opening, debit and credit."
    if book.package.scope.is_group:
        note += " The companies' books added up; nothing is eliminated here."
    sheet = book.sheet("Trial balance", note)
    money = lambda title, name, formula=None, summed=True: Column(title, "money", frame[name], formula, None, summed)  # noqa: E731
    book.table(
        sheet,
        "TrialBalance",
        [
            Column("Account", "text", frame["account_code"], width=11),
            Column("Name", "text", frame["account_name"], width=42),
            Column("Type", "text", frame["account_type"], width=12),
            money("Opening balance", "opening_balance"),
            money("Debit", "debit"),
            money("Credit", "credit"),
            money("Closing balance", "closing_balance", lambda at: f"=ROUND(D{_row(at)}+E{_row(at)}-F{_row(at)},2)"),
            money("Closing debit", "debit_balance", lambda at: f"=MAX(G{_row(at)},0)"),
            money("Closing credit", "credit_balance", lambda at: f"=MAX(-G{_row(at)},0)"),
            Column("Unusual side", "text", frame["is_against_normal_side"], width=14),
        ],
    )


def _statement(
    book: Book,
    name: str,
    table: str,
    frame: pl.DataFrame,
    further: str,
    further_title: str,
    prior_title: str,
    note: str,
) -> None:
    sheet = book.sheet(name, note + " Totals are formulas over their lines.")
    rows = list(frame.iter_rows(named=True))
    for at, row in enumerate(rows):
        book.cells[name, row["line_order"]] = f"'{name}'!$F${_row(at)}"
        book.cells[f"{name}, books", row["line_order"]] = f"'{name}'!$D${_row(at)}"

    def totals(letter: str) -> Callable[[int], str | None]:
        return lambda at: _total_formula(rows, at, letter)

    def known(column: str, letter: str) -> Callable[[int], str | None]:
        return lambda at: None if rows[at][column] is None else _total_formula(rows, at, letter)

    book.table(
        sheet,
        table,
        [
            Column("Order", "plain", frame["line_order"], width=8),
            Column("Section", "text", frame["section"], width=26),
            Column("Line", "text", frame["caption"], width=50),
            Column("Books added up", "money", frame["posted_amount"], totals("D")),
            Column("Eliminated", "money", frame["elimination_amount"], totals("E")),
            Column("Amount", "money", frame["amount"], lambda at: f"=D{_row(at)}+E{_row(at)}"),
            Column(prior_title, "money", frame["prior_period_amount"], known("prior_period_amount", "G")),
            Column(further_title, "money", frame[further], known(further, "H")),
        ],
        frozenset(at for at, row in enumerate(rows) if row["line_type"] != "LINE"),
        freeze=3,
    )


def _total_formula(rows: list[dict], at: int, letter: str) -> str | None:
    """The lines of a total's sections, added where they are positive on its side and taken off where not."""
    row = rows[at]
    if not row["total_of"]:
        return None
    parts = []
    for section in row["total_of"].split("|"):
        inside = [
            (index, line)
            for index, line in enumerate(rows)
            if line["line_type"] == "LINE" and line["section"] == section
        ]
        for start, end, side in _runs(inside):
            sign = "+" if side == row["positive_side"] else "-"
            parts.append(f"{sign}SUM({letter}{_row(start)}:{letter}{_row(end)})")
    return "=" + "".join(parts).removeprefix("+") if parts else None


def _runs(inside: list[tuple[int, dict]]) -> list[tuple[int, int, str]]:
    """Rows that follow each other and are positive on the same side."""
    runs: list[tuple[int, int, str]] = []
    for index, line in inside:
        if runs and runs[-1][1] == index - 1 and runs[-1][2] == line["positive_side"]:
            runs[-1] = (runs[-1][0], index, line["positive_side"])
        else:
            runs.append((index, index, line["positive_side"]))
    return runs


def _adjustments(book: Book) -> None:
    made = book.package.adjustments
    sheet = book.sheet(
        "Adjustments",
        "Each account that the adjusting period moved. Balances and the close: debit positive. The close moves the "
        "year's result to retained earnings.",
    )
    money = lambda title, name, formula=None: Column(title, "money", made[name], formula, None, True)  # noqa: E731
    book.table(
        sheet,
        "Adjustments",
        [
            Column("Account", "text", made["account_code"], width=11),
            Column("Name", "text", made["account_name"], width=42),
            money("December", "opening_balance"),
            money("Adjusting debit", "adjusting_debit"),
            money("Adjusting credit", "adjusting_credit"),
            money("Close", "closed_amount"),
            money(
                "Year end",
                "closing_balance",
                lambda at: f"=ROUND(C{_row(at)}+D{_row(at)}-E{_row(at)}+F{_row(at)},2)",
            ),
        ],
    )


def _los_matrix(book: Book) -> dict | None:
    """Lines by basin, summed from the sheet of lines; where its result row stands, for the chart."""
    los = book.package.los
    sheet = book.sheet(
        "LOS by basin",
        "The company's own share, accounting month. Income positive, cost negative. Summed from the sheet LOS lines.",
    )
    if los.is_empty():
        sheet.write_string(HEADER, 0, NOTHING)
        return None
    basins = los["basin"].unique(maintain_order=True).to_list()
    lines = los.select("category", "los_line", "line_order").unique().sort("line_order", "los_line")
    amounts = {(row["basin"], row["los_line"]): row["amount"] for row in los.iter_rows(named=True)}
    end = xl_col_to_name(1 + len(basins))

    def by_line(index: int, basin: str) -> Column:
        letter = xl_col_to_name(2 + index)
        values = [amounts.get((basin, line), Decimal(0)) for line in lines["los_line"]]
        return Column(
            basin,
            "money",
            values,
            lambda at: f"=SUMIFS(LosLines[Amount],LosLines[Basin],{letter}${HEADER + 1},LosLines[Line],$B{_row(at)})",
            17,
            True,
        )

    columns = [
        Column("Category", "text", lines["category"], width=28),
        Column("Line", "text", lines["los_line"], width=30),
        *(by_line(index, basin) for index, basin in enumerate(basins)),
    ]
    across = [
        sum((amounts.get((basin, line), Decimal(0)) for basin in basins), Decimal(0)) for line in lines["los_line"]
    ]
    columns.append(Column("All basins", "money", across, lambda at: f"=SUM(C{_row(at)}:{end}{_row(at)})", 19, True))
    book.table(sheet, "LosByBasin", columns)
    total = HEADER + lines.height + 1
    volumes = dict(los.group_by("basin").agg(pl.col("boe").max()).iter_rows())
    results = dict(los.group_by("basin").agg(pl.col("amount").sum()).iter_rows())
    sheet.write_string(total + 2, 1, "BOE, own volume sold")
    sheet.write_string(total + 3, 1, "Operating result per BOE")
    sold = [volumes[basin] for basin in basins] + [sum((boe or Decimal(0) for boe in volumes.values()), Decimal(0))]
    earned = [results[basin] for basin in basins] + [sum(results.values(), Decimal(0))]
    for index, (boe, result) in enumerate(zip(sold, earned, strict=True)):
        letter = xl_col_to_name(2 + index)
        formula = f"=SUM(C{total + 3}:{end}{total + 3})" if index == len(basins) else None
        _write(sheet, total + 2, 2 + index, boe, book.formats["volume"], formula)
        each = float(result / boe) if boe else ""
        sheet.write_formula(
            total + 3,
            2 + index,
            f'=IF(N({letter}{total + 3})=0,"",{letter}{total + 1}/{letter}{total + 3})',
            book.formats["unit"],
            each,
        )
    sheet.print_area(0, 0, total + 3, 2 + len(basins))
    return {"total": total, "first": 2, "last": 1 + len(basins)}


def _los_lines(book: Book, name: str, table: str, los: pl.DataFrame, basis: str) -> None:
    sheet = book.sheet(name, f"By basin; {basis}. Income positive, cost negative. Gross is 8/8.")

    def each(amount: str, volume: str) -> list[float | None]:
        return [float(value / boe) if boe else None for value, boe in zip(los[amount], los[volume], strict=True)]

    book.table(
        sheet,
        table,
        [
            Column("Basin", "text", los["basin"], width=16),
            Column("Category", "text", los["category"], width=28),
            Column("Group", "text", los["line_group"], width=28),
            Column("Line", "text", los["los_line"], width=30),
            Column("Amount", "money", los["amount"], is_summed=True),
            Column("Gross amount", "money", los["gross_amount"], is_summed=True),
            Column("BOE", "volume", los["boe"]),
            Column("Gross BOE", "volume", los["gross_boe"]),
            Column(
                "Amount per BOE",
                "unit",
                each("amount", "boe"),
                lambda at: f'=IF(N(G{_row(at)})=0,"",E{_row(at)}/G{_row(at)})',
                16,
            ),
            Column(
                "Gross per BOE",
                "unit",
                each("gross_amount", "gross_boe"),
                lambda at: f'=IF(N(H{_row(at)})=0,"",F{_row(at)}/H{_row(at)})',
                16,
            ),
        ],
        freeze=4,
    )


def _joint_interest(book: Book) -> None:
    jib = book.package.jib
    sheet = book.sheet(
        "Joint interest",
        "Bills of the period by bearer of cost, the operator's own share last. Cost positive; all together are 8/8.",
    )
    whole = sum(jib["share_amount"], Decimal(0))
    book.table(
        sheet,
        "JointInterest",
        [
            Column("Bearer", "text", jib["bearer"], width=14),
            Column("Name", "text", [name or "Own share" for name in jib["partner_name"]], width=36),
            Column("Bills", "count", jib["bills"]),
            Column("Joint accounts", "count", jib["joint_accounts"], width=15),
            Column("Operating", "money", jib["operating_amount"], is_summed=True),
            Column("Projects", "money", jib["project_amount"], is_summed=True),
            Column(
                "Share of cost", "money", jib["share_amount"], lambda at: f"=E{_row(at)}+F{_row(at)}", is_summed=True
            ),
            Column(
                "Of whole",
                "percent",
                [float(share / whole) if whole else None for share in jib["share_amount"]],
                lambda at: f"=IF(SUM(JointInterest[Share of cost])=0,0,G{_row(at)}/SUM(JointInterest[Share of cost]))",
            ),
        ],
    )


def _ageing(book: Book) -> None:
    ageing = book.package.ageing
    as_of = f" on {ageing['as_of_date'][0]}" if ageing.height else ""
    sheet = book.sheet("JIB receivable", f"Owed by partners, by days past due{as_of}; owed positive.")
    bands = {
        "not_due": "Not due",
        "days_1_to_30": "1 to 30 days",
        "days_31_to_60": "31 to 60 days",
        "days_61_to_90": "61 to 90 days",
        "over_90_days": "Over 90 days",
        "unapplied": "Unapplied",
        "unbilled": "Unbilled",
    }
    book.table(
        sheet,
        "JibReceivable",
        [
            Column("Partner", "text", ageing["counterparty_id"], width=14),
            Column("Name", "text", ageing["partner_name"], width=36),
            *(Column(title, "money", ageing[column], width=17, is_summed=True) for column, title in bands.items()),
            Column("Open", "money", ageing["open_amount"], lambda at: f"=SUM(C{_row(at)}:I{_row(at)})", is_summed=True),
        ],
    )


def _authorisations(book: Book) -> None:
    afe = book.package.afe
    sheet = book.sheet(
        "AFE",
        "Authorisations for expenditure at the end of the period, at 8/8 with accruals. Budget and cost positive; "
        "budget left is negative where it is over.",
    )
    words = lambda column: [code.replace("_", " ").capitalize() for code in afe[column]]  # noqa: E731
    money = lambda title, column, formula=None: Column(title, "money", afe[column], formula, 17, True)  # noqa: E731
    book.table(
        sheet,
        "Authorisations",
        [
            Column("AFE", "text", afe["afe_number"], width=16),
            Column("Description", "text", afe["description"], width=42),
            Column("Basin", "text", afe["basin"], width=14),
            Column("Status", "text", words("status"), width=13),
            Column("Outcome", "text", words("outcome"), width=13),
            money("Original budget", "original_budget"),
            money("Supplements", "supplement_amount"),
            money("Approved budget", "approved_budget", lambda at: f"=F{_row(at)}+G{_row(at)}"),
            money("Cost of period", "period_cost"),
            money("Intangible", "intangible_to_date"),
            money("Tangible", "tangible_to_date"),
            money("Leasehold", "leasehold_to_date"),
            money("Workover and other", "workover_and_other_to_date"),
            money("Cost to date", "cost_to_date", lambda at: f"=SUM(J{_row(at)}:M{_row(at)})"),
            money("Budget left", "budget_left", lambda at: f"=H{_row(at)}-N{_row(at)}"),
            Column(
                "Of budget",
                "percent",
                [None if part is None else float(part) for part in afe["cost_of_budget"]],
                lambda at: f'=IF(H{_row(at)}=0,"",N{_row(at)}/H{_row(at)})',
            ),
            Column("Own cost to date", "money", afe["own_cost_to_date"], width=17, is_summed=True),
        ],
    )
    if afe.height:
        red = book.book.add_format({"font_color": "#a63d2f"})
        sheet.conditional_format(
            HEADER + 1,
            14,
            HEADER + afe.height,
            15,
            {"type": "formula", "criteria": f"=$O{HEADER + 2}<0", "format": red},
        )


def _months(book: Book) -> None:
    months = book.package.months
    sheet = book.sheet(
        "Months", "The last thirteen months up to the period; volumes and figures per BOE on the accounting month."
    )
    book.table(
        sheet,
        "Months",
        [
            Column("Month", "date", months["period_month"], width=13),
            Column("Revenue", "money", months["revenue"]),
            Column("Net income", "money", months["net_income"]),
            Column("Cash", "money", months["cash"]),
            Column("BOE", "volume", months["boe"]),
            Column("Operating expense per BOE", "unit", months["operating_expense_per_boe"], width=26),
            Column("Netback per BOE", "unit", months["netback_per_boe"], width=18),
        ],
        freeze=1,
    )


def _quarantine(book: Book) -> None:
    rejected = book.package.facts.rejected
    sheet = book.sheet(
        "Quarantine",
        "Entries refused since the run began, by stage and reason. They are in no figure here.",
        landscape=False,
    )
    book.table(
        sheet,
        "Quarantine",
        [
            Column("Stage", "text", rejected["stage"], width=14),
            Column("Reason", "text", rejected["reason"], width=34),
            Column("Entries", "count", rejected["entries"], is_summed=True),
        ],
    )


def _charts(book: Book, basins: dict | None) -> None:
    package, sheet = book.package, book.sheet("Charts", "Drawn from the sheets Months, LOS by basin and AFE.")
    months, currency = package.months.height, package.facts.currency
    place = iter([(3, 0), (3, 10), (21, 0), (21, 10)])

    def add(chart, title: str, form: str) -> None:
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"})
        (chart.set_x_axis if form == "bar" else chart.set_y_axis)(
            {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#e4e7eb"}}}
        )
        chart.set_size({"width": 620, "height": 340})
        sheet.insert_chart(*next(place), chart)

    def series(column: int, colour: str, **more) -> dict:
        line = {
            "name": ["Months", HEADER, column],
            "categories": ["Months", HEADER + 1, 0, HEADER + months, 0],
            "values": ["Months", HEADER + 1, column, HEADER + months, column],
        }
        return line | more | {"line": {"color": colour}, "fill": {"color": colour}}

    if months:
        result = book.book.add_chart({"type": "column"})
        result.add_series(series(1, "#1f4e79"))
        income = book.book.add_chart({"type": "line"})
        income.add_series(series(2, "#b8860b", marker={"type": "circle"}))
        result.combine(income)
        add(result, f"Revenue and net income, {currency}", "column")
        cash = book.book.add_chart({"type": "column"})
        cash.add_series(series(3, "#1f4e79"))
        add(cash, f"Cash at the end of the month, {currency}", "column")
    if basins:
        chart = book.book.add_chart({"type": "column"})
        row, first, last = basins["total"], basins["first"], basins["last"]
        chart.add_series(
            {
                "name": "Operating result",
                "categories": ["LOS by basin", HEADER, first, HEADER, last],
                "values": ["LOS by basin", row, first, row, last],
                "fill": {"color": "#1f4e79"},
            }
        )
        add(chart, f"Operating result by basin, {currency}", "column")
    if package.afe.height:
        chart = book.book.add_chart({"type": "bar"})
        for column, colour in ((7, "#9aa5b1"), (13, "#1f4e79")):
            chart.add_series(
                {
                    "name": ["AFE", HEADER, column],
                    "categories": ["AFE", HEADER + 1, 0, HEADER + package.afe.height, 0],
                    "values": ["AFE", HEADER + 1, column, HEADER + package.afe.height, column],
                    "fill": {"color": colour},
                }
            )
        add(chart, f"Approved budget and cost to date, {currency}", "bar")
    sheet.print_area(0, 0, 39, 19)


def _controls(book: Book, sheet) -> None:
    controls = book.package.controls
    formulas = [_control_formulas(book, control) for control in controls]

    def given(side: int) -> Callable[[int], str | None]:
        return lambda at: formulas[at][side]

    book.table(
        sheet,
        "Controls",
        [
            Column("Control", "text", [control.name for control in controls], width=62),
            Column("First", "money", [control.one for control in controls], given(0), 22),
            Column("Second", "money", [control.other for control in controls], given(1), 22),
            Column(
                "Difference",
                "money",
                [control.difference for control in controls],
                lambda at: f"=ROUND(B{_row(at)}-C{_row(at)},2)",
                18,
            ),
            Column(
                "Agrees",
                "plain",
                ["yes" if control.holds else "NO" for control in controls],
                lambda at: f'=IF(D{_row(at)}=0,"yes","NO")',
                10,
            ),
        ],
        freeze=1,
    )
    end = HEADER + len(controls) + 1
    off = sum(not control.holds for control in controls)
    sheet.write_string(end + 1, 0, "Controls that do not agree", book.label)
    sheet.write_formula(end + 1, 1, f'=COUNTIF(E{HEADER + 2}:E{end},"NO")', book.formats["count"], off)
    sheet.write_string(
        end + 2, 0, "A number without a formula was read from a mart or from staging that has no sheet here.", book.grey
    )
    sheet.print_area(0, 0, end + 2, 4)
    red = book.book.add_format({"font_color": "#ffffff", "bg_color": "#a63d2f", "bold": True})
    sheet.conditional_format(
        HEADER + 1, 4, end - 1, 4, {"type": "cell", "criteria": "==", "value": '"NO"', "format": red}
    )


def _control_formulas(book: Book, control: Control) -> tuple[str | None, str | None]:
    package = book.package

    def line(sheet: str, frame: pl.DataFrame, condition: pl.Expr) -> str | None:
        found = [book.cells[sheet, order] for order in frame.filter(condition)["line_order"]]
        return "=" + "+".join(found) if found else None

    def section(sheet: str, frame: pl.DataFrame, code: str) -> str | None:
        return line(sheet, frame, (pl.col("section") == code) & (pl.col("line_type") != "LINE"))

    def caption(sheet: str, frame: pl.DataFrame, *captions: str) -> str | None:
        return line(sheet, frame, pl.col("caption").is_in(captions) & (pl.col("line_type") == "LINE"))

    def column(table: str, title: str, frame: pl.DataFrame) -> str | None:
        return f"=SUM({table}[{title}])" if frame.height else None

    income, sheet, cash, trial = package.income, package.sheet, package.cash, package.trial_balance
    operated = "".join(
        f"{'+' if sign > 0 else '-'}{book.cells['Income statement, books', order]}"
        for order, sign in OPERATED.items()
        if ("Income statement, books", order) in book.cells
    )
    opening, change = section("Cash flow", cash, "OPENING_CASH"), section("Cash flow", cash, "NET_CHANGE")
    # What is carried in stands in no statement: the sheet has its figure.
    net_income, carried = caption("Cash flow", cash, "Net income"), package.subledgers["carried_in_income"][0]
    if net_income and carried:
        net_income += f"{carried:+}"
    return {
        "staged": (None, column("TrialBalance", "Debit", trial)),
        "movement": (column("TrialBalance", "Debit", trial), column("TrialBalance", "Credit", trial)),
        "balance": (column("TrialBalance", "Closing debit", trial), column("TrialBalance", "Closing credit", trial)),
        "adjusted": (
            column("Adjustments", "Adjusting debit", package.adjustments),
            column("Adjustments", "Adjusting credit", package.adjustments),
        ),
        "closed": (column("Adjustments", "Close", package.adjustments), None),
        "sheet": (section("Balance sheet", sheet, "ASSETS"), section("Balance sheet", sheet, "LIABILITIES_AND_EQUITY")),
        "income": (section("Income statement", income, "NET_INCOME"), net_income),
        "change": (
            f"{opening}+{change[1:]}" if opening and change else None,
            section("Cash flow", cash, "CLOSING_CASH"),
        ),
        "cash": (section("Cash flow", cash, "CLOSING_CASH"), caption("Balance sheet", sheet, "Cash")),
        "operated": (column("LosLines", "Amount", package.los), f"={operated.removeprefix('+')}" if operated else None),
        "capital": (None, caption("Balance sheet", sheet, "Work in progress")),
        "property": (None, caption("Balance sheet", sheet, *PROPERTY)),
        "retirement": (None, caption("Balance sheet", sheet, "Asset retirement obligations")),
        "receivable": (
            column("JibReceivable", "Open", package.ageing),
            caption("Balance sheet", sheet, "Joint interest receivable"),
        ),
        "billed": (column("JointInterest", "Share of cost", package.jib), None),
    }.get(control.key, (None, None))
