"""The benchmarks of feedback run on tiny sizes, count every row, and look nothing up by reading all of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def measured(module: str, *words: str, into: Path) -> tuple[Any, str]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *words, "--database", "sqlite", "--json", str(into)]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=110, text=True).stdout
    return json.loads(into.read_text("utf-8")), told


def test_every_reaction_of_a_storm_is_a_row_and_drafts_are_asked_for_meanwhile(tmp_path: Path) -> None:
    facts, _ = measured("storm", "--seconds", "1", "--per-s", "20", into=tmp_path / "storm.json")
    bare, reactions, drafts = facts["lines"]
    assert bare["request"] == "bare"
    assert reactions["sent"] == reactions["kept"] >= 20
    assert drafts["sent"] == drafts["kept"] >= 2
    assert (reactions["failed"], drafts["failed"]) == (0, 0)


def test_a_verdict_is_measured_with_few_and_with_many_rows_and_never_scans(tmp_path: Path) -> None:
    facts, told = measured("verdicts", "--rows", "2000", "--steps", "20", into=tmp_path / "verdicts.json")
    measured_ones = {(figure["step"], figure["rows"]) for figure in facts["figures"]}
    assert measured_ones == {(step, rows) for step in ("verdict", "reaction") for rows in (100, 2000)}
    assert "SEARCH reaction USING INDEX" in told and "SEARCH outbox USING INDEX" in told and "SCAN" not in told
