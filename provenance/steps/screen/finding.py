"""One thing that a text should not hold: where it is, what found it, what kind of value it is. Never the value.

    >>> Finding(8, 16, "secrets", "cobol-password", "password", certain=True).rule
    'cobol-password'

Offsets count characters and enclose the value alone, so that masking can put something of the same length in its place.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass

#: Every kind of value that a rule may name, for masking.
KINDS = frozenset({"account", "card", "date-of-birth", "email", "hash", "hidden", "homoglyph", "iban", "ip-address", "key",
                   "national-id", "password", "person", "phone", "tax-id", "token"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding.

    Attributes:
        start, end: the value, in characters of the text; ``text[start:end]``.
        check: "secrets", "personal_data" or "hidden_text".
        rule: what found it, a stable name.
        kind: what the value is, for masking: "password", "key", "token", "card", "iban", "email", "phone", "person" ...
        certain: True says that the text is at fault; False, that a person should look.
    """

    start: int
    end: int
    check: str
    rule: str
    kind: str
    certain: bool


def resolve(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without overlaps, by position: of two that overlap the certain one stays, then the longer, then the first.

    Hidden characters stand apart: they are characters within a text and may lie inside a value, so they only compete
    with each other.

        >>> a, b = Finding(0, 9, "secrets", "b", "key", True), Finding(4, 20, "secrets", "a", "token", False)
        >>> resolve([b, a]) == [a]
        True
    """
    kept: dict[bool, list[Finding]] = {True: [], False: []}
    for one in sorted(set(findings), key=lambda f: (not f.certain, f.start - f.end, f)):
        placed = kept[one.check == "hidden_text"]
        # `placed` holds no overlaps, so only the two neighbours can collide.
        at = bisect.bisect(placed, one)
        if (at and placed[at - 1].end > one.start) or (at < len(placed) and placed[at].start < one.end):
            continue
        placed.insert(at, one)
    return sorted(kept[True] + kept[False])


def join(own: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    """Our findings with those of a scanner from outside, resolved; where both see a secret, ours stays if it is certain.

    Ours enclose the value alone, and a scanner's may enclose the whole address or statement around it.

        >>> ours = Finding(9, 17, "secrets", "address-with-password", "password", True)
        >>> join([ours], [Finding(0, 40, "secrets", "kingfisher/uri", "password", True)]) == [ours]
        True
    """
    mine = resolve(own)
    sure = [one for one in mine if one.certain and one.check == "secrets"]
    starts = [one.start for one in sure]

    def seen(other: Finding) -> bool:
        at = bisect.bisect_left(starts, other.end)
        return at > 0 and sure[at - 1].end > other.start

    return resolve([*mine, *(other for other in others if not seen(other))])
