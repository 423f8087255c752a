"""One program read for structural rewriting, and the edits on it: whole statements, whole lines, no two sites alike.

`read` gives a refusal where nothing in the text can be trusted. A `Sheet` takes a site's edits whole or not at all: not
where a line would leave its columns, and not where another site has edited the same token. Lines whose code is all
dropped disappear.

    >>> reading = read(Program("x", "IF A\\n  B\\nEND-IF", True))
    >>> reading.drop([7])[7] == GONE
    True
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provenance.steps.augment.cobol_edit import Draft
from provenance.steps.augment.cobol_hazards import hazard
from provenance.steps.augment.cobol_statements import unreadable
from provenance.steps.augment.cobol_structure import Ending, Node, Sort, Tree, segment
from provenance.steps.augment.cobol_tokens import BLANK, TAIL_COLUMN, Kind, Token, tokenise, width
from provenance.steps.augment.transform import Program, Refusal

#: Marks a line that is to go; a private-use character, which no program that we rewrite may hold.
GONE = "\ue0ff"
#: Statements deeper than this are machine-made; looking around them would take for ever.
_DEEPEST = 100
_AREA_B = 11


@dataclass(slots=True, eq=False)
class Reading:
    """A program's tokens and tree, and where its code stands on its lines."""

    program: Program
    tokens: list[Token]
    tree: Tree
    lines: dict[int, list[int]]

    def certain(self, node: Node) -> bool:
        """Whether the segmenter is certain of a statement: of it, all in it, and all around it up to its sentence."""
        return not (self.tree.doubt(node) or any(above.opaque for above in self.around(node)))

    def around(self, node: Node) -> list[Node]:
        """The statements, branches and sentence around a node, from the nearest."""
        found = []
        for above in self.tree.above(node):
            if above.sort not in (Sort.STATEMENT, Sort.BRANCH, Sort.SENTENCE):
                break
            found.append(above)
        return found

    def loose(self, node: Node, verbs: frozenset[str], but: frozenset[int] = frozenset()) -> bool:
        """Whether a statement of these verbs in a node has no terminator, so that a new one, or a new branch, would be its.

        Args:
            node: where to look.
            verbs: upper-case verbs.
            but: positions of nodes that do not count.
        """
        inside = (found for found in self.tree.within(node)[1:] if found.sort is Sort.STATEMENT and found.name in verbs)
        return any(found.ending is not Ending.EXPLICIT and found.at not in but for found in inside)

    def code_of(self, line: int) -> list[int]:
        """Indexes of the meaningful tokens of a line."""
        return [index for index in self.lines[line] if self.tokens[index].kind not in BLANK]

    def leads(self, index: int) -> bool:
        """Whether a token is the first code of its line."""
        return self.code_of(self.tokens[index].line)[0] == index

    def trails(self, index: int) -> bool:
        """Whether a token is the last code of its line."""
        return self.code_of(self.tokens[index].line)[-1] == index

    def indent(self, index: int) -> int:
        """Columns before the first code of a token's line; in fixed format never less than area B's."""
        first = self.code_of(self.tokens[index].line)[0]
        return max(self.tokens[first].column - 1, 0 if self.program.free_format else _AREA_B)

    def last(self, node: Node) -> int:
        """Index of a node's last token."""
        return node.stop - 1

    def following(self, index: int) -> int | None:
        """Index of the next meaningful token."""
        return next((at for at in range(index + 1, len(self.tokens)) if self.tokens[at].kind not in BLANK), None)

    def drop(self, indexes: Iterable[int]) -> dict[int, str]:
        """Edits that take tokens out, with the blanks after them, and the line where nothing else is on it."""
        gone = set(indexes)
        edits: dict[int, str] = {}
        for line in sorted({self.tokens[index].line for index in gone}):
            code = self.code_of(line)
            comment = any(self.tokens[index].kind is Kind.COMMENT for index in self.lines[line])
            out = [index for index in code if index in gone]
            edits |= dict.fromkeys(out, "")
            if len(out) == len(code) and not comment:
                edits[out[0]] = GONE
            for index in out:
                blank = index + 1
                # The blank before a word that stays is kept where it begins the line.
                if blank < len(self.tokens) and self.tokens[blank].kind is Kind.SPACE and self.tokens[blank].line == line:
                    edits[blank] = ""
        return edits

    def drop_comments(self, lines: Iterable[int]) -> dict[int, str]:
        """Edits that take out the comments of lines, and the blank lines among them."""
        edits: dict[int, str] = {}
        for line in lines:
            indexes = self.lines.get(line, [])
            comments = [index for index in indexes if self.tokens[index].kind is Kind.COMMENT]
            edits |= dict.fromkeys(comments, GONE)
            if indexes and not comments and not self.code_of(line):
                edits[indexes[-1]] = GONE + self.tokens[indexes[-1]].text
        return edits

    def shift(self, first: int, last: int, left: int) -> dict[int, str]:
        """Edits that move the code of lines to the left; none at all where one of them cannot be moved."""
        edits: dict[int, str] = {}
        if left <= 0:
            return edits
        for line in range(first, last + 1):
            indexes = self.lines.get(line, [])
            if not self.code_of(line) if indexes else True:
                continue
            lead = next((at for at in indexes if self.tokens[at].kind not in (Kind.SEQUENCE, Kind.INDICATOR)), None)
            if lead is None or self.tokens[lead].kind is not Kind.SPACE or any(self.tokens[at].open for at in indexes):
                return {}
            blank = self.tokens[lead].text
            floor = 0 if self.program.free_format else _AREA_B - 7
            if blank.strip(" ") or len(blank) - left < floor:
                return {}
            edits[lead] = blank[left:]
        return edits


class Sheet:
    """Edits of many sites over one program."""

    def __init__(self, reading: Reading) -> None:
        self._draft = Draft(reading.tokens, reading.program.free_format)
        self._used: set[int] = set()

    def propose(self, edits: Mapping[int, str], style: Mapping[int, str] | None = None) -> bool:
        """Take a site's edits, or none. Edits of style (indentation) are left out where another site made theirs."""
        if self._used & edits.keys():
            return False
        wanted = {at: text for at, text in (style or {}).items() if at not in self._used and at not in edits}
        if not self._draft.propose({**wanted, **edits}):
            return False
        self._used |= edits.keys() | wanted.keys()
        return True

    def text(self) -> str:
        """The program with every edit that was taken."""
        return "\n".join(line for line in self._draft.text().split("\n") if GONE not in line)


def read(program: Program) -> Reading | Refusal:
    """The program's structure, or why it must be left alone as a whole."""
    if GONE in program.text:
        return Refusal("private-character")
    tokens = tokenise(program.text, program.free_format)
    reason = unreadable(tokens) or hazard([token for token in tokens if token.kind is not Kind.EXEC])
    if reason:
        return Refusal(reason)
    tree = segment(tokens)
    if tree.unsure:
        return Refusal(tree.unsure)
    depth = [0] * len(tree.nodes)
    for node in tree.nodes[1:]:
        depth[node.at] = depth[node.parent] + 1
    if max(depth) > _DEEPEST:
        return Refusal(f"too-deep: {max(depth)} levels")
    lines: dict[int, list[int]] = {}
    for index, token in enumerate(tokens):
        lines.setdefault(token.line, []).append(index)
    return Reading(program, tokens, tree, lines)


def fits(reading: Reading, lines: Iterable[str]) -> bool:
    """Whether new lines stay within their columns."""
    return reading.program.free_format or all(width(line) < TAIL_COLUMN for line in lines)
