"""Figures as SVG: the same data gives the same bytes."""

import io

import matplotlib
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

INK, BLUE, GOLD, RUST, GREY = "#1f2933", "#1f4e79", "#b8860b", "#a63d2f", "#9aa5b1"
_STYLE = {
    # Identifiers in the SVG are drawn from this, not at random.
    "svg.hashsalt": "wellbook",
    "svg.fonttype": "path",
    # What lies beneath, a watermark, shows through.
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
}


def svg(draw, width: float = 5.2, height: float = 2.7) -> bytes:
    """Draws on one pair of axes, of so many inches."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.subplots())
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _millions(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(
        FuncFormatter(
            lambda value, _: f"{value / 1e6:,.0f}" if abs(value) >= 1e6 or value == 0 else f"{value / 1e6:,.1f}"
        )
    )
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)


def _months(axes: Axes, frame: pl.DataFrame, column: str = "period_month") -> list[int]:
    places = list(range(frame.height))
    axes.set_xticks(
        places,
        [
            month.strftime("%b\n%Y") if index == 0 or month.month == 1 else month.strftime("%b")
            for index, month in enumerate(frame[column])
        ],
    )
    return places


def result_by_month(months: pl.DataFrame, currency: str) -> bytes | None:
    """Revenue as bars, net income as a line; none before the first whole month."""
    if months.is_empty():
        return None

    def draw(axes: Axes) -> None:
        places = _months(axes, months)
        axes.bar(places, floats(months, "revenue"), color=BLUE, width=0.65, label="Revenue")
        axes.plot(places, floats(months, "net_income"), color=GOLD, marker="o", markersize=3, label="Net income")
        axes.axhline(0, color=GREY, linewidth=0.6)
        _millions(axes)
        axes.set_title(f"Revenue and net income, {currency} million")
        axes.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0, -0.22), fontsize=7)

    return svg(draw)


def cash_by_month(months: pl.DataFrame, currency: str) -> bytes | None:
    """Cash at the end of each month; none before the first whole month."""
    if months.is_empty():
        return None

    def draw(axes: Axes) -> None:
        places = _months(axes, months)
        cash = floats(months, "cash")
        axes.bar(places, cash, color=[RUST if value < 0 else BLUE for value in cash], width=0.65)
        axes.axhline(0, color=GREY, linewidth=0.6)
        _millions(axes)
        axes.set_title(f"Cash at the end of the month, {currency} million")

    return svg(draw)


def per_boe_by_month(months: pl.DataFrame, currency: str) -> bytes | None:
    """Netback and lease operating expense for each own BOE; none where nothing was sold."""
    sold = months.filter(pl.col("boe") > 0)
    if sold.is_empty():
        return None

    def draw(axes: Axes) -> None:
        places = _months(axes, sold)
        axes.plot(places, floats(sold, "netback_per_boe"), color=BLUE, marker="o", markersize=3, label="Netback")
        axes.plot(
            places,
            floats(sold, "operating_expense_per_boe"),
            color=RUST,
            marker="o",
            markersize=3,
            label="Lease operating expense",
        )
        axes.set_ylim(bottom=min(0, *floats(sold, "netback_per_boe")))
        axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)
        axes.set_title(f"{currency} per own BOE sold, accounting month")
        axes.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0, -0.22), fontsize=7)

    return svg(draw)


def result_by_basin(los: pl.DataFrame, currency: str) -> bytes | None:
    """The operating result of each basin, the largest at the top."""
    if los.is_empty():
        return None
    basins = los.group_by("basin").agg(pl.col("amount").sum()).sort("amount", "basin")

    def draw(axes: Axes) -> None:
        results = floats(basins, "amount")
        bars = axes.barh(
            basins["basin"].replace("UNASSIGNED", "No well").to_list(),
            results,
            color=[RUST if value < 0 else BLUE for value in results],
            height=0.65,
        )
        axes.bar_label(bars, [f"{value / 1e6:,.2f}" for value in results], padding=3, fontsize=7)
        axes.axvline(0, color=GREY, linewidth=0.6)
        axes.margins(x=0.15)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_title(f"Operating result by basin, {currency} million")

    return svg(draw)


def cost_against_budget(afe: pl.DataFrame, currency: str) -> bytes | None:
    """Cost to date of each authorisation as a part of its budget, over it in red."""
    open_ones = afe.filter(pl.col("cost_of_budget").is_not_null() & (pl.col("status") != "CLOSED")).sort(
        "afe_number", descending=True
    )
    if open_ones.is_empty():
        return None

    def draw(axes: Axes) -> None:
        parts = [100 * value for value in floats(open_ones, "cost_of_budget")]
        axes.barh(
            open_ones["afe_number"].to_list(),
            parts,
            color=[RUST if value > 100 else BLUE for value in parts],
            height=0.65,
        )
        axes.axvline(100, color=INK, linewidth=0.8)
        axes.grid(axis="x", color="#e4e7eb", linewidth=0.6)
        axes.tick_params(axis="y", labelsize=6)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} %"))
        axes.set_title("Cost to date of approved budget, by AFE")

    return svg(draw, height=max(2.7, 0.17 * open_ones.height + 0.7))


def floats(frame: pl.DataFrame, column: str) -> list[float]:
    """For drawing alone: what is printed stays exact."""
    return [float(value) for value in frame[column]]
