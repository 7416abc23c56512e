"""Image, locks and import contracts hold what they promise, as far as that can be read without building."""

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import generate
import pytest
from dockerfile_parse import DockerfileParser

ROOT = generate.DOCS.parent
DOCKERFILE = DockerfileParser(str(ROOT / "Dockerfile"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
# What in a feature may know Slack: who listens and what is shown. Everything else decides.
SHOWN = ("__init__", "*listeners", "*views", "*forms")


def lines(instruction: str) -> list[str]:
    return [line["value"] for line in DOCKERFILE.structure if line["instruction"] == instruction]


def test_image_is_built_in_two_stages_from_pinned_tags() -> None:
    assert len(DOCKERFILE.parent_images) >= 2
    assert all(":" in image and not image.endswith(":latest") for image in DOCKERFILE.parent_images)


def test_image_runs_as_somebody_else_than_root() -> None:
    user = lines("USER")[-1].split(":")[0]
    assert user.isdigit()
    assert int(user) > 0


def test_image_has_health_check_signal_and_command() -> None:
    assert "/healthz" in lines("HEALTHCHECK")[0]
    assert lines("STOPSIGNAL") == ["SIGTERM"]
    assert lines("CMD")[-1] == '["understudy", "serve"]'
    assert not lines("ADD")


def test_image_copies_only_what_exists() -> None:
    for value in lines("COPY"):
        words = [word for word in value.split() if not word.startswith("--")]
        if "--from=" not in value:
            assert all((ROOT / source).exists() for source in words[:-1]), value


def test_image_ignores_do_not_hide_what_is_copied() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line]
    assert ignored
    copied = [word for value in lines("COPY") if "--from=" not in value for word in value.split()[:-1]]
    assert not [word for word in copied if any(fnmatchcase(word.strip("/"), pattern) for pattern in ignored)]


def test_image_sets_only_settings_that_exist() -> None:
    settings = generate.settings_page()
    named = [name for name in DOCKERFILE.envs if name.startswith(("UNDERSTUDY_", "SLACK_"))]
    assert named
    assert [name for name in named if f"`{name}`" not in settings] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert pinned
    assert all("--hash=sha256:" in package for package in pinned)


@pytest.mark.parametrize(("name", "groups"), [("", []), ("-dev", ["build", "dev"])])
def test_lock_holds_every_dependency(name: str, groups: list[str]) -> None:
    text = (ROOT / f"requirements{name}.lock").read_text("utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))
    assert {bare(each) for each in PROJECT["project"]["dependencies"] + of_groups(*groups)} <= locked


def test_the_tests_of_real_models_have_named_versions() -> None:
    text = (ROOT / "constraints-lora.txt").read_text("utf-8")
    named = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)$", text, re.MULTILINE))
    extra = PROJECT["project"]["optional-dependencies"]["lora"]
    assert {bare(each) for each in extra} <= named.keys()
    assert [each for each in extra if each == f"torch=={named['torch']}"]  # an exact version everywhere
    assert "-c constraints-lora.txt" in (ROOT / "Makefile").read_text("utf-8")


def test_every_dependency_has_its_reason() -> None:
    page = next((generate.DOCS / "decisions").glob("*-dependencies.md")).read_text("utf-8")
    optional = [each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra]
    wanted = [*PROJECT["project"]["dependencies"], *optional, *of_groups("build", "dev")]
    assert [each for each in wanted if f"| `{bare(each)}` |" not in page] == []


def of_groups(*names: str) -> list[str]:
    return [each for name in names for each in PROJECT["dependency-groups"][name] if isinstance(each, str)]


def bare(requirement: str) -> str:
    return re.split(r"[\[<>=~;! ]", requirement)[0].lower()


def test_every_deciding_module_is_kept_from_slack() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    patterns = next(each["source_modules"] for each in contracts if each["name"] == "no Slack in decisions")
    features = ROOT / "bot" / "features"
    deciding = [path for path in features.glob("*/**/*.py") if not any(fnmatchcase(path.stem, name) for name in SHOWN)]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in deciding]
    assert [name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)] == []


def test_no_contract_names_a_module_that_is_gone() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    patterns = next(each["source_modules"] for each in contracts if each["name"] == "no Slack in decisions")
    stems = {path.stem for path in (ROOT / "bot" / "features").glob("*/**/*.py")}
    last = [pattern.rsplit(".", 1)[1] for pattern in patterns if pattern.startswith("bot.features.")]
    assert [name for name in last if name not in stems] == []


def test_no_path_of_a_machine_is_in_the_docs() -> None:
    pages: list[Path] = [*ROOT.glob("*.md"), *generate.DOCS.rglob("*.md")]
    assert [page for page in pages if re.search(r"/(?:work|root|home)/", page.read_text("utf-8"))] == []
