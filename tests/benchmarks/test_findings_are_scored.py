"""How right the cleaner is, counted on a tiny made-up corpus; the real ones need the shared folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.findings import CORPORA, SHARED, Cleaned, scores
from benchmarks.label_doubts import scored, writers
from benchmarks.labels import FOLDER, Key, Labels, Score, place_of, score, share, wilson
from benchmarks.thresholds import Sweep, tried
from pipeline.stages import quotations

needs_corpora = pytest.mark.skipif(not SHARED.exists(), reason="the corpora are not beside this checkout")
MANY = 5  # of fewer findings a share says nothing
ROOT = Path(__file__).parents[2]
OWN = "We walked down to the harbour and looked at the boats that nobody had wanted to buy this year. " * 5
SAID = "> " + "The boats are old and the sea is cold and there is nobody left who would mend them for us. " * 9


def test_hits_false_alarms_misses_and_silence_are_counted() -> None:
    lines = ["stale\tyes\ta", "stale\tyes\tb", "stale\tno\tc", "stale\tunsure\td", "stale\tfound\th", "stale\tfound\ti"]
    labels = Labels.of([*lines, "read\tyes\td", "read\tyes\te", "read\tyes\tg"])

    counted = score({*map(Key, "acdefh")}, labels.verdicts["stale"], labels.read)

    assert counted == Score(hits=1, false_alarms=2, misses=1, quiet=1, unlabelled=1, confirmed=1)
    assert counted + counted == Score(2, 4, 2, 2, 2, 2)
    assert (counted.labels, counted.precision[:4], counted.recall[:4]) == (6, "0.50", "0.50")


def test_an_interval_is_wilsons() -> None:
    assert wilson(9, 10) == pytest.approx((0.596, 0.982), abs=0.001)
    assert wilson(0, 5) == pytest.approx((0.0, 0.434), abs=0.001)
    assert (share(9, 10), share(0, 0)) == ("0.90 (0.60–0.98)", "–")


def test_a_tiny_corpus_is_scored(tmp_path: Path) -> None:
    posts, labels, into = tmp_path / CORPORA["benbalter"], tmp_path / "labels", tmp_path / "scores.json"
    posts.mkdir(parents=True)
    labels.mkdir()
    texts = {"own": OWN, "said": SAID + "\n\nSo she told us.", "mailed": OWN + "\nWrite to ann@boats.org."}
    for name, text in texts.items():
        (posts / f"2020-01-01-{name}.md").write_text(f"---\ntitle: {name}\n---\n\n{text}\n", "utf-8")
    lines = [
        *("read\tyes\t2020-01-01-own.md", "quotation\tyes\t2020-01-01-said.md", "quotation\tyes\t2020-01-01-mailed.md"),
        f"email\tyes\t2020-01-01-mailed.md\t{place_of('ann@boats.org')}",
        f"repeated-passage\tno\t*\t{place_of(OWN.split('. ')[0])}",
    ]
    (labels / "benbalter.tsv").write_text("\n".join(lines) + "\n", "utf-8")

    command = [sys.executable, "-m", "benchmarks.findings", "--corpora", str(tmp_path), "--labels", str(labels)]
    done = subprocess.run([*command, "--json", str(into)], cwd=ROOT, check=True, capture_output=True, timeout=60)

    scored = json.loads(into.read_text("utf-8"))["benbalter"]
    assert scored["quotation"] == {
        "hits": 1,
        "false_alarms": 0,
        "misses": 1,
        "quiet": 1,
        "unlabelled": 0,
        "confirmed": 0,
    }
    assert scored["email"] == {"hits": 1, "false_alarms": 0, "misses": 0, "quiet": 0, "unlabelled": 0, "confirmed": 0}
    assert scored["repeated-passage"]["quiet"] == 10
    assert "| **quotation** | all | 3 | 1 | 0 | 1 | 0 | 1.00" in done.stdout.decode()


@pytest.mark.parametrize("module", ["findings", "thresholds"])
def test_without_corpora_nothing_is_scored(module: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", f"benchmarks.{module}", "--corpora", str(tmp_path)]

    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)

    assert done.stdout.decode().startswith("No corpora")


def test_a_threshold_is_tried_at_other_values_and_set_back(tmp_path: Path) -> None:
    (tmp_path / "said.md").write_text(f"---\ntitle: said\n---\n\n{OWN}\n\n{SAID}\n", "utf-8")
    labels = Labels.of(["quotation\tno\tsaid.md"])

    rows = list(tried(Sweep("quotation", quotations, "MOSTLY", (0.1, 0.9)), [(Cleaned.of(tmp_path), labels)]))

    assert [(row[2], row[4]) for row in rows] == [("0.1", "1"), ("**0.5**", "1"), ("0.9", "0")]
    assert quotations.MOSTLY == 0.5


@needs_corpora
def test_what_is_found_in_real_posts_is_right_four_times_in_five() -> None:
    total: dict[str, Score] = {}
    for name, path in CORPORA.items():
        for rule, one in scores(Cleaned.of(SHARED / path), Labels.from_file(FOLDER / f"{name}.tsv")).items():
            total[rule] = total.get(rule, Score()) + one

    right = {rule: (one.hits + one.confirmed) / one.found for rule, one in total.items() if one.found >= MANY}
    assert min(right.values()) >= 0.8, right
    assert right.keys() >= {"quotation", "stale", "series", "email", "call-to-action", "repeated-passage", "bio"}


@pytest.mark.parametrize("name", CORPORA)
def test_labels_keep_no_text_of_a_corpus(name: str) -> None:
    labels = Labels.from_file(FOLDER / f"{name}.tsv")

    assert all(
        not key.place or (len(key.place) == 12 and int(key.place, 16) >= 0)
        for said in labels.verdicts.values()
        for key in said
    )


@needs_corpora
def test_doubted_labels_of_real_passages_are_wrong_ones() -> None:
    right, found, wrong = scored(writers(SHARED), 0.05)
    assert right >= 0.9 * found
    assert right >= wrong / 3
