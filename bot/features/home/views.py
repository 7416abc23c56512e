"""The home tab."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.features.home.approval_views import approval_blocks
from bot.features.home.usecase import HomeFacts, VoiceOnHome
from bot.slack.message import button, buttons, context, divider, header, section
from bot.slack.mrkdwn import channel, person, quoted, usd
from pipeline.domain.approvals import Budget

MOST_VOICES = 40  # a view takes 100 blocks
MOST_BUDGETS = 20  # lines
WRITE_DRAFT = "drafting.open"  # another feature answers


def home(facts: HomeFacts, command: str) -> View:
    blocks: list[Block] = []
    if facts.approvals is not None:
        blocks += [*approval_blocks(facts.approvals), divider()]
    blocks.append(header("Voices"))
    blocks += [section(voice_line(each)) for each in facts.voices[:MOST_VOICES]]
    if any(each.models for each in facts.voices):
        blocks.append(buttons(button("Write a draft…", WRITE_DRAFT, "home", style="primary"), block_id="home-draft"))
    if not facts.voices:
        blocks.append(section(f"There are none yet. `{command} new founder @owner` in a channel makes the first."))
    if len(facts.voices) > MOST_VOICES:
        blocks.append(context(f"{len(facts.voices) - MOST_VOICES:,} more: `{command} list` shows all."))
    spent = facts.month.held_microusd + facts.month.settled_microusd
    running = f"{len(facts.running):,} training runs under way. " if facts.running else "Nothing is training. "
    blocks += [divider(), section(f"{running}This month: {usd(spent)} of {usd(facts.month.limit_microusd)}.")]
    if lines := budget_lines(facts):
        blocks.append(context("\n".join(lines)))
    blocks.append(context(f"`{command} help` lists what I can do; in a thread, mention me instead."))
    return View(type="home", blocks=blocks)


def voice_line(each: VoiceOnHome) -> str:
    voice = each.voice
    version = f"v{each.models[-1].version} can draft" if each.models else "not trained yet"
    consent = each.consent.state if each.consent else "not asked"
    return (
        f"*{quoted(voice.handle)}* — {version} · in {channel(voice.channel_id)} · voice of {person(voice.owner)} · "
        f"consent {consent}"
    )


def budget_lines(facts: HomeFacts) -> list[str]:
    """Of voices and people that have a limit of their own."""
    handles = {str(each.voice.voice_id): each.voice.handle for each in facts.voices}
    limited = [budget for budget in facts.budgets if budget.kind != "workspace" and budget.limit_microusd is not None]
    return [budget_line(budget, handles) for budget in limited[:MOST_BUDGETS]]


def budget_line(budget: Budget, handles: dict[str, str]) -> str:
    name = f"*{quoted(handles.get(budget.subject, budget.subject))}*"
    who = name if budget.kind == "voice" else f"asked for by {person(budget.subject)}"
    return f"{who}: {usd(budget.used_microusd)} of {usd(budget.limit_microusd or 0)}"
