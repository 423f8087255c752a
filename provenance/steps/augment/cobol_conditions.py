"""Finds whole relations of one data name and one literal (``x = 'A'``, ``x NOT EQUAL TO 5``) in IF and UNTIL.

A relation is taken only where it stands by itself: after IF, UNTIL, AND, OR, NOT or an opening parenthesis, and before
what can only follow a finished one. ``x = 'A' OR 'B'`` is left, because its second half is short for ``x = 'B'``.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> code = Code(tokenise(" PROCEDURE DIVISION. IF KIND-A = 'B' AND QTY NOT = 1 DISPLAY 1.", True))
    >>> [(t.item.text, t.literal.text, t.negated) for t in relations(code, Listing())]
    [('KIND-A', "'B'", False), ('QTY', '1', True)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_statements import Code, Operand, one_line

_BEFORE = frozenset({"IF", "UNTIL", "AND", "OR", "NOT"})
_AFTER = frozenset({"THEN", "NEXT", "AFTER"})
_RELATION = frozenset({"IS", "NOT", "EQUAL", "EQUALS", "GREATER", "LESS", "NUMERIC", "ALPHABETIC", "POSITIVE", "NEGATIVE"})
_SIGNS = frozenset({"=", "<", ">", "<=", ">=", "<>"})


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation: a plain data name, a literal or figurative constant, and whether it asks for inequality."""

    item: Operand
    literal: Operand
    negated: bool


def relations(code: Code, listing: Listing) -> Iterator[Relation]:
    """Every such relation, in order. The listing tells condition names from data names."""
    for at in range(len(code)):
        if not _opens(code, at - 1):
            continue
        item = code.operand(at)
        if item is None or item.literal or item.following != at + 1:
            continue
        position = item.following + (code.word(item.following) == "IS")
        negated = code.word(position) == "NOT"
        literal = _compared(code, position + negated)
        if literal is None or (negated and code.word(at - 1) == "NOT") or not _closes(code, literal.following, listing):
            continue
        if code.plain(at, literal.following) and one_line(code, item.first, literal.last):
            yield Relation(item, literal, negated)


def _opens(code: Code, at: int) -> bool:
    token = code.token(at)
    if token is None:
        return False
    if token.text == "(":
        # Not the parenthesis of a subscript, a function or a sum.
        before = code.token(at - 1)
        return before is not None and (before.text == "(" or code.word(at - 1) in _BEFORE)
    return code.word(at) in _BEFORE


def _compared(code: Code, at: int) -> Operand | None:
    """The literal behind an equals sign, or None."""
    token = code.token(at)
    if token is None:
        return None
    if token.text == "=":
        at += 1
    elif code.word(at) == "EQUAL":
        at += 1 + (code.word(at + 1) == "TO")
    else:
        return None
    literal = code.operand(at)
    return literal if literal is not None and literal.literal else None


def _closes(code: Code, at: int, listing: Listing) -> bool:
    """Whether a relation that ends before a position lends its subject to nothing behind it."""
    token = code.token(at)
    if token is None:
        return False
    while token is not None and token.text == ")":
        at += 1
        token = code.token(at)
    if code.ended(at) or code.word(at) in _AFTER:
        return True
    if code.word(at) not in ("AND", "OR"):
        return False
    at += 1
    while (token := code.token(at)) is not None and (token.text == "(" or code.word(at) == "NOT"):
        at += 1
    following = code.operand(at)
    if following is None or following.literal:
        return False
    relation = code.token(following.following)
    if relation is not None and (relation.text in _SIGNS or code.word(following.following) in _RELATION):
        return True
    items = [item for item in listing.data if item.name.upper() == following.base]
    return bool(items) and all(item.kind == "CONDITIONAL" for item in items)
