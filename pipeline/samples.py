"""Places where a finding was met, as they are and as they would be fixed."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from pipeline.domain.documents import DocumentId, Mark
from pipeline.domain.prepared import Sample
from pipeline.findings import MAX_SAMPLES
from pipeline.stages import choices
from pipeline.stages.label_doubts import Doubt
from pipeline.tagging import Marked
from pipeline.wording import shortened

SAMPLE_CHARS: Final = 80
_GAP: Final = 2  # newlines between paragraphs
_CODE = re.compile(r"<[^<>]{1,400}>")
SHOWN_OF_A_SECRET: Final = 4  # characters that let its owner recognise it and nobody use it


KINDS: Final[Mapping[str, str]] = {
    "[email]": "e-mail address",
    "[phone]": "phone number",
    "[health]": "health note",
    "[iban]": "bank account",
    "[card]": "payment card",
    "[ssn]": "social security number",
    "[address]": "home address",
}


def kinds_of(instead: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """What stands in place of personal data says what it was; most frequent first."""
    kinds: Counter[str] = Counter()
    for replacement, number in instead:
        kinds[KINDS.get(replacement, "place")] += number
    return tuple(kinds.most_common())


def mark_samples(marked: Iterable[tuple[Marked, str, Sequence[Mark]]]) -> list[Sample]:
    """The first place of each of the first few documents that have one."""
    first = islice((one for one in marked if one[2]), MAX_SAMPLES)
    return [mark_sample(tagged.document.document_id, tagged.title, text, *marks) for tagged, text, marks in first]


def markup_sample(tagged: Marked) -> Sample:
    """The first code of a body, as it is and without it."""
    code = _CODE.search(tagged.document.body)
    if code is None:
        return opening(tagged)
    mark = Mark("markup", code.start(), code.end())
    return mark_sample(tagged.document.document_id, tagged.title, tagged.document.body, mark)


def footnote_sample(tagged: Marked, source: str) -> Sample:
    """A note that goes, or the first place that one is put into. source: the body the marks are on."""
    put = next((mark for mark in tagged.footnotes if mark.replacement.strip()), None)
    shown = put or max(tagged.footnotes, key=lambda mark: mark.end - mark.start)
    return mark_sample(tagged.document.document_id, tagged.title, source, shown)


def code_sample(tagged: Marked) -> Sample:
    """The first block of code between the words around it."""
    code, text = tagged.plain.code[0], tagged.plain.text
    if code.start == code.end:
        text = f"{text[: code.start]}\n\n{code.replacement}\n\n{text[code.start :]}"
        code = replace(code, start=code.start + _GAP, end=code.start + _GAP + len(code.replacement))
    return mark_sample(tagged.document.document_id, tagged.title, text, replace(code, replacement=""))


def opening(tagged: Marked) -> Sample:
    return opening_sample(tagged.document.document_id, tagged.title, tagged.plain.text)


def mark_sample(document_id: DocumentId, title: str, text: str, mark: Mark, *others: Mark) -> Sample:
    """A place as it is and as fixed; of a secret only the first characters are ever shown."""
    _, after = choices.preview(text, mark, width=SAMPLE_CHARS, others=others)
    if mark.rule == "secret":
        for other in reversed(others):
            text, _ = _covered(text, other)
        text, mark = _covered(text, mark)
    before, _ = choices.preview(text, mark, width=SAMPLE_CHARS)
    return Sample(document_id, title, before, after)


def opening_sample(document_id: DocumentId, title: str, text: str) -> Sample:
    """How a document begins, for rules that leave it out whole."""
    return Sample(document_id, title, shortened(text, SAMPLE_CHARS), "")


def doubt_sample(document_id: DocumentId, doubt: Doubt) -> Sample:
    """What was asked, under what is answered and what is answered to requests like it."""
    given, others = (shortened(label, SAMPLE_CHARS) for label in (doubt.given, doubt.others))
    return Sample(document_id, f"“{given}”; texts like it: “{others}”", shortened(doubt.prompt, SAMPLE_CHARS), "")


def _covered(text: str, mark: Mark) -> tuple[str, Mark]:
    shown = text[mark.start : mark.start + SHOWN_OF_A_SECRET] + "…"
    return text[: mark.start] + shown + text[mark.end :], replace(mark, end=mark.start + len(shown))
