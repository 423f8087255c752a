"""Removes the comments of a COBOL program, or gives them one plain style.

What says whose text it is stays as it was, byte for byte: a block of comments that speaks of a licence, of rights, of
who or what wrote it (a person, a generator, a model), and everything before the first line of code where any of it
does. So do compiler options that look like comments (``*CBL``), and comments inside EXEC blocks, pseudo-text and
comment entries. The lexemes of parent and child are compared; any difference is a refusal.

    >>> program = Program("a.cob", "      * Why.\\n           STOP RUN. *> The end.\\n", False)
    >>> StripComments().apply(program, 1).text
    '           STOP RUN.\\n'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.steps.augment.cobol_logical import Unreadable, comment_entries, lexemes, lines_of, same_program
from provenance.steps.augment.cobol_tokens import BLANK, TAIL_COLUMN, Kind, Token, tokenise, width
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal

# Rights, people and machines. Too much is kept rather than too little: a lost notice cannot be told from a theft.
_KEPT = re.compile(
    r"copyright|\bcopr\b|©|\(c\)|licen[cs]|\bspdx|rights? reserved|warrant|public domain|redistribut|permission|property"
    r"|proprietary|trademark|confidential|apache|\bmit\b|\bgpl\b|\bbsd\b|notice|attribution"
    r"|author|written|programmer|created|generat|translat|convert|copied|taken from|source:|https?:|@"
    r"|copilot|chatgpt|\bgpt|openai|claude|anthropic|gemini|codex|\bllm\b|\ba\.?i\b|synthetic|machine",
    re.IGNORECASE,
)
# Options for the compiler or a preprocessor.
_OPTION = re.compile(r"[*/](?:CBL|CONTROL|PROCESS|OPTIONS?|SET|TITLE|EJECT|SKIP\d)\b|\*>>|\$", re.IGNORECASE)
_BORDER = re.compile(r"[*=\-#+_/|~.:<>\s]*")
# A single hyphen in front is a list's.
_EDGE = r"\s*(?:[*=#+|~]+|[-_]{3,})"
_EDGES = re.compile(rf"(?P<left>{_EDGE})?(?P<text>.*?)(?:{_EDGE})?\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StripComments:
    """Comments go, but for those that say whose text it is. The seed changes nothing.

    Args:
        inline: comments behind code go, too.
    """

    inline: bool = True

    name: ClassVar[str] = "strip-comments"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"inline": self.inline}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Strip one program."""
        return _rewritten(program, lambda _: None, self.inline)


@dataclass(frozen=True, slots=True)
class NormaliseComments:
    """Boxes and rulers of stars go, every comment begins after one mark and a blank. The seed changes nothing.

    Args:
        floating: in fixed format, write ``*>`` from column 7 instead of ``*``.
    """

    floating: bool = False

    name: ClassVar[str] = "normalise-comments"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"floating": self.floating}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Restyle one program."""
        mark = "*>" if self.floating else "*"
        return _rewritten(program, lambda token: _restyled(token, mark), False)


TRANSFORMS = (StripComments(), NormaliseComments())

_Rewriter = Callable[[Token], str | None]


def _rewritten(program: Program, rewriter: _Rewriter, inline: bool) -> Change | Refusal:
    """The program with each free comment line rewritten, or gone, and comments behind code gone if asked for."""
    tokens = tokenise(program.text, program.free_format)
    comments = sum(token.kind is Kind.COMMENT for token in tokens)
    if not comments:
        return Refusal("no-candidates")
    try:
        before = lexemes(tokens, program.free_format)
    except Unreadable as refusal:
        return Refusal(str(refusal))
    free = _free_comments(tokens, program.free_format)
    made: list[str] = []
    done = 0
    for line in lines_of(tokens):
        old = "".join(tokens[index].text for index in line)
        new = _line(tokens, line, free, rewriter, inline)
        done += new != old
        # One ruler or empty comment after another says nothing.
        if new is not None and not (new != old and _empty(new) and made and _empty(made[-1])):
            made.append(new)
    text = "".join(made)
    if not done or text == program.text:
        return Refusal(f"no-safe-site: {comments} left alone")
    if not same_program(before, text, program.free_format):
        return Refusal("lexemes-differ")
    return Change(text, program.free_format, done)


def _line(tokens: list[Token], line: list[int], free: set[int], rewriter: _Rewriter, inline: bool) -> str | None:
    """A line as it shall be, or None where nothing is left of it."""
    old = "".join(tokens[index].text for index in line)
    comment = next((index for index in line if tokens[index].kind is Kind.COMMENT), None)
    if comment is None or comment not in free:
        return old
    newline = tokens[line[-1]].text if tokens[line[-1]].kind is Kind.NEWLINE else ""
    lead = "".join(tokens[index].text for index in line if index < comment)
    if not any(tokens[index].kind not in BLANK for index in line):
        new = rewriter(tokens[comment])
        # Behind column 72 a comment may stand in columns of its own; they belong to it.
        return None if new is None else lead + new + newline
    if not inline:
        return old
    tail = "".join(tokens[index].text for index in line if tokens[index].kind is Kind.TAIL)
    code = lead.rstrip()
    return code + (" " * (TAIL_COLUMN - 1 - width(code)) + tail if tail else "") + newline


def _empty(line: str) -> bool:
    return line[6:].strip() in ("*", "*>") if line.startswith("      ") else line.strip() in ("*", "*>")


def _free_comments(tokens: list[Token], free_format: bool) -> set[int]:
    """Indexes of the comments that may go."""
    entries = comment_entries(tokens, free_format)
    found: set[int] = set()
    for header, block in _blocks(tokens):
        if not any(_KEPT.search(tokens[index].text) for index in (header or block)):
            found |= {index for index in block if not _OPTION.match(tokens[index].text)}
    inside = False
    for index, token in enumerate(tokens):
        if token.kind is Kind.COMMENT and (inside or index in entries):
            found.discard(index)
        elif token.kind not in BLANK:
            inside = _goes_on(tokens, index) or index in entries
    return found


def _goes_on(tokens: list[Token], index: int) -> bool:
    """Whether an EXEC block, pseudo-text or literal may still be open after a token."""
    token = tokens[index]
    if token.kind is Kind.EXEC:
        return not token.text.upper().endswith("END-EXEC")
    return token.open or (token.kind is Kind.PSEUDO and not token.text.endswith("=="))


def _blocks(tokens: list[Token]) -> Iterator[tuple[list[int], list[int]]]:
    """Runs of comment lines (blank lines part none), and comments behind code one by one.

    With each comes the whole header of the file where it is part of it: all comments before the first code.
    """
    header: list[int] = []
    block: list[int] = []
    coded = False
    for line in lines_of(tokens):
        code = any(tokens[index].kind not in BLANK for index in line)
        comments = [index for index in line if tokens[index].kind is Kind.COMMENT]
        if code:
            yield (header if not coded else []), block
            block, coded = [], True
            yield [], comments
        else:
            block += comments
            if not coded:
                header += comments
    yield (header if not coded else []), block


def _restyled(token: Token, mark: str) -> str:
    """One comment line in plain style."""
    floating = token.text.startswith("*>")
    body = token.text[2 if floating else 1 :].rstrip()
    mark = mark if token.column == 7 else "*>"
    if _BORDER.fullmatch(body):
        return mark
    found = _EDGES.fullmatch(body)
    assert found is not None  # every part may be empty
    text = found["text"].rstrip()
    # Blanks in front are the shape of a list or of code that somebody commented out; behind a border they are padding.
    text = f" {text.strip()}" if found["left"] or not text.startswith(" ") else text
    whole = mark + text
    room = TAIL_COLUMN - token.column
    return whole if token.column != 7 or width(whole) <= max(room, width(token.text)) else token.text
