"""Keys, tokens and passwords that somebody left in a text."""

import re
from collections.abc import Iterator
from itertools import chain

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
_TOKEN_RUN = re.compile(
    r"(?<![^\s<>])(?:(?=[^\s<>]*[0-9])[^\s<>]{20,}|[^\s<>]{2,20}://[^\s/:]{1,200}:[^\s/]{1,200}@[^\s<>]+)"
)

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
    r"(?<![\w-])(?P<name>pass(?:word|wd|phrase|code)?|pwd|(?:client[ _-]?)?secret(?:[ _-]?key)?|api[ _-]?key"
    r"|(?:access|auth|bearer)[ _-]?(?:token|key)|token)[\"'`]?(?:\s{0,3}(?:=>?|:=?)\s{0,3}|\s+is\s+)"
    r"(?P<quote>[\"'`“‘]?)(?P<value>[^\s\"'`“”‘’<>]{6,200})",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?i)[$%{\[(<]|x{3,}|\*{3,}|\.{3,}|…|your|example|placeholder|changeme|redacted|https?:|.*\(\)"
)
_LETTERS_AND_MORE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)|(?=.*[A-Za-z].*)(?=.*[!@#$%^&*+=].)")
# Encodings and versions are assigned like passwords ("token: utf-8").
_TRAILING = ".,;:!?)]}*_"
_MIN_VALUE_CHARS = 6


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
    for match in chain(_KEY_BLOCK.finditer(text), _OWN.finditer(text)):
        yield match.span()
    yield from _known_tokens(text)
    yield from _assigned(text)


def _known_tokens(text: str) -> Iterator[tuple[int, int]]:
    for run in _TOKEN_RUN.finditer(text):
        for detector in _DETECTORS:
            for secret in detector.analyze_string(run[0]):
                at = run[0].find(secret)
                if at >= 0 and secret:
                    yield run.start() + at, run.start() + at + len(secret)


def _assigned(text: str) -> Iterator[tuple[int, int]]:
    """Values after "password:" and the like that no prose would put there: letters with digits or signs."""
    for match in _ASSIGNED.finditer(text):
        value = match["value"].rstrip(_TRAILING)
        if len(value) < _MIN_VALUE_CHARS or _PLACEHOLDER.match(value) or not _LETTERS_AND_MORE.match(value):
            continue
        yield match.start("value"), match.start("value") + len(value)
