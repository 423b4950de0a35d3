"""What the tests read: the ledger that PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE name, with its marts built."""

from collections.abc import Callable

import pytest

from reporting import database, package, pdf, workbook
from reporting.package import Package
from reporting.scope import Scope


def _newest(state: str) -> Scope:
    with database.connected() as connection:
        found = connection.execute(
            """
            select company.company_code, ledger.fiscal_year, ledger.fiscal_period
            from staging.company
            inner join gl.general_ledger_by_period as ledger using (company_code)
            where company.role = 'OPERATOR' and ledger.period_state = %s and ledger.fiscal_period between 1 and 12
                and ledger.period_month >= (select date_trunc('month', min(start_date)) from staging.run)
            group by 1, 2, 3
            having sum(line_count) > 1000
            order by 2 desc, 3 desc
            limit 1""",
            [state],
        ).fetchone()
    assert found, f"the ledger has no {state} month of an operator; stream more days"
    return Scope(*found)


@pytest.fixture(scope="session")
def closed() -> Scope:
    """The operator's newest closed month."""
    return _newest("CLOSED")


@pytest.fixture(scope="session")
def unclosed() -> Scope:
    """The operator's newest open month."""
    return _newest("OPEN")


@pytest.fixture(scope="session")
def year() -> Scope:
    """The adjustments and the close of the operator's newest year that has them."""
    with database.connected() as connection:
        found = connection.execute(
            """
            select company.company_code, max(ledger.fiscal_year)
            from staging.company
            inner join gl.general_ledger_by_period as ledger using (company_code)
            where company.role = 'OPERATOR' and ledger.fiscal_period = 13 and ledger.line_count > 0
            group by 1
            limit 1"""
        ).fetchone()
    assert found, "the ledger has no close of a year; stream beyond a December"
    return Scope(*found, 13)


@pytest.fixture(scope="session")
def begun() -> Scope:
    """The newest period in which any company posted at all."""
    with database.connected() as connection:
        newest = connection.execute(
            "select max(period_key) from gl.general_ledger_by_period where line_count > 0"
        ).fetchone()[0]
    return Scope("GROUP", newest // 100, newest % 100)


@pytest.fixture(scope="session")
def close_package(closed: Scope) -> Package:
    """The operator's package of its newest closed month."""
    return package.load(closed)


@pytest.fixture(scope="session")
def group_package(closed: Scope) -> Package:
    """The group's package of the same month."""
    return package.load(Scope("GROUP", closed.year, closed.period))


@pytest.fixture(scope="session")
def xlsx(close_package: Package) -> bytes:
    """Its workbook."""
    return workbook.build(close_package)


@pytest.fixture(scope="session")
def pages(close_package: Package) -> list[bytes]:
    """Its pages as pictures."""
    return pdf.pages(close_package, 72)


@pytest.fixture
def mart() -> Callable[[str, Scope], object]:
    """One value that a query of the marts gives."""

    def ask(query: str, scope: Scope) -> object:
        with database.connected() as connection:
            return connection.execute(query, scope.parameters).fetchone()[0]

    return ask
