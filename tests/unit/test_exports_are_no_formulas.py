"""What is written for people to open: nothing a spreadsheet would take for a formula, nothing that calls anybody."""

import json
from pathlib import Path

import pytest

from bot.prepare import main
from pipeline.origins import ROW_FILES
from tests.fakes.made_posts import body

# https://owasp.org/www-community/attacks/CSV_Injection: how a cell begins that a spreadsheet runs.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TITLES = ('=cmd|" /C calc"!A0', "+1+1", "-2+3", "@SUM(1+1)", '=HYPERLINK("http://x.example")')


@pytest.fixture
def written(tmp_path: Path) -> list[Path]:
    rows = [{"id": n, "title": title, "body": f"{title} {body(n)}"} for n, title in enumerate(TITLES)]
    source = tmp_path / "posts.json"
    source.write_text(json.dumps(rows))
    out = tmp_path / "out"
    assert main([str(source), "--out", str(out)]) == 0
    return [path for path in out.rglob("*") if path.is_file()]


def test_no_export_is_a_table_that_a_spreadsheet_opens_by_itself(written: list[Path]) -> None:
    assert {path.suffix for path in written} == {".json", ".jsonl", ".md"}


def test_no_line_of_an_export_begins_like_a_formula(written: list[Path]) -> None:
    """As the lines of a file that is opened as a table all the same; JSON is indented, Markdown's lists are ours."""
    for path in written:
        for line in path.read_text("utf-8").split("\n"):
            assert not line.startswith(tuple(set(FORMULAS) - {"-"})), (path.name, line)
            assert not line.startswith("-") or line.startswith("- "), (path.name, line)


def test_a_title_like_a_formula_is_learned_as_it_was_written(written: list[Path]) -> None:
    rows = [row for path in written if path.name in ROW_FILES.values() for row in path.read_text("utf-8").splitlines()]
    said = "\n".join(message["content"] for row in rows for message in json.loads(row)["messages"])
    assert "@SUM(1+1)" in said
