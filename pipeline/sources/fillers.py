"""Sounds of hesitation out of spoken English; everything else stays as it was said."""

import re
from collections.abc import Iterable

# Never words of their own in English prose. "er", "ah" and "hm" are left: they are also said on purpose.
SOUND = r"(?<![\w'’-])(?:[Uu]m{1,3}|[Uu]h{1,3}|[Uu]hm|[Ee]rm)(?![\w'’-])"
# Only between commas, or at a sentence's beginning before one: "you know what I mean" means something.
PHRASE = r"\s*,\s+you know(?=\s*[,.?!])(?:\s*,)?\s*|(?:^|(?<=[.?!]\s))You know\s*,\s*"
FILLER = re.compile(rf"(?:\s*,)?\s*{SOUND}(?:[\s,]+{SOUND})*(?:\s*,)?\s*|{PHRASE}")
SENTENCE_ENDS = ".?!…"
DASHES = "-–—"
# Words that stand in every English text; they make up 15 to 25 % of speech and under 2 % of other languages' texts
# (in Portuguese and German "um" is a word).
ENGLISH = frozenset({"the", "and", "of", "that", "you", "it", "this", "with", "have", "what", "to"})
ENGLISH_SHARE = 0.08
WORD = re.compile(r"[^\W\d_]+")


def is_english(texts: Iterable[str]) -> bool:
    words = english = 0
    for text in texts:
        found = [word.lower() for word in WORD.findall(text)]
        words += len(found)
        english += sum(word in ENGLISH for word in found)
    return english > ENGLISH_SHARE * words


def without_fillers(text: str) -> str:
    """text: one paragraph. Commas that only set off the sound go with it; a sentence begins with a capital again."""
    kept: list[str] = []
    at = 0
    said = ""
    raised = False
    for match in FILLER.finditer(text):
        before = _begun(text[at : match.start()], raised=raised)
        kept.append(before)
        said = before.rstrip()[-1:] or said
        at = match.end()
        gap, at = _gap(text, match, said)
        kept.append(gap)
        raised = match[0].lstrip(" ,\t")[:1].isupper() and (not said or said in SENTENCE_ENDS)
    kept.append(_begun(text[at:], raised=raised))
    return "".join(kept).strip()


def _gap(text: str, match: re.Match[str], said: str) -> tuple[str, int]:
    """What stands where the filler was, and where the text goes on. said: the last character before it."""
    at = match.end()
    following = text[at : at + 1]
    if said and said in DASHES:
        return match[0], at
    if not said or said in SENTENCE_ENDS:
        ended = at + 1 if following and following in SENTENCE_ENDS else at
        rest = text[ended:].lstrip() if ended > at else text[at:]
        return " " if said else "", len(text) - len(rest)
    return "" if not following or following in ".?!…,;:)" else " ", at


def _begun(words: str, *, raised: bool) -> str:
    return words[:1].upper() + words[1:] if raised else words
