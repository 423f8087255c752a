"""Puts the paragraphs that are only ever PERFORMed into another order, their comments with them.

The paragraphs that control reaches by falling from the top stay where they are, up to the one that ends in STOP RUN or
GOBACK. Refused: GO TO, NEXT SENTENCE, EXIT PARAGRAPH, THRU and every other mention of a paragraph that is no plain
PERFORM, sections, declaratives, ALTER, COPY and EXEC in the PROCEDURE DIVISION, paragraphs that share a line.

    >>> ReorderParagraphs().params()
    {}
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_structure_edit import Reading, read
from provenance.steps.augment.cobol_structure_flow import Flow, flows
from provenance.steps.augment.cobol_tokens import Kind
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded


@dataclass(frozen=True, slots=True)
class ReorderParagraphs:
    """Shuffles performed paragraphs, by seed."""

    name: ClassVar[str] = "reorder-paragraphs"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """No options."""
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Reorder in one program."""
        reading = read(program)
        if isinstance(reading, Refusal):
            return reading
        followed = flows(reading)
        if isinstance(followed, Refusal):
            return followed
        rng = seeded(self, program, seed)
        lines = program.text.split("\n")
        moved, reasons = 0, []
        # From the last division up, so that the lines of the earlier ones stay where they are.
        for flow in reversed(followed):
            chunks = _chunks(reading, flow)
            if isinstance(chunks, str):
                reasons.append(chunks)
                continue
            order = _shuffled(rng, len(chunks))
            first, last = chunks[0][0], chunks[-1][1]
            if last == len(lines):
                # The text may end without a line end; no chunk but the last could bear that.
                reasons.append("no-line-end")
                continue
            lines[first:last] = [line for at in order for line in lines[chunks[at][0] : chunks[at][1]]]
            moved += sum(at != number for number, at in enumerate(order))
        text = "\n".join(lines)
        if text == program.text:
            return Refusal(reasons[-1] if reasons else "no-candidates")
        return Change(text, program.free_format, moved)


TRANSFORMS = (ReorderParagraphs(),)


def _chunks(reading: Reading, flow: Flow) -> list[tuple[int, int]] | str:
    """First line and the one after the last (from 0) of each paragraph that may move, or why none may."""
    if len(flow.paragraphs) < 2:
        return "no-candidates"
    if flow.sections:
        return "sections"
    if flow.jumps or flow.leaves:
        return "jumps"
    fixed = flow.sealed()
    if fixed is None:
        return "falls-through"
    movable = flow.paragraphs[fixed:]
    if len(movable) < 2:
        return "no-candidates"
    names = [node.name for node in flow.paragraphs]
    if len(set(names)) < len(names) or not all(flow.only_performed(name) for name in names):
        return "named-otherwise"
    if not all(reading.leads(node.first) for node in movable) or not reading.trails(flow.division.stop - 1):
        return "shared-line"
    starts = [_start(reading, node.first) for node in movable]
    stop = reading.tokens[flow.division.stop - 1].line
    return list(zip([start - 1 for start in starts], [*(start - 1 for start in starts[1:]), stop], strict=True))


def _start(reading: Reading, index: int) -> int:
    """Line of a label, or of the first of the comments right above it."""
    line = reading.tokens[index].line
    while line > 1 and not reading.code_of(line - 1) if line - 1 in reading.lines else False:
        if not any(reading.tokens[at].kind is Kind.COMMENT for at in reading.lines[line - 1]):
            break
        line -= 1
    return line


def _shuffled(rng: random.Random, count: int) -> list[int]:
    order = list(range(count))
    while order == sorted(order):
        rng.shuffle(order)
    return order
