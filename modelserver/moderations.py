"""/v1/moderations: insults, threats and self-harm by their wording, in English. What it does not look at, it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from modelserver.bodies import ModerationBody, parse, read_json
from modelserver.errors import no_such_model
from modelserver.records import new_id
from pipeline.rude_words import rude_words

MODEL: Final = "understudy-wording"
CATEGORIES: Final = (
    *("harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm"),
    *("self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic"),
)
_HURT: Final = r"(?:kill|hurt|murder|shoot|stab|strangle|beat)"
_WILL: Final = r"\b(?:i|we)(?:'ll| will| am going to|'m going to| are going to|'re going to| am gonna|'m gonna)"
THREAT: Final = re.compile(rf"{_WILL} (?:\w+ )?{_HURT} (?:you|him|her|them)\b(?! (?:at|with|to) )")
SELF_HARM: Final = re.compile(
    rf"\b(?:{_HURT}|cut|harm|hang)(?:t?ing)? myself\b|\b(?:end|take|ending|taking) my (?:own )?life\b"
)
INTENT: Final = re.compile(
    r"\bi(?:'m| am)? (?:want|wanna|going|gonna|plan|planning|will|'ll)\b[^.!?]{0,30}"
    r"(?:\b(?:kill|hurt|cut|harm|hang)(?:t?ing)? myself\b|\b(?:end|take) my (?:own )?life\b)"
)
INSULT: Final = re.compile(
    r"\byou(?:'re| are)? (?:(?:all|just|such|a|an|the|little|stupid|fucking|absolute) )*([\w']+)"
)


class Moderations:
    """Nothing is passed on to another server. Other models than this one are refused, so none is thought to answer."""

    def register(self, app: web.Application) -> None:
        app.router.add_post("/v1/moderations", self.create)

    async def create(self, request: web.Request) -> web.Response:
        body = parse(ModerationBody, await read_json(request))
        if body.model not in (None, MODEL):
            raise no_such_model(body.model)
        results = [_result(text) for text in body.texts()]
        return web.json_response({"id": new_id("modr-"), "model": MODEL, "results": results})


def found_in(text: str) -> Mapping[str, bool]:
    """By category, only those that are looked at."""
    said = text.lower().replace("’", "'")
    insult = any(_is_rude(match.group(1)) for match in INSULT.finditer(said))
    threat, intent = THREAT.search(said) is not None, INTENT.search(said) is not None
    return {
        "harassment": insult or threat,
        "harassment/threatening": threat,
        "violence": threat,
        "self-harm": intent or SELF_HARM.search(said) is not None,
        "self-harm/intent": intent,
    }


def _is_rude(word: str) -> bool:
    """The list has few plurals."""
    return word in rude_words() or word.removesuffix("s") in rude_words()


def _result(text: str) -> dict[str, Any]:
    """In OpenAI's shape. Scores are 0 or 1: wording has no probability. looked_at: an addition of this server."""
    found = found_in(text)
    return {
        "flagged": any(found.values()),
        "categories": {name: found.get(name, False) for name in CATEGORIES},
        "category_scores": {name: float(found.get(name, False)) for name in CATEGORIES},
        "category_applied_input_types": {name: ["text"] if name in found else [] for name in CATEGORIES},
        "looked_at": list(found),
    }
