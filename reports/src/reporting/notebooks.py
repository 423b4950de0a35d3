"""Executes the notebooks for a company and period, and prints each as HTML that opens without a network."""

import os
from pathlib import Path

import jupytext
import nbformat
import papermill
from nbconvert import HTMLExporter
from papermill.exceptions import PapermillExecutionError

from reporting import database, facts
from reporting.problem import Problem
from reporting.scope import Scope

#: A notebook takes seconds; a cell that takes so long is stuck.
CELL_SECONDS = 300
PROJECT = Path(__file__).resolve().parents[2]


def sources() -> list[Path]:
    """The notebooks, as percent scripts."""
    return sorted((PROJECT / "notebooks").glob("*.py"))


def execute(scope: Scope, out: Path) -> dict[str, str]:
    """Executes every notebook, and returns why some failed, by name; those are written as far as they came."""
    if not scope.month:
        raise Problem(f"{scope.label} is no month, and notebooks are of months; give one from 01 to 12")
    with database.connected() as connection:
        facts.read_facts(connection, scope)
    failed = {}
    for source in sources():
        made = out / f"{source.stem}-{scope.company}-{scope.label}.ipynb"
        try:
            _execute(source, made, scope)
        except PapermillExecutionError as error:
            failed[source.stem] = f"cell {error.exec_count}: {error.ename}: {error.evalue}; see {made}"
        except Exception as error:  # A kernel that dies or does not start has no type of its own.
            failed[source.stem] = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}; see {made}"
        else:
            print(made)
            print(_print(made))
    return failed


def _execute(source: Path, made: Path, scope: Scope) -> None:
    notebook = jupytext.read(source)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.with_suffix(".html").unlink(missing_ok=True)
    nbformat.write(notebook, made)
    # The kernel is a process of its own, and finds the library there.
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT / "src"), path]))
    try:
        papermill.execute_notebook(
            str(made),
            str(made),
            parameters={"company": scope.company, "period": scope.label},
            progress_bar=False,
            execution_timeout=CELL_SECONDS,
            # The kernel warns that it talks over loopback.
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            cwd=str(PROJECT),
        )
    finally:
        if path is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = path


def _print(made: Path) -> Path:
    exporter = HTMLExporter(exclude_input=True, mathjax_url="", require_js_url="", jquery_url="")
    html, _ = exporter.from_filename(str(made))
    page = made.with_suffix(".html")
    page.write_text(html, encoding="utf-8")
    return page
