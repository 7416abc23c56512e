"""The benchmark of the ledger measures every step on both histories."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_step_is_measured_with_and_without_a_history(tmp_path: Path) -> None:
    words = ["--database", "sqlite", "--history", "30", "--queued", "60", "--steps", "20", "--workers", "1", "2"]
    command = [sys.executable, "-m", "benchmarks.ledger", *words, "--json", str(tmp_path / "ledger.json")]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=110, text=True).stdout
    figures = json.loads((tmp_path / "ledger.json").read_text("utf-8"))["figures"]
    measured = {(figure["workers"], figure["step"], figure["history"]) for figure in figures}
    steps = ("claim", "settle", "say", "look")
    assert measured == {(workers, step, history) for workers in (1, 2) for step in steps for history in (0, 30)}
    assert "SEARCH work_item USING INDEX" in told and "SCAN" not in told
