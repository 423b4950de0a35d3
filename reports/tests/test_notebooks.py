"""The notebooks, executed."""

import json
from pathlib import Path

import pytest

from reporting import command, notebooks

BROKEN = """# %% tags=["parameters"]
company = "1000"
period = "2025-10"

# %%
print("before")
assert company == "none", "this company is not the one"
"""


def test_all_notebooks_run_and_are_printed(closed, tmp_path):
    asked = ["notebooks", "--period", closed.label, "--company", closed.company, "--out", str(tmp_path)]
    assert command.main(asked) == 0
    for source in notebooks.sources():
        made = json.loads((tmp_path / f"{source.stem}-{closed.company}-{closed.label}.ipynb").read_text())
        shown = [output for cell in made["cells"] for output in cell.get("outputs", []) if "data" in output]
        assert len(shown) >= 3, source.stem
        page = (tmp_path / f"{source.stem}-{closed.company}-{closed.label}.html").read_text()
        assert closed.title in page and "<table" in page


def test_a_notebook_that_fails_is_named_and_the_others_still_run(closed, tmp_path, monkeypatch, capsys):
    broken = tmp_path / "broken.py"
    broken.write_text(BROKEN)
    healthy = next(path for path in notebooks.sources() if path.stem == "stream_health")
    monkeypatch.setattr(notebooks, "sources", lambda: [broken, healthy])
    out = tmp_path / "out"
    asked = ["notebooks", "--period", closed.label, "--company", closed.company, "--out", str(out)]
    assert command.main(asked) == 1
    said = capsys.readouterr()
    assert "notebook broken failed" in said.err and "this company is not the one" in said.err
    assert "stream_health" in said.out
    assert not list(out.glob("broken*.html")), "a page of a notebook that failed would be taken for a whole one"


@pytest.mark.parametrize("source", notebooks.sources(), ids=lambda path: path.stem)
def test_notebooks_hold_no_output_and_no_query(source: Path):
    text = source.read_text()
    assert "select " not in text and "psycopg" not in text
