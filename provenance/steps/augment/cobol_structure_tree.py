"""The tree that the segmenter makes: nodes in reading order over the tokens of one text, none of them nested in memory.

A node knows its first token, the one after its last, its parent and where its descendants end, so that 10,000 nested
statements are 10,000 rows and nothing recurs. Blank tokens between nodes belong to the node around them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token


class Sort(enum.StrEnum):
    """What a node is."""

    TEXT = "text"
    PROGRAM = "program"
    DIVISION = "division"
    SECTION = "section"
    PARAGRAPH = "paragraph"
    ENTRY = "entry"
    SENTENCE = "sentence"
    STATEMENT = "statement"
    BRANCH = "branch"


class Ending(enum.StrEnum):
    """How a statement ended."""

    EXPLICIT = "explicit"  # END-IF
    PERIOD = "period"  # with its sentence, still open
    IMPLIED = "implied"  # by what came next
    NONE = ""


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """One node.

    Attributes:
        sort: what it is.
        name: upper-case verb, label, division or branch ("THEN", "ELSE", "WHEN", "BODY", "END", "NOT END", "SIZE" ...);
            "" for a sentence.
        at: its own position in the tree's nodes.
        parent: position of the node around it; -1 for the text.
        first: index of its first token.
        stop: index after its last token.
        end: position after its last descendant.
        ending: how it ended, for statements.
        opaque: why the segmenter is not certain of it, as a stable code, or empty.
    """

    sort: Sort
    name: str
    at: int
    parent: int
    first: int
    stop: int = 0
    end: int = 0
    ending: Ending = Ending.NONE
    opaque: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Tree:
    """Nodes in reading order; the first is the text itself. ``unsure`` is why the whole cannot be trusted, or empty."""

    tokens: list[Token]
    nodes: list[Node] = field(default_factory=list)
    unsure: str = ""

    def children(self, node: Node) -> Iterator[Node]:
        """Its direct children, in order."""
        at = node.at + 1
        while at < node.end:
            yield self.nodes[at]
            at = self.nodes[at].end

    def within(self, node: Node) -> list[Node]:
        """The node and all its descendants, in reading order."""
        return self.nodes[node.at : node.end]

    def above(self, node: Node) -> Iterator[Node]:
        """The nodes around a node, from the nearest to the text."""
        while node.parent >= 0:
            node = self.nodes[node.parent]
            yield node

    def around(self, node: Node, sort: Sort) -> Node | None:
        """The nearest node of that sort around a node."""
        return next((found for found in self.above(node) if found.sort is sort), None)

    def of(self, sort: Sort, name: str = "") -> Iterator[Node]:
        """Every node of a sort (and name), in reading order."""
        return (node for node in self.nodes if node.sort is sort and name in ("", node.name))

    def doubt(self, node: Node) -> str:
        """Why it, or anything in it, is not certain; or empty."""
        return next((found.opaque for found in self.within(node) if found.opaque), "")

    def code(self, first: int, stop: int) -> list[int]:
        """Indexes of the tokens between two that mean something to the compiler."""
        return [index for index in range(first, stop) if self.tokens[index].kind not in BLANK]

    def header(self, node: Node) -> list[int]:
        """Indexes of its own meaningful tokens before its first child."""
        child = next(self.children(node), None)
        return self.code(node.first, child.first if child else node.stop)

    def word(self, index: int) -> str:
        """The token's text in upper case if it is a word, or empty."""
        token = self.tokens[index]
        return token.text.upper() if token.kind is Kind.WORD else ""

    def words(self, node: Node) -> list[str]:
        """Every word in it, in upper case."""
        return [token.text.upper() for token in self.tokens[node.first : node.stop] if token.kind is Kind.WORD]

    def leaves(self) -> Iterator[tuple[int, int]]:
        """Runs of tokens (first, stop), in order: every node's own, between its children.

        Joined, they are the text: ``"".join(t.text for a, b in tree.leaves() for t in tree.tokens[a:b])``.
        """
        stack = [(self.nodes[0], self.nodes[0].first, 1)]
        while stack:
            node, cursor, at = stack.pop()
            if at < node.end:
                child = self.nodes[at]
                yield cursor, child.first
                stack.append((node, child.stop, child.end))
                stack.append((child, child.first, at + 1))
            else:
                yield cursor, node.stop
