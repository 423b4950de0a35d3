"""The command line: `python -m reporting close-package` and `notebooks`."""

import argparse
import os
import sys
from pathlib import Path

from reporting import package, pdf, workbook
from reporting.problem import Problem
from reporting.scope import Scope

#: What the arguments or the data do not allow.
CANNOT = 2
#: A notebook that failed, or a package whose controls do not agree: it is written, and not to be filed.
FAILED = 1


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        scope = Scope.parse(asked.company, asked.period)
        _prepare(asked.out)
        return asked.run(scope, asked)
    except Problem as problem:
        print(f"reporting: {problem}", file=sys.stderr)
        return CANNOT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reporting",
        description="Makes the close package and the notebooks of a company's period. Postgres is found by PGHOST, "
        "PGPORT, PGUSER, PGPASSWORD and PGDATABASE.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, said in (
        ("close-package", _close_package, "writes the close package as PDF and as an Excel workbook"),
        ("notebooks", _notebooks, "executes the notebooks and writes them as .ipynb and HTML"),
    ):
        command = commands.add_parser(name, help=said, description=said.capitalize())
        command.add_argument("--period", required=True, metavar="YYYY-MM", help="accounting period, such as 2025-10")
        command.add_argument("--company", required=True, metavar="CODE", help="company code, or GROUP for all together")
        command.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for what is written")
        command.set_defaults(run=run)
        if name == "close-package":
            command.add_argument(
                "--verify",
                type=Path,
                metavar="FILE",
                help="what `wellbook verify --json` wrote; else WELLBOOK names the program",
            )
    return parser


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"the folder {out} cannot be made: {error.strerror}; give another by --out") from None


def _close_package(scope: Scope, asked: argparse.Namespace) -> int:
    made = package.load(scope, asked.verify)
    # Both are made before either is written: a package is whole or not there.
    files = {f"{made.name}.pdf": pdf.build(made), f"{made.name}.xlsx": workbook.build(made)}
    for name, content in files.items():
        print(_put(asked.out / name, content))
    off = [control for control in made.controls if not control.holds]
    for control in off:
        print(
            f"reporting: control does not agree: {control.name}, off by {control.difference:,}; do not file",
            file=sys.stderr,
        )
    return FAILED if off else 0


def _put(path: Path, content: bytes) -> Path:
    """Renames into place, so that a reader finds the old file or the new one."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem(f"{path} cannot be written: {error.strerror}; free the folder or give another by --out") from None
    return path


def _notebooks(scope: Scope, asked: argparse.Namespace) -> int:
    # Only here: it brings all of Jupyter, which a close package does without.
    from reporting import notebooks

    failed = notebooks.execute(scope, asked.out)
    for name, reason in failed.items():
        print(f"reporting: notebook {name} failed: {reason}", file=sys.stderr)
    return FAILED if failed else 0
