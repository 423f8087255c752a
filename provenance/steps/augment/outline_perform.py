"""Moves the body of an inline PERFORM into a new paragraph at the end, and performs that.

The new paragraph stands where control cannot fall: the program's last way down ends in STOP RUN or GOBACK. In a program
of sections it is a section. Left alone: bodies with EXIT, GO TO, NEXT SENTENCE, continued literals, and loops that share
lines with other statements.

    >>> OutlinePerform(share=50).params()
    {'share': 50}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK
from provenance.steps.augment.cobol_hazards import words_of
from provenance.steps.augment.cobol_names import LONGEST, Namer
from provenance.steps.augment.cobol_statements import drawn
from provenance.steps.augment.cobol_structure import Ending, Node, Sort
from provenance.steps.augment.cobol_structure_body import body_lines, last_shown
from provenance.steps.augment.cobol_structure_edit import Reading, Sheet, read
from provenance.steps.augment.cobol_structure_flow import Flow, flows
from provenance.steps.augment.cobol_tokens import Kind
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded

_STAYS = frozenset({"EXIT", "GO", "NEXT", "ALTER", "ENTRY"})


@dataclass(frozen=True, slots=True)
class OutlinePerform:
    """An inline loop becomes a PERFORM of a new paragraph.

    Args:
        share: percent of the sites to change, drawn by seed.
    """

    share: int = 100

    name: ClassVar[str] = "outline-perform"
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
        followed = flows(reading)
        if isinstance(followed, Refusal):
            return followed
        rng = seeded(self, program, seed)
        sheet = Sheet(reading)
        taken = words_of(program.text)
        for member in program.copybooks.values():
            taken |= words_of(member)
        namer = Namer(rng, taken)
        seen = safe = chosen = done = 0
        for flow in followed:
            loops = [node for node in reading.tree.within(flow.division) if _loop(node)]
            seen += len(loops)
            if not flow.closed_end() or not reading.trails(flow.division.stop - 1):
                continue
            fit = [node for node in loops if _moves(reading, node)]
            safe += len(fit)
            drawn_here = [node for node in fit if drawn(rng, self.share)]
            chosen += len(drawn_here)
            done += _outline(sheet, flow, drawn_here, namer)
        return concluded(program, sheet.text(), Tally(seen, safe, chosen, done))


TRANSFORMS = (OutlinePerform(),)


def _loop(node: Node) -> bool:
    return node.sort is Sort.STATEMENT and node.name == "PERFORM" and node.ending is Ending.EXPLICIT


def _moves(reading: Reading, node: Node) -> bool:
    """Whether a loop's body may stand elsewhere, and has its lines to itself."""
    tree, tokens = reading.tree, reading.tokens
    body = next(tree.children(node), None)
    if body is None or body.end == body.at + 1:
        return False
    inside = tree.within(body)
    if any(found.sort is Sort.STATEMENT and found.name in _STAYS for found in inside):
        return False
    header, end = tree.header(node), node.stop - 1
    after = reading.following(end)
    alone = reading.trails(end) or (
        after is not None and tokens[after].kind is Kind.PERIOD and tokens[after].line == tokens[end].line
        and reading.trails(after)
    )
    lines = range(tokens[body.first].line, tokens[end].line)
    return (
        reading.leads(body.first)
        and reading.leads(end)
        and alone
        and tokens[header[-1]].line < tokens[body.first].line
        and not any(tokens[at].open for line in lines for at in reading.lines.get(line, []))
    )


def _outline(sheet: Sheet, flow: Flow, loops: list[Node], namer: Namer) -> int:
    """Outline loops of one division; one within another that is moved goes with it."""
    reading = flow.reading
    blocks: list[str] = []
    edits: dict[int, str] = {}
    done = stop = 0
    for node in loops:
        if node.first < stop:
            continue
        model = flow.paragraphs[-1].name if flow.paragraphs else ""
        name = namer.like(model, LONGEST, procedure=True)
        made = _site(reading, node, name) if name else None
        if name is None or made is None:
            continue
        head, block = made
        for attempt in head:
            trial = Sheet(reading)
            if trial.propose(edits | attempt):
                edits |= attempt
                break
        else:
            continue
        namer.keep(name, name)
        margin = "" if reading.program.free_format else " " * 7
        label = f"{margin}{name} SECTION." if flow.sections else f"{margin}{name}."
        blocks += ["", label, *block]
        stop = node.stop
        done += 1
    if not blocks:
        return 0
    anchor = last_shown(reading, flow.division.stop - 1)
    text = edits.get(anchor, reading.tokens[anchor].text)
    return done if sheet.propose(edits | {anchor: text + "".join(BREAK + line for line in blocks)}) else 0


def _site(reading: Reading, node: Node, name: str) -> tuple[list[dict[int, str]], list[str]] | None:
    """Edits of the loop (two layouts, the first that fits is taken) and the lines of the new paragraph's body."""
    tree, tokens = reading.tree, reading.tokens
    body = next(tree.children(node))
    lower = tokens[node.first].text.islower()
    block = body_lines(reading, body.first, body.stop, 4 if reading.program.free_format else 11, {}, ".")
    if block is None:
        return None
    header, end = tree.header(node), node.stop - 1
    lines = range(tokens[body.first].line, tokens[end].line + 1)
    gone = reading.drop([at for line in lines for at in reading.code_of(line)])
    gone |= reading.drop_comments(lines)
    after = reading.following(end)
    period = "." if after is not None and tokens[after].kind is Kind.PERIOD else ""
    called = f"{tokens[node.first].text} {name.lower() if lower else name}"
    last = header[-1]
    if last == node.first:
        return [gone | {node.first: called + period}], block
    tail = {last: tokens[last].text + period}
    wrapped = called + BREAK + " " * (reading.indent(node.first) + 3)
    return [gone | tail | {node.first: called}, gone | tail | {node.first: wrapped}], block
