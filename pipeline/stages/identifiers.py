"""Numbers and places that point at one person: social security numbers, and where somebody lives."""

import re
from typing import Final

from pipeline.domain.documents import Mark
from pipeline.stages.signs import WIDE, Sign, words

# Area 000, 666 and 9xx, group 00 and serial 0000 were never given out (SSA, "Social Security Number Randomization").
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_SSN_TAIL = re.compile(r"-\d{2}-\d{4}")  # begins with a sign that is rare: found twenty times as fast
_SSN_HEAD_CHARS: Final = 3
_PRINTED_ON_SAMPLES: Final = frozenset({"078-05-1120", "219-09-9999", "123-45-6789"})
# Addresses of offices and venues are in many posts and nobody's secret; only a home said to be one is a person's.
# Internet addresses are not looked for: in 1,400 real posts all five were servers'.
_HOME = re.compile(
    r"\b(?:(?:I|[Ww]e|[Hh]e|[Ss]he|[Tt]hey) lives? at"
    r"|(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir) (?:home |private )?address is:?) "
    r"(\d{1,5} [A-Z][\w'’-]*(?:,? [A-Z][\w'’-]*){1,4}(?:,? \d{5})?)"
)
_HOME_WORDS: Final = (" live at ", " lives at ", "address is")  # one of them is in every match
SIGNS: Final = (Sign(rf"-[0-9{WIDE}]{{2,8}}-[0-9{WIDE}]{{4}}"), *words(*_HOME_WORDS))


def find_identifiers(text: str) -> list[Mark]:
    """Marks of rule "personal-data": "[ssn]" or "[address]" stands for what was found."""
    tails = (tail.start() - _SSN_HEAD_CHARS for tail in _SSN_TAIL.finditer(text))
    found = [
        Mark("personal-data", match.start(), match.end(), "[ssn]")
        for start in tails
        if start >= 0 and (match := _SSN.match(text, start)) and match[0] not in _PRINTED_ON_SAMPLES
    ]
    if any(words in text for words in _HOME_WORDS):
        found += (Mark("personal-data", match.start(1), match.end(1), "[address]") for match in _HOME.finditer(text))
    return found
