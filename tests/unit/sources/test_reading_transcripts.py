"""Transcripts: one document per speaker, as they spoke, without clocks and hesitation."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.domain.documents import BrokenItem, Document
from pipeline.domain.reading import Item
from pipeline.errors import EmptyFile, FileTooBig, UnreadableFile
from pipeline.sources.fillers import without_fillers
from pipeline.sources.reading import Limits, read_file
from pipeline.sources.speakers import is_name, spoken_names
from tests.unit.sources.built_files import packed

Write = Callable[[str, bytes | str], Path]


def read(path: Path, name: str, limits: Limits | None = None) -> list[Item]:
    return list(read_file(path, name=name, limits=limits or Limits()))


def said(items: list[Item]) -> dict[str | None, str]:
    return {one.author: one.body for one in items if isinstance(one, Document) and one.register == "spoken"}


def cues(*parts: tuple[str, str], head: str = "WEBVTT\n\n", numbered: bool = False) -> str:
    lines = (
        f"{at + 1}\n{when}\n{text}\n\n" if numbered else f"{when}\n{text}\n\n" for at, (when, text) in enumerate(parts)
    )
    return head + "".join(lines)


AT = [f"00:00:{at:02}.000 --> 00:00:{at + 1:02}.000" for at in range(0, 40)]


def test_voices_are_speakers_and_an_unmarked_cue_goes_on(write: Write) -> None:
    text = cues(
        (AT[0], "<v.loud Ann Lee>I like <i>tea</i></v>"),
        (AT[1], "&amp; coffee."),
        (AT[2], "<v Bo>So\ndo I.</v> <v Ann Lee>Good.</v>"),
        (AT[3], "<c.yellow>Yes.</c>"),
    )
    found = read(write("t", "\ufeff" + text), "2014-03-12 talk.vtt")
    assert said(found) == {"Ann Lee": "I like tea & coffee.\n\nGood. Yes.", "Bo": "So do I."}
    first = next(one for one in found if isinstance(one, Document))
    assert (first.document_id, first.title, first.kind, first.published_at and first.published_at.day) == (
        "2014-03-12 talk.vtt#Ann Lee",
        "Talk",
        "post",
        12,
    )


def test_numbers_and_missing_voices_are_numbered(write: Write) -> None:
    found = read(write("t", cues((AT[0], "Hello."), (AT[1], "<v 0>One."), (AT[2], "<v 1>Two."))), "a.vtt")
    assert said(found) == {"Speaker 3": "Hello.", "Speaker 1": "One.", "Speaker 2": "Two."}
    assert said(read(write("t", cues((AT[0], "Hello."), (AT[1], "You."))), "a.vtt")) == {"Speaker 1": "Hello. You."}


def test_names_before_a_colon_are_speakers_when_they_come_again(write: Write) -> None:
    parts = [
        ("00:00:01,000 --> 00:00:02,000", "Ann: One thing: tea."),
        ("00:00:02,000 --> 00:00:03,000", "The point: it is hot."),
        ("00:00:03,000 --> 00:00:04,000", "Bo Berg: Is it?"),
        ("00:00:04,000 --> 00:00:05,000", "Ann: Yes."),
        ("00:00:05,000 --> 00:00:06,000", "Note: hot."),
    ]
    found = read(write("t", cues(*parts, head="", numbered=True)), "a.srt")
    assert said(found) == {"Ann": "One thing: tea. The point: it is hot.\n\nYes. Note: hot.", "Bo Berg": "Is it?"}


def test_rolling_captions_are_said_once(write: Write) -> None:
    text = cues(
        (AT[0], " \nso<00:00:00.500><c> this</c>"),
        (AT[1], "so this\nis<00:00:01.500><c> it</c>"),
        (AT[2], "is it\n "),
        (AT[3], "is it\nyes<00:00:03.500><c> yes</c>"),
    )
    assert said(read(write("t", text), "a.vtt")) == {"Speaker 1": "so this is it yes yes"}


def test_a_long_pause_after_a_full_stop_begins_a_paragraph(write: Write) -> None:
    text = cues((AT[0], "One."), (AT[9], "Two and"), (AT[19], "three."))
    assert said(read(write("t", text), "a.vtt")) == {"Speaker 1": "One.\n\nTwo and three."}


def test_captions_are_told_by_their_content(write: Write) -> None:
    assert said(read(write("t", cues((AT[0], "Hello."))), "a.txt")) == {"Speaker 1": "Hello."}
    srt = cues(("00:00:01,000 --> 00:00:02,000", "Hello."), head="", numbered=True)
    assert said(read(write("t", srt), "a.txt")) == {"Speaker 1": "Hello."}


SEGMENTS = {"segments": [{"speaker": "Ann", "startTime": 0.5, "endTime": 1, "body": "I"}, {"body": "am."}]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SEGMENTS, {"Ann": "I am."}),
        ({"version": "1.0.0", **SEGMENTS}, {"Ann": "I am."}),
        ({"segments": [{"start": 0.0, "end": 1.0, "text": " Hello."}]}, {"Speaker 1": "Hello."}),
    ],
)
def test_json_transcripts_are_read(write: Write, content: object, expected: dict[str, str]) -> None:
    assert said(read(write("t", json.dumps(content)), "a.json")) == expected


@pytest.mark.parametrize(
    "form",
    [
        "{name} ({clock}) - {words}",
        "{name} ({clock}):\n{words}",
        "{name} [{clock}]: {words}",
        "{name}  {clock}\n{words}",
        "**{name}** {clock}\n{words}",
        "[{clock}] {name}: {words}",
        "{clock} {name}: {words}",
        "**{name}:** {words}",
        "**{name}**: {words}",
        "**{name}:** \\[{clock}\\] {words}",
        "{name}: {words}",
    ],
)
@pytest.mark.parametrize(("suffix", "markup"), [("txt", "text"), ("md", "markdown")])
def test_every_way_to_write_a_turn_is_known(write: Write, form: str, suffix: str, markup: str) -> None:
    speakers = ["Ann Lee", "Bo", "Ann Lee", "Bo", "Ann Lee", "Bo"]
    turns = (
        form.format(name=name, clock=f"{at}:25", words=f"words {at}\nin two lines") for at, name in enumerate(speakers)
    )
    found = read(write("t", "\n\n".join(turns)), f"talk.{suffix}")
    assert said(found) == {
        "Ann Lee": "words 0 in two lines\n\nwords 2 in two lines\n\nwords 4 in two lines",
        "Bo": "words 1 in two lines\n\nwords 3 in two lines\n\nwords 5 in two lines",
    }
    assert {one.markup for one in found if isinstance(one, Document)} == {markup}


def test_marks_without_names_are_one_speaker(write: Write) -> None:
    text = "".join(
        f"[00:{at:02}] Words {at}.\n\nMore.\n\n" if at < 1 else f"[00:{at:02}] Words {at}.\n\n" for at in range(6)
    )
    assert list(said(read(write("t", text), "a.txt"))) == ["Speaker 1"]
    assert said(read(write("t", text), "a.txt"))["Speaker 1"].startswith("Words 0.\n\nMore.\n\nWords 1.")


def test_what_stands_above_the_first_turn_is_title_and_counted(write: Write) -> None:
    turns = "\n\n".join(f"{name} (0:0{at}): words" for at, name in enumerate(["Ann", "Bo"] * 3))
    found = read(write("t", f"# On tea\n\nRecorded in May.\n\n{turns}"), "a.md")
    assert {one.title for one in found if isinstance(one, Document)} == {"On tea"}
    assert [one.document_id for one in found if isinstance(one, BrokenItem)] == ["a.md#front"]


@pytest.mark.parametrize(
    "text",
    [
        "**Ann:** one\n\n**Bo:** two\n\n**Ann:** three\n\n**Bo:** four",
        "\n\n".join(f"**{word}:** words" for word in ("Who", "What", "When", "Where", "Why", "Note")),
        "\n\n".join(f"{day} (10:30) - mass" for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")),
        "\n\n".join([*["Note: one\n\nTip: two"] * 4]),
        "\n\n".join(["A paragraph of a story."] * 9 + ["Ann: yes\n\nBo: no"] * 3),
        "---\ntitle: Interview\n---\n" + "**Ann:** one\n\n**Bo:** two\n\n" * 5,
    ],
    ids=["too few", "labels once", "timetable", "no names", "dialogue in a story", "front matter"],
)
def test_a_text_that_is_not_clearly_a_transcript_is_written(write: Write, text: str) -> None:
    assert not said(read(write("t", text), "a.md"))
    assert not said(read(write("t", text), "a.txt")) or text.startswith("---")


@pytest.mark.parametrize(
    ("spoken", "kept"),
    [
        ("Um, yes it is.", "Yes it is."),
        ("So, um, I think the, uh, thing.", "So I think the thing."),
        ("I know. Uh. Fine.", "I know. Fine."),
        ("We, you know, went.", "We went."),
        ("You know, it was.", "It was."),
        ("It was, you know.", "It was."),
        ("You know what I mean.", "You know what I mean."),
        ("Uh-huh, the UM team, like, kind of won.", "Uh-huh, the UM team, like, kind of won."),
        ("the umbrella", "the umbrella"),
        ("I -- um -- think", "I -- um -- think"),
        ("um", ""),
    ],
)
def test_only_hesitation_is_dropped(spoken: str, kept: str) -> None:
    assert without_fillers(spoken) == kept


def test_fillers_are_words_in_other_languages(write: Write) -> None:
    text = cues((AT[0], "Ele tem um livro e um carro na casa dele."), (AT[1], "É um dia bom para todos."))
    assert said(read(write("t", text), "a.vtt"))["Speaker 1"].count("um") == 3


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Yes. [laughs] Good.", "Yes. Good."),
        ("\\[01:44\\] Yes \\[laughter\\]", "Yes"),
        ("I [inaudible 00:01:02] it (laughs)", "I it"),
        ("the [sic] tea at (10:30)", "the [sic] tea at (10:30)"),
    ],
)
def test_noises_and_clocks_are_nobodys_words(write: Write, words: str, kept: str) -> None:
    assert said(read(write("t", cues((AT[0], words))), "a.vtt"))["Speaker 1"] == kept


def test_names_and_what_only_looks_like_one() -> None:
    names = ["Ann", "Ann Lee", "SPEAKER_00", "Dr. Bo O’Neil-Smith", "Ludwig van Beethoven", "Speaker 1", "Éva"]
    others = ["note", "The Point is that", "http", "Q", "a very long remark", "12", "Why", ""]
    assert [name for name in [*names, *others] if is_name(name)] == names
    assert spoken_names(["SPEAKER_00", "SPEAKER_01", "ann", "Ann", "a@b.org", ""]) == {
        "SPEAKER_00": "Speaker 1",
        "SPEAKER_01": "Speaker 2",
        "ann": "ann",
        "Ann": "ann",
        "a@b.org": "Speaker 3",
        "": "Speaker 3",
    }


@pytest.mark.parametrize(
    ("name", "content", "failure"),
    [
        ("a.vtt", "no captions here", UnreadableFile),
        ("a.srt", "no captions here", UnreadableFile),
        ("a.vtt", "WEBVTT\n\n", EmptyFile),
        ("a.vtt", cues((AT[0], "[music]")), EmptyFile),
        ("a.vtt", "WEBVTT\n\n" + "x" * 300, FileTooBig),
        ("a.json", '{"segments": [{"speaker": "Ann", "body": ', UnreadableFile),
        ("a.json", '{"segments": [{"speaker": ' + "[" * 100 + '"x"', UnreadableFile),
        ("a.json", '{"segments": [{"speaker": 1, "body": 2e400}, 3, null]}', EmptyFile),
    ],
)
def test_files_without_speech_are_refused(write: Write, name: str, content: str, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        read(write("t", content), name, Limits(whole_bytes=250))


def test_a_transcript_inside_an_archive_has_one_id_per_speaker(write: Write) -> None:
    found = read(write("z", packed({"talks/a.vtt": cues((AT[0], "<v Ann>Yes."), (AT[1], "<v Bo>No."))})), "all.zip")
    assert [one.document_id for one in found if isinstance(one, Document)] == ["talks/a.vtt#Ann", "talks/a.vtt#Bo"]


TURN_MARKS = {
    "founderstalk/*.md": re.compile(r"^\*\*([^*\n]+):\*\*", re.MULTILINE),
    "metamuse/*.txt": re.compile(r"^(.+) \(\d\d:\d\d:\d\d\) - ", re.MULTILINE),
}


@pytest.mark.parametrize("pattern", TURN_MARKS)
def test_real_transcripts_have_the_speakers_and_words_that_a_search_counts(corpora: Path, pattern: str) -> None:
    paths = sorted((corpora / "transcripts").glob(pattern))
    assert len(paths) >= 4
    for path in paths:
        text = path.read_text(encoding="utf-8")
        parts = TURN_MARKS[pattern].split(text)[1:]
        expected: Counter[str] = Counter()
        for name, words in zip(parts[::2], parts[1::2], strict=True):
            cleaned = re.sub(r"\\?\[(?:\d[\d:.]+|laugh\w*|\w*\s*unintelligible[^\]]*)\\?\]", " ", words)
            expected[name] += len(
                re.findall(r"[^\W_]+", re.sub(r"(?i)\b(?:um+|uh+|uhm)\b|, you know(?=[,.?!])", " ", cleaned))
            )
        found = said(read(path, path.name))
        assert set(found) == {name for name, count in expected.items() if count}
        for name, body in found.items():
            counted = len(re.findall(r"[^\W_]+", body))
            assert abs(counted - expected[name or ""]) <= max(5, 0.01 * expected[name or ""]), (path.name, name)
        assert not re.search(r"\d\d:\d\d\b.{0,3}\]|\b[Uu]mm?\b", "".join(found.values()))


def test_real_captions_have_every_word_and_no_clock(corpora: Path) -> None:
    for path in sorted((corpora / "transcripts").rglob("*.vtt")):
        text = path.read_text(encoding="utf-8-sig")
        spoken = [
            line for line in text.split("\n") if line.strip() and "-->" not in line and not line.strip().isdigit()
        ][1:]
        words = re.findall(
            r"[^\W_]+", re.sub(r"<[^>]*>|&\w+;|(?i:\b(?:um+|uh+)\b)|, you know(?=[,.?!])", " ", " ".join(spoken))
        )
        found = said(read(path, path.name))
        counted = sum(len(re.findall(r"[^\W_]+", body)) for body in found.values())
        assert abs(counted - len(words)) <= 0.01 * len(words) + 5, path.name
        assert len(found) == len(set(re.findall(r"<v ([^>]*)>", text)))
        assert not [body for body in found.values() if "-->" in body or "<" in body]


def test_real_subtitles_and_json_have_their_speakers(corpora: Path) -> None:
    folder = corpora / "transcripts" / "podcast-namespace"
    assert list(said(read(folder / "example.srt", "example.srt"))) == ["Travis", "Sarah", "Gilon"]
    assert said(read(folder / "example.json", "example.json")) == {"Darth Vader": "I am your father.", "Luke": "Nooooo"}


def test_no_real_post_is_taken_for_a_transcript(corpora: Path) -> None:
    for path in [*(corpora / "markdown").rglob("*.md"), *(corpora / "authors").glob("*.txt")]:
        assert not said(read(path, path.name)), path
