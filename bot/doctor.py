"""understudy doctor: looks at everything the bot needs and says what to do about what is missing."""

import sys
from collections.abc import Awaitable, Callable

from slack_sdk.errors import SlackApiError

from bot.origin_words import policy_words
from bot.settings import Settings
from bot.slack.refusals import code_of
from bot.upload_links import SECRET_CHARS
from bot.wiring import model_providers, opened_database, price_table, slack_client

Finding = tuple[bool, str]


async def diagnose(settings: Settings) -> int:
    """0 when the bot can start. Prints one line per thing looked at."""
    checks: list[Callable[[Settings], Awaitable[Finding]]] = [
        slack_answers,
        database_opens,
        providers_are_set_up,
        policy_stands,
        links_can_be_made,
    ]
    ok = True
    for check in checks:
        fine, sentence = await check(settings)
        sys.stdout.write(f"{'ok ' if fine else 'NO '} {sentence}\n")
        ok = ok and fine
    return 0 if ok else 1


async def slack_answers(settings: Settings) -> Finding:
    if not settings.slack.bot_token.get_secret_value():
        return False, "Slack: no bot token. Set SLACK_BOT_TOKEN to the xoxb-… token of the installed app."
    try:
        who = await slack_client(settings).auth_test()
    except SlackApiError as error:
        return False, f"Slack: refused the token ({code_of(error)}). Install the app again and copy it."
    except OSError as error:
        return False, f"Slack: {settings.slack.api_url} cannot be reached ({type(error).__name__})."
    return True, f"Slack: connected to {who['team']} as {who['user']}."


async def database_opens(settings: Settings) -> Finding:
    try:
        engine = await opened_database(settings)
    except OSError as error:
        return False, f"Database: cannot be opened ({error.strerror}). Check UNDERSTUDY_STORAGE__DATABASE_URL."
    await engine.dispose()
    return True, "Database: open and at its newest version."


async def providers_are_set_up(settings: Settings) -> Finding:
    providers = model_providers(settings, price_table(settings))
    names = providers.names_for("public")
    await providers.close()
    if not names:
        return False, 'Providers: no key for any. Set UNDERSTUDY_MODELS__API_KEYS, for example {"private": "…"}.'
    without = f" (no key for {', '.join(providers.without_key)})" if providers.without_key else ""
    return True, f"Providers: {', '.join(names)}{without}."


async def policy_stands(settings: Settings) -> Finding:
    """Says the policy in force; an empty one lets nothing train, which nobody wants."""
    allowed = settings.origins.allowed
    return bool(allowed), f"Texts that may train: {policy_words(allowed)}."


async def links_can_be_made(settings: Settings) -> Finding:
    uploads = settings.uploads
    if not uploads.public_url:
        return True, "Upload links: off. UNDERSTUDY_UPLOADS__PUBLIC_URL and UNDERSTUDY_UPLOADS__SECRET turn them on."
    if len(uploads.secret.get_secret_value()) < SECRET_CHARS:
        return False, f"Upload links: UNDERSTUDY_UPLOADS__SECRET needs at least {SECRET_CHARS} characters."
    return True, f"Upload links: at {uploads.public_url}, for {uploads.link_hours:g} hours each."
