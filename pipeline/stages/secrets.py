"""Keys, tokens and passwords that somebody left in a text."""

import re
from collections.abc import Iterator
from typing import Final

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from pipeline.domain.documents import Mark
from pipeline.stages.shape import characters, encoded, shape
from pipeline.stages.signs import WIDE, Sign, words

# Detectors that know their vendor's shape. Left out: high entropy (flags prose), keyword (misses "password: hunter2"),
# and the IBM ones, whose assignment patterns are slow and match words.
_DETECTORS = (
    ArtifactoryDetector(),
    AWSKeyDetector(),
    AzureStorageKeyDetector(),
    BasicAuthDetector(),
    DiscordBotTokenDetector(),
    GitHubTokenDetector(),
    GitLabTokenDetector(),
    JwtTokenDetector(),
    MailchimpDetector(),
    NpmDetector(),
    OpenAIDetector(),
    PypiTokenDetector(),
    SendGridDetector(),
    SlackDetector(),
    SquareOAuthDetector(),
    StripeDetector(),
    TelegramBotTokenDetector(),
    TwilioKeyDetector(),
)
# Every token those detectors know is one unbroken run this long with a digit in it; "user:secret@host" is shorter.
_TOKEN_CHARS = 20
_DIGIT = re.compile(r"[0-9]")
_SIGNED_IN = re.compile(r"[^\s<>]{2,20}://[^\s/:]{1,200}:[^\s/]{1,200}@[^\s<>]+")
# No token of any kind is shorter. In a text's shape, behind a space.
_LONG_RUN = re.compile(rb" [^ ]{15,}")

# Shapes that detect-secrets 1.5.0 misses: Anthropic, OpenAI projects, Google, GitHub fine-grained, Slack app and user.
_OWN = re.compile(
    r"sk-ant-[\w-]{16,}|sk-(?:proj|svcacct|admin)-[\w-]{16,}|sk-[A-Za-z0-9]{32,}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{20,}|github_pat_\w{20,}|gh[pousr]_[A-Za-z0-9]{20,}"
    r"|xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}|hf_[A-Za-z0-9]{30,}"
    r"|glpat-[\w-]{20,}|https://hooks\.slack\.com/services/[\w/]+"
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:(?!-----)[\s\S])*-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|[^\n]*(?:\n[\w+/=:, -]+)*)"
)
_ASSIGNED = re.compile(
    r"(?<![A-Za-z0-9-])(?P<name>pass(?:word|wd|phrase|code)?|pwd|(?:client[ _-]?)?secret(?:[ _-]?key)?|api[ _-]?key"
    r"|(?:access|auth|bearer)[ _-]?(?:token|key)|token)[\"'`]?(?:\s{0,3}(?:=>?|:=?)\s{0,3}|\s+is\s+)"
    r"(?P<quote>[\"'`“‘]?)(?P<value>[^\s\"'`“”‘’<>]{6,200})",
    re.IGNORECASE,
)
# Looked for first, because the names alone take the longest of all to find.
_NAME_ENDS = (b"pass", b"word", b"wd", b"phrase", b"code", b"secret", b"key", b"token")
_LOWER = bytes(
    ord(":") if sign in ":=" else ord(" ") if sign.isspace() else ord(sign.lower()) for sign in map(chr, range(128))
) + bytes(range(128, 256))
_AFTER_SIGN = re.compile(rb":(?<=[dsetyn\"'` ]:)")
_AFTER_IS = re.compile(rb" is (?<=[dsetyn\"'` ] is )")
# A name with its quotation mark and spaces, the end of one, and a value at its longest.
_NAME_CHARS, _GAP_CHARS, _VALUE_CHARS = 40, 12, 300
_PLACEHOLDER = re.compile(
    r"(?i)[$%{\[(<]|x{3,}|\*{3,}|\.{3,}|…|your|example|placeholder|changeme|redacted|https?:|.*\(\)"
)
_LETTERS_AND_MORE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)|(?=.*[A-Za-z].*)(?=.*[!@#$%^&*+=].)")
# Encodings and versions are assigned like passwords ("token: utf-8").
_TRAILING = ".,;:!?)]}*_"
_MIN_VALUE_CHARS = 6
# In every text that has one: how the detectors' tokens and those of _OWN begin or are built, the beginning of a key, an
# address with a password in it, and a name with a value behind it.
_GAP = rf"[\s\x1c-\x1f\"'`{WIDE}]"
SIGNS: Final = (
    *words("-----BEGIN ", "AccountKey=", "GR1348941", "_authToken=", "T3BlbkFJ", "pypi-Ag", "sq0csp-"),
    *words("github_pat_", "eyJ", "AIza", "ya29.", "xapp-", "hf_", "k_live_"),
    Sign(rf"AKC[a-zA-Z0-9]{{10}}|AP[0-9A-F{WIDE}][{WIDE}a-zA-Z0-9]{{8}}|(?:A3T|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{{16}}"),
    Sign(r"['\"][0-9a-zA-Z/+]{40}['\"]|gh[pousr]_|gl[a-z]{2,6}-[\w-]{20}|[0-9a-z]{32}-us[0-9]|(?:AC|SK)[a-z0-9]{32}"),
    Sign(rf"[MNO][\w{WIDE}-]{{23}}|[0-9{WIDE}]{{8}}:[\w-]{{35}}|SG\.[\w-]{{22}}\.|sk-[\w{WIDE}-]{{16}}"),
    Sign(r"(?i)xox[a-z]-|hooks\.slack\.com/services/"),
    Sign(r"://[^\s/:]+:[^\s/]+@"),
    Sign(
        rf"(?i)(?:pass|word|wd|phrase|code|secret|key|token){_GAP}*(?:[:=]|is{_GAP})"
        rf"[\s\x1c-\x1f\"'`>={WIDE}]*[^\s<>\"'`]*[0-9!@#$%^&*+=]"
    ),
)


def find_secrets(text: str) -> list[Mark]:
    """Marks of rule "secret" over the secret alone, replacement "[secret]"."""
    kept: list[Mark] = []
    for start, end in sorted(_spans(text), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1].end:
            kept.append(Mark("secret", start, end, "[secret]"))
        elif end > kept[-1].end:
            kept[-1] = Mark("secret", kept[-1].start, end, "[secret]")
    return kept


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _KEY_BLOCK.finditer(text):
        yield match.span()
    for start, run in _long_runs(text):
        for match in _OWN.finditer(run):
            yield start + match.start(), start + match.end()
        if len(run) >= _TOKEN_CHARS and _DIGIT.search(run):
            yield from _known_tokens(run, start)
    if "@" in text and "://" in text:
        for match in _SIGNED_IN.finditer(text):
            yield from _known_tokens(match[0], match.start())
    yield from _assigned(text)


def _long_runs(text: str) -> Iterator[tuple[int, str]]:
    """Runs without white space that are long enough for a token, and where each starts."""
    found = [match.span() for match in _LONG_RUN.finditer(b" " + shape(text))]
    if not text.isascii():
        # The space put in front stands for itself in both counts; a run's ends rise from one to the next.
        ends = characters(b" " + encoded(text), (offset for span in found for offset in span))
        found = list(zip(ends, ends, strict=True))
    for start, end in found:
        yield start, text[start : end - 1]


def _known_tokens(run: str, start: int) -> Iterator[tuple[int, int]]:
    for detector in _DETECTORS:
        for secret in detector.analyze_string(run):
            at = run.find(secret)
            if at >= 0 and secret:
                yield start + at, start + at + len(secret)


def _assigned(text: str) -> Iterator[tuple[int, int]]:
    """Values after "password:" and the like that no prose would put there: letters with digits or signs."""
    for match in (match for start, end in _named(text) for match in _ASSIGNED.finditer(text, start, end)):
        value = match["value"].rstrip(_TRAILING)
        if len(value) < _MIN_VALUE_CHARS or _PLACEHOLDER.match(value) or not _LETTERS_AND_MORE.match(value):
            continue
        yield match.start("value"), match.start("value") + len(value)


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Around every ":", "=" or "is" that stands behind the end of a secret's name."""
    signs = encoded(text)
    lower = signs.translate(_LOWER)
    for pattern in (_AFTER_SIGN, _AFTER_IS):
        found = [match.start() for match in pattern.finditer(lower)]
        named = [at for at in found if lower[max(0, at - _GAP_CHARS) : at].rstrip(b" \"'`").endswith(_NAME_ENDS)]
        for at in characters(signs, named):
            yield max(0, at - _NAME_CHARS), at + _VALUE_CHARS
