"""Turns ``COMPUTE b = b + a`` back into ``ADD a TO b``, and MULTIPLY and DIVIDE into COMPUTE.

Only with one receiver, on one line, and without ROUNDED, SIZE ERROR, REMAINDER or an END- word. Every operand must be a
plain numeric item in the compiler's listing or a fixed-point literal; a receiver that is unsigned binary is left where
the result could be negative. That the forms truncate alike on size overflow, and leave the receiver alone when dividing
by zero, is GnuCOBOL 3.1's behaviour (measured), not a promise of the COBOL standard; nor is it one for items that hold
no valid number.

    >>> MultiplyDivideToCompute().params()
    {'share': 100}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK, Draft
from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_numbers import binary, may_be_negative, numeric, numeric_literal, signed
from provenance.steps.augment.cobol_statements import Code, Operand, drawn, one_line, unreadable
from provenance.steps.augment.cobol_tokens import tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded


@dataclass(frozen=True, slots=True)
class ComputeToAddSubtract:
    """``COMPUTE n = n + 1`` becomes ``ADD 1 TO n``.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "compute-to-add-subtract"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite in one program."""
        return _rewritten(self, program, seed, _sums)


@dataclass(frozen=True, slots=True)
class MultiplyDivideToCompute:
    """``MULTIPLY a BY b GIVING c`` becomes ``COMPUTE c = a * b``, and DIVIDE likewise.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "multiply-divide-to-compute"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite in one program."""
        return _rewritten(self, program, seed, _products)


TRANSFORMS = (ComputeToAddSubtract(), MultiplyDivideToCompute())


@dataclass(frozen=True, slots=True)
class _Site:
    """A statement, what is computed from what, and the statement that says the same."""

    verb: int
    last: int
    operands: tuple[Operand, ...]
    target: Operand
    subtracts: bool
    head: str
    rest: str


_Finder = Callable[[Code], Iterator[_Site]]


def _rewritten(
    transform: ComputeToAddSubtract | MultiplyDivideToCompute, program: Program, seed: int, finder: _Finder
) -> Change | Refusal:
    if program.listing is None:
        return Refusal("no-listing")
    code = Code(tokenise(program.text, program.free_format))
    if reason := unreadable(code.tokens):
        return Refusal(reason)
    rng = seeded(transform, program, seed)
    draft = Draft(code.tokens, program.free_format)
    sites = list(finder(code))
    safe = [site for site in sites if _agrees(site, program.listing)]
    chosen = [site for site in safe if drawn(rng, transform.share)]
    done = sum(_write(draft, code, site) for site in chosen)
    return concluded(program, draft.text(), Tally(len(sites), len(safe), len(chosen), done))


def _sums(code: Code) -> Iterator[_Site]:
    """Every COMPUTE that adds to, or takes from, its own receiver."""
    for at in range(len(code)):
        if code.word(at) != "COMPUTE":
            continue
        target = code.operand(at + 1)
        sign = code.token(target.following) if target else None
        if target is None or target.literal or sign is None or sign.text != "=":
            continue
        left = code.operand(target.following + 1)
        operator = code.token(left.following) if left else None
        if left is None or operator is None or operator.text not in "+-":
            continue
        right = code.operand(left.following + 1)
        if right is None or not _whole(code, at, right.following, "END-COMPUTE"):
            continue
        own = _folded(target)
        minus = operator.text == "-"
        if _folded(left) == own:
            verb, word, amount = ("SUBTRACT", "FROM", right) if minus else ("ADD", "TO", right)
        elif _folded(right) == own and not minus:
            verb, word, amount = "ADD", "TO", left
        else:
            continue
        yield _Site(
            code.indexes[at], right.last, (amount,), target, minus, f"{verb} {amount.text} {word}", target.text
        )


def _products(code: Code) -> Iterator[_Site]:
    """Every MULTIPLY and DIVIDE of two operands into one receiver."""
    for at in range(len(code)):
        verb = code.word(at)
        if verb not in ("MULTIPLY", "DIVIDE"):
            continue
        first = code.operand(at + 1)
        word = code.word(first.following) if first else ""
        if first is None or word not in (("BY",) if verb == "MULTIPLY" else ("BY", "INTO")):
            continue
        second = code.operand(first.following + 1)
        if second is None:
            continue
        target = last = second
        if code.word(second.following) == "GIVING":
            given = code.operand(second.following + 1)
            if given is None:
                continue
            target = last = given
        elif verb == "DIVIDE" and word == "BY":
            continue
        if target.literal or not _whole(code, at, last.following, f"END-{verb}"):
            continue
        if verb == "MULTIPLY":
            # The receiver comes first, as people write it.
            left, sign, right = (second, "*", first) if target is second else (first, "*", second)
        else:
            left, sign, right = (second, "/", first) if word == "INTO" else (first, "/", second)
        formula = f"{left.text} {sign} {right.text}"
        yield _Site(
            code.indexes[at], last.last, (left, right), target, False, f"COMPUTE {target.text} =", formula
        )


def _whole(code: Code, start: int, following: int, closing: str) -> bool:
    """Whether a statement ends there, stands on one line, and is not closed by an END- word of its own."""
    return (
        code.ended(following)
        and code.word(following) != closing
        and code.plain(start, following)
        and one_line(code, code.indexes[start], code.indexes[following - 1])
    )


def _folded(operand: Operand) -> str:
    return "".join(operand.text.upper().split())


def _agrees(site: _Site, listing: Listing) -> bool:
    """Whether the listing shows that both forms give the same number."""
    targets = numeric(listing, site.target.base)
    if not targets:
        return False
    negative = site.subtracts
    for operand in site.operands:
        if operand.literal:
            if not numeric_literal(operand.text):
                return False
            negative |= operand.text.startswith("-")
        elif not numeric(listing, operand.base):
            return False
        else:
            negative |= may_be_negative(listing, operand.base)
    return not (negative and any(binary(item) and not signed(item) for item in targets))


def _write(draft: Draft, code: Code, site: _Site) -> bool:
    """Write the new statement on one line, or on two where one is too short."""
    token = code.tokens[site.verb]
    head = site.head
    if token.text.islower():
        # The verb and its preposition; names between them keep their case.
        head = " ".join(part.lower() if part in _WORDS else part for part in head.split(" "))
    gone = dict.fromkeys(range(site.verb + 1, site.last + 1), "")
    indent = " " * (token.column + 3)
    return any(draft.propose(gone | {site.verb: f"{head}{gap}{site.rest}"}) for gap in (" ", f"{BREAK}{indent}"))


_WORDS = frozenset({"ADD", "SUBTRACT", "COMPUTE", "TO", "FROM"})
