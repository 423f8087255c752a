"""The open nodes of a text that is being segmented: opening, closing, and what is on the stack.

Every search in the stack is for something that is counted as being on it, and pops what it passes: work is bounded by
the number of nodes, whatever the nesting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from provenance.steps.augment.cobol_structure_tree import Ending, Node, Sort, Tree
from provenance.steps.augment.cobol_structure_words import VERBS
from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token


@dataclass(slots=True, eq=False)
class Open:
    """A node that is not closed yet.

    Attributes:
        node: the node.
        inline: whether it is a PERFORM with a body.
        busy: whether it has a child.
        has_else: whether it is an IF that has had its ELSE.
        seen: clauses that it has had.
    """

    node: Node
    inline: bool = False
    busy: bool = False
    has_else: bool = False
    seen: set[str] = field(default_factory=set)


class Stack:
    """Tokens of one text, the position in them, and the nodes that are open there."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tree = Tree(tokens)
        self.tokens = tokens
        self.code: list[int] = []
        #: Position -> why the node that is open there is doubtful.
        self.doubts: dict[int, str] = {}
        self.at = 0
        self.last = -1
        self.stack: list[Open] = []
        self.open_sentence: Node | None = None
        self.counts: Counter[str] = Counter()
        self._read_lines()

    def _read_lines(self) -> None:
        """Find the meaningful tokens; debugging lines are not code, continued words are doubtful."""
        indicator, last_code = "", -1
        for index, token in enumerate(self.tokens):
            if token.kind is Kind.INDICATOR:
                indicator = token.text
            elif token.kind is Kind.NEWLINE:
                indicator = ""
            elif token.kind not in BLANK:
                if indicator in ("d", "D"):
                    self.doubts[len(self.code)] = "debugging-line"
                    continue
                if indicator == "-":
                    if not (last_code >= 0 and self.tokens[last_code].open):
                        self.doubts[len(self.code)] = "continuation-line"
                    indicator = ""
                self.code.append(index)
                last_code = index

    def token(self, at: int) -> Token | None:
        """The meaningful token at a position, or None past the end."""
        return self.tokens[self.code[at]] if 0 <= at < len(self.code) else None

    def word(self, at: int) -> str:
        """The word at a position in upper case, or empty."""
        token = self.token(at)
        return token.text.upper() if token and token.kind is Kind.WORD else ""

    def kind(self, at: int) -> Kind | None:
        """The kind of the token at a position."""
        token = self.token(at)
        return token.kind if token else None

    def leads(self, at: int) -> bool:
        """Whether the token at a position is the first code of its line."""
        before, token = self.token(at - 1), self.token(at)
        return token is not None and (before is None or before.line < token.line)

    @property
    def top(self) -> Open:
        """The innermost open node."""
        return self.stack[-1]

    def open(self, sort: Sort, name: str, opaque: str = "", inline: bool = False) -> Open:
        """Open a node at the token here."""
        first = self.code[self.at] if self.at < len(self.code) else len(self.tokens)
        parent = -1
        if self.stack:
            self.top.busy = True
            parent = self.top.node.at
        made = Open(Node(sort, name, len(self.tree.nodes), parent, first, opaque=opaque), inline)
        self.tree.nodes.append(made.node)
        self.stack.append(made)
        self._count(made, 1)
        if sort is Sort.SENTENCE:
            self.open_sentence = made.node
        return made

    def close(self, ending: Ending = Ending.NONE) -> None:
        """Close the innermost open node after the last token taken."""
        item = self.stack.pop()
        self._count(item, -1)
        node = item.node
        node.stop = max(self.last + 1, node.first)
        node.end = len(self.tree.nodes)
        node.ending = ending
        if node is self.open_sentence:
            self.open_sentence = None
        if item.inline and ending is not Ending.EXPLICIT:
            node.opaque = node.opaque or "no-end-perform"

    def close_to(self, item: Open, ending: Ending = Ending.IMPLIED) -> None:
        """Close everything above an open node; statements end as said."""
        while self.top is not item:
            self.close(ending if self.top.node.sort is Sort.STATEMENT else Ending.NONE)

    def close_until(self, *sorts: Sort) -> None:
        """Close everything above the nearest open node of these sorts; a sentence that was open had no period."""
        while self.top.node.sort not in sorts:
            statement = self.top.node.sort is Sort.STATEMENT
            if statement or self.top.node.sort is Sort.SENTENCE:
                self.doubt("no-period")
            self.close(Ending.PERIOD if statement else Ending.NONE)

    def find(self, what: str, fits: Callable[[Open], bool]) -> Open | None:
        """The innermost open statement that fits, everything above it closed; None where none is counted as `what`."""
        if not self.counts[what]:
            return None
        while not (self.top.node.sort is Sort.STATEMENT and fits(self.top)):
            self.close(Ending.IMPLIED if self.top.node.sort is Sort.STATEMENT else Ending.NONE)
        return self.top

    def had_else(self, item: Open) -> None:
        """Note that an IF has its ELSE now."""
        self._count(item, -1)
        item.has_else = True
        self._count(item, 1)

    def doubt(self, reason: str) -> None:
        """Mark the innermost open node."""
        self.top.node.opaque = self.top.node.opaque or reason

    def take(self) -> None:
        """Give the token here to the innermost open node."""
        self.last = self.code[self.at]
        self.at += 1

    def take_to_period(self) -> None:
        """Take everything up to a period, and the period."""
        while self.at < len(self.code):
            kind = self.kind(self.at)
            self.take()
            if kind is Kind.PERIOD:
                return

    def _count(self, item: Open, by: int) -> None:
        name = item.node.name
        if item.node.sort is not Sort.STATEMENT or name not in VERBS:
            return
        if name != "PERFORM" or item.inline:
            self.counts[name] += by
        if name in ("EVALUATE", "SEARCH"):
            self.counts["takes WHEN"] += by
        if name == "IF" and not item.has_else:
            self.counts["takes ELSE"] += by
        for kind in VERBS[name].clauses:
            self.counts["takes " + kind] += by
