"""Ends statements by END-IF, END-READ ... where a period ended them, and by a period where they had their terminator.

Nothing moves but the terminators, so GnuCOBOL writes the same C for parent and child. Left alone: sentences that hold
NEXT SENTENCE (a period is where it goes to), and sentences of which the segmenter is not certain.

    >>> from provenance.steps.augment.transform import Program
    >>> ScopeTerminators().apply(Program("x", "PROCEDURE DIVISION.\\nIF A = 1\\n  GOBACK.\\n", True), 1).text
    'PROCEDURE DIVISION.\\nIF A = 1\\n  GOBACK\\nEND-IF.\\n'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK
from provenance.steps.augment.cobol_statements import drawn
from provenance.steps.augment.cobol_structure import Ending, Node, Sort
from provenance.steps.augment.cobol_structure_edit import Reading, Sheet, read
from provenance.steps.augment.cobol_structure_words import NO_VERB, VERBS
from provenance.steps.augment.cobol_tokens import Kind
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded


@dataclass(frozen=True, slots=True)
class ScopeTerminators:
    """``IF a b.`` becomes ``IF a b END-IF.``; a site is a sentence.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "scope-terminators"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Terminate in one program."""
        reading = read(program)
        if isinstance(reading, Refusal):
            return reading
        rng = seeded(self, program, seed)
        sheet = Sheet(reading)
        sites = [(sentence, found) for sentence in reading.tree.of(Sort.SENTENCE) if (found := _open(reading, sentence))]
        safe = [found for sentence, found in sites if steady(reading, sentence)]
        chosen = [found for found in safe if drawn(rng, self.share)]
        done = sum(sheet.propose(end_edits(reading, found)) for found in chosen)
        return concluded(program, sheet.text(), Tally(len(sites), len(safe), len(chosen), done))


@dataclass(frozen=True, slots=True)
class PeriodTerminators:
    """``IF a b END-IF`` becomes ``IF a b.`` where the statement stands at the top of its sentence.

    A sentence that goes on after the statement is parted there. Terminators that then end with it go too; END-PERFORM
    stays, for a period cannot stand for it.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "period-terminators"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite in one program."""
        reading = read(program)
        if isinstance(reading, Refusal):
            return reading
        rng = seeded(self, program, seed)
        sheet = Sheet(reading)
        sites = [
            (sentence, node)
            for sentence in reading.tree.of(Sort.SENTENCE)
            for node in reading.tree.children(sentence)
            if node.ending is Ending.EXPLICIT and node.name in VERBS and node.name != "PERFORM"
        ]
        safe = [(edits, node) for sentence, node in sites if (edits := _closing(reading, sentence, node))]
        chosen = [edits for edits, _ in safe if drawn(rng, self.share)]
        done = sum(sheet.propose(edits) for edits in chosen)
        return concluded(program, sheet.text(), Tally(len(sites), len(safe), len(chosen), done))


TRANSFORMS = (ScopeTerminators(), PeriodTerminators())


def steady(reading: Reading, node: Node) -> bool:
    """Whether a sentence is certain and may gain or lose periods: nothing in it goes to the next sentence."""
    within = reading.tree.within(node)
    return reading.certain(node) and not any(found.name == "NEXT" for found in within if found.sort is Sort.STATEMENT)


def unterminated(reading: Reading, node: Node) -> Iterator[Node]:
    """Statements in a node with branches that only a period or what follows them ends, the innermost first.

    With them come statements without branches that are the last in one of the same verb: in ``ADD a TO b SIZE ERROR ADD
    c TO d`` one END-ADD would end the inner ADD.
    """
    for found in reversed(reading.tree.within(node)):
        if found.sort is not Sort.STATEMENT or found.name == "PERFORM" or not VERBS.get(found.name, NO_VERB).terminator:
            continue
        if found.ending not in (Ending.PERIOD, Ending.IMPLIED):
            continue
        around = (above for above in reading.around(found) if above.sort is Sort.STATEMENT and above.stop == found.stop)
        if any(True for _ in reading.tree.children(found)) or any(above.name == found.name for above in around):
            yield found


def end_edits(reading: Reading, statements: list[Node]) -> dict[int, str]:
    """Edits that put each statement's terminator on a line of its own, after its last token."""
    edits: dict[int, str] = {}
    for node in statements:
        last = reading.last(node)
        word = VERBS[node.name].terminator
        word = word.lower() if reading.tokens[node.first].text.islower() else word
        line = BREAK + " " * reading.indent(node.first) + word
        edits[last] = edits.get(last, reading.tokens[last].text) + line
    return edits


def _open(reading: Reading, sentence: Node) -> list[Node]:
    return list(unterminated(reading, sentence))


def _closing(reading: Reading, sentence: Node, node: Node) -> dict[int, str]:
    """Edits that let a period end a statement, or none where that is not safe."""
    if not steady(reading, sentence):
        return {}
    tree = reading.tree
    gone = []
    while node.ending is Ending.EXPLICIT and node.name != "PERFORM":
        gone.append(reading.last(node))
        *_, branch = [node, *tree.children(node)]
        if branch is node:
            break
        children = list(tree.children(branch))
        if not children:
            return {}
        node = children[-1]
    before = tree.code(node.first, gone[-1])
    if not before:
        return {}
    last, tokens = before[-1], reading.tokens
    period = reading.following(gone[0])
    if period is not None and tokens[period].kind is Kind.PERIOD:
        gone.append(period)
    edits = reading.drop(gone)
    return edits | {last: tokens[last].text + "."}
