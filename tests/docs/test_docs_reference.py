"""The reference names everything there is: commands, settings, errors, jobs, emoji."""

import re
from collections.abc import Callable
from typing import get_args

import generate
import pytest
import yaml

from bot.assembly import templates
from bot.settings import SlackSettings
from bot.slack.failures import sentence_for
from pipeline import errors
from pipeline.domain.training import TuningState
from pipeline.domain.work import WorkKind
from pipeline.findings import FIXABLE
from pipeline.verdicts import MEANINGS

ROOT = generate.DOCS.parent
# Parameters that hold what people, files or providers wrote; the others are ours, such as a handle that was checked.
UNTRUSTED = ("base", "closest_author", "code", "message", "name", "provider", "suffix", "usage", "verb", "where")
LEAVES = list(generate.leaves(errors.AppError))


@pytest.mark.parametrize("name", list(generate.PAGES))
def test_generated_page_is_fresh(name: str) -> None:
    assert name not in generate.stale(), f"docs/reference/{name} is stale; `make docs` writes it"


def test_every_verb_has_a_how_to() -> None:
    missing = {verb.name for verb in generate.verbs()} - set(generate.how_tos())
    assert not missing


def test_no_how_to_covers_a_verb_that_is_gone() -> None:
    extra = set(generate.how_tos()) - {verb.name for verb in generate.verbs()}
    assert not extra


def test_how_to_shows_each_verb_it_covers() -> None:
    for name, page in generate.how_tos().items():
        assert f"/voice {name}" in page.read_text("utf-8"), (name, page.name)


def test_manifest_command_is_the_default_setting() -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text("utf-8"))
    commands = [command["command"] for command in manifest["features"]["slash_commands"]]
    assert commands == [SlackSettings.model_fields["command"].default]


def names_of_clock() -> list[str]:
    return re.findall(r'Every\(\s*"([a-z-]+)"', (ROOT / "bot/wiring.py").read_text("utf-8"))


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("jobs.md", names_of_clock),
        ("jobs.md", lambda: get_args(WorkKind)),
        ("jobs.md", lambda: get_args(TuningState)),
        ("emoji.md", lambda: list(MEANINGS)),
        ("cleaning.md", lambda: list(FIXABLE)),
    ],
    ids=["clock", "work", "tuning states", "emoji", "rules"],
)
def test_reference_names_all(page: str, names: Callable[[], list[str]]) -> None:
    text = (generate.REFERENCE / page).read_text("utf-8")
    wanted = names()
    assert wanted
    assert [name for name in wanted if f"`{name}`" not in text] == []


@pytest.mark.parametrize("error", LEAVES, ids=lambda error: str(error.__name__))
def test_error_has_a_sentence_without_its_own_text(error: type[errors.AppError]) -> None:
    instance = generate.sample(error)
    sentence = sentence_for(instance)
    assert sentence.strip()
    assert sentence.rstrip(".").strip() != str(instance).strip()
    for leak in (error.__name__, repr(instance), str(instance.args), "VENDOR WORDS", "Traceback"):
        assert leak not in sentence
    assert not re.search(r"\bNone\b(?! of)", sentence)


@pytest.mark.parametrize("error", LEAVES, ids=lambda error: str(error.__name__))
def test_error_cannot_make_slack_mention_or_link(error: type[errors.AppError]) -> None:
    names = {"handle", *UNTRUSTED} if error in (errors.BadHandle, errors.UnknownVoice) else UNTRUSTED
    hostile = dict.fromkeys(names, "<!channel> <https://x.example|here>")
    sentence = sentence_for(generate.sample(error, hostile))
    assert "<!channel>" not in sentence
    assert "<https" not in sentence


def test_every_message_template_is_known_once() -> None:
    names = list(templates())
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_-]+\.[a-z_-]+", name) for name in names)
