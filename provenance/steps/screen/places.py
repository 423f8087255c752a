"""Where in a text a pattern is worth trying: around the words or signs that every match of it holds.

    >>> around("a password here", ("password",), 2, 1)
    [(0, 11)]

Patterns are tried at every character, words are searched for in one go; so a screen looks for words first. Regions
never overlap, so all of them together are no longer than the text, whatever a hostile one repeats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def lowered(text: str) -> str:
    """The text in lower case, character for character: a letter whose small form is two stays as it is.

        >>> len(lowered("\\u0130 PASSWORD")) == len("\\u0130 PASSWORD")
        True
    """
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(one if len(one.lower()) != 1 else one.lower() for one in text)


def around(small: str, words: Sequence[str], before: int, after: int) -> list[tuple[int, int]]:
    """Regions around every one of some words.

    Args:
        small: the text, `lowered`.
        words: in lower case.
        before, after: characters that a match can reach before the start and after the end of a word.
    """
    spans: list[tuple[int, int]] = []
    for word in words:
        at = small.find(word)
        while at >= 0:
            spans.append((at, at + len(word)))
            at = small.find(word, at + len(word))
    return _merged(sorted(spans), before, after)


def about(text: str, pattern: re.Pattern[str], before: int, after: int) -> list[tuple[int, int]]:
    """As `around`, for the matches of a cheap pattern."""
    return _merged((match.span() for match in pattern.finditer(text)), before, after)


def _merged(spans: Iterable[tuple[int, int]], before: int, after: int) -> list[tuple[int, int]]:
    regions: list[tuple[int, int]] = []
    for start, end in spans:
        begin, stop = max(0, start - before), end + after
        if regions and begin <= regions[-1][1]:
            regions[-1] = regions[-1][0], max(stop, regions[-1][1])
        else:
            regions.append((begin, stop))
    return regions
