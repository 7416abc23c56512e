"""`understudy demo` as a command: three real processes, the whole loop, one JSON object."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.demo.demo_export import BY_OTHERS, DRAFTS, LATER, POSTS, write_export, write_later

pytestmark = pytest.mark.timeout(360)
BRIEFS, TWO_VOTERS, THREE_VOTERS = 6, 2, 3
DEMO = [sys.executable, "-m", "bot", "demo"]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DEMO, *arguments], capture_output=True, text=True, timeout=340, check=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("export")
    export, later = write_export(folder), write_later(folder)
    ended = demo("--json", "--file", str(export), "--later", str(later), "--private", str(export), "--author", "ann")
    assert ended.returncode == 0, f"{ended.stderr}{ended.stdout[-3000:]}"
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_what_is_kept_and_left_out_is_what_was_read(told: dict[str, Any]) -> None:
    assert told["documents_read"] == POSTS + BY_OTHERS + DRAFTS
    assert told["kept"] + sum(told["left_out"].values()) == told["documents_read"]
    assert (told["left_out"]["other-author"], told["left_out"]["not-published"]) == (BY_OTHERS, DRAFTS)


def test_every_fix_that_was_offered_is_in_force(told: dict[str, Any]) -> None:
    choices = {finding["rule"]: finding["choice"] for finding in told["findings"]}
    assert choices["link"] == "fix"


def test_the_texts_were_rehearsed_before_money_was_asked_for(told: dict[str, Any]) -> None:
    assert (told["rehearsal"]["verdict"], told["rehearsal"]["overridden"]) == ("pass", None)


def test_one_approved_run_made_one_model(told: dict[str, Any]) -> None:
    assert told["approval"]["approved_by"] == "U0APPROVER"
    states = [entry["state"] for entry in told["job"]["states"]]
    assert (states[0], states[-1]) == ("queued", "ready")
    assert [entry["at"] for entry in told["job"]["states"]] == sorted(entry["at"] for entry in told["job"]["states"])
    assert told["job"]["paid_microusd"] <= told["approval"]["ceiling_microusd"]
    low, expected, high = told["estimate"]["training"]
    assert 0 < low <= expected <= high


def test_the_draft_is_the_new_models(told: dict[str, Any]) -> None:
    assert told["draft"]["text"]
    assert told["draft"]["model"] == told["job"]["model"]


def test_feedback_is_state_and_the_rewrite_counts(told: dict[str, Any]) -> None:
    there = {(one["user"], one["name"]): one["present"] for one in told["feedback"]["reactions"]}
    assert there == {("U0OWNER", "+1"): True, ("U0EDITOR", "-1"): False}
    assert [rewrite["kind"] for rewrite in told["feedback"]["rewrites"]] == ["correction"]


def test_the_next_round_has_one_example_more(told: dict[str, Any]) -> None:
    assert told["round"]["examples"] == told["examples"] + 1
    assert told["round"]["pairs"] == {"rewrite": 1}  # texts of duels are about what no version trains on


def test_the_owner_decided_about_the_draft_that_people_disagreed_on(told: dict[str, Any]) -> None:
    assert told["second"]["decided"] == ["like"]
    assert (told["round"]["undecided"], told["round"]["good"], told["round"]["not_used"]) == (0, 1, {})


def test_the_first_version_beat_plain_prompting_in_a_blind_duel(told: dict[str, Any]) -> None:
    first = told["duels"][0]
    assert first["between"] == ["founder v1", "plain model + 5 posts"]
    assert (first["state"], first["verdict"], first["is_automatic"]) == ("closed", "won", False)
    assert first["won"] + first["lost"] + first["equal"] == THREE_VOTERS * BRIEFS


def test_the_second_round_is_paid_for_without_comparing_with_plain_prompting_again(told: dict[str, Any]) -> None:
    assert told["second"]["examples"] == told["examples"] + LATER + 1
    assert told["second"]["from_feedback"]["examples"] == 1
    assert told["second"]["comparison"] is None
    assert told["second"]["approval"]["approved_by"] == "U0APPROVER"
    assert (told["second"]["state"], told["second"]["version"]) == ("ready", 2)


def test_the_second_version_met_the_first_by_itself_and_was_promoted_for_its_win(told: dict[str, Any]) -> None:
    second = told["duels"][1]
    assert (second["between"], second["is_automatic"]) == (["founder v2", "founder v1"], True)
    assert (second["verdict"], second["won"] + second["lost"] + second["equal"]) == ("won", TWO_VOTERS * BRIEFS)
    states = {one["version"]: (one["state"], one["promoted_by"], one["reason"]) for one in told["versions"]}
    assert states[2] == ("promoted", "U0OWNER", "")
    assert states[1] == ("trial", "U0OWNER", "")


def test_the_second_voice_is_private_and_none_of_its_texts_came_through_slack(told: dict[str, Any]) -> None:
    private = told["private"]
    assert (private["sensitivity"], private["sources"], private["through_slack"]) == ("private", 1, 0)
    assert (private["job"]["state"], private["job"]["provider"]) == ("ready", "private")
    assert private["draft"]["model"] == private["job"]["model"] != told["job"]["model"]


def test_training_is_estimated_in_seconds_of_the_machine_before_it_is_asked_for(told: dict[str, Any]) -> None:
    low_s, expected_s, high_s = told["estimate"]["machine"]["seconds"]
    assert 0 < low_s <= expected_s <= high_s


def test_texts_that_do_not_suffice_stop_the_loop_with_the_bots_sentence(tmp_path: Path) -> None:
    lonely = tmp_path / "one.md"
    lonely.write_text("# A ladder\n\n" + "I mended the ladder in the yard before anybody was up. " * 8)
    ended = demo("--json", "--file", str(lonely))
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["draft"], told["job"]) == (3, None, None)
    assert "training needs at least" in told["stopped"]


def test_a_file_that_is_not_there_is_said_before_anything_starts(tmp_path: Path) -> None:
    ended = demo("--file", str(tmp_path / "none.xml"))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "There is no file" in ended.stderr


def test_an_interrupted_demo_leaves_nothing_running(tmp_path: Path) -> None:
    export = write_export(tmp_path)
    # Whoever runs the tests in the background of a shell has it ignored, and so would the demo.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [*DEMO, "--file", str(export)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        while "a voice" not in (line := one.stdout.readline()):
            assert line, "the demo ended before it played"
        children = Path(f"/proc/{one.pid}/task/{one.pid}/children").read_text().split()
        one.send_signal(signal.SIGINT)
        one.communicate(timeout=60)
    assert one.returncode == 130
    assert len(children) >= 3
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
