"""E-mail addresses, telephone numbers, bank accounts and payment cards in plain text."""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from pipeline.domain.documents import Mark
from pipeline.stages.shape import FOREIGN, shape
from pipeline.stages.signs import WIDE, Sign

_EMAIL = re.compile(r"(?<![\w.+@/%-])[\w%+-](?:[\w.%+-]{0,62}[\w%+-])?@(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w@-])")
# "jane [at] example [dot] org", which people write and machines still read.
_SPELLED_AT = re.compile(r"[\[({]\s?at\s?[\])}]", re.IGNORECASE)
_SPELLED_SIGNS = ("[", "{", "(at", "( at", "(At", "(AT", "( AT")
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{1,63}"
    r"(?:\s?[\[({]\s?dot\s?[\])}]\s?[\w-]{2,63}|\.[\w-]{2,63}){1,4}(?![\w-])",
    re.IGNORECASE,
)
EMAIL_SIGNS: Final = (
    Sign(rf"[\w%+{WIDE}-]@[\w{WIDE}-]+\."),
    Sign(rf"(?i)[\[({{][\s\x1c-\x1f{WIDE}]{{0,3}}at[\s\x1c-\x1f{WIDE}]{{0,3}}[\])}}]"),
)
_NOT_A_DOMAIN = {"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css"}  # "logo@2x.png"

# A number must carry a plus or separators: bare digit runs gave mostly false hits on blog text (2147483647, dates).
_PHONE = re.compile(
    r"(?<![\w.,/$€£#=+-])(?:\+\d{1,3}[\s.()/-]{0,3}(?:\d[\s.()/-]{0,2}){5,13}\d"
    r"|(?:1[-. ])?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}"
    r"|\(?0\d{1,4}\)?[ /-](?:\d{2,5}[ -]?){1,3}\d{2,5})(?![\w/%]|[.,:-]\d)"
)
_DATE = re.compile(r"\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}")
# Shorter numbers with a leading 0 were dates and versions ("01/2005").
_MIN_DIGITS = 9
# Countries tried for numbers that start with 0; North American shapes are only tried there.
_TRUNK_REGIONS = ("GB", "DE", "FR", "IT", "NL", "AT", "CH", "BE", "AU", "SE", "IE", "NZ", "IN", "ZA")

_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\w.,-])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}|3\d{3}([ -]?)\d{6}\2\d{5})(?![\w]|[.,-]\d)")
# What every such number looks like in a text's shape: enough digits with little between them, or a country and two
# check digits. Most texts have neither.
_DIGITS_SHAPE = re.compile(rb"0(?:[ -]{0,9}0){8}")
_IBAN_SHAPE = re.compile(rb"0(?<=AA0)0 ?[A0]{4}")
# The same, in bytes of the text; digits of other scripts are in texts that have letters of theirs.
NUMBER_SIGNS: Final = (
    Sign(rf"[0-9](?:[\s\x1c-\x1f<>.()/{WIDE}-]{{0,9}}[0-9]){{8}}"),
    Sign(r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}"),
    Sign(r"[\xc0\xc1\xc6-\xe1\xe3-\xff]"),
)
# First digits that card schemes use: Visa, Mastercard, American Express, Discover.
_CARD_START = re.compile(r"4|5[1-5]|2[2-7]|3[47]|6(?:011|5)")


def find_emails(text: str) -> list[Mark]:
    """Marks of rule "email", replacement "[email]"; both plain and spelled-out addresses."""
    found = [match for match in _at_signs(text) if _is_address(match[0])]
    if any(sign in text for sign in _SPELLED_SIGNS) and _SPELLED_AT.search(text):
        found += _SPELLED_EMAIL.finditer(text)
    return _apart(Mark("email", match.start(), match.end(), "[email]") for match in found)


def _at_signs(text: str) -> Iterator[re.Match[str]]:
    """Addresses in the runs without spaces that have an "@"."""
    end = 0
    at = text.find("@")
    while at >= 0:
        start, space = max(end, text.rfind(" ", end, at) + 1), text.find(" ", at)
        end = space if space >= 0 else len(text)
        yield from _EMAIL.finditer(text, start, end)
        at = text.find("@", end)


def find_phones(text: str) -> list[Mark]:
    """Marks of rule "personal-data": "[phone]", "[iban]" or "[card]" stands for what was found.

    Telephone numbers are valid in their country's plan (phonenumbers), account numbers pass ISO 7064 mod 97,
    card numbers pass Luhn.
    """
    return _apart(_numbers(text))


def _numbers(text: str) -> Iterator[Mark]:
    signs = shape(text)
    foreign = FOREIGN in signs
    if foreign or _DIGITS_SHAPE.search(signs):
        for match in _CARD.finditer(text):
            if _is_card(re.sub(r"\D", "", match[0])):
                yield Mark("personal-data", match.start(), match.end(), "[card]")
        for match in _PHONE.finditer(text):
            if _is_phone(match[0]):
                yield Mark("personal-data", match.start(), match.end(), "[phone]")
    if foreign or _IBAN_SHAPE.search(signs):
        yield from _accounts(text)


def _accounts(text: str) -> Iterator[Mark]:
    for match in _IBAN.finditer(text):
        if _is_iban(match[0].replace(" ", "")):
            yield Mark("personal-data", match.start(), match.end(), "[iban]")


def _is_address(candidate: str) -> bool:
    name, _, domain = candidate.rpartition("@")
    return ".." not in name and name != "git" and domain.rpartition(".")[2].lower() not in _NOT_A_DOMAIN


def _is_phone(candidate: str) -> bool:
    if _DATE.fullmatch(candidate) or sum(map(str.isdigit, candidate)) < _MIN_DIGITS:
        return False
    if candidate.startswith("+"):
        return _valid(candidate, None)
    if candidate.lstrip("(").startswith("0"):
        return any(_valid(candidate, region) for region in _TRUNK_REGIONS)
    return _valid(candidate, "US")


def _valid(candidate: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(candidate, region))
    except phonenumbers.NumberParseException:
        return False


def _is_card(digits: str) -> bool:
    if not _CARD_START.match(digits):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0


def _is_iban(account: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def _apart(marks: Iterator[Mark]) -> list[Mark]:
    """In reading order; of two that overlap the first stays, and of two that start together the longer."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept
