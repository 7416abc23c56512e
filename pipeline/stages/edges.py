"""What stands at a text's two ends and is addressed to the visitor: calls to action, and who the author is."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.domain.documents import Mark, Rule
from pipeline.stages import invitations
from pipeline.stages.sentences import is_heading, spans
from pipeline.stages.signs import Signs, in_bytes

# Invitations of 1,400 real posts stood in the last paragraphs; further in, "follow the steps" is advice, not a call.
TAIL_CHARS: Final = 900
HEAD_CHARS: Final = 400
LAST_CHARS: Final = 700  # an invitation to write or to look on is told from advice by being last
TAIL_SHARE: Final = 0.3  # of a short text, so that its whole is not an end
_NEWS: Final = r"(?:newsletter|mailing list|e-?mail list|updates|RSS|feed|channel|podcast|blog|alerts)"
_PLACES: Final = r"(?:Twitter|Facebook|Instagram|LinkedIn|YouTube|Mastodon|Tumblr|Medium|GitHub|TikTok|Slack|@\w+)"
_LEAD: Final = (
    r"(?:Please,? |And |So |Also,? |Be sure to |Make sure (?:to|you) |Don['’]t forget to |Feel free to |You can |"
    r"(?:And |So )?[Ii]f you(?:['’]d| would)? (?:like|liked|enjoyed|enjoy|found|want)[^,.;]{3,80}, (?:please |then )?|"
    r"To (?:get|receive|stay|keep|learn|find|hear)[^,.;]{3,60}, (?:please )?)?"
)
_CALLS: Final = (
    r"[Ss]ubscribe(?: (?:to (?:my|our|the|this|us)\b|now|here|today|below|via|for|by|and)|[.!]|$)",
    r"[Ss]ign[- ]?up (?:(?:for|to) (?:my|our|the|this|free|receive|get)\b|here|now|below|today)",
    rf"[Ff]ollow (?:me|us|my|our|along|her|him|them|[\w ]{{2,30}}) on {_PLACES}|[Ff]ollow @\w",
    rf"[Jj]oin (?:me|us|our|my|the) [^.!?]{{0,60}}\b(?:{_NEWS}|community|list|{_PLACES})\b",
    r"[Cc]lick (?:here|below|on the button|the button)",
    r"[Ss]hare (?:this|it|the (?:post|article))\b(?: (?:post|article|story|page))?(?: with (?:your|a)| on|[.!]|$)",
    rf"[Gg]et (?:my|our|the) [^.!?]{{0,40}}{_NEWS}",
    r"[Dd]ownload (?:my|our|your|the) (?:free |full )+",
    r"[Ll]eave (?:me |us )?(?:a|your) comments?\b",
    r"[Ll]et (?:me|us) know (?:what you think |your thoughts )?in the comments",
    r"[Bb]ook (?:a|your) (?:free )?(?:call|demo|consultation|seat|place)",
    r"[Rr]egister (?:now|today|here|below)",
    rf"[Ll]ike (?:me|us|our page) on {_PLACES}",
    r"[Tt]weet (?:this|me|us|at)\b",
)
_CALL = re.compile(rf"{_LEAD}(?:{'|'.join(_CALLS)})")
_ASKING: Final = Signs({"call": [*map(in_bytes, _CALLS)], "invitation": invitations.SIGNS})
_ABOUT_HEADING = re.compile(r"(?:#{1,6} )?About (?:the author|me|%s)[:.]?$", re.IGNORECASE)
_BIO_VERB: Final = (
    r"(?:is|was|has|have|works?|writes?|lives?|leads?|runs?|teaches|serves|blogs|tweets|holds|joined|founded|studies|"
    r"studied|covers|edits|speaks|advises|can be (?:found|reached)|helps|spent|manages|directs|heads|grows)"
)
_GOES_ON = re.compile(
    r"(?:He|She|They|His|Her|Their|You can (?:find|follow|reach)|Follow (?:him|her|them)|All (?:opinions|views)|"
    r"(?:The )?(?:[Oo]pinions|[Vv]iews)|When (?:he|she|they)|Before|Previously|In (?:his|her|their))\b"
)
_NAME: Final = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?"
_TWO_NAMES = re.compile(r"\b[A-Z][\w’'-]+ [A-Z][\w’'-]+")
# Of a login alone, the sentence that opens a paragraph by the first name and says what they are, or where they work.
_FIRST_NAME = re.compile(
    rf"(?:^|(?<=\n)|(?<=[.!?] ))(?:{_NAME} and )?([A-Z][a-z’'-]{{2,20}})(?: and {_NAME})? "
    r"(?:(?:is|are) (?:an?|the)|works? (?:here )?(?:at|for|on))\b"
)
_SHORTEST_FIRST_NAME: Final = 3  # letters
_MIN_NAME_WORDS: Final = 2  # a first name alone is also said of others


def find_calls(text: str) -> list[Mark]:
    """Marks of rule "call-to-action" over whole sentences at the ends that ask the reader to do something online."""
    return [_mark("call-to-action", text, *place) for ends in _ends(text) for place in _calls(text, *ends)]


def _calls(text: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences of the lines from `at` to `end` that ask."""
    lines = text[at:end]
    asked = _ASKING(lines)
    calls = "call" in asked
    last = len(text) - LAST_CHARS if "invitation" in asked else len(text) + 1
    if not asked:
        return
    for line in lines.split("\n"):
        invites = at + len(line) >= last and not is_heading(line)
        if invites or calls:
            for start, stop in spans(line):
                words = _words(line, start, stop)
                if (calls and _CALL.match(words)) or (
                    invites and at + start >= last and invitations.is_invitation(words)
                ):
                    yield at + start, at + stop
        at += len(line) + 1


def find_bios(text: str, author_name: str | None) -> list[Mark]:
    """Marks of rule "bio": sentences at the ends that tell about the author by name, and those that go on.

    By the full name, or, where a login is all that is known, by a first name the login begins with.
    """
    about = _about(author_name, text) if author_name else None
    if about is None:
        return []
    at_ends = [(at + start, at + stop) for at, end in _ends(text) for start, stop in spans(text[at:end])]
    found: list[tuple[int, int]] = []
    for number, place in enumerate(at_ends):
        words = _words(text, *place)
        goes_on = bool(found) and found[-1] == at_ends[number - 1] and _GOES_ON.match(words)
        if about.match(words) or goes_on:
            found.append(place)
    return [_mark("bio", text, *place) for place in found]


def _about(name: str, text: str) -> re.Pattern[str] | None:
    """What a sentence about the author begins with, alone or beside another author; None where there can be none."""
    full = " ".join((name.replace("-", " ").title() if name.islower() else name).split())  # a login is often the name
    names = [full] if len(full.split()) >= _MIN_NAME_WORDS and full in text else []
    if name.islower() and _in_two(name, text):
        names += [one[0] for one in _TWO_NAMES.finditer(text) if "".join(one[0].split()).casefold() == name]
    told = rf"(?:About |By )?(?:{'|'.join(map(re.escape, names))}|(?!))(?:,[^.!?]{{2,80}},)? {_BIO_VERB}\b"
    opens = name[:1].upper() + name[1:_SHORTEST_FIRST_NAME]
    firsts = _FIRST_NAME.finditer(text) if name.islower() and " " not in name and opens in text else ()
    first = next((one[1] for one in firsts if name.startswith(one[1].casefold())), None)
    if first:  # "colinmacarthur" and "ian-lee" begin with theirs
        told += rf"|(?:{_NAME} and )?{first}(?: and {_NAME})? (?:is|are) (?:an?|the) \w|"
        told += rf"(?:{_NAME} and )?{first}(?: and {_NAME})? works? (?:here )?(?:at|for|on)\b"
    return re.compile(told) if names or first else None


def _in_two(name: str, text: str) -> bool:
    """Whether a login stands there as two words."""
    lower = text.casefold()
    if name not in lower.replace(" ", ""):
        return False
    return any(f"{name[:at]} {name[at:]}" in lower for at in range(1, len(name)))


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """The first and the last paragraphs, by whole lines; no place is in both."""
    tail = len(text) - min(TAIL_CHARS, int(len(text) * TAIL_SHARE))
    tail = text.rfind("\n", 0, tail) + 1
    head = min(text.find("\n", HEAD_CHARS // 2), HEAD_CHARS, tail)
    if head > 0:
        yield 0, head
    yield tail, len(text)


_SIGN = re.compile(r"[-*•>#\d. ]*[\"“'(*_]*")


def _words(text: str, start: int, end: int) -> str:
    words = text[start:end]
    sign = _SIGN.match(words)
    return words[sign.end() :] if sign else words


def _mark(rule: Rule, text: str, start: int, end: int) -> Mark:
    """With the gap after it, so that taking it out leaves none."""
    after = end
    while after < len(text) and text[after] in " \t":
        after += 1
    return Mark(rule, start, after if text[after : after + 1] not in ("", "\n") else end)


def without(marks: Sequence[Mark], covered: Sequence[Mark]) -> list[Mark]:
    """Marks that none of the others touch."""
    return [m for m in marks if not any(m.start < other.end and other.start < m.end for other in covered)]
