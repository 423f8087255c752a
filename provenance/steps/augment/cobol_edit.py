"""Pending edits over the tokens of one program, which never let code leave its columns.

In fixed format an edited line keeps its sequence area and its identification area (columns 73-80) where they were; an
edit that would push code past column 72 is refused as a whole, so a transform can leave that site alone. Lines that
nobody edits come out byte for byte.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> draft = Draft(tokenise("           ADD 1 TO A.", False), False)
    >>> draft.propose({3: "COMPUTE A =", 5: "A", 7: "+", 9: "1"}), draft.text()
    (True, '           COMPUTE A = A + 1.')
"""

from __future__ import annotations

from collections.abc import Mapping

from provenance.steps.augment.cobol_tokens import TAIL_COLUMN, Kind, Token, width

#: Text of an edit that begins a new line; what follows it is the indentation (in columns, from column 1).
BREAK = "\n"


class Draft:
    """One program being edited. Edits are keyed by the index of the token that they replace."""

    def __init__(self, tokens: list[Token], free_format: bool) -> None:
        self._tokens = tokens
        self._free = free_format
        self._edits: dict[int, str] = {}
        self._lines: dict[int, list[int]] = {}
        for index, token in enumerate(tokens):
            self._lines.setdefault(token.line, []).append(index)

    def propose(self, edits: Mapping[int, str]) -> bool:
        """Take all of these edits, or none where a line would leave its columns."""
        merged = self._edits | dict(edits)
        touched = {self._tokens[index].line for index in edits}
        if any(self._render(line, merged) is None for line in touched):
            return False
        self._edits = merged
        return True

    def text(self) -> str:
        """The program with every edit that was taken."""
        return "".join(self._render(line, self._edits) or "" for line in self._lines)

    def _render(self, line: int, edits: Mapping[int, str]) -> str | None:
        indexes = self._lines[line]
        tokens = self._tokens
        if not any(index in edits for index in indexes):
            return "".join(tokens[index].text for index in indexes)
        code = tail = newline = ""
        for index in indexes:
            text = edits.get(index, tokens[index].text)
            if tokens[index].kind is Kind.TAIL:
                tail = text
            elif tokens[index].kind is Kind.NEWLINE:
                newline = text
            else:
                code += text
        if not self._free and any(tokens[index].open for index in indexes):
            # A literal that goes on in the next line owns every blank up to column 72: nothing may move.
            was = "".join(
                tokens[index].text for index in indexes if tokens[index].kind not in (Kind.TAIL, Kind.NEWLINE)
            )
            return code + tail + newline if width(code) == width(was) and BREAK not in code else None
        first, *rest = (part.rstrip(" ") for part in code.split(BREAK))
        if not self._free and any(width(part) >= TAIL_COLUMN for part in (first, *rest)):
            return None
        if tail:
            first += " " * (TAIL_COLUMN - 1 - width(first)) + tail
        return (newline or "\n").join((first, *rest)) + newline
