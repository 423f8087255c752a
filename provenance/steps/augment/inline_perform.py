"""Puts the statements of a paragraph where it is PERFORMed: in the loop's body, or in the place of the PERFORM.

The copy is the paragraph's sentences without their periods; what these ended gets its terminator. The paragraph stays,
for control may fall into it. A PERFORM inside a clause (AT END, ON SIZE ERROR ...) becomes PERFORM ... END-PERFORM, so
that no statement of the copy can take the next clause. Left alone: paragraphs with EXIT, GO TO or NEXT SENTENCE, that
perform themselves or are longer than `longest` lines; THRU, AFTER and qualified names. Refused: GO TO anywhere in the
division, for it could leave the paragraph from further down.

    >>> sorted(InlinePerform().params().items())
    [('longest', 25), ('share', 100), ('wrap', False)]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_edit import BREAK
from provenance.steps.augment.cobol_statements import drawn
from provenance.steps.augment.cobol_structure import Node, Sort
from provenance.steps.augment.cobol_structure_body import body_lines
from provenance.steps.augment.cobol_structure_edit import GONE, Reading, Sheet, read
from provenance.steps.augment.cobol_structure_flow import Flow, flows, target
from provenance.steps.augment.cobol_tokens import Kind
from provenance.steps.augment.terminators import end_edits, unterminated
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, Tally, concluded, seeded

_STAYS = frozenset({"EXIT", "GO", "NEXT", "ALTER", "ENTRY", "USE"})
#: Around these a copy needs no PERFORM of its own: they have no clause that a statement in it could take.
_OPEN = frozenset({"IF", "EVALUATE", "PERFORM"})


@dataclass(frozen=True, slots=True)
class InlinePerform:
    """``PERFORM p`` becomes the statements of p.

    Args:
        share: percent of the sites to change, drawn by seed.
        longest: most lines of a paragraph that is copied.
        wrap: whether a plain PERFORM becomes PERFORM ... END-PERFORM everywhere.
    """

    share: int = 100
    longest: int = 25
    wrap: bool = False

    name: ClassVar[str] = "inline-perform"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"share": self.share, "longest": self.longest, "wrap": self.wrap}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite in one program."""
        reading = read(program)
        if isinstance(reading, Refusal):
            return reading
        followed = flows(reading)
        if isinstance(followed, Refusal):
            return followed
        if any(flow.jumps for flow in followed):
            return Refusal("jumps")
        rng = seeded(self, program, seed)
        sheet = Sheet(reading)
        sites = [(flow, node) for flow in followed for performs in flow.performs.values() for node in performs]
        sites.sort(key=lambda site: site[1].at)
        safe = [
            (node, paragraph)
            for flow, node in sites
            if (paragraph := _paragraph(flow, node)) and _copies(reading, paragraph, self.longest) and _alone(reading, node)
        ]
        chosen = [site for site in safe if drawn(rng, self.share)]
        done = sum(self._inline(reading, sheet, node, paragraph) for node, paragraph in chosen)
        return concluded(program, sheet.text(), Tally(len(sites), len(safe), len(chosen), done))

    def _inline(self, reading: Reading, sheet: Sheet, node: Node, paragraph: Node) -> bool:
        tokens, tree = reading.tokens, reading.tree
        code = tree.code(node.first, node.stop)
        column = tokens[node.first].column - 1
        if len(code) == 2 and not self.wrap and _bare(reading, node):
            lines = _copy(reading, paragraph, column)
            if lines is None:
                return False
            text = BREAK.join([lines[0].lstrip(" "), *lines[1:]])
            blanks = [at for at in range(node.first, node.stop) if tokens[at].kind is Kind.SPACE]
            return sheet.propose(dict.fromkeys(blanks, "") | reading.drop(code[1:]) | {node.first: text})
        deeper = _copy(reading, paragraph, column + 3)
        lines = _copy(reading, paragraph, column) if deeper is None else deeper
        if lines is None:
            return False
        end = "end-perform" if tokens[node.first].text.islower() else "END-PERFORM"
        block = "".join(BREAK + line for line in [*lines, " " * column + end])
        edits = reading.drop([code[1]])
        last = code[-1] if len(code) > 2 else node.first
        return sheet.propose(edits | {last: tokens[last].text + block})


TRANSFORMS = (InlinePerform(),)


def _paragraph(flow: Flow, node: Node) -> Node | None:
    """The one paragraph that a PERFORM names, if its options are those that an inline one may have."""
    name = target(flow.reading, node)
    labels = [found for found in flow.reading.tree.within(flow.division) if found.name == name]
    named = [found for found in labels if found.sort in (Sort.PARAGRAPH, Sort.SECTION)]
    words = flow.reading.tree.words(node)
    # VARYING ... AFTER is for paragraphs only; TEST AFTER is not that.
    nested = any(word == "AFTER" and words[at - 1] != "TEST" for at, word in enumerate(words))
    return named[0] if len(named) == 1 and named[0].sort is Sort.PARAGRAPH and not nested else None


def _copies(reading: Reading, paragraph: Node, longest: int) -> bool:
    """Whether a paragraph's statements mean the same anywhere, and have their lines to themselves."""
    tree, tokens = reading.tree, reading.tokens
    sentences = list(tree.children(paragraph))
    if not sentences or any(node.sort is not Sort.SENTENCE or node.end == node.at + 1 for node in sentences):
        return False
    for node in tree.within(paragraph):
        if node.sort is Sort.STATEMENT and (node.name in _STAYS or target(reading, node) == paragraph.name):
            return False
    first, last = sentences[0].first, paragraph.stop - 1
    commented = any(tokens[at].kind is Kind.COMMENT for at in reading.lines[tokens[last].line])
    lines = tokens[last].line - tokens[first].line + 1
    return reading.leads(first) and reading.trails(last) and not commented and lines <= longest


def _alone(reading: Reading, node: Node) -> bool:
    """Whether a PERFORM has its lines to itself, but for a period."""
    last = node.stop - 1
    after = reading.following(last)
    period = after is not None and reading.tokens[after].kind is Kind.PERIOD and reading.trails(after)
    return reading.leads(node.first) and (reading.trails(last) or period)


def _bare(reading: Reading, node: Node) -> bool:
    """Whether no statement around a PERFORM has a clause that a copy's last statement could take."""
    return all(above.name in _OPEN for above in reading.around(node) if above.sort is Sort.STATEMENT)


def _copy(reading: Reading, paragraph: Node, indent: int) -> list[str] | None:
    """The lines of a paragraph's statements, without periods."""
    tree, tokens = reading.tree, reading.tokens
    sentences = list(tree.children(paragraph))
    edits: dict[int, str] = {}
    for sentence in sentences:
        edits |= end_edits(reading, list(unterminated(reading, sentence)))
    for sentence in sentences:
        period = sentence.stop - 1
        alone = reading.code_of(tokens[period].line) == [period]
        edits[period] = GONE if alone else ""
    return body_lines(reading, sentences[0].first, paragraph.stop, indent, edits, "")
