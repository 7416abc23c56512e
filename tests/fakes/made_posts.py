"""Posts made up on the spot that have little in common, so that no finding is about them."""

from random import Random

VOCABULARY = """
    garden shovel mend quiet morning kettle river stone bench ladder apple winter needle copper window paper string
    orchard hinge letter market bridge candle rope barrel meadow harbour lantern saddle timber clover anvil pocket
"""


def body(number: int, *, words: int = 70) -> str:
    return " ".join(Random(number).choices(VOCABULARY.split(), k=words)) + "."


def csv_posts(number: int, *, start: int = 1) -> str:
    rows = [f'"Post {n}","{body(n)}",2024-01-{n:02}' for n in range(start, start + number)]
    return "\n".join(["title,body,date", *rows])
