"""Turns ``ADD a TO b`` and ``SUBTRACT a FROM b`` into ``COMPUTE b = b + a`` and ``COMPUTE b = b - a``.

Only with one operand on each side, on one line, and without ROUNDED, SIZE ERROR, GIVING, CORRESPONDING or END-ADD.
Both operands must be plain numeric items in the compiler's listing: no edited pictures, floats, indexes or pointers.
GnuCOBOL truncates both forms alike, save one: an unsigned binary item that would go below zero wraps round under
SUBTRACT and loses its sign under COMPUTE, so unsigned binary receivers are changed only by adding what cannot be
negative. Equality on size overflow is GnuCOBOL 3.1's behaviour (measured), not a promise of the COBOL standard; nor
is it one for items that hold no valid number.

    >>> AddSubtractToCompute().params()
    {'share': 100}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK, Draft
from provenance.steps.augment.cobol_listing import DataName, Listing
from provenance.steps.augment.cobol_statements import Code, Operand, drawn, one_line, unreadable
from provenance.steps.augment.cobol_tokens import Kind, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded

_PLAIN = re.compile(r"(?P<sign>S?)[9V()0-9P]*9[9V()0-9P]*(?P<usage>[^,]*)(?:,.*)?$")
_BINARY = re.compile(r"COMP(?:-4|-5|-X|-N)?$|BINARY|COMPUTATIONAL$")


@dataclass(frozen=True, slots=True)
class AddSubtractToCompute:
    """``ADD 1 TO n`` becomes ``COMPUTE n = n + 1``.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "add-subtract-to-compute"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite in one program."""
        if program.listing is None:
            return Refusal("no-listing")
        code = Code(tokenise(program.text, program.free_format))
        reason = unreadable(code.tokens)
        if reason:
            return Refusal(reason)
        rng = seeded(self, program, seed)
        draft = Draft(code.tokens, program.free_format)
        sites = list(_sites(code))
        safe = [site for site in sites if _agrees(site, program.listing)]
        chosen = [site for site in safe if drawn(rng, self.share)]
        done = sum(_compute(draft, code, site) for site in chosen)
        return concluded(program, draft.text(), Tally(len(sites), len(safe), len(chosen), done))


TRANSFORMS = (AddSubtractToCompute(),)


@dataclass(frozen=True, slots=True)
class _Site:
    verb: int
    subtracts: bool
    operand: Operand
    target: Operand


def _sites(code: Code) -> Iterator[_Site]:
    """Every ADD and SUBTRACT of one operand and one target whose end is certain."""
    for at in range(len(code)):
        verb = code.word(at)
        if verb not in ("ADD", "SUBTRACT"):
            continue
        operand = code.operand(at + 1)
        if operand is None or code.word(operand.following) != ("TO" if verb == "ADD" else "FROM"):
            continue
        target = code.operand(operand.following + 1)
        if target is None or target.literal or not code.ended(target.following):
            continue
        # END-ADD would be left without its ADD.
        closed = code.word(target.following) in ("END-ADD", "END-SUBTRACT")
        if not closed and code.plain(at, target.following) and one_line(code, code.indexes[at], target.last):
            yield _Site(code.indexes[at], verb == "SUBTRACT", operand, target)


def _agrees(site: _Site, listing: Listing) -> bool:
    """Whether the listing shows that both forms give the same number."""
    targets = _numeric(listing, site.target.base)
    if not targets:
        return False
    negative = site.subtracts
    if site.operand.literal:
        if not re.fullmatch(r"[+-]?\d*\.?\d+", site.operand.text):
            return False
        negative ^= site.operand.text.startswith("-")
    else:
        operands = _numeric(listing, site.operand.base)
        if not operands:
            return False
        negative |= any(_signed(item) for item in operands)
    return not (negative and any(_binary(item) and not _signed(item) for item in targets))


def _numeric(listing: Listing, name: str) -> list[DataName]:
    """Every item of that name, or none where one of them is not a plain number."""
    items = [item for item in listing.data if item.name.upper() == name]
    plain = all(item.kind == "NUMERIC" and _PLAIN.match(item.picture) and not _floats(item) for item in items)
    return items if plain else []


def _usage(item: DataName) -> str:
    found = _PLAIN.match(item.picture)
    return found["usage"].strip() if found else ""


def _floats(item: DataName) -> bool:
    return any(word in item.picture for word in ("COMP-1", "COMP-2", "FLOAT"))


def _signed(item: DataName) -> bool:
    return item.picture.startswith("S")


def _binary(item: DataName) -> bool:
    return any(_BINARY.match(word) for word in _usage(item).split())


def _compute(draft: Draft, code: Code, site: _Site) -> bool:
    """Write the COMPUTE on one line, or on two where one is too short."""
    tokens = code.tokens
    amount, minus = site.operand.text, site.subtracts
    if site.operand.literal and tokens[site.operand.first].kind is Kind.NUMBER and amount[0] in "+-":
        minus ^= amount[0] == "-"
        amount = amount[1:]
    verb = "compute" if tokens[site.verb].text.islower() else "COMPUTE"
    target = site.target.text
    formula = f"{target} {'-' if minus else '+'} {amount}"
    indent = " " * (tokens[site.verb].column + 3)
    gone = dict.fromkeys(range(site.verb + 1, site.target.last + 1), "")
    return any(
        draft.propose(gone | {site.verb: f"{verb} {target} ={gap}{formula}"}) for gap in (" ", f"{BREAK}{indent}")
    )
