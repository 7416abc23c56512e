"""Transcripts cut into cues: WebVTT, SRT, and the JSON of podcasts and speech recognisers."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from webvtt import WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError

from pipeline.domain.reading import Item
from pipeline.errors import UnreadableFile
from pipeline.sources.decoding import decode_whole
from pipeline.sources.fields import plain
from pipeline.sources.source import Source
from pipeline.sources.speakers import is_name
from pipeline.sources.spoken import Transcript, spoken_items, turns_of

VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:[ \t]+([^<>]*))?>")
# Where a word begins within a cue: programs that write these repeat each line in the next cue.
WORD_TIME = re.compile(r"<(?:\d+:)?\d{2}:\d{2}\.\d{3}>")
TAG = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
LABEL = re.compile(r"(?:>>+|-|–)?\s*([^:<>\[\]()\n]{2,50}):\s+(?=\S)")
CHANGE = re.compile(r"^(?:>>+|[-–])\s*")
SENTENCE_END = re.compile(r"[.?!…][\"”’')]*$")
# A pause of this length after a full stop begins a paragraph; in two hours of real captions that parts a long answer
# about every 150 words, and never within a sentence.
PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Cue:
    """speaker: None where the cue says nothing of one, so that the last one goes on."""

    text: str
    start_s: float
    end_s: float
    speaker: str | None = None


def read_vtt(source: Source) -> Iterator[Item]:
    yield from _captions(source, "vtt")


def read_srt(source: Source) -> Iterator[Item]:
    yield from _captions(source, "srt")


def _captions(source: Source, form: Literal["vtt", "srt"]) -> Iterator[Item]:
    text, notices = decode_whole(source.stream.read(), source.name)
    yield from notices
    lines = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff \n").split("\n")
    try:
        captions = WebVTT.from_buffer((line + "\n" for line in lines), format=form)
    except (MalformedFileError, MalformedCaptionError, ValueError, IndexError) as error:
        raise UnreadableFile(source.name, "line 1") from error
    raw = [Cue(one.raw_text, one.start_in_seconds, one.end_in_seconds) for one in captions.captions]
    cues = [voiced for cue in _unrolled(raw) for voiced in _voices(cue)]
    if not any(cue.speaker is not None for cue in cues):
        cues = _labelled(cues)
    yield from spoken_items(_transcript(cues), source)


def _unrolled(cues: Sequence[Cue]) -> Iterator[Cue]:
    if not any(WORD_TIME.search(cue.text) for cue in cues):
        yield from cues
        return
    last = ""
    for cue in cues:
        lines = [line for line in TAG.sub("", WORD_TIME.sub("", cue.text)).split("\n") if line.strip()]
        fresh = [line for at, line in enumerate(lines) if line.strip() != (lines[at - 1] if at else last).strip()]
        last = lines[-1] if lines else last
        if fresh:
            yield replace(cue, text="\n".join(fresh))


def _voices(cue: Cue) -> Iterator[Cue]:
    """The parts of a cue that different people say."""
    parts = VOICE.split(cue.text)
    for at in range(0, len(parts), 2):
        words = _words(parts[at])
        if words:
            yield replace(cue, text=words, speaker=html.unescape(parts[at - 1] or "").strip() if at else None)


def _words(text: str) -> str:
    return " ".join(html.unescape(TAG.sub("", text)).split())


def _labelled(cues: Sequence[Cue]) -> list[Cue]:
    """Speakers written before a colon. A name must come twice, or begin a sentence in a file where another does."""
    labels = [found[1].strip() if (found := LABEL.match(cue.text)) else "" for cue in cues]
    often = {label for label, count in Counter(labels).items() if count > 1 and is_name(label)}
    named: list[Cue] = []
    for at, (cue, label) in enumerate(zip(cues, labels, strict=True)):
        begins = not at or SENTENCE_END.search(cues[at - 1].text)
        if label in often or (often and begins and is_name(label)):
            found = LABEL.match(cue.text)
            named.append(replace(cue, text=cue.text[found.end() if found else 0 :], speaker=label))
        else:
            named.append(replace(cue, text=CHANGE.sub("", cue.text)))
    return named


def _transcript(cues: Sequence[Cue]) -> Transcript:
    return Transcript(turns_of(_pieces(cues)))


def _pieces(cues: Sequence[Cue]) -> Iterator[tuple[str, str, bool]]:
    speaker, ended_s, before = "", 0.0, ""
    for cue in cues:
        speaker = speaker if cue.speaker is None else cue.speaker
        paused = cue.start_s - ended_s >= PAUSE_S and SENTENCE_END.search(before) is not None
        yield speaker, cue.text, paused
        ended_s, before = cue.end_s, cue.text


def read_segments(source: Source) -> Iterator[Item]:
    """{"segments": [{"speaker", "startTime", "endTime", "body"}]}, or "start", "end" and "text"."""
    text, notices = decode_whole(source.stream.read(), source.name)
    yield from notices
    try:
        segments = json.loads(text.lstrip("\ufeff"))["segments"]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        line = text.count("\n", 0, getattr(error, "pos", 0)) + 1
        raise UnreadableFile(source.name, f"line {line}") from error
    cues = [_segment(one) for one in segments if isinstance(one, dict)] if isinstance(segments, list) else []
    yield from spoken_items(_transcript([cue for cue in cues if cue.text]), source)


def _segment(segment: dict[str, Any]) -> Cue:  # Any: JSON is whatever was written
    body = segment.get("body") or segment.get("text")
    words = " ".join(body.split()) if isinstance(body, str) else ""
    start_s, end_s = (_seconds(segment, names) for names in (("startTime", "start"), ("endTime", "end")))
    speaker = plain(segment.get("speaker")) if "speaker" in segment else None
    return Cue(words, start_s, end_s, speaker)


def _seconds(segment: dict[str, Any], names: tuple[str, str]) -> float:
    value = segment.get(names[0], segment.get(names[1]))
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0
