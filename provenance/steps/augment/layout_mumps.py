"""Spells the commands of a MUMPS routine out (``S`` as ``SET``), or short, wherever a command certainly stands.

Blanks mean something in MUMPS and stay. A line that does not read as label, dots, commands and arguments stays as a
whole, and so does one that would grow over 245 characters, the longest that a routine may portably have. A routine that
reads its own text is refused.

    >>> LayoutMumps("full").apply(Program("A.m", "A S X=1 W:X X,!  Q\\n", False), 1).text
    'A SET X=1 WRITE:X X,!  QUIT\\n'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.lexing import Kind, Token
from provenance.steps.augment.source_text import SAME_PROGRAM, read
from provenance.steps.augment.strip_comments import reads_itself
from provenance.steps.augment.transform import Change, Program, Refusal, seeded

#: Longest line of a portable routine (the VA's programming standards and conventions).
LONGEST_LINE = 245
_FULL = """
BREAK CLOSE DO ELSE FOR GOTO IF JOB KILL LOCK MERGE NEW OPEN QUIT READ SET USE VIEW WRITE XECUTE
""".split()  # noqa: SIM905
_LONG = {word[0]: word for word in _FULL}
_SHORT = {word: word[0] for word in _FULL} | {"HANG": "H", "HALT": "H"}


@dataclass(frozen=True, slots=True)
class LayoutMumps:
    """The other spelling of commands.

    Args:
        commands: ``full``, ``short``, or empty to draw by seed.
    """

    commands: str = ""

    name: ClassVar[str] = "layout-mumps"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "mumps"
    preserves: ClassVar[str] = SAME_PROGRAM
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"commands": self.commands}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Spell the commands of one routine."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        reason = reads_itself(program.text, self.language)
        if reason:
            return reason
        styles = [self.commands] if self.commands else ["full", "short"]
        seeded(self, program, seed).shuffle(styles)
        for style in styles:
            text, done = _spelled(tokens, style)
            if done:
                return Change(text, program.free_format, done)
        return Refusal("no-candidates")


TRANSFORMS = (LayoutMumps(),)


def lines_of(tokens: list[Token]) -> list[tuple[int, int]]:
    """First token of each line and the index behind its last one, without its end of line."""
    found: list[tuple[int, int]] = []
    start = 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.NEWLINE:
            found.append((start, index))
            start = index + 1
    found.append((start, len(tokens)))
    return found


def commands_of(tokens: list[Token], start: int, end: int) -> list[tuple[int, bool]] | None:
    """Where commands stand on one line and whether each has arguments, or None where the line does not read as one."""
    index = start
    while index < end and tokens[index].kind is not Kind.SPACE:
        if tokens[index].kind is Kind.COMMENT:
            return []
        index += 1
    while index < end and (tokens[index].kind is Kind.SPACE or tokens[index].text == "."):
        index += 1
    found: list[tuple[int, bool]] = []
    while index < end and tokens[index].kind is not Kind.COMMENT:
        if tokens[index].kind is not Kind.WORD:
            return None
        command = index
        index += 1
        if index < end and tokens[index].text == ":":
            index = _argument_end(tokens, index, end)
        if index < end and tokens[index].kind is not Kind.SPACE:
            return None
        has_arguments = index + 1 < end and tokens[index].text == " " and tokens[index + 1].kind is not Kind.COMMENT
        index += 1
        if has_arguments:
            index = _argument_end(tokens, index, end) + 1
        found.append((command, has_arguments))
    return found


def _argument_end(tokens: list[Token], index: int, end: int) -> int:
    while index < end and tokens[index].kind not in (Kind.SPACE, Kind.COMMENT):
        index += 1
    return index


def _spelled(tokens: list[Token], style: str) -> tuple[str, int]:
    out = [token.text for token in tokens]
    done = 0
    for start, end in lines_of(tokens):
        changes: dict[int, str] = {}
        for index, has_arguments in commands_of(tokens, start, end) or ():
            old = out[index]
            new = _other(old.upper(), style, has_arguments)
            if new and new != old.upper():
                changes[index] = new if old.isupper() else new.lower()
        grown = sum(len(new) - len(out[index]) for index, new in changes.items())
        if changes and (grown < 0 or sum(len(text) for text in out[start:end]) + grown <= LONGEST_LINE):
            done += len(changes)
            for index, new in changes.items():
                out[index] = new
    return "".join(out), done


def _other(command: str, style: str, has_arguments: bool) -> str | None:
    if style == "short":
        return _SHORT.get(command)
    if command == "H":
        return "HANG" if has_arguments else "HALT"
    return _LONG.get(command)
