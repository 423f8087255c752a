"""Turns ``IF ... ELSE IF ... ELSE`` chains into EVALUATE: TRUE, or the subject where every test is ``x = literal``.

Conditions, statements and their lines stay; only the words around them change. Left alone: statements of which the
segmenter is not certain, NEXT SENTENCE, and an IF without a statement after it. A COBOL that evaluates a subject once
and one that compares it again at each WHEN agree, because nothing runs between the tests.

    >>> from provenance.steps.augment.transform import Program
    >>> print(IfToEvaluate().apply(Program("x", "PROCEDURE DIVISION.\\nIF A = 1\\n  GOBACK\\nEND-IF.\\n", True), 1).text)
    PROCEDURE DIVISION.
    EVALUATE A
    WHEN 1
      GOBACK
    END-EVALUATE.
    <BLANKLINE>
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK
from provenance.steps.augment.cobol_statements import Code, Operand, drawn
from provenance.steps.augment.cobol_structure import Ending, Node, Sort
from provenance.steps.augment.cobol_structure_edit import Reading, Sheet, read
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded


@dataclass(frozen=True, slots=True)
class IfToEvaluate:
    """An IF chain becomes an EVALUATE.

    Args:
        share: percent of the chains to change, drawn by seed.
        tests: fewest tests that a chain must have; 1 takes a plain IF too.
        subject: whether ``x = literal`` throughout becomes EVALUATE x; else all become EVALUATE TRUE.
    """

    share: int = 100
    tests: int = 1
    subject: bool = True

    name: ClassVar[str] = "if-to-evaluate"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share, "tests": self.tests, "subject": self.subject}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite in one program."""
        reading = read(program)
        if isinstance(reading, Refusal):
            return reading
        rng = seeded(self, program, seed)
        sheet = Sheet(reading)
        code = Code(reading.tokens)
        chains = [chain for chain in _chains(reading) if len(chain) >= self.tests]
        safe = [chain for chain in chains if _plain(reading, chain)]
        chosen = [chain for chain in safe if drawn(rng, self.share)]
        done = 0
        for chain in chosen:
            tests = _tests(reading, code, chain) if self.subject else []
            # A subject's WHEN is shorter, but where it does not fit its columns the conditions may.
            done += (bool(tests) and _rewrite(reading, sheet, chain, tests)) or _rewrite(reading, sheet, chain, [])
        return concluded(program, sheet.text(), Tally(len(chains), len(safe), len(chosen), done))


TRANSFORMS = (IfToEvaluate(),)


def _branch(reading: Reading, node: Node, name: str) -> Node | None:
    return next((child for child in reading.tree.children(node) if child.name == name), None)


def _chains(reading: Reading) -> Iterator[list[Node]]:
    """Every IF with the IFs that are all of an ELSE, outermost first; none of these begins a chain of its own."""
    inner: set[int] = set()
    for node in reading.tree.of(Sort.STATEMENT, "IF"):
        if node.at in inner:
            continue
        chain = [node]
        while (other := _branch(reading, chain[-1], "ELSE")) is not None:
            children = list(reading.tree.children(other))
            if len(children) != 1 or children[0].name != "IF":
                break
            chain.append(children[0])
            inner.add(children[0].at)
        yield chain


def _plain(reading: Reading, chain: list[Node]) -> bool:
    """Whether a chain may be rewritten."""
    tree = reading.tree
    if not reading.certain(chain[0]) or any(node.name == "NEXT" for node in tree.within(chain[0])):
        return False
    # A WHEN or END-EVALUATE of ours would be theirs.
    if reading.loose(chain[0], frozenset({"EVALUATE", "SEARCH"})):
        return False
    for node in chain:
        branches = list(tree.children(node))
        if not branches or any(branch.end == branch.at + 1 for branch in branches):
            return False
        if len(tree.header(node)) < 2 or any(tree.tokens[index].open for index in tree.header(node)):
            return False
        # Words between ELSE and its statement, or between THEN and its own, are not known.
        if any(len(tree.header(branch)) > 1 for branch in branches):
            return False
    return True


def _tests(reading: Reading, code: Code, chain: list[Node]) -> list[tuple[Operand, Operand]]:
    """Subject and literal of every test, or none where one is something else, or of something else."""
    positions = {index: at for at, index in enumerate(code.indexes)}
    found: list[tuple[Operand, Operand]] = []
    for node in chain:
        header = reading.tree.header(node)
        left = code.operand(positions[header[1]]) if header[1] in positions else None
        if left is None or left.literal:
            return []
        at = left.following + (code.word(left.following) == "IS")
        token = code.token(at)
        if code.word(at) == "EQUAL":
            at += code.word(at + 1) == "TO"
        elif token is None or token.text != "=":
            return []
        right = code.operand(at + 1)
        lines = {reading.tokens[index].line for index in header}
        if right is None or not right.literal or right.last != header[-1] or len(lines) > 1:
            return []
        found.append((left, right))
    same = {" ".join(left.text.upper().split()) for left, _ in found}
    return found if len(same) == 1 else []


def _rewrite(reading: Reading, sheet: Sheet, chain: list[Node], tests: list[tuple[Operand, Operand]]) -> bool:
    tokens, tree = reading.tokens, reading.tree
    lower = tokens[chain[0].first].text.islower()

    def say(text: str) -> str:
        return text.lower() if lower else text

    subject = tests[0][0].text if tests else say("TRUE")
    head = f"{say('EVALUATE')} {subject}{BREAK}{' ' * reading.indent(chain[0].first)}{say('WHEN')}"
    edits = {chain[0].first: head}
    for left, right in tests:
        edits |= dict.fromkeys(range(left.first, right.first), "")
    style: dict[int, str] = {}
    gone: list[int] = []
    for at, node in enumerate(chain):
        then, other = _branch(reading, node, "THEN"), _branch(reading, node, "ELSE")
        if then and tree.word(then.first) == "THEN":
            gone.append(then.first)
        if other is None:
            continue
        if at + 1 == len(chain):
            edits[other.first] = say("WHEN OTHER")
        elif tokens[other.first].line == tokens[chain[at + 1].first].line:
            edits[other.first] = say("WHEN")
            gone.append(chain[at + 1].first)
        else:
            gone.append(other.first)
            edits[chain[at + 1].first] = say("WHEN")
            style |= _level(reading, chain, at + 1)
    edits |= _end(reading, chain, gone, say("END-EVALUATE"))
    return sheet.propose(reading.drop(gone) | edits, style)


def _end(reading: Reading, chain: list[Node], gone: list[int], word: str) -> dict[int, str]:
    """Edits for the terminator; the ones that are not wanted any more go to `gone`."""
    ends = [reading.last(node) for node in chain if node.ending is Ending.EXPLICIT]
    if ends:
        gone += ends[1:] if chain[0].ending is Ending.EXPLICIT else [at for at in ends if at != max(ends)]
        return {ends[0] if chain[0].ending is Ending.EXPLICIT else max(ends): word}
    last = reading.last(chain[0])
    return {last: reading.tokens[last].text + BREAK + " " * reading.indent(chain[0].first) + word}


def _level(reading: Reading, chain: list[Node], at: int) -> dict[int, str]:
    """Moves the lines of an inner IF under the outer one: it is no longer deeper."""
    tokens = reading.tokens
    if not reading.leads(chain[0].first) or not reading.leads(chain[at].first):
        return {}
    left = tokens[chain[at].first].column - tokens[chain[0].first].column
    after = chain[at + 1].first if at + 1 < len(chain) else chain[0].stop - 1
    last = tokens[after].line - (at + 1 < len(chain) or chain[0].ending is Ending.EXPLICIT)
    return reading.shift(tokens[chain[at].first].line, last, left)
