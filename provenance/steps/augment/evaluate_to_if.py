"""Turns EVALUATE into ``IF ... ELSE IF ... ELSE``, the subject written out in every test.

Only one subject: TRUE, or a plain identifier whose WHENs are literals, plain identifiers and ranges of these. Several
WHENs before one block become one test with OR. Left alone: ALSO, ANY, FALSE, WHEN NOT of a subject, a WHEN with no
statements after it, NEXT SENTENCE, and statements of which the segmenter is not certain.

    >>> from provenance.steps.augment.transform import Program
    >>> text = "PROCEDURE DIVISION.\\nEVALUATE A\\n  WHEN 1\\n    GOBACK\\n  WHEN OTHER\\n    STOP RUN\\nEND-EVALUATE.\\n"
    >>> print(EvaluateToIf().apply(Program("x", text, True), 1).text)
    PROCEDURE DIVISION.
    IF A = 1
      GOBACK
    ELSE
      STOP RUN
    END-IF.
    <BLANKLINE>
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK
from provenance.steps.augment.cobol_statements import Code, drawn
from provenance.steps.augment.cobol_structure import Ending, Node, Sort
from provenance.steps.augment.cobol_structure_edit import Reading, Sheet, read
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded

#: A longer chain would nest too deep to read.
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class EvaluateToIf:
    """An EVALUATE becomes an IF chain.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "evaluate-to-if"
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
        code = Code(reading.tokens)
        sites = list(reading.tree.of(Sort.STATEMENT, "EVALUATE"))
        safe = [(node, edits) for node in sites if (edits := _edits(reading, code, node))]
        chosen = [site for site in safe if drawn(rng, self.share)]
        done = sum(sheet.propose(edits, _style(reading, node)) for node, edits in chosen)
        return concluded(program, sheet.text(), Tally(len(sites), len(safe), len(chosen), done))


TRANSFORMS = (EvaluateToIf(),)


def _groups(reading: Reading, node: Node) -> list[list[Node]]:
    """The WHENs, those together that share one block; none where the last has no block."""
    groups: list[list[Node]] = [[]]
    for branch in reading.tree.children(node):
        groups[-1].append(branch)
        if branch.end > branch.at + 1:
            groups.append([])
    return groups[:-1] if not groups[-1] else []


def _edits(reading: Reading, code: Code, node: Node) -> dict[int, str]:
    """The edits of one EVALUATE, or none where it must be left alone."""
    tree, tokens = reading.tree, reading.tokens
    if not reading.certain(node) or any(found.name == "NEXT" for found in tree.within(node)):
        return {}
    # An ELSE or END-IF of ours would be theirs.
    if reading.loose(node, frozenset({"IF"})):
        return {}
    positions = {index: at for at, index in enumerate(code.indexes)}
    header, groups = tree.header(node), _groups(reading, node)
    if len(header) < 2 or header[1] not in positions or not groups or len(groups) > _LONGEST:
        return {}
    lower = tokens[node.first].text.islower()
    words = {word: word.lower() if lower else word for word in ("IF", "ELSE", "OR", "AND", "END-IF")}
    subject = ""
    if [tree.word(index) for index in header[1:]] != ["TRUE"]:
        operand = code.operand(positions[header[1]])
        if operand is None or operand.literal or operand.last != header[-1] or "\n" in operand.text:
            return {}
        subject = operand.text
    edits: dict[int, str] = {}
    gone = header.copy()
    tests = 0
    for at, group in enumerate(groups):
        branches = [tree.header(branch) for branch in group]
        if [tree.word(index) for index in branches[0][1:]] == ["OTHER"]:
            if len(group) > 1 or at + 1 < len(groups) or not at:
                return {}
            edits[branches[0][0]] = words["ELSE"]
            gone.append(branches[0][1])
            continue
        tests += 1
        for number, branch in enumerate(branches):
            tested = _test(reading, code, positions, branch[1:], subject, words["AND"])
            if not tested:
                return {}
            if len(branches) > 1:
                first, last = branch[1], branch[-1]
                tested[first] = "(" + tested.get(first, tokens[first].text)
                tested[last] = tested.get(last, tokens[last].text) + ")"
            edits |= tested
            edits[branch[0]] = words["OR"] if number else (words["ELSE"] + " " if at else "") + words["IF"]
    return reading.drop(gone) | edits | _end(reading, node, tests, words["END-IF"])


def _test(
    reading: Reading, code: Code, positions: dict[int, int], objects: list[int], subject: str, conjunction: str
) -> dict[int, str]:
    """Edits (at least one, if only of a token to itself) that make a WHEN's object a condition; none if they cannot."""
    tokens = reading.tokens
    spelt = {reading.tree.word(index) for index in objects}
    if not objects or spelt & {"ALSO", "ANY", "OTHER", "TRUE", "FALSE"} or any(tokens[at].open for at in objects):
        return {}
    first = objects[0]
    if not subject:
        return {} if spelt & {"THRU", "THROUGH"} else {first: tokens[first].text}
    operand = code.operand(positions[first]) if first in positions else None
    if operand is None:
        return {}
    if operand.last == objects[-1]:
        return {first: f"{subject} = {tokens[first].text}"}
    if code.word(operand.following) not in ("THRU", "THROUGH"):
        return {}
    upper = code.operand(operand.following + 1)
    if upper is None or upper.last != objects[-1]:
        return {}
    thru = code.indexes[operand.following]
    return {first: f"{subject} >= {tokens[first].text}", thru: f"{conjunction} {subject} <="}


def _end(reading: Reading, node: Node, tests: int, word: str) -> dict[int, str]:
    """Edits for as many terminators as there are tests, on one line where they fit."""
    indent = " " * reading.indent(node.first)
    joined = " ".join([word] * tests)
    last = reading.last(node)
    if len(indent) + len(joined) > 70:
        joined = (BREAK + indent).join([word] * tests)
    if node.ending is Ending.EXPLICIT:
        return {last: joined}
    return {last: reading.tokens[last].text + BREAK + indent + joined}


def _style(reading: Reading, node: Node) -> dict[int, str]:
    """Moves the WHENs under what was the EVALUATE."""
    tokens = reading.tokens
    first = next(reading.tree.children(node)).first
    if not (reading.leads(node.first) and reading.leads(first)):
        return {}
    last = tokens[node.stop - 1].line - (node.ending is Ending.EXPLICIT)
    return reading.shift(tokens[first].line, last, tokens[first].column - tokens[node.first].column)
