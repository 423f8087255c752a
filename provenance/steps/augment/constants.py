"""Gives literals that a program uses several times a name: a new item with that value, or a constant (level 78).

Only where the meaning of item and literal is the same: text in quotes as sender of a MOVE to alphanumeric items and
groups, in a DISPLAY, and in a whole relation with an alphanumeric item; numbers as sender of a MOVE to plain numeric
items. A constant is replaced by the compiler itself, so for it numbers may also be displayed and compared. The numbers 0 and 1,
figurative constants, ``ALL``, prefixed literals (``X'41'``), text outside ASCII, and every other statement are left.
Refused: more than one program in the text, no WORKING-STORAGE SECTION, and what makes names data (``cobol_hazards``).

    >>> LiteralToConstant(form="level-78").params()
    {'form': 'level-78', 'least': 2, 'share': 100}
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_conditions import relations
from provenance.steps.augment.cobol_edit import BREAK, Draft
from provenance.steps.augment.cobol_entries import entries
from provenance.steps.augment.cobol_hazards import hazard, significant, words_of
from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_logical import apart
from provenance.steps.augment.cobol_names import LONGEST, Namer
from provenance.steps.augment.cobol_numbers import numeric
from provenance.steps.augment.cobol_statements import Code, Operand, drawn, unreadable
from provenance.steps.augment.cobol_tokens import Kind, Token, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded

_PREFIXES = ("CON", "LIT", "WS-LIT", "WC", "CST")
_TEXT = ("ALPHANUMERIC", "GROUP")


@dataclass(frozen=True, slots=True)
class LiteralToConstant:
    """``MOVE 'A' TO x`` becomes ``MOVE con-a TO x``, with ``01 con-a PIC X VALUE 'A'``.

    Args:
        form: "item" makes level 01 items with PICTURE and VALUE; "level-78" makes constants, which IBM's compilers and
            the standard do not know.
        least: how often a literal must stand where it can be replaced.
        share: percent of the literals to name, drawn by seed.
    """

    form: str = "item"
    least: int = 2
    share: int = 100

    name: ClassVar[str] = "literal-to-constant"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"form": self.form, "least": self.least, "share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Name literals in one program."""
        if program.listing is None:
            return Refusal("no-listing")
        tokens = tokenise(program.text, program.free_format)
        if reason := hazard(tokens) or unreadable(tokens):
            return Refusal(reason)
        code = Code(tokens)
        sites = [site for site in _sites(code) if _nameable(site.literal)]
        if not sites:
            return Refusal("no-candidates")
        where = _storage(tokens)
        if isinstance(where, Refusal):
            return where
        rng = seeded(self, program, seed)
        groups: dict[str, list[int]] = {}
        for site in sites:
            if self.form == "level-78" or _same(site, program.listing):
                groups.setdefault(site.literal.text, []).append(site.literal.first)
        safe = {text: places for text, places in groups.items() if len(places) >= self.least}
        chosen = {text: places for text, places in safe.items() if drawn(rng, self.share)}
        taken = words_of("\n".join((program.text, program.expanded or "", *program.copybooks.values())))
        writer = _Writer(Draft(tokens, program.free_format), tokens, where, self.form, Namer(rng, taken), taken, rng)
        done = sum(writer.write(text, places) for text, places in chosen.items())
        return concluded(program, writer.draft.text(), Tally(len(sites), len(safe), len(chosen), done))


TRANSFORMS = (LiteralToConstant(),)


@dataclass(frozen=True, slots=True)
class _Site:
    """A literal, what is done with it, and the items that it meets."""

    literal: Operand
    verb: str
    items: tuple[Operand, ...] = ()


def _sites(code: Code) -> Iterator[_Site]:
    for at in range(len(code)):
        if code.word(at) == "MOVE":
            yield from _moved(code, at)
        elif code.word(at) == "DISPLAY":
            position = at + 1
            while (item := code.operand(position)) is not None:
                if item.literal and code.plain(position, item.following):
                    yield _Site(item, "DISPLAY")
                position = code.skip_separators(item.following)
    for test in relations(code, Listing()):
        yield _Site(test.literal, "IF", (test.item,))


def _moved(code: Code, at: int) -> Iterator[_Site]:
    sender = code.operand(at + 1)
    if sender is None or not sender.literal or code.word(sender.following) != "TO":
        return
    receivers = []
    position = code.skip_separators(sender.following + 1)
    while (item := code.operand(position)) and not item.literal:
        receivers.append(item)
        position = code.skip_separators(item.following)
    if receivers and code.ended(position) and code.plain(at, position):
        yield _Site(sender, "MOVE", tuple(receivers))


def _nameable(literal: Operand) -> bool:
    text = literal.text
    if text[0] in "\"'":
        return text.isascii() and text.isprintable() and 2 < len(text) <= 60
    digits = text.lstrip("+-").replace(".", "", 1)
    return digits.isdecimal() and len(digits) <= 18 and digits.lstrip("0") not in ("", "1")


def _same(site: _Site, listing: Listing) -> bool:
    """Whether an item of that value means what the literal means there."""
    quoted = site.literal.text[0] in "\"'"
    if site.verb == "DISPLAY":
        return quoted
    for item in site.items:
        found = [data for data in listing.data if data.name.upper() == item.base]
        if quoted and not (found and all(data.kind in _TEXT for data in found)):
            return False
        # How a number is compared with what holds no valid number is the compiler's affair.
        if not quoted and (site.verb != "MOVE" or not numeric(listing, item.base)):
            return False
    return True


def _storage(tokens: list[Token]) -> tuple[int, int] | Refusal:
    """Index of the period of the WORKING-STORAGE SECTION header and the column where its items begin."""
    code = significant(tokens)
    words = [tokens[index].text.upper() for index in code]
    if sum(word in ("PROGRAM-ID", "FUNCTION-ID") for word in words) > 1:
        return Refusal("several-programs")
    found = [at for at, word in enumerate(words) if word == "WORKING-STORAGE" and words[at + 1 : at + 3] == ["SECTION", "."]]
    if len(found) != 1:
        return Refusal("no-working-storage")
    period = code[found[0] + 2]
    after = next((token for token in tokens[period + 1 :] if token.kind is not Kind.SPACE), None)
    if after is not None and after.kind not in (Kind.NEWLINE, Kind.TAIL):
        return Refusal(f"shared-line: line {tokens[period].line}")
    items = [entry for entry in entries(tokens) if entry.section == "WORKING-STORAGE"]
    # The first level may be written further in; names are put where the author puts them.
    tops = [tokens[entry.first].column for entry in items if entry.level in (1, 77)]
    return period, (tops or [tokens[code[found[0]]].column])[0]


class _Writer:
    """Writes constants into a draft, one for each literal."""

    def __init__(
        self,
        draft: Draft,
        tokens: list[Token],
        where: tuple[int, int],
        form: str,
        namer: Namer,
        taken: set[str],
        rng: random.Random,
    ) -> None:
        self.draft = draft
        self._tokens = tokens
        self._period, self._column = where
        self._form = form
        self._namer = namer
        self._taken = taken
        self._prefix = rng.choice(_PREFIXES)
        self._rng = rng
        self._written = "."

    def write(self, text: str, places: list[int]) -> int:
        """How many places of a literal were changed: all, or none where one would leave its columns."""
        for name in self._names(text):
            for gap in (" ", f"{BREAK}{' ' * (self._column + 7)}"):
                whole = f"{self._written}{BREAK}{' ' * (self._column - 1)}{self._entry(name, text, gap)}"
                named = {index: apart(self._tokens, index, index, name) for index in places}
                if self.draft.propose({self._period: whole} | named):
                    self._written = whole
                    self._namer.keep(name, name)
                    return len(places)
        return 0

    def _entry(self, name: str, text: str, gap: str) -> str:
        if self._form == "level-78":
            return f"78  {name}{gap}VALUE {text}."
        if text[0] in "\"'":
            size = len(text[1:-1].replace(text[0] * 2, text[0]))
            return f"01  {name} PIC X({size:02}){gap}VALUE {text}."
        whole, _, fraction = text.lstrip("+-").partition(".")
        sign = "S" if text[0] in "+-" else ""
        picture = f"{sign}{f'9({len(whole):02})' if whole else ''}{f'V9({len(fraction):02})' if fraction else ''}"
        return f"01  {name} PIC {picture}{gap}VALUE {text}."

    def _names(self, text: str) -> Iterator[str]:
        """Names to try, the likeliest first."""
        inside = text[1:-1] if text[0] in "\"'" else text.replace(".", "-")
        words = "".join(char if char.isalnum() else " " for char in inside.upper()).split()
        for count in (len(words), 3, 2, 1):
            name = "-".join((self._prefix, *words[:count]))
            if words and len(name) <= 24 and name not in self._taken and name not in LANGUAGE.reserved:
                yield name
        for longest in (LONGEST, 12, 8):
            if made := self._namer.like(f"{self._prefix}-TEXT", longest):
                yield f"{self._prefix}-{made}" if len(made) + len(self._prefix) < longest else made
