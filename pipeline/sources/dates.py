"""Dates in the shapes exports write them; always aware UTC, None when there is none."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime

ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
ZONE = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")
# Day first wherever a name or a full stop tells; 03/12/2014 is read as American, like WordPress' own default.
SHAPES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d")
# Epoch seconds between 1990 and 2100; thirteen digits are milliseconds.
EPOCH_SECONDS = range(631_152_000, 4_102_444_800)
LONGEST_DATE = 60


def parse_date(value: object) -> datetime | None:
    """value: what a front matter, a cell or a JSON field holds. Times without a zone are taken as UTC."""
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return datetime.combine(value, time.min, UTC)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    if not text or len(text) > LONGEST_DATE:
        return None
    return _iso(text) or _epoch(text) or _shaped(text) or _mail(text)


def _iso(text: str) -> datetime | None:
    found = ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        return _utc(datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7])))
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    found = ZONE.fullmatch(text or "")
    if not found:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)


def _epoch(text: str) -> datetime | None:
    digits = text.removesuffix(".0")
    if not digits.isascii() or not digits.isdigit():
        return None
    seconds = int(digits) // 1000 if len(digits) == 13 else int(digits)
    return datetime.fromtimestamp(seconds, UTC) if seconds in EPOCH_SECONDS and len(digits) > 8 else None


def _shaped(text: str) -> datetime | None:
    for shape in SHAPES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _mail(text: str) -> datetime | None:
    """RFC 2822, as in RSS: "Thu, 05 Jan 2012 14:30:46 +0000"."""
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError, IndexError):
        return None


def _utc(moment: datetime) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return None
