"""An approver's part of the home tab: what waits for a yes, what was decided, and their own choices."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.approver_buttons import APPROVE, DECLINE, DIRECT, QUESTION, RAISE, STAND_IN, STAND_IN_END
from bot.features.home.usecase import MyApprovals
from bot.slack.message import Facts, button, buttons, context, header, section
from bot.slack.mrkdwn import moment, person, usd
from bot.slack.offer_words import named
from pipeline.domain.spending import SpendRequest

MOST_WAITING = 15  # two blocks each; a view takes 100 blocks


def approval_blocks(mine: MyApprovals) -> list[Block]:
    blocks: list[Block] = [header("My approvals")]
    for facts in mine.waiting[:MOST_WAITING]:
        blocks += [
            section(waiting_line(facts)),
            buttons(*decision_buttons(facts), block_id=f"ap-{facts['request_id']}"),
        ]
    if not mine.waiting:
        blocks.append(section("Nothing waits for you."))
    if len(mine.waiting) > MOST_WAITING:
        blocks.append(context(f"{len(mine.waiting) - MOST_WAITING:,} more wait; decide some and they come up."))
    if mine.decided:
        blocks.append(context("\n".join(decided_line(request) for request in mine.decided)))
    return [*blocks, context(standing(mine)), buttons(*own_buttons(mine), block_id="my-approvals")]


def waiting_line(facts: Facts) -> str:
    asked = f"{person(facts['user'])} asks for *up to {usd(facts['ceiling_microusd'])}*"
    lines = [f"🔐 *{facts['label']} · {named(facts['handle'])} round {facts['number']}* — {asked}"]
    month = f"{usd(facts['spent_microusd'])} of {usd(facts['limit_microusd'])} when it was asked"
    lines.append(f"{named(facts['provider'])}, {named(facts['base'])} · {facts['texts']:,} texts · {month}")
    if facts.get("over"):
        lines.append("⚠️ Needs a second approver and a raised budget.")
    if signed := facts.get("signed"):
        lines.append(f"✅ {len(signed)} of {facts['needed']}: {', '.join(person(one['user']) for one in signed)}")
    if facts.get("expires_at"):
        lines.append(f"Expires {moment(facts['expires_at'])}")
    return "\n".join(lines)


def decision_buttons(facts: Facts) -> list[ButtonElement]:
    approve = RAISE if facts.get("over") else APPROVE
    return [
        button(f"Approve {usd(facts['ceiling_microusd'])}", approve, facts["request_id"], style="primary"),
        button("Decline…", DECLINE, facts["request_id"]),
        button("Ask a question", QUESTION, facts["request_id"]),
    ]


def decided_line(request: SpendRequest) -> str:
    who = f" by {person(request.decided_by)}" if request.decided_by else ""
    when = f" {moment(request.decided_at)}" if request.decided_at else ""
    return f"{request.label}: {request.state}{who}{when}, up to {usd(request.ceiling_microusd)}"


def standing(mine: MyApprovals) -> str:
    lines = [f"You stand in for {' and '.join(person(user) for user in mine.stands_for)}."] if mine.stands_for else []
    stand_in = mine.choice.standing_in(mine.now.date()) if mine.choice else None
    if mine.choice and mine.choice.until and stand_in:
        lines.append(f"{person(stand_in)} stands in for you until {mine.choice.until:%-d %b %Y}.")
    how = "as direct messages, too" if mine.gets_direct else "here and in the spend channel only"
    return " ".join([*lines, f"You get approval cards {how}."])


def own_buttons(mine: MyApprovals) -> list[ButtonElement]:
    other = ("Stop direct messages", "no") if mine.gets_direct else ("Send me direct messages", "yes")
    own = [button(other[0], DIRECT, other[1])]
    if mine.choice is not None:
        own.append(button("Name a stand-in…", STAND_IN, "new"))
        if mine.choice.standing_in(mine.now.date()):
            own.append(button("End the stand-in", STAND_IN_END, "end"))
    return own
