"""New layout for ABAP, PL/SQL and REXX: letter case of keywords, width of indentation, blank lines, trailing blanks.

These languages do not tell upper from lower case outside strings, so a keyword spelled otherwise is the same keyword, and
a name mistaken for one is the same name. Lines stay lines: leading blanks are scaled from the author's width to another,
and what stood in the first column stays there, where ABAP and SQL*Plus look for marks.

    >>> LayoutWords("plsql", "upper", 4).apply(Program("a.pkb", "begin\\n  null;\\nend;\\n", False), 1)
    Change(text='BEGIN\\n    NULL;\\nEND;\\n', free_format=False, edits=4, included=())
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from provenance.languages import all_languages
from provenance.languages.lexing import Kind, Token
from provenance.steps.augment.source_text import SAME_PROGRAM, read, same_code
from provenance.steps.augment.strip_comments import reads_itself
from provenance.steps.augment.transform import Change, Program, Refusal, seeded

_STYLES = (("upper", 2), ("lower", 2), ("upper", 4), ("lower", 4), ("upper", 3), ("lower", 3))
_PLSQL_WORDS = """
ALL ALTER AND ANY AS ASC AUTHID BEGIN BETWEEN BODY BOOLEAN BULK BY CASE CHAR CLOB CLOSE COLLECT COMMIT CONNECT CONSTANT
CREATE CURSOR DATE DECLARE DEFAULT DELETE DESC DETERMINISTIC DISTINCT DROP ELSE ELSIF END ESCAPE EXCEPTION EXECUTE EXISTS
EXIT FALSE FETCH FOR FORALL FROM FUNCTION GOTO GRANT GROUP HAVING IF IMMEDIATE IN INDEX INSERT INTEGER INTERSECT INTO IS
JOIN LIKE LOCK LOOP MERGE MINUS MOD NOCOPY NOT NULL NUMBER OF ON OPEN OR ORDER OTHERS OUT PACKAGE PIPELINED PLS_INTEGER
PRAGMA PRIOR PROCEDURE RAISE RECORD REF REPLACE RETURN RETURNING REVERSE ROLLBACK SAVEPOINT SELECT SET SUBTYPE TABLE THEN
TO TRIGGER TRUE TYPE UNION UNIQUE UPDATE USING VALUES VARCHAR2 VIEW WHEN WHERE WHILE WITH
"""
_REXX_FIRST = """
ADDRESS ARG CALL DO DROP ELSE END EXIT IF INTERPRET ITERATE LEAVE NOP NUMERIC OTHERWISE PARSE PROCEDURE PULL PUSH QUEUE
RETURN SAY SELECT SIGNAL THEN TRACE WHEN
"""
_REXX_INSIDE = frozenset({"THEN", "ELSE", "DO"})
_JOINED = frozenset({"-", "->", "=>", ".", "~", "@", "&", ":", "%", "$", "?"})


@dataclass(frozen=True, slots=True)
class LayoutWords:
    """Another spelling of keywords and another width of indentation.

    Args:
        language: ``abap``, ``plsql`` or ``rexx``.
        case: ``upper``, ``lower``, or empty to draw by seed.
        indent: blanks a level, or 0 to draw by seed.
    """

    language: str
    case: str = ""
    indent: int = 0

    version: ClassVar[str] = "1"
    preserves: ClassVar[str] = SAME_PROGRAM
    needs: ClassVar[frozenset[str]] = frozenset()

    @property
    def name(self) -> str:
        """Family and language."""
        return f"layout-{self.language}"

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"case": self.case, "indent": self.indent}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Lay out one program."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        reason = reads_itself(program.text, self.language)
        if reason:
            return reason
        styles = [(c, i) for c, i in _STYLES if self.case in ("", c) and self.indent in (0, i)]
        styles = styles or [(self.case or "lower", self.indent or 2)]
        seeded(self, program, seed).shuffle(styles)
        width = _width(tokens)
        for case, indent in styles:
            new = _scaled(_cased(tokens, case, self.language), width, indent)
            text = "".join(new)
            if text != program.text:
                if not same_code(tokens, text, self.language, fold=True):
                    return Refusal("other-code")
                edits = sum(token.text != piece for token, piece in zip(tokens, new, strict=True))
                return Change(text, program.free_format, edits)
        return Refusal("no-candidates")


TRANSFORMS = tuple(LayoutWords(language) for language in ("abap", "plsql", "rexx"))


def _cased(tokens: list[Token], case: str, language: str) -> list[Token]:
    """The tokens with their keywords in one letter case."""
    if language == "rexx":
        keywords = _rexx_keywords(tokens)
    else:
        words = frozenset(_PLSQL_WORDS.split()) if language == "plsql" else all_languages()[language].reserved
        keywords = {
            index
            for index, token in enumerate(tokens)
            if token.kind is Kind.WORD and token.text.upper() in words and not _joined(tokens, index)
        }
        if language == "abap":
            keywords |= _hyphenated(tokens, words)
    return [
        token._replace(text=token.text.upper() if case == "upper" else token.text.lower()) if index in keywords else token
        for index, token in enumerate(tokens)
    ]


def _joined(tokens: list[Token], index: int) -> bool:
    """Whether a word is part of a longer name, or a name that is called."""
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    return before in _JOINED or (after in ("-", "->", "=>", "~", "%", "(")) or (after == "." and _goes_on(tokens, index + 2))


def _goes_on(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].kind is Kind.WORD


def _hyphenated(tokens: list[Token], words: frozenset[str]) -> set[int]:
    """Keywords of several parts (``MOVE-CORRESPONDING``) in ABAP."""
    found: set[int] = set()
    index = 0
    while index < len(tokens):
        end = index
        while _goes_on(tokens, end) and _goes_on(tokens, end + 2) and tokens[end + 1].text == "-":
            end += 2
        if end > index:
            name = "".join(token.text for token in tokens[index : end + 1]).upper()
            if name in words and name[:3] != "SY-":
                found.update(range(index, end + 1, 2))
        index = max(end, index) + 1
    return found


def _rexx_keywords(tokens: list[Token]) -> set[int]:
    """Words that begin a clause and are not assigned to, not labels and not called."""
    first_words = frozenset(_REXX_FIRST.split())
    found: set[int] = set()
    begins = True
    continued = False
    for index, token in enumerate(tokens):
        if token.kind in (Kind.SPACE, Kind.COMMENT):
            continue
        if token.kind is Kind.NEWLINE or token.text == ";":
            begins = not continued or token.text == ";"
            continued = False
            continue
        word = token.text.upper()
        rest = [other.text for other in tokens[index + 1 : index + 3]]
        free = rest[:1] not in (["="], [":"], ["("]) and not (rest[:1] and rest[0].isspace() and rest[1:] == ["="])
        if token.kind is Kind.WORD and word in first_words and free and (begins or word in _REXX_INSIDE):
            found.add(index)
            begins = word in ("THEN", "ELSE", "OTHERWISE")
        else:
            begins = token.text == ":" and begins is False and _label(tokens, index)
        continued = token.text == ","
    return found


def _label(tokens: list[Token], colon: int) -> bool:
    return colon > 0 and tokens[colon - 1].kind is Kind.WORD


def _starts_line(tokens: list[Token], index: int) -> bool:
    return index == 0 or tokens[index - 1].kind is Kind.NEWLINE


def _width(tokens: list[Token]) -> int:
    """The author's blanks a level: the commonest step to the right."""
    steps: Counter[int] = Counter()
    last = 0
    for index, token in enumerate(tokens):
        if _starts_line(tokens, index) and token.kind is not Kind.NEWLINE:
            here = len(token.text.expandtabs(4)) if token.kind is Kind.SPACE else 0
            if 1 < here - last <= 8:
                steps[here - last] += 1
            last = here
    return steps.most_common(1)[0][0] if steps else 2


def _scaled(tokens: list[Token], width: int, indent: int) -> list[str]:
    """Texts of the tokens, lines indented anew, no blanks at their ends, one blank line for several."""
    out: list[str] = []
    shift = 0
    lines = 0
    for index, token in enumerate(tokens):
        text = token.text
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind is Kind.NEWLINE:
            lines += 1
            text = "" if lines > 2 else text
        elif token.kind is Kind.SPACE and (after is None or after.kind is Kind.NEWLINE):
            # SQL*Plus reads a hyphen at the end of a line as "goes on", but not one with blanks behind it.
            text = text if index and tokens[index - 1].text.endswith("-") else ""
        elif token.kind is Kind.SPACE and _starts_line(tokens, index):
            old = len(text.expandtabs(4))
            new = old // width * indent + old % width
            shift, text = new - old, " " * new
        elif token.kind is Kind.COMMENT and "\n" in text and shift:
            text = _shifted(text, shift)
        if token.kind not in (Kind.NEWLINE, Kind.SPACE):
            lines = 0
        elif token.kind is Kind.NEWLINE:
            shift = 0
        out.append(text)
    return out


def _shifted(comment: str, shift: int) -> str:
    """A comment whose further lines move with its first."""
    if shift > 0:
        return re.sub(r"\n(?=[^\r\n])", "\n" + " " * shift, comment)
    return re.sub(rf"\n {{0,{-shift}}}", "\n", comment)
