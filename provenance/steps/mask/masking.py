"""MASK: a text with personal data or secrets becomes one without, of the same length, equal but for the values found.

    >>> from provenance.steps.screen.finding import Finding
    >>> text = "           MOVE '4000123412341234' TO CARD."
    >>> card = Finding(17, 33, "personal_data", "card", "card", True)
    >>> made = mask(text, "cobol", [card], b"k" * 32, screen=lambda text, language: [])
    >>> made.replacements, made.text[:22], len(made.text) == len(text), made.proof
    ({'card': 1}, "           MOVE '40000", True, 'literals-and-comments')

What is found certainly is masked wherever it stands in data or remarks; what a person should look at only where it is no
bare number, since a number may be the program's own. The same value elsewhere in the text is masked alike.

It refuses (`Refused`) to change code, to leave a certain finding in the text, and to hand out a text whose code it cannot
prove to be unchanged. It finds nothing by itself: a name in a remark that no rule finds stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provenance.steps import screen as screen_room
from provenance.steps.mask.cells import Cell, cells
from provenance.steps.mask.draw import subkey
from provenance.steps.mask.proof import UNPROVED, left, prove
from provenance.steps.mask.replace import NAMES, SECRETS, Replacer
from provenance.steps.mask.values import Value, again
from provenance.steps.screen.finding import Finding, resolve

__all__ = ["CHECKS", "RULES", "Masked", "Refused", "VERSION", "mask"]

#: Part of the recipe: a change of what is drawn or where makes new records.
VERSION = "1"
#: Checks whose findings are masked; hidden characters are none of anybody's data.
CHECKS = frozenset({"personal_data", "secrets"})
#: The rules of those checks.
RULES = frozenset(rule for check in CHECKS for rule in screen_room.RULES[check])
_SEPARATORS = re.compile(r"[\W_]+")
#: So many letters and digits of a value are looked for before the value is: enough to be rare.
_HEAD = 12
#: How often a masked text is screened and masked again before it is refused.
_ROUNDS = 4

Screen = Callable[[str, str], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text.

    Attributes:
        text: of the same length as the original.
        replacements: rule -> values replaced. What was found again elsewhere counts for the rule that found it first.
        spans: what was replaced, start and end in characters, in order, without overlaps.
        proof: what is proved of everything else: "literals-and-comments" or, without a lexer, "spans".
    """

    text: str
    replacements: Mapping[str, int]
    spans: tuple[tuple[int, int], ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text was not masked: a code and the rule it is about ("in-code: card")."""

    reason: str


@dataclass(slots=True)
class _Draft:
    chars: list[str]
    cells: bytes
    counts: Counter[str] = field(default_factory=Counter)
    #: Characters that were replaced already.
    done: set[int] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    #: Value -> kind by which it is replaced everywhere in this text.
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.chars)


def mask(text: str, language: str, findings: Sequence[Finding], key: bytes, *, kinds: Collection[str] = (),
         screen: Screen | None = None, encoding: str = "utf-8") -> Masked | Refused | None:
    """Mask the findings of a text; None where there is nothing to mask.

    Args:
        findings: of `provenance.steps.screen.screen`; hidden characters are left out.
        key: the ledger's.
        kinds: only these kinds of findings; all where empty.
        screen: what looks at the masked text again; the own rules where not given.
        encoding: codec of the record.

    Raises:
        InvalidId: the key is empty.
    """
    look = screen or _screen(encoding)
    replace = Replacer(subkey(key), encoding)
    here, known = cells(language, text)
    draft = _Draft(list(text), here)
    made = text
    asked = [found for found in resolve(findings) if found.check in CHECKS and (not kinds or found.kind in kinds)]
    for _ in range(_ROUNDS):
        if refused := _round(draft, asked, replace, known):
            return refused
        made = draft.text
        asked = [found for found in resolve(left(text, made, look(made, language)))
                 if found.check in CHECKS and found.certain and (not kinds or found.kind in kinds)]
        if not asked:
            break
    if not draft.spans and not asked:
        return None
    if asked:
        return Refused(f"still-found: {asked[0].rule}")
    spans = tuple(sorted(draft.spans))
    proof = prove(language, text, made, spans)
    if proof == UNPROVED:
        return Refused("unproved: more than literals and comments would change")
    return Masked(made, dict(sorted(draft.counts.items())), spans, proof)


def _screen(encoding: str) -> Screen:
    return lambda text, language: screen_room.screen(text, language, encoding=encoding, rules=RULES)


def _round(draft: _Draft, asked: Sequence[Finding], replace: Replacer, known: bool) -> Refused | None:
    values: list[tuple[Finding, Value]] = []
    text = draft.text
    for found in asked:
        value = Value.at(text, draft.cells, found.start, found.end)
        if value is None:
            if found.certain:
                return Refused(f"in-code: {found.rule}")
            continue
        # A bare number may be the program's own.
        if not found.certain and (value.cell == Cell.NUMBER or (not known and value.text.isdecimal())):
            continue
        values.append((found, value))
    # One value under two names is one value: the first kind by name decides, in whatever order they stand.
    for found, value in sorted(values, key=lambda pair: (_kind(pair[0]), pair[0].start)):
        draft.kinds.setdefault(value.core, _kind(found))
    for found, value in values:
        if draft.done.intersection(value.places):
            continue
        if not _put(draft, value, replace):
            if found.certain and any(char.isalnum() for char in value.text):
                return Refused(f"no-replacement: {found.rule}")
            continue
        draft.counts[found.rule] += 1
    if known:
        text = draft.text
        # Most values stand nowhere else, and to look for a text is much quicker than for a pattern.
        plain = _SEPARATORS.sub("", text.lower())
        for found, value in {value.core: (found, value) for found, value in reversed(values)}.values():
            if value.core.lstrip("0")[:_HEAD] in plain:
                _spread(draft, text, found, value, replace)
    return None


def _kind(found: Finding) -> str:
    """What the value is to `Replacer`: some rules know more than their kind says."""
    return "ssn" if found.rule == "us-ssn" else found.kind


def _put(draft: _Draft, value: Value, replace: Replacer) -> bool:
    kind = draft.kinds[value.core]
    made = replace.of(kind, value.text, number=value.cell == Cell.NUMBER)
    if made is None or (value.cell == Cell.NUMBER and made[0] == "0" != value.text[0]):
        return False
    if value.cell == Cell.HEX:
        made = "".join("abcdef"[ord(char) % 6] if char.isalpha() else char for char in made)
    for place, char in zip(value.places, made, strict=True):
        draft.chars[place] = char
    draft.done.update(value.places)
    draft.spans += _runs(value.places)
    return True


def _spread(draft: _Draft, text: str, found: Finding, value: Value, replace: Replacer) -> None:
    """Replace the same value where no rule found it."""
    kind = draft.kinds[value.core]
    for start, end in again(text, draft.cells, value, name=kind in NAMES, secret=kind in SECRETS):
        other = Value.at(text, draft.cells, start, end)
        if other is None or draft.done.intersection(other.places):
            continue
        draft.kinds.setdefault(other.core, kind)
        if _put(draft, other, replace):
            draft.counts[found.rule] += 1


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Spans of places that follow each other.

        >>> _runs([3, 4, 5, 9])
        [(3, 6), (9, 10)]
    """
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs
