"""What a text tells about the health of one person: an illness, said of somebody who can be told."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.domain.documents import Mark
from pipeline.stages.signs import words

# Words that name a condition and little else. Those that also mean other things ("depression", "stroke", "burnout")
# count where the words before them leave no doubt.
_CONDITIONS: Final = (
    "cancer|leuk(?:a)?emia|lymphoma|melanoma|brain tumou?r|diabetes|epilepsy|asthma|HIV|AIDS|hepatitis|tuberculosis|"
    "pneumonia|multiple sclerosis|Parkinson['’]s|Alzheimer['’]s|dementia|schizophrenia|bipolar disorder|PTSD|ADHD|"
    "autism|anorexia|bulimia|depression|anxiety disorder|panic attacks?|heart attacks?|heart disease|stroke|"
    "miscarriage|COVID(?:-19)?|Covid(?:-19)?|concussion|migraines?|arthritis|Crohn['’]s|lupus|alcoholism|"
    "kidney failure|cystic fibrosis|endometriosis|postpartum depression"
)
_CONDITION = re.compile(rf"\b(?:{_CONDITIONS})(?! of\b| research| cent(?:er|re)| institute| society)\b")
# In one of them every condition is; looking for these first is quick.
_STEM_WORDS: Final = (
    "cancer|emia|lymphoma|melanoma|tumo|diabetes|epilepsy|asthma|HIV|AIDS|hepatitis|tubercul|pneumonia|"
    "sclerosis|Parkinson|Alzheimer|dementia|phrenia|bipolar|PTSD|ADHD|autism|anorexia|bulimia|depression|"
    "anxiety|panic attack|heart |stroke|miscarriage|COVID|Covid|concussion|migraine|arthritis|Crohn|lupus|"
    "alcoholism|kidney|fibrosis|endometriosis"
)
_STEMS: Final = tuple(_STEM_WORDS.split("|"))
SIGNS: Final = words(*_STEMS)
_KIN: Final = (
    "wife|husband|partner|mother|mom|mum|father|dad|son|daughter|sister|brother|grandmother|grandfather|grandma|"
    "grandpa|aunt|uncle|cousin|friend|boss|colleague|coworker|co-worker|neighbou?r|girlfriend|boyfriend|fiancée?|baby"
)
_RELATION: Final = rf"(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur)(?: \w+)? (?:{_KIN})"
_NAME: Final = r"[A-Z][a-z]+ [A-Z][a-z]+"
_MODIFIERS: Final = (
    r"(?:(?:a|an|the|some|severe|mild|chronic|type [12I]+|stage \w+|late|early|terminal|clinical|\w+)\s+){0,2}"
)
_WHO: Final = rf"(?:\bI|\b[Hh]e|\b[Ss]he|\b{_RELATION}|\b{_NAME})"
_TOLD = re.compile(
    rf"{_WHO}(?:['’]s|['’]d|['’]ve| was| is| has| had| have| been| being| then| recently| finally| just| never| also)*"
    r" (?:diagnosed with|treated for|hospitali[sz]ed (?:for|with|after)|suffer(?:s|ed|ing)? from|died (?:of|from)|"
    r"recover(?:s|ed|ing) from|battl(?:es|ed|ing)|dying of|struggl(?:es|ed|ing) with)\s+"
    rf"{_MODIFIERS}$"
)
_HAS = re.compile(
    rf"(?:\bI|\b[Hh]e|\b[Ss]he|\b{_RELATION})(?: has| had| have|['’]ve had| got| developed| contracted| survived)"
    rf" (?:a |an )?(?:severe |mild |chronic |type [12] |\w+ )?$"
)
_OWNED = re.compile(
    r"(?:\b(?:my|My)|\b(?:battle|fight|struggle|life) with (?:his|her|my)"
    rf"|\b{_RELATION}['’]s) (?:own |\w+ )?$"
)
_BEFORE_CHARS: Final = 120
_SENTENCE_START = re.compile(r"[.!?]\s|\n")


def find_health(text: str) -> list[Mark]:
    """Marks of rule "personal-data" over the illness, "[health]" in its place.

    Only where the sentence says it of the writer, of a relation ("my father"), of a pronoun or of a full name:
    "people diagnosed with cancer" and "cancer research" are no one's data.
    """
    if not any(stem in text for stem in _STEMS):
        return []
    return list(_notes(text))


def _notes(text: str) -> Iterator[Mark]:
    for match in _CONDITION.finditer(text):
        before = text[max(0, match.start() - _BEFORE_CHARS) : match.start()]
        start = max((stop.end() for stop in _SENTENCE_START.finditer(before)), default=0)
        if any(pattern.search(before[start:]) for pattern in (_TOLD, _HAS, _OWNED)):
            yield Mark("personal-data", match.start(), match.end(), "[health]")
