"""How control goes between the paragraphs of one PROCEDURE DIVISION, as far as it can be read with certainty.

`flows` gives one `Flow` a division or the reason why nothing can be said: anything opaque in it (COPY, EXEC, debugging
lines), declaratives, ALTER, ENTRY, names that stand twice. It is on the safe side: a paragraph is "only performed" if
every mention of its name anywhere, copybooks included, is a plain PERFORM of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from provenance.steps.augment.cobol_hazards import words_of
from provenance.steps.augment.cobol_structure import Node, Sort
from provenance.steps.augment.cobol_structure_edit import Reading
from provenance.steps.augment.cobol_tokens import Kind
from provenance.steps.augment.transform import Refusal

#: Statements after which control may be anywhere.
_LOST = frozenset({"ALTER", "ENTRY", "USE", "RESUME", "RAISE"})
_LEAVES = frozenset({"PARAGRAPH", "SECTION"})


@dataclass(slots=True, eq=False)
class Flow:
    """One PROCEDURE DIVISION.

    Attributes:
        division: its node.
        paragraphs: its paragraphs, in order.
        sections: whether it has sections.
        performs: name -> the statements that are a PERFORM of it alone (no THRU).
        mentions: how often each word stands anywhere in the text's code but as a paragraph's own label.
        jumps: whether anything in it is GO TO or NEXT SENTENCE.
        leaves: whether anything in it is EXIT PARAGRAPH or EXIT SECTION.
    """

    reading: Reading
    division: Node
    paragraphs: list[Node]
    sections: bool
    performs: dict[str, list[Node]]
    mentions: Counter[str]
    jumps: bool
    leaves: bool

    def only_performed(self, name: str) -> bool:
        """Whether nothing but plain PERFORMs can enter a paragraph, save falling into it."""
        return self.mentions[name] == len(self.performs.get(name, []))

    def sealed(self) -> int | None:
        """How many paragraphs control can reach by falling from the top; None where that is not certain.

        Those after them are entered by name alone, for one of the first ends in STOP RUN or GOBACK on every way through.
        """
        if self.jumps or self.leaves:
            return None
        first = self.paragraphs[0].at if self.paragraphs else self.division.end
        tree = self.reading.tree
        outside = [node for node in tree.of(Sort.SENTENCE) if self.division.at < node.at < first]
        if any(self.ends(statement) for node in outside for statement in tree.children(node)):
            return 0
        for count, paragraph in enumerate(self.paragraphs, 1):
            sentences = tree.children(paragraph)
            if any(self.ends(statement) for node in sentences for statement in tree.children(node)):
                return count
        return None

    def closed_end(self) -> bool:
        """Whether control cannot fall off the end of the division from its own last paragraph."""
        if self.sealed() is not None:
            return True
        tree = self.reading.tree
        last = [node for node in tree.within(self.division) if node.sort is Sort.SENTENCE][-1:]
        statements = list(tree.children(last[0])) if last else []
        # EXIT PARAGRAPH would go past it, to the end of its paragraph; NEXT SENTENCE too.
        around = tree.around(last[0], Sort.PARAGRAPH) if last else None
        passes = {"NEXT", "EXIT"} & {node.name for node in tree.within(around or self.division)}
        return len(statements) == 1 and self.ends(statements[0]) and not passes

    def ends(self, statement: Node) -> bool:
        """Whether a statement always ends the run unit or the program."""
        words = [self.reading.tree.word(index) for index in self.reading.tree.code(statement.first, statement.stop)]
        return words[:2] == ["STOP", "RUN"] or words == ["GOBACK"]


def flows(reading: Reading) -> list[Flow] | Refusal:
    """One flow a PROCEDURE DIVISION, or why control in this text cannot be followed."""
    tree = reading.tree
    divisions = list(tree.of(Sort.DIVISION, "PROCEDURE"))
    if not divisions:
        return Refusal("no-candidates")
    for division in divisions:
        for node in tree.within(division):
            line = reading.tokens[node.first].line if node.first < len(reading.tokens) else 0
            if node.opaque:
                return Refusal(f"{node.opaque}: line {line}")
            if node.sort is Sort.ENTRY and node.name == "DECLARATIVES":
                return Refusal(f"declaratives: line {line}")
            if node.sort is Sort.STATEMENT and node.name in _LOST:
                return Refusal(f"{node.name.lower()}-statement: line {line}")
    return [_flow(reading, division) for division in divisions]


def target(reading: Reading, node: Node) -> str:
    """The procedure that a PERFORM names, in upper case; empty where it is inline, qualified or a range."""
    tree = reading.tree
    if node.name != "PERFORM" or any(True for _ in tree.children(node)):
        return ""
    code = tree.code(node.first, node.stop)
    words = [tree.word(index) for index in code]
    named = len(code) > 1 and reading.tokens[code[1]].kind in (Kind.WORD, Kind.NUMBER)
    if not named or words[2:3] in (["THRU"], ["THROUGH"], ["OF"], ["IN"], ["TIMES"]) or "END-PERFORM" in words:
        return ""
    return reading.tokens[code[1]].text.upper()


def _flow(reading: Reading, division: Node) -> Flow:
    tree = reading.tree
    inside = tree.within(division)
    paragraphs = [node for node in inside if node.sort is Sort.PARAGRAPH]
    statements = [node for node in inside if node.sort is Sort.STATEMENT]
    performs: dict[str, list[Node]] = {}
    for node in statements:
        if name := target(reading, node):
            performs.setdefault(name, []).append(node)
    mentions: Counter[str] = Counter()
    for token in reading.tokens:
        if token.kind in (Kind.WORD, Kind.NUMBER):
            mentions[token.text.upper()] += 1
        elif token.kind in (Kind.EXEC, Kind.PSEUDO, Kind.DIRECTIVE):
            mentions.update(words_of(token.text))
    for member in reading.program.copybooks.values():
        mentions.update(words_of(member))
    for node in paragraphs:
        mentions[node.name] -= 1
    jumps = any(node.name in ("GO", "NEXT") for node in statements)
    leaves = any(node.name == "EXIT" and _LEAVES & set(tree.words(node)) for node in statements)
    sections = any(node.sort is Sort.SECTION for node in inside)
    return Flow(reading, division, paragraphs, sections, performs, mentions, jumps, leaves)
