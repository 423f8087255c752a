"""New names for local variables of a MUMPS routine that no other routine can see.

Variables of MUMPS are seen by everything that a routine calls. So this refuses every routine that calls another one, uses
indirection or ``XECUTE``, or names no variables in ``NEW`` or ``KILL``; what is left are names that are parameters of a label
or are ``NEW``ed, without condition, at the beginning of every label section that uses them.

    >>> RenameMumps().apply(Program("A.m", "A(NUM) N TOTAL S TOTAL=NUM+1 Q TOTAL\\n", False), 1).edits
    2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.lexing import Kind, Token, line_of
from provenance.languages.mumps import LANGUAGE
from provenance.steps.augment.layout_mumps import commands_of, lines_of
from provenance.steps.augment.plain_names import PlainNamer
from provenance.steps.augment.source_text import read, renamed_text, words_of
from provenance.steps.augment.strip_comments import reads_itself
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

#: Names of standard MUMPS are read to eight characters.
_LONGEST = 8
_UNSAFE = {"X": "xecute", "XECUTE": "xecute", "J": "job", "JOB": "job", "ZW": "shows-names", "ZWRITE": "shows-names",
           "ZSHOW": "shows-names", "ZSY": "system", "ZSYSTEM": "system", "B": "break", "BREAK": "break"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RenameMumps:
    """New names for variables that stay within one routine."""

    name: ClassVar[str] = "rename-mumps"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "mumps"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """No options."""
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rename in one routine."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        reason = reads_itself(program.text, self.language) or _hazard(tokens)
        if reason:
            return reason
        uses, labels, commands = _uses(tokens)
        local = _locals(tokens, uses)
        safe = [name for name in local if name not in labels]
        if not safe:
            return Refusal(f"no-safe-site: {len(uses)} left alone" if uses else "no-candidates")
        taken = words_of(tokens)
        namer = PlainNamer(seeded(self, program, seed), taken, LANGUAGE.reserved, _LONGEST)
        changes: dict[int, str] = {}
        done = 0
        for name in safe:
            new = namer.like(name)
            if new:
                done += 1
                changes.update((index, new) for index, _, _ in uses[name] if index not in commands)
        if not done:
            return Refusal("no-name-fits")
        text = renamed_text(tokens, changes, self.language)
        return Change(text, program.free_format, done) if text is not None else Refusal("other-code")


TRANSFORMS = (RenameMumps(),)


def _hazard(tokens: list[Token]) -> Refusal | None:
    """Why no variable of a routine is its own."""
    for start, end in lines_of(tokens):
        commands = commands_of(tokens, start, end)
        if commands is None:
            return Refusal(f"line-unclear: line {line_of(tokens, start)}")
        for index, has_arguments in commands:
            word = tokens[index].text.upper()
            if word in _UNSAFE:
                return Refusal(_UNSAFE[word])
            if word in ("N", "NEW", "K", "KILL") and (not has_arguments or tokens[index + 2].text == "("):
                return Refusal("every-variable")
        for index in range(start, end):
            if tokens[index].text == "@":
                return Refusal("indirection")
            calls = tokens[index].text == "^" and _calls(tokens, start, index)
            if calls:
                return Refusal("external-call")
    return None


def _calls(tokens: list[Token], start: int, caret: int) -> bool:
    """Whether a caret names a routine, not a global variable."""
    before = tokens[caret - 1]
    if caret > start and (before.kind in (Kind.WORD, Kind.NUMBER) or before.text in ("$$", "$")):
        return True
    index = caret
    while index > start and tokens[index - 1].kind is not Kind.SPACE:
        index -= 1
    index -= 1
    while index > start and tokens[index - 1].kind is not Kind.SPACE:
        index -= 1
    return index < start or tokens[index].text.upper() in ("D", "DO", "G", "GOTO", "J", "JOB")


_Uses = dict[str, list[tuple[int, int, bool]]]


def _uses(tokens: list[Token]) -> tuple[_Uses, set[str], set[int]]:
    """Every word that may be a local variable: its place, its section, whether it begins its life there; and labels."""
    uses: _Uses = {}
    labels: set[str] = set()
    marks: set[int] = set()
    section = 0
    for start, end in lines_of(tokens):
        commands = commands_of(tokens, start, end) or []
        marks.update(index for index, _ in commands)
        fresh: set[int] = set()
        body = start
        if start < end and tokens[start].kind in (Kind.WORD, Kind.NUMBER):
            section += 1
            labels.add(tokens[start].text)
            body = start + 1
            while body < end and tokens[body].kind is not Kind.SPACE:
                fresh.add(body)
                body += 1
        fresh |= _newed(tokens, commands, start, end)
        for index in range(start + (1 if body > start else 0), end):
            token = tokens[index]
            if token.kind is not Kind.WORD or index in marks:
                continue
            before = tokens[index - 1].text if index else ""
            if before in ("$", "$$", "^"):
                labels.update({token.text} if before == "$$" else ())
                continue
            uses.setdefault(token.text, []).append((index, section, index in fresh))
        labels.update(_called_here(tokens, commands, end))
    return uses, labels, marks


def _newed(tokens: list[Token], commands: list[tuple[int, bool]], start: int, end: int) -> set[int]:
    """Variables of the NEW commands that run without condition whenever the section does."""
    if not commands or any(token.text == "." for token in tokens[start : commands[0][0]]):
        return set()
    found: set[int] = set()
    for index, has_arguments in commands:
        word = tokens[index].text.upper()
        if word in ("N", "NEW") and has_arguments and tokens[index + 1].kind is Kind.SPACE:
            here = index + 2
            while here < end and tokens[here].kind is not Kind.SPACE:
                found.add(here)
                here += 1
        elif word not in ("S", "SET", "K", "KILL") or tokens[index + 1 : index + 2] == [Token(Kind.SYMBOL, ":")]:
            break
    return found


def _called_here(tokens: list[Token], commands: list[tuple[int, bool]], end: int) -> set[str]:
    """Labels that DO and GOTO name, and all words of their arguments with them: those are not certain."""
    found: set[str] = set()
    for index, has_arguments in commands:
        if tokens[index].text.upper() in ("D", "DO", "G", "GOTO") and has_arguments:
            here = index + 1
            while here < end and tokens[here].kind is not Kind.SPACE:
                here += 1
            here += 1
            while here < end and tokens[here].kind is not Kind.SPACE:
                if tokens[here].kind is Kind.WORD and tokens[here - 1].text in (" ", ","):
                    found.add(tokens[here].text)
                here += 1
    return found


def _locals(tokens: list[Token], uses: _Uses) -> list[str]:
    """Names that begin their life in every section that uses them."""
    found: list[str] = []
    for name, places in uses.items():
        first: dict[int, bool] = {}
        for _, section, begins in places:
            first.setdefault(section, begins)
        if all(first.values()) and not name.startswith("%") and 0 not in first:
            found.append(name)
    return found
