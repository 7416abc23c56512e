"""Last words that ask the reader to write, to look on or to take part. In a text's middle most of them are advice."""

import re
from typing import Final

from pipeline.stages.signs import in_bytes

_LEAD_IN: Final = (
    r"(?:(?:Please|And|So|Also|Again|Finally|Meanwhile|Lastly|In the meantime|As always|And lastly|Update|Anyway)"
    r"[,:]? )?"
    r"(?:(?:[Ii]f|[Ww]hen|[Ww]hether|For|As|To|Until then|Have)\b(?:[^.!?;\n]|\.(?=\w)){0,220}?[,:?)—-]+ )?"
    r"(?:(?:so|and|then) )?(?:please )?(?:(?:also|just|simply) )?"
    r"(?:be sure to |don['’]t hesitate to |feel welcome to |(?i:you (?:can|may|could) (?:also )?)|"
    r"we['’]d (?:love|like) (?:for )?you to |come )?(?:please )?"
)
_US: Final = r"(?:(?:me|us)\b|(?:my|our|the) [\w ’'-]{2,40}\b|[\w.+-]+@|@\w)"
_HERE: Final = r"(?:(?:me|us|my|our)\b|(?:the|this|these) (?:site|post|article|blog|team)\b|@\w)"
_THINGS: Final = r"(?:me|us|your|any|feedback|comments?|suggestions?|an? )"
_ASKED: Final = (
    rf"(?i:e-?mail|tweet at) {_US}",
    r"(?i:ping|tweet|message|reach|write(?: to)?|ask|talk to|send) (?:(?:me|us|our)\b|@\w|[\w.+-]+@)",
    rf"(?i:contact) (?:{_US}|[A-Z])",
    rf"(?i:join|follow|visit|listen to|share) {_HERE}",
    r"(?i:reach out to (?:me|us|our|the|[\w.+-]+@)|get in touch|drop (?:me|us)|stay tuned|check back)\b",
    r"(?i:come by|stop by|watch this space|head over|reply to (?:this|me|us)|let (?:me|us) know)\b",
    r"(?i:(?:tell|give) (?:me|us))\b",
    r"(?i:(?:learn|read|find out|see|hear) (?:even )?more|read (?:the|my|our)|check out|take a look at)\b",
    r"(?i:watch|see|visit) (?:the|our|my|https?:|www\.)",
    rf"(?i:share|send|submit|leave|post|provide|offer) {_THINGS}",
    r"(?i:(?:file|open|create|submit) (?:an?|your|any) [\w ]{0,20}(?:issue|pull request|ticket|bug))",
    r"(?i:please consider)\b",
    r"(?i:apply|sign up|register|subscribe|download)"
    r"(?: (?:now|here|today|online|to (?:be|become|join|get|receive|our|the)|by|for|it|the)\b|[.!]|$)",
    r"(?:[Ww]e|I|[Tt]hey)(?:['’]d| would)(?: really| also)? "
    r"(?:love|like|be (?:happy|glad|delighted)|appreciate|welcome) "
    r"(?:[^.!?\n]{0,40}?\bhear\b|(?:[\w ]{1,30} )?(?:feedback|thoughts|ideas|comments|questions|suggestions)\b)",
    r"(?i:(?:(?:any|your) )?(?:feedbacks?|comments?|suggestions?|questions?|ideas|opinions|patches|contributions)"
    r"(?:(?:,| and|,? or| &) [\w ]{3,24}){0,3}"
    r"(?: (?:(?:is|are)(?: \w+)? )?(?:welcome|appreciated)| can be sent|\?$))",
    r"(?i:(?:I|we)(?: always| also)? (?:welcome|invite|encourage) (?:the|your|you|any|pull|feedback|all|every|anyone))",
)
# These ask wherever they stand in the sentence.
_ASKED_LATER: Final = (
    r"follow @\w|(?:e-?mail|contact|reach out to) us\b|drop (?:us|me) a line|we (?:invite|encourage) you to",
    rf"feel free to (?:{_THINGS}|share|comment|leave|e-?mail|contact|reach|file|open|provide|fork|send|ask|add|create)",
    r"feel free to (?:suggest|let|visit|check|get|join|come|give|use/)",
)
SIGNS: Final = (*map(in_bytes, _ASKED), *(in_bytes(f"(?i){asked}") for asked in _ASKED_LATER))
_INVITATION = re.compile(rf"{_LEAD_IN}(?:{'|'.join(_ASKED)})|[^\n]*\b(?i:{'|'.join(_ASKED_LATER)})")


def is_invitation(sentence: str) -> bool:
    return bool(_INVITATION.match(sentence))
