"""Use cases and listeners put together from what wiring opened. Adding a feature means adding it here."""

from bot.assembly.duels import duels
from bot.assembly.exports import export_page, exports, make_export
from bot.assembly.forgetting import forgetting
from bot.assembly.messages import said_of_source, templates
from bot.assembly.money import approving, baseline, costs, spending, training
from bot.assembly.parts import Feature, Parts, Rules
from bot.assembly.texts import datasets, differences, dropped_files, pictures, rehearsal, signoff
from bot.assembly.voices import (
    admin,
    board,
    consent,
    drafting,
    emoji,
    feedback,
    home,
    learn_members,
    preferences,
    rounds,
    say_digests,
    trace_withdrawals,
    version_files,
    voices,
    warn_of_ends,
    watch_consents,
)
from bot.assembly.work import direct_steps, steps, sweep_emoji, sweep_uploads, upload_page, webhooks

__all__ = (
    "Feature",
    "Parts",
    "Rules",
    "direct_steps",
    "export_page",
    "learn_members",
    "listeners",
    "make_export",
    "said_of_source",
    "say_digests",
    "steps",
    "sweep_emoji",
    "sweep_uploads",
    "templates",
    "trace_withdrawals",
    "upload_page",
    "warn_of_ends",
    "watch_consents",
    "webhooks",
)


def listeners(parts: Parts) -> list[Feature]:
    """In the order /voice help lists their verbs."""
    return [
        voices(parts),
        consent(parts),
        version_files(parts),
        *datasets(parts),
        differences(parts),
        dropped_files(parts),
        pictures(parts),
        signoff(parts),
        rehearsal(parts),
        *costs(parts),
        baseline(parts),
        spending(parts),
        approving(parts),
        training(parts),
        *drafting(parts),
        *duels(parts),
        board(parts),
        preferences(parts),
        feedback(parts),
        rounds(parts),
        forgetting(parts),
        exports(parts),
        home(parts),
        admin(parts),
        emoji(parts),
    ]
