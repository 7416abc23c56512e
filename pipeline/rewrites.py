"""A draft beside the better version somebody wrote: how much changed, what that makes it, and a diff to read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

from pipeline.domain.differences import Piece
from pipeline.domain.drafting import Reaction, Rewrite

ChangeKind = Literal["same", "correction", "different article"]

# Below, the draft was good as it was; above, the draft has little to do with the text.
CORRECTION_FROM: Final = 0.03
CORRECTION_UP_TO: Final = 0.70

_FIX_PREFIX = re.compile(r"\s*fix\s*:\s*", re.IGNORECASE)
_SLACK_LINK = re.compile(r"<((?:https?|mailto):[^|>\s]+)(?:\|([^>]*))?>")
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]*)\]\((https?://[^\s)]+)\)")
_BARE_LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]'\"’”]")
_TOKEN = re.compile(r"\n+|[^\S\n]*[^\s]+")
# Slack and phones set typographic quotes and dashes by themselves; that is no change of words.
_SAME_SIGNS: Final = str.maketrans(dict.fromkeys("‘’‛", "'") | dict.fromkeys("“”„‟", '"') | dict.fromkeys("–—", "-"))
# Slack has no escape for its format signs, so look-alikes stand in for them inside a diff.
_NO_FORMAT: Final = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ", "&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class Submission:
    """A rewrite as it can be trained on. links: what was dropped from it, in order."""

    text: str
    links: tuple[str, ...] = ()


def is_fix(message: str) -> bool:
    return _FIX_PREFIX.match(message) is not None


def read_submission(message: str, *, slack_escaped: bool = True) -> Submission:
    """The better version in a message: without "fix:" and without links; a link's label stays.

    slack_escaped: messages come with &amp; &lt; &gt; and <links>; what is typed into a modal does not.
    """
    links: list[str] = []

    def drop(address: str, label: str) -> str:
        links.append(address)
        return "" if _BARE_LINK.fullmatch(label) else label

    text = _FIX_PREFIX.sub("", message, count=1) if is_fix(message) else message
    if slack_escaped:
        text = _SLACK_LINK.sub(lambda found: drop(found[1], found[2] or ""), text)
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = _MARKDOWN_LINK.sub(lambda found: drop(found[2], found[1]), text)
    text = _BARE_LINK.sub(lambda found: drop(found[0], ""), text)
    return Submission(_tidy(text) if links else text.strip(), tuple(links))


def changed_share(draft: str, rewrite: str) -> float:
    """Words changed by words of the draft, 0 to 1: the fewest words put in, taken out or exchanged."""
    before, after = _compared(draft.split()), _compared(rewrite.split())
    if before == after:
        return 0.0
    return min(1.0, Levenshtein.distance(before, after) / max(1, len(before)))


def change_kind(share: float) -> ChangeKind:
    if share < CORRECTION_FROM:
        return "same"
    return "correction" if share <= CORRECTION_UP_TO else "different article"


def diff(draft: str, rewrite: str) -> tuple[Piece, ...]:
    """Kept and removed pieces are the draft's words in order, kept and added ones the rewrite's.

    Words that differ only in the shape of quotes and dashes are kept, as the rewrite has them.
    """
    before, after = _tokens(draft), _tokens(rewrite)
    pieces: list[Piece] = []
    steps = Levenshtein.opcodes(_compared(before), _compared(after))
    for is_same, run in groupby(steps, key=lambda step: step.tag == "equal"):
        together = list(run)  # neighbouring exchanges read better as one
        old = before[together[0].src_start : together[-1].src_end]
        new = after[together[0].dest_start : together[-1].dest_end]
        pieces += _pieces("kept", new) if is_same else [*_pieces("removed", old), *_pieces("added", new)]
    return tuple(pieces)


def diff_text(draft: str, rewrite: str) -> str:
    """The diff in Slack's words: ~removed~ and *added*, everything else escaped; safe to post as it is."""
    return shown_in_slack(diff(draft, rewrite))


def shown_in_slack(pieces: Iterable[Piece]) -> str:
    shown = "".join(_shown(piece) for piece in pieces)
    return "\n".join(" ".join(line.split(" ")).strip() for line in shown.split("\n")).strip()


def as_thumbs_up(rewrite: Rewrite) -> Reaction:
    """A version that is the same text counts as its writer's 👍."""
    facts = rewrite.facts
    return Reaction(facts.team_id, facts.channel_id, facts.ts, facts.user, "+1", not rewrite.withdrawn, facts.ts)


def _tokens(text: str) -> list[str]:
    """Words, and line ends of one or two: more are no more of a paragraph."""
    return [token.strip() or "\n" * min(2, token.count("\n")) for token in _TOKEN.findall(text.strip())]


def _compared(tokens: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFC", token).translate(_SAME_SIGNS) for token in tokens]


def _pieces(kind: Literal["kept", "removed", "added"], tokens: Sequence[str]) -> list[Piece]:
    """Runs of words, cut at line ends: Slack's formats do not reach over them."""
    pieces: list[Piece] = []
    run: list[str] = []
    for token in (*tokens, "\n"):
        if "\n" not in token:
            run.append(token)
            continue
        if run:
            pieces.append(Piece(kind, " ".join(run)))
        pieces.append(Piece(kind, token))
        run = []
    return pieces[:-1]  # the line end that only closed the last run


def _shown(piece: Piece) -> str:
    if "\n" in piece.text:
        return "" if piece.kind == "removed" else piece.text
    safe = piece.text.translate(_NO_FORMAT)
    return {"kept": f"{safe} ", "removed": f"~{safe}~ ", "added": f"*{safe}* "}[piece.kind]


def _tidy(text: str) -> str:
    """Without the blanks, empty brackets and empty lines that dropped links leave."""
    text = re.sub(r"\(\s*\)|\[\s*\]", "", text)
    text = re.sub(r"[^\S\n]+([.,;:!?])|[^\S\n]{2,}", lambda found: found[1] or " ", text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
