"""Gives tests such as ``IF x = 'A'`` a condition name: a new level 88 under x, and the name in place of the test.

Only where x is one elementary item that this text itself describes in working, local or linkage storage, without
OCCURS, REDEFINES, JUSTIFIED or BLANK WHEN ZERO, and tested without subscript or qualification against a literal of its
own class that fits it. A relation that lends its subject to an abbreviated one (``x = 'A' OR 'B'``) stays, so does
one in a WHEN, over two lines, or on a debugging line. Refused for the whole program: what makes its names data (see
``cobol_hazards``).

    >>> IntroduceConditionNames().params()
    {'share': 100}
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_conditions import Relation, relations
from provenance.steps.augment.cobol_edit import BREAK, Draft
from provenance.steps.augment.cobol_entries import Entry, character_size, digits, entries
from provenance.steps.augment.cobol_hazards import hazard, words_of
from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_logical import apart
from provenance.steps.augment.cobol_names import LONGEST, Namer
from provenance.steps.augment.cobol_numbers import numeric
from provenance.steps.augment.cobol_statements import Code, drawn, unreadable
from provenance.steps.augment.cobol_tokens import Kind, Token, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded

# Clauses that change neither what a comparison means nor where the item is.
_CLAUSES = """
PIC PICTURE IS VALUE USAGE DISPLAY COMP COMP-3 COMP-4 COMP-5 BINARY PACKED-DECIMAL COMPUTATIONAL COMPUTATIONAL-3 SIGN
LEADING TRAILING SEPARATE CHARACTER SPACE SPACES ZERO ZEROS ZEROES LOW-VALUE LOW-VALUES HIGH-VALUE HIGH-VALUES SYNC
"""
_ALLOWED = frozenset(_CLAUSES.split())
_BLANK = frozenset({"SPACE", "SPACES"})
_ZERO = frozenset({"ZERO", "ZEROS", "ZEROES"})
_EXTREME = frozenset({"LOW-VALUE", "LOW-VALUES", "HIGH-VALUE", "HIGH-VALUES"})
_SECTIONS = ("WORKING-STORAGE", "LOCAL-STORAGE", "LINKAGE")
_ENDINGS = {
    "Y": ("YES", "IS-YES", "ON"),
    "N": ("NO", "IS-NO", "OFF"),
    "T": ("TRUE", "IS-TRUE", "ON"),
    "F": ("FALSE", "IS-FALSE", "OFF"),
}


@dataclass(frozen=True, slots=True)
class IntroduceConditionNames:
    """``IF x = 'A'`` becomes ``IF x-a``, with ``88 x-a VALUE 'A'`` under x.

    Args:
        share: percent of the pairs of item and literal to name, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "introduce-condition-names"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Introduce condition names in one program."""
        if program.listing is None:
            return Refusal("no-listing")
        tokens = tokenise(program.text, program.free_format)
        if reason := hazard(tokens) or unreadable(tokens):
            return Refusal(reason)
        rng = seeded(self, program, seed)
        code = Code(tokens)
        sites = list(relations(code, program.listing))
        groups = list(_groups(tokens, sites, program.listing))
        chosen = [group for group in groups if drawn(rng, self.share)]
        taken = words_of("\n".join((program.text, program.expanded or "", *program.copybooks.values())))
        writer = _Writer(Draft(tokens, program.free_format), tokens, Namer(rng, taken), taken, rng)
        done = sum(writer.write(group) for group in chosen)
        safe = sum(len(group.tests) for group in groups)
        return concluded(program, writer.draft.text(), Tally(len(sites), safe, len(chosen), done))


TRANSFORMS = (IntroduceConditionNames(),)


@dataclass(frozen=True, slots=True)
class _Group:
    """One item, one literal, and every test of the two."""

    entry: Entry
    literal: str
    tests: list[Relation] = field(default_factory=list)


def _groups(tokens: list[Token], sites: list[Relation], listing: Listing) -> Iterator[_Group]:
    described: dict[str, list[Entry]] = {}
    for entry in entries(tokens):
        if entry.name:
            described.setdefault(tokens[entry.name].text.upper(), []).append(entry)
    groups: dict[tuple[str, str], _Group] = {}
    for test in sites:
        name, literal = test.item.base, test.literal.text
        found = described.get(name, [])
        if len(found) == 1 and _fits(found[0], literal, listing, name) and _ends_line(tokens, found[0]):
            # Figurative constants and words are written in any case, text in quotes is not.
            key = literal if literal[0] in "\"'" else literal.upper()
            groups.setdefault((name, key), _Group(found[0], literal)).tests.append(test)
    yield from groups.values()


def _fits(entry: Entry, literal: str, listing: Listing, name: str) -> bool:
    """Whether a literal may be the value of a condition of an item, and means the same there as in a relation."""
    item = listing.only(name)
    if item is None or item.redefines or any(other.redefines.upper() == name for other in listing.data):
        return False
    if entry.section not in _SECTIONS or entry.level > 77 or not entry.clauses <= _ALLOWED:
        return False
    size = character_size(entry.picture)
    if item.kind == "ALPHANUMERIC" and size:
        if literal[0] in "\"'":
            return 0 < len(_inside(literal).encode()) <= size
        return literal.upper() in _BLANK | _EXTREME
    shape = digits(entry.picture)
    if not numeric(listing, name) or shape is None:
        return False
    if literal.upper() in _ZERO:
        return True
    sign, before, after = shape
    whole, _, fraction = literal.lstrip("+-").partition(".")
    number = literal.lstrip("+-").replace(".", "").isdecimal()
    return number and (sign or literal[0] != "-") and len(whole.lstrip("0")) <= before and len(fraction) <= after


def _ends_line(tokens: list[Token], entry: Entry) -> bool:
    """Whether nothing but blanks follows an entry on its line."""
    rest = (token for token in tokens[entry.last + 1 :])
    after = next((token for token in rest if token.kind is not Kind.SPACE), None)
    return after is None or after.kind in (Kind.NEWLINE, Kind.TAIL)


def _inside(literal: str) -> str:
    return literal[1:-1].replace(literal[0] * 2, literal[0])


class _Writer:
    """Writes groups into a draft, one condition name each."""

    def __init__(self, draft: Draft, tokens: list[Token], namer: Namer, taken: set[str], rng: random.Random) -> None:
        self.draft = draft
        self._tokens = tokens
        self._namer = namer
        self._taken = taken
        # One manner for the whole program: -YES goes with -NO, not with -OFF.
        self._manner = rng.randrange(3)
        self._written: dict[int, str] = {}

    def write(self, group: _Group) -> int:
        """How many tests of a group were named: all of them, or none where one would leave its columns."""
        tokens, entry = self._tokens, group.entry
        item = tokens[entry.name].text
        for name in self._names(item.upper(), group.literal):
            cased = name.lower() if item.islower() else name
            value = "value" if tokens[entry.name].text.islower() else "VALUE"
            indent = " " * max(tokens[entry.first].column + 3, 11)
            before = self._written.get(entry.last, ".")
            for gap in (" ", f"{BREAK}{indent}    "):
                whole = f"{before}{BREAK}{indent}88  {cased}{gap}{value} {group.literal}."
                edits = {entry.last: whole}
                for test in group.tests:
                    edits |= dict.fromkeys(range(test.item.first, test.literal.last + 1), "")
                    named = f"{'not' if item.islower() else 'NOT'} {cased}" if test.negated else cased
                    edits[test.item.first] = apart(tokens, test.item.first, test.literal.last, named)
                if self.draft.propose(edits):
                    self._written[entry.last] = whole
                    self._namer.keep(name, name)
                    return len(group.tests)
        return 0

    def _names(self, item: str, literal: str) -> Iterator[str]:
        """Names to try, the likeliest first."""
        endings = list(_endings(literal))
        for ending in endings[self._manner :] + endings[: self._manner]:
            name = f"{item}-{ending}"
            if len(name) <= LONGEST and name not in self._taken and name not in LANGUAGE.reserved:
                yield name
        for longest in (LONGEST, len(item)):
            if made := self._namer.like(item, longest):
                yield made


def _endings(literal: str) -> Iterator[str]:
    if literal.upper() in _BLANK:
        yield from ("BLANK", "EMPTY", "IS-BLANK")
        return
    if literal.upper() in _ZERO or not literal.strip("+-0."):
        yield from ("ZERO", "IS-ZERO", "NIL")
        return
    inside = _inside(literal) if literal[0] in "\"'" else literal
    word = "-".join(part for part in "".join(c if c.isascii() and c.isalnum() else " " for c in inside.upper()).split())
    if word in _ENDINGS:
        yield from _ENDINGS[word]
    elif word and len(word) <= 14:
        yield from (word, f"IS-{word}", f"EQ-{word}")
    else:
        yield from ("KNOWN", "MATCHED", "SPECIAL")
