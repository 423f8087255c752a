"""Rewrites a free-format program in fixed format: code in columns 8-72, comments with ``*`` in column 7.

A line that is too long is broken at a blank; a literal that is longer than a line is continued with ``-`` in column 7.
Long comments are wrapped between words, a comment that no longer fits behind its code goes on the line before. The
lexemes of parent and child are compared at the end; any difference is a refusal. Refused too: text without a blank to
break at, literals with tabs, EXEC blocks, and copybooks that read otherwise in fixed format; if asked
for, the text goes back to free format for its COPY statements instead.

    >>> program = Program("a.cob", "PROGRAM-ID. A.\\n*> One.\\n    STOP RUN.\\n", True)
    >>> print(FreeToFixed().apply(program, 1).text, end="")
           PROGRAM-ID. A.
          * One.
               STOP RUN.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from provenance.languages.cobol_copy import looks_free, missing_members
from provenance.steps.augment.cobol_logical import (
    Unreadable,
    comment_entries,
    copy_lines,
    debugging_line,
    directs_format,
    format_bound,
    lexemes,
    lines_of,
    same_program,
)
from provenance.steps.augment.cobol_tokens import TAIL_COLUMN, Kind, Token, tokenise, width
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal

_FREE, _FIXED = ">>SOURCE FORMAT IS FREE", ">>SOURCE FORMAT IS FIXED"
# Blanks, or a run of other characters in which blanks may stand between quotes.
_PSEUDO = re.compile(r"\s+|(?:\"[^\"]*\"|'[^']*'|[^\s\"']|[\"'])+")
_AREA = " " * 7
#: Where the rest of a broken line begins at the latest, so that there is room for it.
_DEEPEST = 35
_COMMENT_WIDTH = TAIL_COLUMN - 1 - 7


@dataclass(frozen=True, slots=True)
class FreeToFixed:
    """Free format becomes fixed format. The seed changes nothing.

    Args:
        directives: write ``>>SOURCE FORMAT`` round COPY statements where a copybook is bound to free format.
    """

    directives: bool = False

    name: ClassVar[str] = "free-to-fixed"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"directives": self.directives}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rewrite one program."""
        if not program.free_format or not program.text.strip():
            return Refusal("no-candidates")
        if unknown := missing_members(program.text, program.copybooks):
            return Refusal(f"copybook-unknown: {unknown[0]}")
        bound = format_bound(program.copybooks)
        if bound and not self.directives:
            return Refusal(bound)
        tokens = tokenise(program.text, True)
        try:
            before = lexemes(tokens, True)
            lines = _Fixed(tokens, copy_lines(tokens) if bound else set()).lines()
        except Unreadable as refusal:
            return Refusal(str(refusal))
        newline = next((token.text for token in tokens if token.kind is Kind.NEWLINE), "\n")
        text = newline.join(lines)
        if bound:
            # The first directive would else say that the text is free.
            text = f"{_AREA}{_FIXED}{newline}{text}"
        if looks_free(text):
            return Refusal("format-unclear")
        if not same_program(before, text, False):
            return Refusal("lexemes-differ")
        return Change(text, False, sum(bool(line.strip()) for line in lines))


TRANSFORMS = (FreeToFixed(),)


class _Fixed:
    """The lines of one program in fixed format, made one after the other."""

    def __init__(self, tokens: list[Token], copies: set[int]) -> None:
        self._tokens = tokens
        self._copies = copies
        self._entries = comment_entries(tokens, True)
        self._made: list[str] = []

    def lines(self) -> list[str]:
        copying = False
        for whole in lines_of(self._tokens):
            line = [self._tokens[index] for index in whole if self._tokens[index].kind is not Kind.NEWLINE]
            if copying is not (self._tokens[whole[0]].line in self._copies):
                copying = not copying
                self._made.append(_AREA + (_FREE if copying else _FIXED))
            if copying:
                self._copy(line)
            else:
                self._one(line, whole[0])
        if self._tokens and self._tokens[-1].kind is Kind.NEWLINE:
            self._made.append("")
        return self._made

    def _one(self, line: list[Token], first: int) -> None:
        code = [token for token in line if token.kind not in (Kind.SPACE, Kind.COMMENT)]
        comment = next((token.text for token in line if token.kind is Kind.COMMENT), "")
        if not code:
            self._made += _comment(comment) if comment else [""]
        elif code[0].kind is Kind.DIRECTIVE:
            self._directive(code[0])
        elif any(token.kind is Kind.EXEC for token in code):
            raise Unreadable(f"exec-block: line {code[0].line}")
        elif any(index in self._entries for index in range(first, first + len(line))):
            self._entry(line)
        else:
            self._code(line, code, comment)

    def _copy(self, line: list[Token]) -> None:
        """A line of a COPY statement, so laid out that it reads alike in both formats."""
        for comment in (token for token in line if token.kind is Kind.COMMENT):
            parts = textwrap.wrap(comment.text[2:], _COMMENT_WIDTH // 2, break_on_hyphens=False)
            self._made += [f"{_AREA}*> {part}" for part in parts]
        pieces = [token for token in line if token.kind is not Kind.COMMENT]
        made = _broken(_atoms(pieces), 4)
        if any(text.startswith("      -") for text in made):
            raise Unreadable(f"column-72: line {line[0].line}")
        self._made += made

    def _directive(self, token: Token) -> None:
        if code := debugging_line(token.text):
            self._made.append(_fitting(f"      D    {code}", token))
            return
        if directs_format(token.text):
            if "FREE" not in token.text.upper():
                raise Unreadable(f"format-directive: line {token.line}")
            # It says what is about to stop being true.
            return
        if token.text.lstrip()[0] in "$#":
            raise Unreadable(f"format-directive: line {token.line}")
        self._made.append(_fitting(_AREA + token.text.strip(), token))

    def _entry(self, line: list[Token]) -> None:
        text = "".join(token.text for token in line).strip()
        # A comment entry may go on below, but not to the left of column 12.
        first, *rest = textwrap.wrap(text, _COMMENT_WIDTH - 4, break_on_hyphens=False)
        self._made += [_fitting(_AREA + part, line[0]) for part in (first, *(f"    {part}" for part in rest))]

    def _code(self, line: list[Token], code: list[Token], comment: str) -> None:
        indent = code[0].column - 1
        pieces = [token for token in line if token.kind is not Kind.COMMENT]
        made = _broken(_atoms(pieces), indent)
        if comment and len(made) == 1:
            whole = _AREA + "".join(token.text for token in line).expandtabs().rstrip()
            if width(whole) < TAIL_COLUMN:
                self._made.append(whole)
                return
        if comment:
            self._made += _comment(comment)
        self._made += made


def _comment(text: str) -> list[str]:
    """Comment lines for the text of one comment."""
    body = text.removeprefix("*>").rstrip().expandtabs()
    if width(body) <= _COMMENT_WIDTH:
        return [f"      *{body}"]
    if not body.strip("*-=+_# "):
        return [f"      *{body[:_COMMENT_WIDTH]}"]
    # A character may be wider than one column: leave room.
    room = _COMMENT_WIDTH if body.isascii() else _COMMENT_WIDTH // 2
    parts = textwrap.wrap(body.strip(), room - 1, break_on_hyphens=False)
    return [f"      * {part}" for part in parts]


_Atom = tuple[str, list[Token]]


def _atoms(line: list[Token]) -> Iterator[_Atom]:
    """The blank before, and the tokens of, each run of tokens that must stay on one line."""
    gap = ""
    run: list[Token] = []
    for token in chain.from_iterable(map(_pieces, line)):
        # An opening parenthesis may always begin a line; most of what is too long has one.
        if run and (token.kind is Kind.SPACE or token.text == "("):
            yield gap, run
            gap, run = "", []
        if token.kind is Kind.SPACE:
            gap = token.text
        else:
            run.append(token)
    if run:
        yield gap, run


def _pieces(token: Token) -> Iterator[Token]:
    """A token, or the words and blanks of pseudo-text."""
    if token.kind is not Kind.PSEUDO:
        yield token
        return
    for part in _PSEUDO.findall(token.text):
        yield token._replace(text=part, kind=Kind.SPACE if part.isspace() else Kind.PSEUDO)


def _broken(atoms: Iterable[_Atom], indent: int) -> list[str]:
    """The lines that these atoms take."""
    further = _AREA + " " * min(max(indent + 4, 4), _DEEPEST)
    made = [_AREA + " " * indent]
    for at, (gap, tokens) in enumerate(atoms):
        text = "".join(token.text for token in tokens)
        # A tab between words is as good as a blank; its width would change with the column.
        blank = " " * width(gap) if at else ""
        if width(made[-1] + blank + text) < TAIL_COLUMN:
            made[-1] += blank + text
        elif width(further + text) < TAIL_COLUMN:
            made.append(further + text)
        else:
            made += _continued(tokens, text)
    return [line.rstrip() for line in made if line.strip()]


def _continued(tokens: list[Token], text: str) -> list[str]:
    """A literal over several lines, from column 12 on, or a little further where a quote stands at the end of a line."""
    literal = tokens[0]
    # A character that is wider than a column could fall on the edge; X"..." and its like have rules of their own.
    if literal.kind is Kind.LITERAL and text.isascii() and literal.text[0] in "\"'":
        for column in range(11, 23):
            if made := _cut(text, len(literal.text), column):
                return made
    raise Unreadable(f"column-72: line {literal.line}")


def _cut(text: str, length: int, column: int) -> list[str]:
    """The lines of a literal of that length (and what follows it), or none where a cut would fall beside a quote."""
    quote = text[0]
    room = TAIL_COLUMN - 1 - column
    made = [" " * column + text[:room]]
    at = room
    while True:
        # The blanks up to column 72 are the literal's, so it is cut there and nowhere else.
        if at >= length - 1 or quote in text[at - 1 : at + 1]:
            return []
        piece = text[at : at + room - 1]
        made.append("      -" + " " * (column - 7) + quote + piece)
        at += len(piece)
        if at == len(text):
            return made


def _fitting(line: str, token: Token) -> str:
    if width(line) >= TAIL_COLUMN:
        raise Unreadable(f"column-72: line {token.line}")
    return line
