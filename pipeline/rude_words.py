"""Rude words of English: better-profanity's list, as data only. Imports nothing of the project."""

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def rude_words() -> frozenset[str]:
    """Single words of the list, in lower case; its phrases are spellings of the same."""
    listed = resources.files("better_profanity").joinpath("profanity_wordlist.txt").read_text("utf-8")
    return frozenset(line.strip().lower() for line in listed.splitlines() if line.strip())
