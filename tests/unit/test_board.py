"""The board: who stands where after all duels, and what people made of each version's drafts."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.features.board.usecase import Board
from bot.features.board.views import acceptance, board_blocks, board_text
from pipeline.board import board, line_of
from pipeline.domain.drafting import Written
from pipeline.domain.duels import Duel
from pipeline.domain.training import TuningJobId, VoiceModel, VoiceModelId
from pipeline.domain.voices import Voice, VoiceId
from pipeline.round_rows import JudgedDraft
from sandbox.rules.messages import check_blocks
from tests.unit.test_duels import duel, spread
from tests.unit.test_rounds import draft, rewrite

AT = datetime(2026, 11, 27, 17, tzinfo=UTC)
VOICE = Voice(VoiceId(1), "T1", "founder", "generation", "public", "UO", "US", "C1", "", "", "active", AT)


def model(version: int) -> VoiceModel:
    job = TuningJobId(version) if version else None
    return VoiceModel(VoiceModelId(version), VoiceId(1), version, job, "private", "small", "m", "trial", AT)


def by(version: int, judged: JudgedDraft, *, cost: int = 1_000, ms: int = 2_000) -> JudgedDraft:
    stored = judged.draft
    assert stored.written is not None
    written = Written(stored.written.text, 1, 1, cost, ms, "stop")
    asked = replace(stored.asked, voice_model_id=VoiceModelId(version))
    return replace(judged, draft=replace(stored, asked=asked, written=written))


def closed(one: int, other: int, won: int, lost: int) -> Duel:
    found = duel(*spread(won, lost))
    facts = replace(found.facts, one=VoiceModelId(one), other=VoiceModelId(other))
    return replace(found, state="closed", facts=facts)


def test_the_best_over_all_duels_stands_first_and_who_met_nobody_last() -> None:
    lines = board([model(0), model(1), model(2), model(3)], [], [closed(1, 0, 20, 9), closed(2, 1, 20, 9)])
    assert [line.model.version for line in lines] == [2, 1, 0, 3]
    assert [line.votes for line in lines] == [29, 58, 29, 0]
    assert lines[0].strength is not None
    assert lines[0].strength.low < lines[0].strength.points < lines[0].strength.high


def test_open_duels_do_not_count() -> None:
    [line, _] = board([model(1), model(2)], [], [replace(closed(1, 2, 20, 0), state="open")])
    assert line.strength is None


def test_a_corrected_draft_is_accepted_and_its_cost_is_shared_by_all_accepted() -> None:
    drafts = [
        by(1, draft(1, "good"), cost=1_000, ms=1_000),
        by(1, draft(2, "thin", rewrite(2, share=0.2)), cost=2_000, ms=3_000),
        by(1, draft(3, "bad"), cost=3_000, ms=9_000),
        by(1, draft(4, "thin"), cost=0, ms=2_000),
        by(2, draft(5, "bad")),
    ]
    second, first = board([model(1), model(2)], drafts, [])
    assert (first.accepted, first.judged, first.drafts) == (2, 3, 4)
    assert (first.edited, first.per_accepted_microusd, first.middle_s, first.slow_s) == (0.2, 3_000, 2.5, 9.0)
    assert (second.accepted, second.per_accepted_microusd) == (0, None)


def test_the_board_in_words_passes_slacks_checks() -> None:
    found = Board(VOICE, board([model(0), model(1)], [by(1, draft(1, "good"))], [closed(1, 0, 20, 9)]))
    text = board_text(found)
    assert "founder@v1* (on trial): strength +" in text
    assert "accepted 1 of 1 decided drafts (100 %)" in text
    check_blocks([block.to_dict() for block in board_blocks(found)])


def test_drafts_without_a_verdict_are_told_apart_from_decided_ones() -> None:
    line = replace(line_of(model(1), []), drafts=5, judged=3, accepted=2)
    assert acceptance(line) == "accepted 2 of 3 decided drafts (67 %), 2 more undecided"
    assert acceptance(replace(line, judged=0, accepted=0)) == "5 drafts, none decided"
