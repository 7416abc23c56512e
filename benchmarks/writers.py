"""Texts of people who wrote many, cleaned as a voice's would be, from the shared folder of corpora."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.findings import items
from pipeline.domain.documents import Document, Recipe
from pipeline.findings import RULES
from pipeline.runner import Target, prepare
from pipeline.sources.front_matter import split_front_matter
from pipeline.sources.reading import read_file

MIN_TEXT_WORDS: Final = 100
MIN_TEXTS: Final = 4
MIN_WRITER_WORDS: Final = 2_400
SPOKEN_WORDS: Final = 1_200  # of one episode that count as a text
MANY_TOKENS: Final = 10**9
# The Federalist as it is shared spells its signs as elements.
SIGNS: Final = {"<p>": ". ", "<S>": ". ", "<c>": ", ", "<l>": ":\n"}
NO_PERSON: Final = frozenset({"18F"})  # a by-line of the whole house

Writers = dict[str, list[str]]


def writers(folder: Path) -> Writers:
    """By name, which says the house before a slash where several people wrote about the same things."""
    found: Writers = {}
    found |= bylines(folder / "markdown/18f")
    for name in ("benbalter", "digitalgov/bbrantley", "digitalgov/jparcell"):
        documents = (one for one in items(folder / "markdown" / name) if isinstance(one, Document))
        login = name.split("/")[-1]
        found[f"government/{login}"] = cleaned(one for one in documents if one.author in (None, login))
    found |= weblog(folder / "wxr/cc-labs.xml")
    found |= federalist(folder / "authors/federalist.csv")
    found["chesterton"] = essays(folder / "authors/chesterton-tremendous-trifles.txt")
    found |= metamuse(folder / "transcripts/metamuse")
    found |= founders(folder / "transcripts/founderstalk")
    return {name: texts for name, texts in found.items() if is_enough(texts)}


def is_enough(texts: list[str]) -> bool:
    return len(texts) >= MIN_TEXTS and sum(len(text.split()) for text in texts) >= MIN_WRITER_WORDS


def cleaned(documents: Iterable[Document]) -> list[str]:
    """With every fix accepted."""
    read = list(documents)
    if len(read) < MIN_TEXTS:
        return []
    made = prepare(read, Recipe(choices=dict.fromkeys(RULES, "fix")), Target("", MANY_TOKENS, len))
    return [row.completion for row in made.examples if row.words >= MIN_TEXT_WORDS]


def bylines(folder: Path) -> Writers:
    """Posts under one name; most of the blog is by several hands."""
    by: Mapping[str, list[Document]] = defaultdict(list)
    for path in sorted(folder.glob("*.md")):
        settings, _ = split_front_matter(path.read_text("utf-8", errors="replace"))
        match settings.get("authors"):
            case [str(one)] if one not in NO_PERSON:
                by[one] += [item for item in read_file(path, name=path.name) if isinstance(item, Document)]
    return {f"government/{name}": cleaned(documents) for name, documents in by.items()}


def weblog(path: Path) -> Writers:
    by: Mapping[str, list[Document]] = defaultdict(list)
    for item in items(path):
        if isinstance(item, Document) and item.author:
            by[item.author].append(item)
    return {f"labs/{name}": cleaned(documents) for name, documents in by.items()}


def federalist(path: Path) -> Writers:
    by: Mapping[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["author"] in ("HAMILTON", "MADISON", "JAY"):
                by[f"federalist/{row['author'].lower()}"].append(spelled(row["text"]))
    return dict(by)


def spelled(text: str) -> str:
    for sign, plain in SIGNS.items():
        text = text.replace(sign, plain)
    plain = re.sub(r" +([,.:])", r"\1", re.sub(r"<\w+>", "", text))
    return re.sub(r"^.*?New York\W+", "", plain, flags=re.DOTALL)


def essays(path: Path) -> list[str]:
    parts = re.split(r"\n\n\n+\s*[IVXL]+\. [^\n]+\n", path.read_text("utf-8"))
    lines = (re.sub(r"(?<!\n)\n(?!\n)", " ", part).strip() for part in parts)
    return [text for text in lines if len(text.split()) > 3 * MIN_TEXT_WORDS]


def metamuse(folder: Path) -> Writers:
    turn = r"(?ms)^([A-Z][\w .]+?) \(\d\d:\d\d:\d\d\) - (.*?)(?=^\S[^\n]*\(\d\d:\d\d:\d\d\) - |\Z)"
    return spoken("metamuse", {path.name: re.findall(turn, path.read_text("utf-8")) for path in folder.glob("*.txt")})


def founders(folder: Path) -> Writers:
    turn = r"(?ms)^\*\*([^*:]+):\*\* (.*?)(?=^\*\*[^*:]+:\*\*|\Z)"
    marks = r"\\?\[[\d:]+\\?\]"
    read = {path.name: re.sub(marks, "", path.read_text("utf-8")) for path in folder.glob("*.md")}
    return spoken("founders", {name: re.findall(turn, text) for name, text in read.items()})


def spoken(house: str, episodes: Mapping[str, list[tuple[str, str]]]) -> Writers:
    """Of people who speak in several."""
    by: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for episode in sorted(episodes):
        for who, said in episodes[episode]:
            by[who][episode] += said.split()
    several = {who: said for who, said in by.items() if len(said) > 1}
    return {f"{house}/{who}": [part for one in said.values() for part in parts(one)] for who, said in several.items()}


def parts(words: list[str]) -> Iterator[str]:
    for start in range(0, len(words) - SPOKEN_WORDS // 2, SPOKEN_WORDS):
        yield " ".join(words[start : start + SPOKEN_WORDS])
