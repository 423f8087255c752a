"""Removes the comments of a program, one transform a language.

Kept: notices of copyright and licence with every line of the comment that they stand in, comments that a compiler or a
tool reads (``@deprecated``, hints, pragmas of checkers, MUMPS ``;;``), and the first comment of a REXX program, by which
some systems know the language. A comment alone on its lines goes with them; in MUMPS the line stays, because programs
count lines.

    >>> make = by_language("java").apply
    >>> make(Program("A.java", "class A { } // why\\n", False), 1)
    Change(text='class A { }\\n', free_format=False, edits=1, included=())
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.lexing import LEXED, Kind, Token
from provenance.steps.augment.source_text import SAME_PROGRAM, read, same_code
from provenance.steps.augment.transform import Change, Program, Refusal, Tally, concluded

_NOTICE = re.compile(
    r"copyright|\(c\)\s|\u00a9|\blicen[cs]e|\bspdx|all rights reserved|\bwarrant|public domain|permission is|@author|"
    r"\bauthors?\s*:|redistribut",
    re.IGNORECASE,
)
_TOOL = re.compile(
    r"NOSONAR|NOLINT|noinspection|checkstyle|@formatter|clang-format|cppcheck|\bPMD\b|eslint|prettier|"
    r"fall[- ]?through|@deprecated|\bg?cov_excl|LCOV_EXCL|IWYU",
    re.IGNORECASE,
)
_SPECIAL = {
    "abap": re.compile(r'"#|\*"|"!.*@'),
    "plsql": re.compile(r"/\*\+|--\+|/\*!"),
    "mumps": re.compile(r";;"),
}
#: Words of programs that read their own text or the numbers of their lines.
_SELF_READING = {
    "java": re.compile(r"\b(?:getLineNumber|getStackTrace)\b"),
    "apex": re.compile(r"\b(?:getLineNumber|getStackTraceString)\b", re.IGNORECASE),
    "c": re.compile(r"\b__LINE__\b"),
    "cpp": re.compile(r"\b(?:__LINE__|source_location)\b"),
    "plsql": re.compile(r"plsql_line|format_call_stack|format_error_backtrace|utl_call_stack|\bwrapped\b", re.IGNORECASE),
    "rexx": re.compile(r"\b(?:sourceline|sigl)\b", re.IGNORECASE),
    "mumps": re.compile(r"\$T(?:EXT)?\(|\bZ(?:PRINT|BREAK|LINK)\b", re.IGNORECASE),
    "abap": re.compile(r"\bREAD\s+REPORT\b", re.IGNORECASE),
}


def reads_itself(text: str, language: str) -> Refusal | None:
    """Why lines must not move: the program reads its own text or counts its lines."""
    pattern = _SELF_READING.get(language)
    found = pattern.search(text) if pattern else None
    return Refusal(f"reads-itself: {found[0]}") if found else None


@dataclass(frozen=True, slots=True)
class StripComments:
    """No comments but notices and what tools read.

    Args:
        language: name of the language.
    """

    language: str

    version: ClassVar[str] = "1"
    preserves: ClassVar[str] = SAME_PROGRAM
    needs: ClassVar[frozenset[str]] = frozenset()

    @property
    def name(self) -> str:
        """Family and language."""
        return f"strip-comments-{self.language}"

    def params(self) -> dict[str, str | int | bool]:
        """No options."""
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Strip one program; no chance is in it."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        reason = reads_itself(program.text, self.language)
        if reason:
            return reason
        seen = sum(token.kind is Kind.COMMENT for token in tokens)
        drop = _removable(tokens, self.language)
        text, done = _blanked(tokens, drop) if self.language == "mumps" else _without(tokens, drop, self.language)
        if not same_code(tokens, text, self.language):
            return Refusal("other-code")
        if seen and drop and not done:
            return Refusal("no-candidates")
        return concluded(program, text, Tally(seen, len(drop), len(drop), done))


TRANSFORMS = tuple(StripComments(language) for language in LEXED)


def by_language(language: str) -> StripComments:
    """The transform of one language."""
    return StripComments(language)


def notices(tokens: list[Token]) -> set[int]:
    """Indexes of the comments that are, or stand in one block with, a notice of copyright, licence or author."""
    found: set[int] = set()
    block: list[int] = []
    lines = 0
    for index, token in enumerate([*tokens, Token(Kind.WORD, "")]):
        if token.kind is Kind.COMMENT:
            block.append(index)
            lines = 0
        elif token.kind is Kind.NEWLINE:
            lines += 1
        if block and (lines > 1 or token.kind not in (Kind.COMMENT, Kind.NEWLINE, Kind.SPACE)):
            if _NOTICE.search("\n".join(tokens[member].text for member in block)):
                found.update(block)
            block = []
    return found


def _removable(tokens: list[Token], language: str) -> set[int]:
    kept = notices(tokens)
    special = _SPECIAL.get(language)
    found: set[int] = set()
    first = True
    line = 1
    for index, token in enumerate(tokens):
        if token.kind is Kind.COMMENT and index not in kept:
            reads = _TOOL.search(token.text) or (special and special.match(token.text))
            # MUMPS' first two lines name the routine and its version; REXX' first comment names the language.
            heads = line <= 2 if language == "mumps" else first and language == "rexx"
            if not reads and not heads:
                found.add(index)
        first = first and token.kind in (Kind.SPACE, Kind.NEWLINE)
        line += token.text.count("\n")
    return found


def _blanked(tokens: list[Token], drop: set[int]) -> tuple[str, int]:
    """The text with every line in its place: a comment behind code goes, a comment alone becomes its bare mark."""
    out: list[str] = []
    done = 0
    fresh = True
    for index, token in enumerate(tokens):
        text = token.text
        if index in drop:
            text = ";" if fresh else ""
            if not fresh and out and out[-1].isspace():
                out[-1] = ""
            done += text != token.text
        out.append(text)
        # Labels and the dots of a block are no statement: what follows them on the line must not be nothing.
        fresh = token.kind is Kind.NEWLINE or (
            fresh and (token.kind is Kind.SPACE or token.text == "." or _begins_line(tokens, index))
        )
    return "".join(out), done


def _begins_line(tokens: list[Token], index: int) -> bool:
    return index == 0 or tokens[index - 1].kind is Kind.NEWLINE


def _without(tokens: list[Token], drop: set[int], language: str) -> tuple[str, int]:
    """The text without these comments, and how many went."""
    kept: list[Token] = []
    done = 0
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if index not in drop:
            kept.append(token)
            index += 1
            continue
        begins = not kept or kept[-1].kind is Kind.NEWLINE or (kept[-1].kind is Kind.SPACE and _blank_line(kept[:-1][-1:]))
        after = index + 1
        while after < len(tokens) and tokens[after].kind is Kind.SPACE:
            after += 1
        ends = after == len(tokens) or tokens[after].kind is Kind.NEWLINE
        spans = "\n" in token.text
        if language == "rexx" and not (begins and ends) and (spans or not ends):
            # A REXX clause ends with its line, and a blank between terms joins them: too subtle to take away.
            kept.append(token)
            index += 1
            continue
        done += 1
        if ends and kept and kept[-1].kind is Kind.SPACE:
            kept.pop()
        if begins and ends:
            index = _next_line(tokens, after, kept)
            continue
        if not ends and not begins:
            if spans:
                kept.append(Token(Kind.NEWLINE, "\n"))
            elif kept[-1].kind is not Kind.SPACE:
                kept.append(Token(Kind.SPACE, " "))
        index = after
    return "".join(token.text for token in kept), done


def _blank_line(tail: list[Token]) -> bool:
    return not tail or tail[0].kind is Kind.NEWLINE


def _next_line(tokens: list[Token], newline: int, kept: list[Token]) -> int:
    """Where to go on behind a line that is gone; a blank line on both sides becomes one."""
    after = newline + 1
    above = len(kept) < 2 or (kept[-1].kind is Kind.NEWLINE and kept[-2].kind is Kind.NEWLINE)
    below = after
    while below < len(tokens) and tokens[below].kind is Kind.SPACE:
        below += 1
    return below + 1 if above and below < len(tokens) and tokens[below].kind is Kind.NEWLINE else after
