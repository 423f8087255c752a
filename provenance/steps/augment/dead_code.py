"""Adds statements that can be shown never to run, made of the program's own simple statements.

Two proofs, named by the option `proof`:

- ``unreached``: a new paragraph (a section, where there are sections) at the end of a PROCEDURE DIVISION. No word of the
  text or its copybooks is its name, and control cannot fall into it, for what is before it ends in STOP RUN or GOBACK.
- ``constant``: an IF that asks for 'Y' of a new WORKING-STORAGE item of level 01 with VALUE 'N'. No word of the text or
  its copybooks is its name, so nothing can set it, save a program that writes outside its own tables.

``either`` draws one of them by seed and takes the other where the drawn one finds no place.

    >>> DeadCode(proof="constant").params()
    {'proof': 'constant'}
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK
from provenance.steps.augment.cobol_hazards import words_of
from provenance.steps.augment.cobol_names import LONGEST, Namer
from provenance.steps.augment.cobol_structure import Node, Sort
from provenance.steps.augment.cobol_structure_body import body_lines, last_shown
from provenance.steps.augment.cobol_structure_edit import Reading, Sheet, read
from provenance.steps.augment.cobol_structure_flow import flows
from provenance.steps.augment.cobol_tokens import Kind
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

PROOFS = ("unreached", "constant")
_SIMPLE = frozenset({"MOVE", "ADD", "SUBTRACT", "COMPUTE", "DISPLAY", "SET", "INITIALIZE"})


@dataclass(frozen=True, slots=True)
class DeadCode:
    """Statements that never run, one block a program.

    Args:
        proof: why they never run: "unreached", "constant" or "either".
    """

    proof: str = "either"

    name: ClassVar[str] = "dead-code"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The option."""
        return {"proof": self.proof}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Add to one program."""
        if self.proof not in (*PROOFS, "either"):
            return Refusal(f"unknown-proof: {self.proof}")
        reading = read(program)
        if isinstance(reading, Refusal):
            return reading
        if not any(True for _ in reading.tree.of(Sort.DIVISION, "PROCEDURE")):
            return Refusal("no-candidates")
        rng = seeded(self, program, seed)
        proofs = [self.proof] if self.proof in PROOFS else rng.sample(PROOFS, 2)
        refusal = Refusal("no-candidates")
        for proof in proofs:
            made = (_unreached if proof == "unreached" else _constant)(reading, rng)
            if isinstance(made, str):
                return Change(made, program.free_format, 1)
            refusal = made
        return refusal


TRANSFORMS = (DeadCode(),)


def _namer(reading: Reading, rng: random.Random) -> Namer:
    taken = words_of(reading.program.text)
    for member in reading.program.copybooks.values():
        taken |= words_of(member)
    return Namer(rng, taken)


def _simple(reading: Reading, division: Node) -> list[Node]:
    """Statements of a division that stand whole on one line of their own and have no branches."""
    found = []
    for node in reading.tree.within(division):
        if node.sort is not Sort.STATEMENT or node.name not in _SIMPLE or node.end != node.at + 1:
            continue
        last = node.stop - 1
        after = reading.following(last)
        period = after is not None and reading.tokens[after].kind is Kind.PERIOD and reading.trails(after)
        one_line = reading.tokens[node.first].line == reading.tokens[last].line
        if one_line and reading.leads(node.first) and (period or reading.trails(last)) and reading.certain(node):
            found.append(node)
    return found


def _block(reading: Reading, rng: random.Random, statements: list[Node], indent: int, ending: str) -> list[str] | None:
    """Two to four of these statements, in their order, at one indentation."""
    count = min(len(statements), rng.choice((2, 3, 4)))
    chosen = sorted(rng.sample(range(len(statements)), count))
    lines: list[str] = []
    for at in chosen:
        node = statements[at]
        end = ending if at == chosen[-1] else ""
        made = body_lines(reading, node.first, node.stop, indent, _after(reading, node, end), "")
        if made is None:
            return None
        lines += made
    return lines


def _after(reading: Reading, node: Node, ending: str) -> dict[int, str]:
    """Edits that leave of a statement's line nothing but the statement, and its new ending."""
    indexes = reading.lines[reading.tokens[node.first].line]
    edits = {index: "" for index in indexes if index >= node.stop}
    return edits | {node.stop - 1: reading.tokens[node.stop - 1].text + ending}


def _unreached(reading: Reading, rng: random.Random) -> str | Refusal:
    followed = flows(reading)
    if isinstance(followed, Refusal):
        return followed
    places = [flow for flow in followed if flow.closed_end() and reading.trails(flow.division.stop - 1)]
    places = [flow for flow in places if _simple(reading, flow.division)]
    if not places:
        return Refusal("no-safe-site: control may fall off the end")
    flow = rng.choice(places)
    model = flow.paragraphs[-1].name if flow.paragraphs else ""
    name = _namer(reading, rng).like(model, LONGEST, procedure=True)
    free = reading.program.free_format
    lines = _block(reading, rng, _simple(reading, flow.division), 4 if free else 11, ".")
    if name is None or lines is None:
        return Refusal("column-72")
    label = f"{'' if free else ' ' * 7}{name}{' SECTION' if flow.sections else ''}."
    anchor = last_shown(reading, flow.division.stop - 1)
    sheet = Sheet(reading)
    text = reading.tokens[anchor].text + "".join(BREAK + line for line in ("", label, *lines))
    return sheet.text() if sheet.propose({anchor: text}) else Refusal("column-72")


def _constant(reading: Reading, rng: random.Random) -> str | Refusal:
    tree = reading.tree
    places = []
    for section in tree.of(Sort.SECTION, "WORKING-STORAGE"):
        program = tree.around(section, Sort.PROGRAM)
        header, first = tree.header(section), next(tree.children(section), None)
        begins = first is None or reading.tokens[first.first].text in ("01", "1", "77")
        if program is None or not begins or not reading.trails(header[-1]):
            continue
        for division in tree.children(program):
            if division.name == "PROCEDURE" and (statements := _simple(reading, division)):
                places.append((section, division, statements))
    if not places:
        return Refusal("no-safe-site: no working-storage or no simple statement")
    section, division, statements = rng.choice(places)
    sites = [
        node
        for node in tree.within(division)
        if node.sort is Sort.STATEMENT and reading.leads(node.first) and reading.certain(node)
    ]
    site = rng.choice(sites)
    free = reading.program.free_format
    name = _namer(reading, rng).like("WS-", LONGEST - 4)
    indent = reading.tokens[site.first].column - 1
    lines = _block(reading, rng, statements, indent + 3, "")
    if name is None or lines is None:
        return Refusal("column-72")
    name = f"{name}-SW" if name.startswith("WS-") else f"WS-{name}-SW"
    if name in words_of(reading.program.text) | {word for text in reading.program.copybooks.values() for word in words_of(text)}:
        return Refusal("no-name-fits")
    anchor = last_shown(reading, tree.header(section)[-1])
    entry = f"{'' if free else ' ' * 7}01  {name} PIC X VALUE 'N'."
    margin = BREAK + " " * indent
    test = f"IF {name} = 'Y'" + "".join(BREAK + line for line in lines) + f"{margin}END-IF{margin}"
    sheet = Sheet(reading)
    edits = {anchor: reading.tokens[anchor].text + BREAK + entry, site.first: test + reading.tokens[site.first].text}
    return sheet.text() if sheet.propose(edits) else Refusal("column-72")
