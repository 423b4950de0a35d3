"""Which company and which accounting period a report is of."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from reporting.problem import Problem

#: All companies together, intercompany eliminated.
GROUP = "GROUP"
_PERIOD = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Scope:
    """A company, or the group, in an accounting period."""

    company: str
    year: int
    period: int

    @classmethod
    def parse(cls, company: str, period: str) -> "Scope":
        """Reads `1000` and `2025-10`; period 00 is the opening of a year, 13 its adjustments."""
        found = _PERIOD.fullmatch(period)
        if not found or int(found[2]) > 13:
            raise Problem(
                f"the period {period!r} is not of the form YYYY-MM, or a year has none such; give one such as 2025-10, "
                "or 2025-13 for the adjustments and the close of 2025"
            )
        if not company.strip():
            raise Problem("no company is given; give its code, such as 1000, or GROUP for all together")
        return cls(company.strip(), int(found[1]), int(found[2]))

    @property
    def key(self) -> int:
        """The period as the marts name it: year × 100 + period."""
        return self.year * 100 + self.period

    @property
    def label(self) -> str:
        """The period as it is asked for: 2025-10."""
        return f"{self.year}-{self.period:02}"

    @property
    def month(self) -> date | None:
        """First day of the calendar month; none for the opening and the adjustments."""
        return date(self.year, self.period, 1) if 1 <= self.period <= 12 else None

    @property
    def title(self) -> str:
        """The period for people: October 2025."""
        if self.month:
            return f"{calendar.month_name[self.period]} {self.year}"
        return f"Opening of {self.year}" if self.period == 0 else f"Adjustments and close of {self.year}"

    @property
    def is_year(self) -> bool:
        """Whether it is the adjusting period: its statements are the year's."""
        return self.period == 13

    @property
    def is_group(self) -> bool:
        """Whether it is the group."""
        return self.company == GROUP

    @property
    def parameters(self) -> dict[str, object]:
        """What the queries are given."""
        return {"company": self.company, "period": self.key, "month": self.month, "year": self.year}
