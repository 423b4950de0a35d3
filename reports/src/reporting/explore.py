"""What a notebook works with: the books of a company and period, shown as tables and figures."""

import html
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from decimal import Decimal

import polars as pl
from IPython.display import HTML, SVG, display

from reporting import charts, database, detail, facts, operating, statements
from reporting import package as close
from reporting.controls import Control, total
from reporting.pdf import written
from reporting.problem import Problem
from reporting.scope import Scope

_CELL = 'style="padding:2px 10px;text-align:{side};font-variant-numeric:tabular-nums"'


class Books:
    """The books of one company and period, in one snapshot of the database."""

    def __init__(self, scope: Scope, connection, held: ExitStack) -> None:
        self.scope = scope
        self.connection = connection
        self._held = held
        self.facts = facts.read_facts(connection, scope)
        self.currency = self.facts.currency

    @classmethod
    def open(cls, company: str, period: str) -> "Books":
        """Connects, and sees to it that company and period exist; the kernel's end closes it."""
        scope = Scope.parse(company, period)
        if not scope.month:
            raise Problem(f"{period} is no month, and notebooks are of months; give one from 01 to 12")
        held = ExitStack()
        return cls(scope, held.enter_context(database.connected()), held)

    def __getattr__(self, name: str) -> Callable[..., pl.DataFrame]:
        """Every query of the library, by its name, with the books' company and period."""
        for module in (operating, statements, detail):
            query = getattr(module, name, None)
            if callable(query) and getattr(query, "__module__", "") == module.__name__:
                return lambda *more: query(self.connection, self.scope, *more)
        raise AttributeError(name)

    def package(self) -> close.Package:
        """The whole close package, read in a snapshot of its own."""
        return close.load(self.scope)

    def head(self, title: str) -> None:
        """Says of what and of when everything below is."""
        found = self.facts
        draft = f" <b>DRAFT: the period is {found.state.lower()}.</b>" if found.is_draft else ""
        said = (
            f"{title}: {self.scope.company}, {found.company_name}, {self.scope.title}, {found.currency}. Ledger time "
            f"{found.ledger_time:%Y-%m-%d %H:%M} UTC, seal {found.seal_sequence}."
        )
        display(HTML(f"<p>{html.escape(said)}{draft}</p>"))

    def show(self, frame: pl.DataFrame) -> None:
        """A table: numbers right, negative in parentheses, a dash for zero."""
        if frame.is_empty():
            display(HTML("<p><i>Nothing in this period.</i></p>"))
            return
        heads = "".join(
            f"<th {_CELL.format(side=_side(frame[name].dtype))}>{html.escape(name.replace('_', ' '))}</th>"
            for name in frame.columns
        )
        body = "".join(
            "<tr>"
            + "".join(
                f"<td {_CELL.format(side=_side(dtype))}>{html.escape(_text(value, name))}</td>"
                for name, value, dtype in zip(frame.columns, row, frame.dtypes, strict=True)
            )
            + "</tr>"
            for row in frame.iter_rows()
        )
        display(HTML(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"))

    def draw(self, figure: bytes | None) -> None:
        """A figure, if there is anything to draw."""
        if figure:
            display(SVG(figure))

    def whole(self, frame: pl.DataFrame, column: str) -> Decimal:
        """Sum of a column."""
        return total(frame, column)

    def statement(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A statement without the columns that only its totals need."""
        return frame.drop("line_order", "line_type", "total_of", "positive_side")


def _side(dtype: pl.DataType) -> str:
    return "right" if dtype.is_numeric() else "left"


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return written(value, max(2, -value.as_tuple().exponent))
    if isinstance(value, int):
        return str(value) if name.endswith("_key") else f"{value:,}"
    return value.isoformat() if isinstance(value, date) else str(value)


def by(frame: pl.DataFrame, keys: list[str], amounts: list[str]) -> pl.DataFrame:
    """Sums by key, in the order of the first."""
    return frame.group_by(keys, maintain_order=True).agg(pl.col(amounts).sum())


def beside(one: pl.DataFrame, other: pl.DataFrame, key: str, amount: str, first: str, second: str) -> pl.DataFrame:
    """The same sums of two frames beside each other, and what they differ by."""
    left = by(one, [key], [amount]).rename({amount: first})
    right = by(other, [key], [amount]).rename({amount: second})
    joined = left.join(right, on=key, how="full", coalesce=True, maintain_order="left_right")
    return joined.with_columns(pl.col(first, second).fill_null(0)).with_columns(
        (pl.col(first) - pl.col(second)).alias("difference")
    )


def lines(frame: pl.DataFrame, month: str, amount: str, key: str | None, title: str) -> bytes | None:
    """A line by month for each value of the key."""
    known = frame.filter(pl.col(amount).is_not_null())
    if known.is_empty():
        return None
    groups = known.partition_by(key, as_dict=True, maintain_order=True) if key else {("",): known}

    def draw(axes) -> None:
        for (name, *_), part in groups.items():
            axes.plot(part[month].to_list(), charts.floats(part, amount), marker="o", markersize=3, label=str(name))
        axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)
        axes.set_title(title)
        axes.tick_params(axis="x", labelsize=7)
        if key:
            axes.legend(frameon=False, fontsize=7)

    return charts.svg(draw, width=7)


def controls(checked: list[Control]) -> pl.DataFrame:
    """Controls as a table."""
    return pl.DataFrame(
        {
            "control": [control.name for control in checked],
            "first": pl.Series([control.one for control in checked], dtype=pl.Decimal(38, 2)),
            "second": pl.Series([control.other for control in checked], dtype=pl.Decimal(38, 2)),
            "difference": pl.Series([control.difference for control in checked], dtype=pl.Decimal(38, 2)),
            "agrees": [control.holds for control in checked],
        }
    )
