"""The PDF, its pages looked at as pictures."""

import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
import typst
from PIL import Image

import spreadsheet
from reporting import package, pdf, workbook
from reporting.scope import Scope


def inked(page: bytes) -> float:
    """The part of a page that is not white."""
    histogram = Image.open(io.BytesIO(page)).convert("L").histogram()
    return 1 - sum(histogram[245:]) / sum(histogram)


def margins_are_white(page: bytes, points: int = 18) -> bool:
    """Whether nothing runs out of the page: its outermost quarter of an inch is empty."""
    picture = Image.open(io.BytesIO(page)).convert("L")
    width, height = picture.size
    edges = [
        (0, 0, points, height),
        (width - points, 0, width, height),
        (0, 0, width, points),
        (0, height - points, width, height),
    ]
    return all(picture.crop(edge).getextrema()[0] > 245 for edge in edges)


def headings(made, folder) -> list[str]:
    return json.loads(typst.query(str(pdf.write(made, folder)), "heading", field="body", root=str(folder)))


def texts(made) -> str:
    return json.dumps(pdf.data(made), ensure_ascii=False)


def test_every_page_has_something_on_it_and_nothing_runs_over_the_edge(pages):
    assert 10 <= len(pages) <= 20
    for number, page in enumerate(pages, 1):
        assert inked(page) > 0.004, f"page {number} is blank"
        assert margins_are_white(page), f"page {number} runs over its edge"


def test_it_is_one_pdf_of_as_many_pages_dated_by_the_ledger(close_package, pages):
    made = pdf.build(close_package)
    assert made.startswith(b"%PDF-1.7")
    assert f"/Count {len(pages)}".encode() in made
    assert f"D:{close_package.facts.ledger_time:%Y%m%d%H%M%S}".encode() in made


def test_the_same_data_gives_the_same_bytes(close_package):
    assert pdf.build(close_package) == pdf.build(close_package)


def test_all_statements_are_there_in_order(close_package, tmp_path):
    said = [heading["text"] for heading in headings(close_package, tmp_path)]
    assert said == [
        "Controls",
        "Income statement",
        "Balance sheet",
        "Cash flow statement",
        "Trial balance",
        "Lease operating statement by basin",
        "Joint interest billing",
        "Joint interest receivable by age",
        "Authorisations for expenditure",
        "Charts",
    ]


@pytest.mark.parametrize("is_group", [False, True])
def test_the_adjusting_period_shows_the_year_its_adjustments_and_its_close(year, is_group, mart, tmp_path):
    made = package.load(replace(year, company="GROUP") if is_group else year)
    said = [heading["text"] for heading in headings(made, tmp_path)]
    assert said[4:6] == ["Trial balance", "Adjustments and close"]
    assert "Lease operating statement by basin" not in said
    assert [control.name for control in made.controls if not control.holds] == []
    rows = {row["cells"][0]: row["cells"] for row in pdf.data(made)["income"]["rows"]}
    income = mart(
        "select sum(year_to_date_amount) from gl.income_statement where company_code = %(company)s "
        "and period_key = %(period)s - 1 and section = 'NET_INCOME'",
        made.scope,
    )
    adjusted = mart(
        "select sum(amount) from gl.income_statement where company_code = %(company)s and period_key = %(period)s "
        "and section = 'NET_INCOME'",
        made.scope,
    )
    assert rows["Net income"][3 if is_group else 1] == pdf.money(income + adjusted) != "–"
    names = {sheet.title for sheet in spreadsheet.opened(workbook.build(made))}
    assert "Adjustments" in names and "LOS lines" not in names


def test_the_cover_says_of_which_data_it_is(close_package, mart, closed):
    said = pdf.data(close_package)
    assert said["chain"] == mart("select chain from staging.batch_seal order by sequence desc limit 1", closed)
    assert said["quarantine"][0][1] == f"{mart('select count(*) from staging.rejected_entry', closed):,}"
    topic = "gl.journal-entry.validated.v1"
    read = mart(f"select sum(next_offset) from staging.ingest_offset where topic = '{topic}'", closed)
    assert [row[2] for row in said["position"] if row[0] == topic] == [f"{read:,}"]
    assert said["verify"] == "not run"


def test_printed_totals_are_the_marts(close_package, mart, closed):
    rows = {row["cells"][0]: row["cells"] for row in pdf.data(close_package)["income"]["rows"]}
    income = mart(
        "select amount from gl.income_statement where company_code = %(company)s and period_key = %(period)s "
        "and section = 'NET_INCOME'",
        closed,
    )
    assert rows["Net income"][1] == pdf.money(income)


def test_a_closed_period_bears_no_mark_and_an_open_one_is_a_draft(close_package, unclosed, pages):
    draft = package.load(unclosed)
    assert not pdf.data(close_package)["draft"]
    assert pdf.data(draft)["draft"]
    # The mark itself: the foot of the balance sheet is empty but for it.
    reddish = [pixel_is_red(page) for page in (pages[2], pdf.pages(draft, 72)[2])]
    assert reddish == [False, True]


def pixel_is_red(page: bytes) -> bool:
    picture = Image.open(io.BytesIO(page)).convert("RGB")
    width, height = picture.size
    middle = picture.crop((width // 4, height // 3, 3 * width // 4, 2 * height // 3))
    return any(red - blue > 10 and red > 200 for _, (red, _, blue) in middle.getcolors(1 << 24))


def test_the_group_shows_what_was_eliminated_and_agrees(group_package):
    said = pdf.data(group_package)
    assert [column["title"] for column in said["income"]["columns"]][1:4] == [
        "Books added up",
        "Eliminated",
        "Consolidated",
    ]
    assert all(control.holds for control in group_package.controls)


def test_a_period_in_which_not_all_companies_have_posted_agrees(begun):
    assert [control.name for control in package.load(begun).controls if not control.holds] == []


def test_a_company_without_wells_says_so_instead_of_failing(closed, mart):
    code = mart("select company_code from staging.company where role = 'MIDSTREAM' limit 1", closed)
    made = package.load(Scope(code, closed.year, closed.period))
    assert pdf.data(made)["los"]["note"] == pdf.NOTHING
    assert all(inked(page) > 0.002 for page in pdf.pages(made, 40))


def test_a_control_that_does_not_agree_is_set_in_words(close_package):
    wrong = replace(close_package.controls[0], other=close_package.controls[0].other + 1)
    said = pdf.data(replace(close_package, controls=[wrong]))
    assert said["highlights"][-1] == ["Controls", "1 do NOT agree"]
    assert not said["controls"][0]["holds"]


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0.00", "–"), ("-0.01", "(0.01)"), ("1234567.89", "1,234,567.89"), ("-2194868428.85", "(2,194,868,428.85)")],
)
def test_amounts_are_written_as_accountants_do(amount, written):
    assert pdf.money(Decimal(amount)) == written
