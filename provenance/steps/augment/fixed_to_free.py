"""Rewrites a fixed-format program in free format: no sequence area, no column 7, no columns 73-80.

Comments in column 7 become ``*>``, debugging lines ``>>D``, a literal that is continued over lines becomes one literal
on one line, the further lines of a comment entry (``AUTHOR.``) become comments. The lexemes of parent and child are
compared at the end; any difference is a refusal. Copybooks are read in the format of their program, so a program
that copies one which reads otherwise in free format is refused (expand it first: ``expand-copy``), or, if asked for,
goes back to fixed format for its COPY statements. Sequence numbers and columns 73-80 are lost.

    >>> program = Program("a.cob", "000100 PROGRAM-ID. A.\\n      * One.\\n           STOP RUN.\\n", False)
    >>> FixedToFree().apply(program, 1).text
    'PROGRAM-ID. A.\\n*> One.\\n    STOP RUN.\\n'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.cobol_copy import looks_free, missing_members
from provenance.steps.augment.cobol_logical import (
    Unreadable,
    comment_entries,
    copy_lines,
    directs_format,
    format_bound,
    indicator,
    lexemes,
    lines_of,
    padding,
    same_program,
)
from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token, tokenise, width
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal

#: GnuCOBOL 3.1 cuts lines of free format at 512 bytes without an error, the standard ends them at 255.
LONGEST_LINE = 255
_DIRECTIVE = ">>SOURCE FORMAT IS FREE"
_BACK = ">>SOURCE FORMAT IS FIXED"


@dataclass(frozen=True, slots=True)
class FixedToFree:
    """Fixed format becomes free format. The seed changes nothing.

    Args:
        directives: write ``>>SOURCE FORMAT`` round COPY statements where a copybook is bound to fixed format.
    """

    directives: bool = False

    name: ClassVar[str] = "fixed-to-free"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"directives": self.directives}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite one program."""
        if program.free_format or not program.text.strip():
            return Refusal("no-candidates")
        if unknown := missing_members(program.text, program.copybooks):
            return Refusal(f"copybook-unknown: {unknown[0]}")
        bound = format_bound(program.copybooks)
        if bound and not self.directives:
            return Refusal(bound)
        tokens = tokenise(program.text, False)
        try:
            before = lexemes(tokens, False)
            lines = _Free(tokens, copy_lines(tokens) if bound else set()).lines()
        except Unreadable as refusal:
            return Refusal(str(refusal))
        newline = next((token.text for token in tokens if token.kind is Kind.NEWLINE), "\n")
        text = newline.join(lines)
        if not looks_free(text):
            # Programs without a header in column 1 give no other sign of their format.
            text = _DIRECTIVE + newline + text
        if not same_program(before, text, True):
            return Refusal("lexemes-differ")
        return Change(text, True, sum(bool(line.strip()) for line in lines))


TRANSFORMS = (FixedToFree(),)


class _Free:
    """The lines of one program in free format, made one after the other."""

    def __init__(self, tokens: list[Token], copies: set[int]) -> None:
        self._tokens = tokens
        self._copies = copies
        self._entries = comment_entries(tokens, False)
        self._made: list[str] = []
        self._open: Token | None = None
        self._last = 0

    def lines(self) -> list[str]:
        copying = False
        for whole in lines_of(self._tokens):
            line = [index for index in whole if self._tokens[index].kind is not Kind.NEWLINE]
            if copying is not (self._tokens[whole[0]].line in self._copies):
                copying = not copying
                # In fixed format a directive begins after the sequence area.
                self._made.append(_BACK if copying else f"       {_DIRECTIVE}")
            code = [index for index in line if self._tokens[index].kind not in BLANK]
            if copying and code and not indicator(self._tokens, line):
                self._made.append(" " * (self._tokens[code[0]].column - 1) + self._body(line, code[0]))
            elif copying:
                raise Unreadable(f"copy-shares-line: line {self._tokens[whole[0]].line}")
            else:
                self._one(line)
        if self._tokens and self._tokens[-1].kind is Kind.NEWLINE:
            self._made.append("")
        for number, text in enumerate(self._made, 1):
            if width(text) > LONGEST_LINE:
                raise Unreadable(f"line-too-long: line {number}")
        return self._made

    def _one(self, line: list[int]) -> None:
        tokens = self._tokens
        code = [index for index in line if tokens[index].kind not in BLANK]
        if code and tokens[code[0]].kind is Kind.DIRECTIVE:
            self._directive(tokens[code[0]])
        elif code and any(tokens[index].kind is Kind.EXEC for index in code):
            raise Unreadable(f"exec-block: line {tokens[code[0]].line}")
        elif code and code[0] in self._entries:
            self._made.append("*>" + self._body(line))
        elif code:
            self._code(line, code)
        else:
            self._made.append(self._comment(line))

    def _directive(self, token: Token) -> None:
        text = token.text.strip()
        if directs_format(text) or text.startswith("$"):
            raise Unreadable(f"format-directive: line {token.line}")
        self._made.append(text)

    def _comment(self, line: list[int]) -> str:
        text = next((self._tokens[index].text for index in line if self._tokens[index].kind is Kind.COMMENT), "")
        if not text:
            return ""
        return text.rstrip() if text.startswith("*>") else f"*>{text[1:]}".rstrip()

    def _code(self, line: list[int], code: list[int]) -> None:
        tokens = self._tokens
        first = tokens[code[0]]
        mark = indicator(tokens, line)
        if mark == "-":
            if self._open is None:
                raise Unreadable(f"continuation-line: line {first.line}")
            # Without the quote that opens it again.
            self._made[self._last] += padding(self._open) + self._body(line, code[0])[1:]
        else:
            if mark not in ("", "D", "d"):
                raise Unreadable(f"indicator: line {first.line}")
            self._last = len(self._made)
            indent = " " * max(0, first.column - 8)
            self._made.append(indent + self._body(line, code[0]) if not mark else f">>D {self._body(line, code[0])}")
        last = tokens[code[-1]]
        self._open = last if last.open and code[-1] not in self._entries else None

    def _body(self, line: list[int], start: int = 0) -> str:
        """The code area of a line, from a token on; an open literal keeps its blanks."""
        kept = [index for index in line if index >= start and self._tokens[index].kind not in _AREAS]
        text = "".join(self._tokens[index].text for index in kept)
        last = self._tokens[kept[-1]]
        return text if last.open and kept[-1] not in self._entries else text.rstrip()


_AREAS = (Kind.SEQUENCE, Kind.INDICATOR, Kind.TAIL, Kind.NEWLINE)
