"""The worker's side: shows what forgetting comes to, then erases it, step by step, each of which may be repeated."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot.attestations import notes_over
from bot.features.forgetting.emptying import Empty, Left
from bot.features.forgetting.finding import Inventory, TakeInventory, sources_of
from bot.features.forgetting.usecase import TOLD, say_shown
from bot.owners import told_for_owner
from pipeline.domain.erasures import Erasure, ErasureId, ErasureState
from pipeline.domain.voices import Source
from pipeline.domain.work import AuditEntry, Place, Saying, WorkItem
from pipeline.erasures import without
from pipeline.ports import Clock, Database, Deciders, ErasableStore, Transaction
from pipeline.sources.reading import Limits

AFTER_A_RUN: Final = timedelta(minutes=5)
TITLES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Forget:
    """item.subject: the erasure. What is done next is read from its row."""

    database: Database
    artifacts: ErasableStore
    inventory: TakeInventory
    emptying: Empty
    people: Deciders
    limits: Limits
    clock: Clock

    async def __call__(self, item: WorkItem) -> None:
        async with self.database.read() as tx:
            erasure = await tx.erasures.by_id(ErasureId(int(item.subject)))
        match erasure.state:
            case "asked":
                await self.show(item, erasure)
            case "confirmed" if erasure.wanted.target:
                await self.erase(item, erasure)
            case "confirmed":
                await self.finish(item, erasure)
            case _:
                async with self.database.begin() as tx:
                    await tx.work.finish(item)

    async def show(self, item: WorkItem, erasure: Erasure) -> None:
        erasure, facts = await self.chosen(erasure)
        if not facts["none"]:
            found = await self.inventory(erasure)
            facts |= facts_of(found, erasure)
        async with self.database.begin() as tx:
            state: ErasureState = "dropped" if facts["none"] else "shown"
            await tx.erasures.note(erasure.erasure_id, target=erasure.wanted.target)
            if await tx.erasures.move(erasure.erasure_id, expected="asked", state=state):
                await say_shown(tx, erasure, {"handle": await handle_of(tx, erasure), "state": state, **facts})
            await tx.work.finish(item)

    async def chosen(self, erasure: Erasure) -> tuple[Erasure, dict[str, Any]]:
        """A text is typed by its title: the one that is meant, or why it is none. Else the thing itself, as shown."""
        wanted = erasure.wanted
        async with self.database.read() as tx:
            voice = await tx.voices.by_id(wanted.voice_id)
            if wanted.kind == "person":
                return erasure, {"none": False, "kind": "person", "user": wanted.target}
            if wanted.kind == "note":
                name = (await notes_over(tx, voice, self.clock())).get(wanted.target)
                return erasure, {"none": name is None, "kind": "note", "titles": [name] if name else []}
            if wanted.kind == "source":
                named = [one.name for one in await sources_of(tx, voice) if one.sha256 == wanted.target]
                return erasure, {"none": not named, "kind": "source", "titles": named[:1]}
        found = await self.inventory.texts_called(voice, wanted.target)
        titles = [one.title for _, one in found]
        facts = {"none": len(found) != 1, "kind": "text", "titles": titles[:TITLES_SHOWN], "texts": len(titles)}
        if len(found) != 1:
            return erasure, facts
        ((source, text),) = found
        target = f"{source.sha256} {text.document_id}"
        return replace(erasure, wanted=replace(wanted, target=target)), facts

    async def erase(self, item: WorkItem, erasure: Erasure) -> None:
        found = await self.inventory(erasure)
        if found.runs:
            async with self.database.begin() as tx:
                await say_shown(tx, erasure, {"handle": found.voice.handle, "state": "waiting"})
                await tx.work.again(item, run_at=self.clock() + AFTER_A_RUN)
            return
        left = (
            await self.left_of(found.sources[0], erasure) if erasure.wanted.kind == "text" and found.sources else None
        )
        async with self.database.begin() as tx:
            await tx.work.keep(item)
            blobs = await self.emptying(tx, found, erasure, left)
            counts = {name: value for name, value in facts_of(found, erasure).items() if name != "versions"}
            await tx.erasures.note(
                erasure.erasure_id,
                target="",
                counts=counts,
                versions=found.versions,
                blobs=sorted(blobs),
                datasets=sorted(found.datasets),
            )
        async with self.database.read() as tx:
            erasure = await tx.erasures.by_id(erasure.erasure_id)
        await self.finish(item, erasure)

    async def left_of(self, source: Source, erasure: Erasure) -> Left | None:
        """What is left of a file without the text; None when there was nothing else in it."""
        sha256, _, document_id = erasure.wanted.target.partition(" ")
        with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
            target = Path(folder) / "left"
            async with self.artifacts.local_path(sha256) as path:
                documents = await asyncio.to_thread(
                    without,
                    path,
                    target,
                    name=source.name,
                    options=source.reading,
                    limits=self.limits,
                    document_id=document_id,
                )
            if not documents:
                return None
            return Left(await self.artifacts.put_file(target), target.stat().st_size, documents)

    async def finish(self, item: WorkItem, erasure: Erasure) -> None:
        """The files that no row names any more; then it is told, without a word of what it was."""
        async with self.database.read() as tx:
            used = await tx.whole_voices.blobs_in_use(erasure.blobs)
        for blob in set(erasure.blobs) - used:
            await self.artifacts.forget(blob)
        now = self.clock()
        async with self.database.begin() as tx:
            await tx.erasures.note(erasure.erasure_id, done_at=now)
            await tx.erasures.move(erasure.erasure_id, expected="confirmed", state="done")
            facts = await self.done_facts(tx, erasure)
            await say_shown(tx, erasure, facts | {"state": "done", "at": now.isoformat()})
            voice = await tx.voices.by_id(erasure.wanted.voice_id)
            admins, owner = self.people.admins(voice.team_id), told_for_owner(self.people, voice)
            for user in {*owner, voice.steward, *admins} - {erasure.wanted.asked_by}:
                told = facts | {"by": erasure.wanted.asked_by, "at": now.isoformat()}
                await tx.outbox.say(Saying(f"{erasure.key}:{user}", TOLD, told, Place(voice.team_id, user_id=user)))
            after = {"kind": erasure.wanted.kind, "items": facts["items"], "versions": dict(erasure.versions)}
            entry = AuditEntry(voice.team_id, erasure.wanted.asked_by, "forget.done", voice.handle, after=after)
            await tx.audit.record(entry, now=now)
            await tx.work.finish(item)

    async def done_facts(self, tx: Transaction, erasure: Erasure) -> dict[str, Any]:
        models = await tx.voice_models.of_voice(erasure.wanted.voice_id)
        ids = {f"v{model.version}": model.voice_model_id for model in models if model.state != "retired"}
        return {
            "handle": await handle_of(tx, erasure),
            "kind": erasure.wanted.kind,
            "items": items_in(erasure.counts),
            "versions": dict(erasure.versions),
            "model_ids": {name: ids[name] for name in erasure.versions if name in ids},
        }


async def handle_of(tx: Transaction, erasure: Erasure) -> str:
    return (await tx.voices.by_id(erasure.wanted.voice_id)).handle


def facts_of(found: Inventory, erasure: Erasure) -> dict[str, Any]:
    """In numbers."""
    sources = {one.sha256: one for one in found.sources}
    is_text = erasure.wanted.kind == "text"
    return {
        "files": 0 if is_text else len(sources),
        "notes": int(erasure.wanted.kind == "note"),
        "texts": 1 if is_text else sum(one.documents for one in sources.values()),
        "datasets": len(found.datasets),
        "votes": found.person.votes,
        "rewrites": len(found.person.rewrites),
        "briefs": len(found.person.drafts),
        "versions": found.versions,
        "waits": bool(found.runs),
    }


def items_in(counts: Mapping[str, Any]) -> int:
    """Of a person: what they said and asked for; else texts. Files that were made of it go without saying."""
    said = sum(int(counts.get(name, 0)) for name in ("votes", "rewrites", "briefs"))
    return said or int(counts.get("texts", 0)) + int(counts.get("notes", 0))
