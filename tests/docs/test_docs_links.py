"""Links resolve, and what the README tells people to type exists."""

import re
from pathlib import Path

import generate
import pytest

ROOT = generate.DOCS.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PAGES = sorted(
    [*ROOT.glob("*.md"), *generate.DOCS.rglob("*.md"), ROOT / "sandbox/README.md", ROOT / "examples/README.md"]
)
COMMANDS = (
    "serve",
    "demo",
    "prepare",
    "diff",
    "data",
    "export",
    "import",
    "migrate",
    "doctor",
    "sandbox",
    "modelserver",
)


def anchors(page: Path) -> set[str]:
    """As code hosts make them: small letters, dashes for blanks, no other signs."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_shown_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= make_targets()
    assert set(re.findall(r"(?:^|`)understudy ([a-z]+)", text, re.MULTILINE)) <= set(COMMANDS)


def test_every_page_is_in_the_index() -> None:
    index = generate.DOCS / "README.md"
    listed = {(generate.DOCS / link).resolve() for link in LINK.findall(index.read_text("utf-8")) if ":" not in link}
    pages = {page for page in generate.DOCS.rglob("*.md") if page != index}
    assert pages - listed == set()


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in sorted((generate.DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
