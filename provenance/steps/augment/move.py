"""Splits ``MOVE x TO a b c`` into one MOVE each, and joins runs of MOVEs of one literal into one.

Both keep the order in which receivers are filled. A site is left alone where order could show: a sender that is, or
may share storage with, a receiver; a receiver whose subscript is another receiver; reference modification of the
sender. A sender that is a data name is split only if the compiler's listing shows that it lives in another record
than every receiver, in a section where records do not overlap, and the program takes no addresses. Statements whose
end is not certain are left.

    >>> SplitMove(share=50).params()
    {'share': 50}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK, Draft
from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_statements import Code, Operand, drawn, one_line, unreadable
from provenance.steps.augment.cobol_tokens import Kind, Token, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded


@dataclass(frozen=True, slots=True)
class SplitMove:
    """``MOVE x TO a b`` becomes ``MOVE x TO a`` and ``MOVE x TO b``.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "split-move"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Split in one program."""
        if program.listing is None:
            return Refusal("no-listing")
        code = Code(tokenise(program.text, program.free_format))
        reason = unreadable(code.tokens)
        if reason:
            return Refusal(reason)
        rng = seeded(self, program, seed)
        draft = Draft(code.tokens, program.free_format)
        moves = [move for move in _moves(code) if len(move.receivers) > 1]
        safe = [move for move in moves if _splits(code, move, program.listing)]
        chosen = [move for move in safe if drawn(rng, self.share)]
        done = sum(draft.propose(_split_edits(code, move)) for move in chosen)
        return concluded(program, draft.text(), Tally(len(moves), len(safe), len(chosen), done))


@dataclass(frozen=True, slots=True)
class JoinMove:
    """``MOVE 0 TO a`` followed by ``MOVE 0 TO b`` becomes ``MOVE 0 TO a b``.

    Args:
        share: percent of the sites (runs of MOVEs) to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "join-move"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Join in one program."""
        code = Code(tokenise(program.text, program.free_format))
        reason = unreadable(code.tokens)
        if reason:
            return Refusal(reason)
        rng = seeded(self, program, seed)
        draft = Draft(code.tokens, program.free_format)
        runs = list(_runs(code))
        safe = [run for run in runs if not _entangled([item for move in run for item in move.receivers])]
        chosen = [run for run in safe if drawn(rng, self.share)]
        done = 0
        for run in chosen:
            edits: dict[int, str] = {}
            for move in run[1:]:
                edits |= _join_edits(code, move)
            done += draft.propose(edits)
        return concluded(program, draft.text(), Tally(len(runs), len(safe), len(chosen), done))


TRANSFORMS = (SplitMove(), JoinMove())


@dataclass(frozen=True, slots=True)
class _Move:
    verb: int
    sender: Operand
    receivers: tuple[Operand, ...]
    start: int
    stop: int


def _moves(code: Code) -> Iterator[_Move]:
    """Every MOVE that can be read whole, in order."""
    for at in range(len(code)):
        if code.word(at) != "MOVE":
            continue
        sender = code.operand(at + 1)
        if sender is None or code.word(sender.following) != "TO":
            continue
        receivers = []
        position = code.skip_separators(sender.following + 1)
        while (item := code.operand(position)) and not item.literal:
            receivers.append(item)
            position = code.skip_separators(item.following)
        if receivers and code.ended(position) and code.plain(at, position):
            yield _Move(code.indexes[at], sender, tuple(receivers), at, position)


def _entangled(receivers: list[Operand]) -> bool:
    """Whether filling one receiver could change where another is."""
    names = {item.base for item in receivers}
    return any(item.inner & names for item in receivers)


def _splits(code: Code, move: _Move, listing: Listing) -> bool:
    if _entangled(list(move.receivers)) or not one_line(code, move.sender.first, move.sender.last):
        return False
    return move.sender.literal or _apart(code, move, listing)


def _apart(code: Code, move: _Move, listing: Listing) -> bool:
    """Whether the compiler's listing shows that no receiver can share storage with a data name that is sent."""
    sender = listing.only(move.sender.base)
    # A group may be of variable length, and a receiver may be the item that holds the length.
    if sender is None or sender.kind == "GROUP" or "(" in move.sender.text or sender.section != "WORKING-STORAGE":
        return False
    if any(code.word(at) in ("ADDRESS", "FREE", "ALLOCATE") for at in range(len(code))):
        return False
    overlaid = {item.record.upper() for item in listing.data if item.redefines and item.level in (1, 77)}
    overlaid |= {item.redefines.upper() for item in listing.data}
    if sender.record.upper() in overlaid:
        return False
    for receiver in move.receivers:
        item = listing.only(receiver.base)
        if item is None or item.section == "LINKAGE" or item.record.upper() in {sender.record.upper(), *overlaid}:
            return False
    return True


def _split_edits(code: Code, move: _Move) -> dict[int, str]:
    tokens = code.tokens
    indent = tokens[move.verb].column - 1
    verb, to = (tokens[move.verb].text, "to" if tokens[move.verb].text.islower() else "TO")
    edits: dict[int, str] = {}
    for before, item in zip(move.receivers, move.receivers[1:], strict=False):
        prefix = f"{verb} {move.sender.text} {to} "
        gap = range(before.last + 1, item.first)
        edits |= {index: "" for index in gap if tokens[index].kind is Kind.SYMBOL}
        if one_line(code, before.last, item.first):
            edits |= dict.fromkeys(gap, "")
            prefix = BREAK + " " * indent + prefix
        else:
            # The receiver begins its line: the new verb goes under the old one.
            lead = [index for index in gap if tokens[index].line == tokens[item.first].line and _movable(tokens[index])]
            edits |= dict.fromkeys(lead, "")
            if lead:
                edits[lead[0]] = " " * max(0, indent - (tokens[lead[0]].column - 1))
        edits[item.first] = prefix + tokens[item.first].text
    return edits


def _movable(token: Token) -> bool:
    return token.kind in (Kind.SPACE, Kind.SYMBOL)


def _runs(code: Code) -> Iterator[list[_Move]]:
    """Runs of at least two MOVEs of one literal, one right after the other, with nothing but blanks between."""
    run: list[_Move] = []
    for move in _moves(code):
        if run and _continues(code, run[-1], move):
            run.append(move)
            continue
        if len(run) > 1:
            yield run
        run = [move] if move.sender.literal else []
    if len(run) > 1:
        yield run


def _continues(code: Code, before: _Move, move: _Move) -> bool:
    between = code.tokens[code.indexes[before.stop - 1] + 1 : move.verb]
    return (
        move.start == before.stop
        and move.sender.literal
        and move.sender.text == before.sender.text
        and one_line(code, move.verb, move.receivers[0].first)
        and not any(token.kind is Kind.COMMENT for token in between)
    )


def _join_edits(code: Code, move: _Move) -> dict[int, str]:
    """Blank out the verb, the literal and TO; on a line of their own their columns stay, so the receivers line up."""
    tokens = code.tokens
    gone = range(move.verb, move.receivers[0].first)
    previous = code.indexes[move.start - 1]
    if one_line(code, previous, move.verb):
        return dict.fromkeys(gone, "")
    return {index: " " * (len(tokens[index].text) if tokens[index].text != "\t" else 1) for index in gone}
