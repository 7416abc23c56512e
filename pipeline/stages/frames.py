"""Words that every request of a set begins or ends with: an instruction, or a sign that says where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

# With fewer requests, what they share may be chance.
LEAST_REQUESTS: Final = 10
# What the classic preparation tool called long enough to take out, and where it called an end "very long".
PREFIX_CHARS: Final = 12
SUFFIX_CHARS: Final = 10
SEPARATOR_CHARS: Final = 2  # without a letter: "->" and "###" only say where a request ends, which chat rows say better


@dataclass(frozen=True, slots=True)
class Frame:
    prefix: str = ""
    suffix: str = ""

    def inside(self, prompt: str) -> str:
        return prompt.removeprefix(self.prefix).removesuffix(self.suffix).strip()


def find_frame(prompts: Sequence[str]) -> Frame:
    """What all share, cut at words; an empty one where little is shared or nothing would be left of a request."""
    if len(prompts) < LEAST_REQUESTS:
        return Frame()
    prefix, suffix = _shared(prompts), _shared([prompt[::-1] for prompt in prompts])[::-1]
    if min(map(len, prompts)) <= len(prefix) + len(suffix):
        return Frame()
    separates = not any(map(str.isalnum, suffix)) and len(suffix.strip()) >= SEPARATOR_CHARS
    return Frame(
        prefix if len(prefix) > PREFIX_CHARS else "", suffix if separates or len(suffix) > SUFFIX_CHARS else ""
    )


def _shared(prompts: Sequence[str]) -> str:
    """What all begin with, in whole words; the first and the last in the order of the alphabet share least."""
    pairs = zip(min(prompts), max(prompts), strict=False)
    return _whole_words("".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _whole_words(shared: str) -> str:
    """Up to the last white space: "Is it" and "Is its" share "Is "."""
    end = next((at for at in range(len(shared), 0, -1) if shared[at - 1].isspace()), 0)
    return shared[:end]
