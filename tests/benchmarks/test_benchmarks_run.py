"""The benchmarks run and count right on tiny sizes; how fast anything was is no test's business."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def measured(module: str, *words: str, into: Path) -> Any:
    command = [sys.executable, "-m", f"benchmarks.{module}", *words, "--passes", "1", "--json", str(into)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=110)
    return json.loads(into.read_text("utf-8"))


def test_every_way_of_preparing_reads_every_post(tmp_path: Path) -> None:
    facts = measured("prepare", "--generated", "40", "--sizes", "20", into=tmp_path / "prepare.json")

    (corpus,) = facts["corpora"]
    assert {way["way"]: way["documents"] for way in corpus["best"]} == dict.fromkeys(
        ("ours", "notebook", "floor", "ours-2", "bot"), 40
    )
    assert corpus["stages_cpu_s"].keys() >= {"reading", "html to text", "links", "repeated passages", "token counts"}
    assert [one["done"]["documents"] for one in facts["growth"]] == [20, 20]
    assert all(one["with_children_mb"] > 10 for one in facts["growth"])


def test_everything_measured_is_acked_and_kept_once(tmp_path: Path) -> None:
    facts = measured("acks", "--states", "busy", "--seconds", "0.1", "--posts", "40", into=tmp_path / "acks.json")

    lines = facts["busy"]["lines"]
    assert {line["request"] for line in lines} >= {"bare", "list", "draft", "button", "reaction"}
    assert [line["failed"] for line in lines] == [0] * len(lines)
    assert not [line for line in lines if "WRONG" in line["effects"]]


def test_the_first_answer_comes_before_the_file_is_read(tmp_path: Path) -> None:
    into = tmp_path / "answers.json"
    command = [sys.executable, "-m", "benchmarks.first_answer", "--sizes", "30", "--json", str(into)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=110)
    (answer,) = json.loads(into.read_text("utf-8"))["answers"]
    assert answer["posts"] == 30
    assert 0 < answer["first_s"] <= answer["read_s"]
