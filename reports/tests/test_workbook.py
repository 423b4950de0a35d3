"""The workbook, read back and calculated anew."""

from datetime import UTC
from decimal import Decimal

import openpyxl
import pytest

import spreadsheet
from reporting import workbook

HEADER = workbook.HEADER + 1


@pytest.fixture(scope="module")
def calculated(xlsx, tmp_path_factory):
    return spreadsheet.calculated(spreadsheet.opened(xlsx), tmp_path_factory.mktemp("calculated"))


def row_of(sheet: openpyxl.worksheet.worksheet.Worksheet, text: str) -> int:
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == text)


def cents(value: float) -> Decimal:
    return round(Decimal(repr(float(value))), 2)


def test_every_formula_gives_the_value_that_is_written_with_it(xlsx, calculated):
    values = spreadsheet.opened(xlsx, values=True)
    assert len(calculated) > 500
    off = {
        place: (found, values[place[0]][place[1]].value)
        for place, found in calculated.items()
        if not _same(found, values[place[0]][place[1]].value)
    }
    assert not off


def _same(found: object, written: object) -> bool:
    if isinstance(written, str) or written is None:
        return (found or "") == (written or "")
    return abs(float(found) - float(written)) < 0.005


def test_totals_by_formula_are_the_marts_totals(xlsx, calculated, closed, mart):
    book = spreadsheet.opened(xlsx)
    for sheet, mart_name, caption in (
        ("Income statement", "income_statement", "Net income"),
        ("Balance sheet", "balance_sheet", "Total assets"),
        ("Balance sheet", "balance_sheet", "Total liabilities and equity"),
        ("Cash flow", "cash_flow_statement", "Net change in cash"),
    ):
        row = row_of(book[sheet], caption)
        expected = mart(
            f"select amount from gl.{mart_name} where company_code = %(company)s and period_key = %(period)s "
            f"and caption = '{caption}'",
            closed,
        )
        assert cents(calculated[sheet, f"F{row}"]) == expected, caption
    debits = mart(
        "select sum(debit_balance) from gl.trial_balance where company_code = %(company)s and period_key = %(period)s",
        closed,
    )
    assert cents(calculated["Trial balance", f"H{book['Trial balance'].max_row}"]) == debits


def test_statements_are_whole_in_the_workbook(xlsx, closed, mart):
    book = spreadsheet.opened(xlsx)
    accounts = mart(
        "select count(*) from gl.trial_balance where company_code = %(company)s and period_key = %(period)s", closed
    )
    assert book["Trial balance"].max_row == HEADER + accounts + 1
    afes = mart(
        "select count(*) from capital.afe_cost where company_code = %(company)s and period_key = %(period)s", closed
    )
    assert book["AFE"].max_row == HEADER + afes + 1


def test_all_controls_agree_when_calculated(xlsx, calculated, close_package):
    sheet = spreadsheet.opened(xlsx)["Controls"]
    for index, control in enumerate(close_package.controls):
        assert calculated["Controls", f"E{HEADER + 1 + index}"] == "yes", control.name
    assert calculated["Controls", f"B{row_of(sheet, 'Controls that do not agree')}"] == 0


def test_a_changed_figure_makes_its_controls_disagree(xlsx, close_package, tmp_path):
    book = spreadsheet.opened(xlsx)
    book["Trial balance"][f"E{HEADER + 1}"].value += 0.01
    book["Balance sheet"][f"D{row_of(book['Balance sheet'], 'Cash')}"].value += 0.01
    found = spreadsheet.calculated(book, tmp_path)
    said = {
        control.key: found["Controls", f"E{HEADER + 1 + index}"] for index, control in enumerate(close_package.controls)
    }
    assert {key for key, agrees in said.items() if agrees == "NO"} == {"staged", "movement", "balance", "sheet", "cash"}


def test_sheets_are_tables_with_frozen_heads_set_up_for_print(xlsx):
    book = spreadsheet.opened(xlsx)
    tables = [name for sheet in book for name in sheet.tables]
    assert len(tables) == len(set(tables)) >= 12
    for sheet in book:
        if not sheet.tables:
            continue
        assert sheet.freeze_panes, sheet.title
        assert sheet.print_title_rows == f"${HEADER}:${HEADER}", sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.oddFooter.right.text.endswith("page &P of &N"), sheet.title
        assert sheet.print_area, sheet.title


def test_no_number_is_wider_than_its_column(xlsx):
    book, values = spreadsheet.opened(xlsx), spreadsheet.opened(xlsx, values=True)
    for sheet in values:
        for table in sheet.tables.values():
            for row in sheet[table.ref]:
                for cell in row:
                    if isinstance(cell.value, int | float) and "#,##0.00" in cell.number_format:
                        width = width_of(book[sheet.title], cell.column)
                        assert len(f"({abs(cell.value):,.2f})") + 1 <= width, f"{sheet.title}!{cell.coordinate}"


def width_of(sheet: openpyxl.worksheet.worksheet.Worksheet, column: int) -> float:
    """Neighbours of one width are written as one range, under its first column."""
    return next(found.width for found in sheet.column_dimensions.values() if found.min <= column <= found.max)


def test_negative_amounts_stand_in_parentheses(xlsx):
    sheet = spreadsheet.opened(xlsx)["Balance sheet"]
    cell = sheet[f"D{row_of(sheet, 'Accumulated depletion')}"]
    assert cell.value < 0
    assert ";(" in cell.number_format


def test_charts_are_excels_own(xlsx):
    assert len(spreadsheet.opened(xlsx)["Charts"]._charts) == 4


def test_the_same_data_gives_the_same_bytes(close_package, xlsx):
    assert workbook.build(close_package) == xlsx


def test_the_file_is_dated_by_the_ledger(xlsx, close_package):
    created = spreadsheet.opened(xlsx).properties.created.replace(tzinfo=UTC)
    assert created == close_package.facts.ledger_time
