"""What can be said of a masked text and its original without knowing the key or the values.

    >>> prove("java", "a = '1234';", "a = '9876';", [(5, 9)])
    'literals-and-comments'
    >>> prove("java", "a = b1;", "a = c2;", [(4, 6)]), prove("jcl", "//A JOB", "//B JOB", [(2, 3)])
    ('unproved', 'spans')

"literals-and-comments" says: outside of the spans the texts are equal, and a lexer reads both as the same tokens but for
what is inside of literals, numbers and comments. It says nothing about what the program does with the literals: a program
that prints a name prints another one, and a check digit that it computes may come out otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import eq

from provenance.steps.mask.cells import LANGUAGES, skeleton
from provenance.steps.mask.replace import RESERVED
from provenance.steps.mask.words import FILLERS
from provenance.steps.screen.finding import Finding

__all__ = ["PROVED", "SPANS", "UNPROVED", "left", "outside", "prove"]

PROVED = "literals-and-comments"
SPANS = "spans"
UNPROVED = "unproved"


def outside(parent: str, child: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether two texts are as long as each other and equal outside of some spans."""
    at = 0
    for start, end in [*sorted(spans), (len(parent), len(parent))]:
        if parent[at:start] != child[at:start]:
            return False
        at = max(at, end)
    return len(parent) == len(child)


def prove(language: str, parent: str, child: str, spans: Sequence[tuple[int, int]]) -> str:
    """`PROVED`, `SPANS` where the language has no lexer, or `UNPROVED`."""
    if not outside(parent, child, spans):
        return UNPROVED
    if language not in LANGUAGES:
        return SPANS
    return PROVED if skeleton(language, parent) == skeleton(language, child) else UNPROVED


def left(parent: str, child: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings in a masked text that are the original's own, hidden characters among them.

    A value is the original's where four of its letters or digits in a row are what and where they were (zeros that pad,
    reserved ranges and titles aside), or more than three quarters of all are.

    A replacement looks like what it replaces, for that is what it is for: a rule that goes by form or place finds it again.

        >>> found = Finding(3, 9, "personal_data", "bank-account", "account", False)
        >>> left("id 471147", "id 835510", [found]), left("id 471147", "id 471110", [found]) == [found]
        ([], True)
    """
    return [found for found in findings if found.check == "hidden_text"
            or _kept(parent[found.start:found.end], child[found.start:found.end])]


def _kept(old: str, new: str) -> bool:
    if len(old) != len(new):
        return True
    same = total = 0
    for part in re.finditer(r"[^\W_]+", old):
        one, other = part[0].lower(), new[part.start():part.end()].lower()
        if one in FILLERS:
            continue
        total += len(one)
        same += sum(map(eq, one, other))
        runs = ("".join(a if a == b else " " for a, b in zip(one, other, strict=True))).split()
        if any(len(run) >= 4 and not any(run in kept for kept in RESERVED) for run in runs):
            return True
    return old == new or same * 4 > total * 3
