"""What the seed of a made program draws: style, names, and values that fit a picture and are plainly no real data.

    >>> Draw("a").value(Field("N", "N", digits=4, scale=2)) == Draw("a").value(Field("N", "N", digits=4, scale=2))
    True
"""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from typing import TypeVar

from provenance.steps.generate.skeletons.layout import Field

_T = TypeVar("_T")
#: Nobody is called so.
_WORDS = ("SAMPLE", "EXAMPLE", "DUMMY", "TEST", "NOBODY", "NOWHERE", "ALPHA", "BRAVO", "CHARLIE", "DELTA", "ECHO", "FOXTROT",
          "GOLF", "HOTEL", "INDIA", "JULIETT", "KILO", "LIMA")


class Draw:
    """A random source that depends on its seed text and on nothing else."""

    def __init__(self, seed: str) -> None:
        # Nothing here is secret: what is drawn must be drawn again alike.
        self._random = random.Random(seed)  # noqa: S311

    def one(self, choices: Sequence[_T]) -> _T:
        """One of some."""
        return choices[self._random.randrange(len(choices))]

    def flag(self) -> bool:
        """Yes or no."""
        return self._random.random() < 0.5

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends among them."""
        return self._random.randint(least, most)

    def likely(self, choices: Sequence[_T]) -> _T:
        """One of the first three: lists stand with the likeliest first."""
        return self.one(choices[:3])

    def shuffled(self, items: Sequence[_T]) -> list[_T]:
        """All of them in another order."""
        return self._random.sample(list(items), len(items))

    def value(self, field: Field) -> str:
        """Plain digits (without point and sign) of a number's full width, or the characters of a text."""
        if field.digits:
            # Half of the digits are used, so that a column looks like amounts and a total has room.
            used = max(1, min(field.digits, field.digits // 2 + 2))
            return str(self._random.randrange(1, 10**used)).rjust(field.digits, "0")
        if field.letters:
            return self.one(_WORDS)[:field.size]
        if "DATE" in field.words and field.size in (8, 10):
            day = (f"{self.number(1990, 1999)}", f"{self.number(1, 12):02d}", f"{self.number(1, 28):02d}")
            return ("-" if field.size == 10 else "").join(day)
        if field.size <= 2:
            return "".join(self.one(string.ascii_uppercase) for _ in range(field.size))
        if field.size >= 12 and self.flag():
            return f"{self.one(_WORDS)} {self.one(_WORDS)}"[:min(field.size, 20)].rstrip()
        return self.one(_WORDS)[:field.size]

    def ascending(self, field: Field, count: int) -> list[str]:
        """So many different values in the order in which COBOL sorts them."""
        if field.digits:
            room = 10 ** min(field.digits, 7) - 1
            step = max(1, min(room // (count + 1), self.number(1, 40)))
            first = self.number(1, max(1, min(room - step * count, 5000)))
            return [str(first + step * row).rjust(field.digits, "0") for row in range(count)]
        if field.letters:
            letters = string.ascii_uppercase
            return [letters[row // 26 % 26] + letters[row % 26] for row in range(count)]
        if field.size <= 4:
            return [f"{row + 1:0{field.size}d}" for row in range(count)]
        head = self.one(string.ascii_uppercase)
        step, wide = self.number(1, 9), min(field.size - 1, self.number(4, 7))
        return [f"{head}{10 + step * row:0{wide}d}" for row in range(count)]
