"""The notes, the requests and the cards: smaller files beside the blog, each with its part of the answer key."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
# What cannot be planted in a file, and why.
NOT_PLANTED = {
    "many-examples": "needs more than 25,000 texts",
    "title-prompts": "is about how requests are made, not about texts: ask for titles only",
}


def note_paths() -> list[Path]:
    return sorted((HERE / "notes").glob("*.md"))


def rows(name: str) -> list[dict[str, Any]]:
    """Of one set, with the words around every request."""
    facts = yaml.safe_load((HERE / "sets" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [row | {"prompt": facts["frame"] + row["asked"]} for row in facts["rows"]]


def jsonl(name: str, answer: str) -> str:
    lines = [{"prompt": row["prompt"], "completion": row[answer]} for row in rows(name)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def answer_keys() -> dict[str, Any]:
    """For each file: which of its texts have which fault; and what is true of the set as a whole."""
    return {
        "notes": {
            "file": "notes.zip",
            "documents": len(note_paths()),
            "drafted": (HERE / "drafted.txt").read_text(encoding="utf-8").strip(),
            "faults": planted((f"notes/{path.name}", front(path).get("planted", [])) for path in note_paths()),
            "of_the_set": ["coverage", "few-examples"],
        },
        "requests": set_key("requests", twice="identical-prompts"),
        "cards": set_key("cards"),
        "not_planted": NOT_PLANTED,
    }


def set_key(name: str, *, twice: str = "") -> dict[str, Any]:
    """Row numbers as people count them. All rows share the words around the request."""
    found = rows(name)
    faults = planted((str(number), row.get("planted", [])) for number, row in enumerate(found, start=1))
    faults["prompt-frame"] = [str(number) for number in range(1, len(found) + 1)]
    asked = [row["asked"] for row in found]
    same = [str(number) for number, words in enumerate(asked, start=1) if asked.count(words) > 1]
    return {"file": f"{name}.jsonl", "documents": len(found), "faults": faults | ({twice: same} if twice else {})}


def planted(named: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, faults in named:
        for fault in faults:
            found.setdefault(fault, []).append(name)
    return dict(sorted(found.items()))


def front(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = yaml.safe_load(re.split(r"^---\n", path.read_text(encoding="utf-8"), flags=re.M)[1])
    return facts
