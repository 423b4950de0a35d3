"""Reads a workbook back and calculates its formulas anew.

`formulas` calculates, but knows no references to tables' columns: those are written as ranges first, from the tables
that the workbook itself declares. Nor does it know SUBTOTAL; 109 is the sum of rows that no filter hides, and here none
does.
"""

import io
import re
from pathlib import Path

import formulas
import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

_TABLE_COLUMN = re.compile(r"(\w*)\[([^\[\]]+)\]")


def opened(content: bytes, *, values: bool = False) -> openpyxl.Workbook:
    """The workbook: its formulas, or the values that were written with them."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def columns(book: openpyxl.Workbook) -> dict[tuple[str, str], str]:
    """The data range of each column of each table."""
    found = {}
    for sheet in book:
        for table in sheet.tables.values():
            left, top, _, bottom = range_boundaries(table.ref)
            last = bottom - (table.totalsRowCount or 0)
            for offset, column in enumerate(table.tableColumns):
                letter = get_column_letter(left + offset)
                found[table.name, column.name] = f"'{sheet.title}'!${letter}${top + 1}:${letter}${last}"
    return found


def table_of(sheet, cell) -> str:
    """Name of the table in which a cell stands: what a formula in it means by a column alone."""
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        if left <= cell.column <= right and top <= cell.row <= bottom:
            return table.name
    return ""


def calculated(book: openpyxl.Workbook, folder: Path) -> dict[tuple[str, str], object]:
    """Every formula's value by sheet and cell."""
    ranges = columns(book)
    wanted = []
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if not (isinstance(cell.value, str) and cell.value.startswith("=")):
                    continue
                own = table_of(sheet, cell)
                plain = _TABLE_COLUMN.sub(lambda found, own=own: ranges[found[1] or own, found[2]], cell.value)
                cell.value = plain.replace("SUBTOTAL(109,", "SUM(")
                wanted.append((sheet.title, cell.coordinate))
    path = folder / "plain.xlsx"
    book.save(path)
    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    return {
        (sheet, place): _single(solution[f"'[{path.name}]{sheet.upper()}'!{place}"].value[0, 0])
        for sheet, place in wanted
    }


def _single(value: object) -> object:
    return value.item() if hasattr(value, "item") else value
