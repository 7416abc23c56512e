"""`understudy prepare`, from what is typed to what lies in the folder."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import prepare as command
from bot.prepare import main
from pipeline.examples import format_errors
from pipeline.findings import FIXABLE

BODY = (
    "<p>On market day {n} we counted {n} carts before the bridge, which is to say all of them, and wrote every name "
    "down in the long book number {n} that nobody but the clerk may open.</p><p>Read "
    "<a href='https://example.com/{n}'>the list</a> or https://example.com/all/{n} when the office is shut; Jonas and "
    "I sorted box {n} again, found {n} missing pages and a pressed fern, and closed the window against the rain.</p>"
)
ROWS = {"examples.jsonl", "validation.jsonl", "test.jsonl"}
FILES = ROWS | {"report.json", "report.md", "recipe.json", "documents.jsonl"}


def write_posts(path: Path, number: int = 14) -> Path:
    rows = [f'{n},"Market day {n}","{BODY.format(n=n)}",ada,2026-01-{n + 1:02d}' for n in range(number)]
    path.write_text("\n".join(["id,title,body,author,date", *rows]), "utf-8")
    return path


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    return write_posts(tmp_path / "posts.csv")


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_rows_and_reports_are_written(posts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "out"
    assert main([str(posts), "--author", "ada", "--accept-fixes", "link", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == FILES
    told = json.loads((out / "report.json").read_text("utf-8"))
    written = {name: rows(out / f"{name}.jsonl") for name in ("examples", "validation", "test")}
    assert told["splits"] == {
        "train": len(written["examples"]),
        "validation": len(written["validation"]),
        "test": len(written["test"]),
    }
    assert sum(told["splits"].values()) == told["kept"] == 14
    everything = [row for split in written.values() for row in split]
    assert format_errors(everything) == {}
    assert everything[0]["messages"][0]["content"] == "You write in the voice of ada."
    assert "example.com" not in json.dumps(everything)
    printed = capsys.readouterr().out
    assert "14 read, 14 kept." in printed
    assert str(out) in printed


def test_with_json_one_object_is_printed_and_nothing_else(
    posts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(posts), "--out", str(tmp_path / "out"), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert printed.err == ""


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        (["--since", "2026-01-05"], {"older": 4}),
        (["--until", "2026-01-05"], {"newer": 9}),
        (["--exclude-title", "day 1$", "--exclude-title", "13"], {"title-excluded": 2}),
        (["--status", "publish,draft", "--kind", "any"], {}),
    ],
)
def test_filters_reach_the_report(posts: Path, tmp_path: Path, options: list[str], left_out: dict[str, int]) -> None:
    assert main([str(posts), *options, "--out", str(tmp_path / "out")]) == 0
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert told["left_out"] == left_out
    assert told["documents_read"] == told["kept"] + sum(left_out.values()) == 14


def test_all_fixes_can_be_accepted_at_once(posts: Path, tmp_path: Path) -> None:
    assert main([str(posts), "--accept-fixes", "all", "--out", str(tmp_path / "out")]) == 0
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert {finding["choice"] for finding in told["findings"] if finding["rule"] in FIXABLE} == {"fix"}


def test_a_base_with_a_price_is_estimated(posts: Path, tmp_path: Path) -> None:
    assert main([str(posts), "--model", "gpt-4.1-mini-2025-04-14", "--out", str(tmp_path / "out")]) == 0
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["estimate"]
    assert (told["provider"], told["shutdown_on"], told["encoding_is_exact"]) == ("openai", "2027-01-14", True)
    assert told["training_microusd"]["expected"] == told["train_tokens"] * told["epochs"] * 5


def test_an_operators_table_replaces_the_shipped_one(posts: Path, tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text("[[price]]\nprovider = 'here'\n", "utf-8")
    assert main([str(posts), "--prices", str(table), "--out", str(tmp_path / "out")]) == 2


def failing(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.txt", b"", "empty.txt"),
        ("letter.pages", b"\x00\x01\x02binary", ".pages"),
        ("half.zip", b"PK\x03\x04 cut off", "half.zip"),
    ],
)
def test_a_file_that_fails_stops_everything_with_a_sentence(
    posts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, told: str
) -> None:
    out = tmp_path / "out"
    assert main([str(failing(tmp_path, name, content)), str(posts), "--out", str(out), "--json"]) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""
    assert not out.exists()


def test_every_failing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [failing(tmp_path, "one.txt", b""), failing(tmp_path, "two.csv", b"")]
    assert main([*map(str, paths), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "one.txt" in told
    assert "two.csv" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--author", "nobody"], "ada"),
        (["--accept-fixes", "linkz"], "no fix named linkz"),
        (["--model", "gpt-9"], "gpt-9"),
        (["--model", "understudy-ngram", "--provider", "openai"], "understudy-ngram"),
        (["missing.csv"], "There is no file missing.csv"),
        (["--prices", "missing.toml"], "missing.toml"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    posts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    assert main([str(posts), *options, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_failed_run_leaves_the_last_one_as_it_was(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    main([str(posts), "--out", str(out)])
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert main([str(posts), str(failing(tmp_path, "empty.md", b"")), "--out", str(out)]) == 2
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_two_files_of_one_name_stay_apart(posts: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    again = write_posts(tmp_path / "more" / "posts.csv")
    assert main([str(posts), str(again), "--out", str(tmp_path / "out"), "--accept-fixes", "near-duplicate"]) == 0
    told = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert (told["documents_read"], told["kept"]) == (28, 28 - told["left_out"]["near-duplicate"])


def test_many_documents_are_shared_among_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = write_posts(tmp_path / "posts.csv", 28)
    assert main([str(posts), "--out", str(tmp_path / "one")]) == 0
    monkeypatch.setattr(command, "MANY_DOCUMENTS", 10)
    assert main([str(posts), "--out", str(tmp_path / "two")]) == 0
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_it_runs_as_a_module(posts: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.prepare", str(posts), "--out", str(tmp_path / "out"), "--json"],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(done.stdout)["kept"] == 14
    assert done.stderr == b""
