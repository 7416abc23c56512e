"""The approval card follows what editors answer while it waits."""

from typing import Any

from bot.cards import APPROVAL_CARD
from bot.features.signoff.usecase import LookAtRow, Place
from bot.features.spending.sayings import SETTLED
from bot.features.spending.views import TEMPLATES
from pipeline.domain.documents import DocumentId
from pipeline.domain.signoffs import NewSignoff, SignoffId, SignoffRow
from pipeline.domain.spending import SpendRequest
from pipeline.domain.voices import RoundId
from tests.fakes.money_bench import NOW, OWNER, STEWARD, TEAM, Bench, press

EDITOR = "UEDITOR"


async def sent(bench: Bench, request: SpendRequest, rows: int = 2) -> SignoffId:
    async with bench.db.begin() as tx:
        round_ = await tx.rounds.by_id(RoundId(request.round_id))
        assert round_.dataset_id is not None
        new = NewSignoff(
            TEAM, round_.voice_id, round_.round_id, round_.dataset_id, round_.revision, editor=EDITOR, asked_by=OWNER
        )
        signoff = await tx.signoffs.ask(new, now=NOW)
        assert signoff is not None
        texts = [SignoffRow(n, DocumentId(f"blog.xml\n{n}"), f"Post {n}", "", "", "") for n in range(1, rows + 1)]
        await tx.signoff_rows.fill(signoff.signoff_id, texts)
    return signoff.signoff_id


async def card(bench: Bench, request: SpendRequest) -> tuple[str, dict[str, Any]]:
    return (await bench.said())[f"spend:{request.spend_request_id}:card"]


async def test_the_count_on_a_waiting_card_follows_the_editor(bench: Bench) -> None:
    request = await bench.asked(note="please")
    _, before = await card(bench, request)
    place = (await bench.places())[f"spend:{request.spend_request_id}:card"]
    signoff_id, look = await sent(bench, request), LookAtRow(bench.db, bench.people, bench.clock)
    await look(Place(signoff_id, 1), TEAM, EDITOR, "kept")
    await look(Place(signoff_id, 2), TEAM, EDITOR, "kept")
    template, after = await card(bench, request)
    assert template == APPROVAL_CARD
    assert after | {"audits": []} == before
    assert (await bench.places())[f"spend:{request.spend_request_id}:card"] == place
    assert f"audited by <@{EDITOR}>, 2/2" in str(TEMPLATES[APPROVAL_CARD](after).blocks[0].to_dict())


async def test_a_decided_card_stays_decided(bench: Bench) -> None:
    request = await bench.asked()
    signoff_id, look = await sent(bench, request), LookAtRow(bench.db, bench.people, bench.clock)
    await look(Place(signoff_id, 1), TEAM, EDITOR, "kept")
    await bench.decline(press(request, STEWARD, reason="later"))
    decided = await card(bench, request)
    assert decided[0] == SETTLED
    await look(Place(signoff_id, 2), TEAM, EDITOR, "left-out")
    assert await card(bench, request) == decided
