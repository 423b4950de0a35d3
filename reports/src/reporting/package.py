"""All that a close package shows, read at one moment."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from reporting import database, facts, operating, statements
from reporting.controls import Control, controls
from reporting.facts import Facts, Proof
from reporting.frames import ADJUSTMENTS, LOS
from reporting.scope import Scope


@dataclass(frozen=True)
class Package:
    """The frames of one company and period."""

    scope: Scope
    facts: Facts
    proof: Proof
    trial_balance: pl.DataFrame
    income: pl.DataFrame
    sheet: pl.DataFrame
    cash: pl.DataFrame
    adjustments: pl.DataFrame
    months: pl.DataFrame
    los: pl.DataFrame
    los_produced: pl.DataFrame
    jib: pl.DataFrame
    ageing: pl.DataFrame
    afe: pl.DataFrame
    subledgers: pl.DataFrame
    controls: list[Control] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Stem of the files: company, period, and the seal that says of which data."""
        return f"close-package-{self.scope.company}-{self.scope.label}-seal-{self.facts.seal_sequence}"


def load(scope: Scope, verify: Path | None = None) -> Package:
    """Reads a package from Postgres, in one snapshot."""
    # Before the snapshot is taken: it may take a minute.
    proof = facts.read_proof(verify)
    with database.connected() as connection:
        found = facts.read_facts(connection, scope)
        package = Package(
            scope=scope,
            facts=found,
            proof=proof,
            trial_balance=statements.trial_balance(connection, scope),
            income=statements.income_statement(connection, scope),
            sheet=statements.balance_sheet(connection, scope),
            cash=statements.cash_flow(connection, scope),
            adjustments=statements.adjustments(connection, scope) if scope.is_year else _nothing(ADJUSTMENTS),
            months=statements.months(connection, scope),
            los=operating.lease_operating_statement(connection, scope) if scope.month else _nothing(LOS),
            los_produced=operating.lease_operating_statement(connection, scope, "PRODUCTION")
            if scope.month
            else _nothing(LOS),
            jib=operating.joint_interest(connection, scope),
            ageing=operating.receivable_ageing(connection, scope),
            afe=operating.authorisations(connection, scope),
            subledgers=operating.subledgers(connection, scope),
        )
        package.controls.extend(controls(package))
    return package


def _nothing(schema) -> pl.DataFrame:
    return pl.DataFrame(schema={name: column.dtype.type for name, column in schema.columns.items()})
