"""New names for the simple variables of a REXX program.

A symbol that was never assigned is its own name in REXX, so a name changes only where its first use in every procedure is
an assignment that all its other uses there lie behind. Left alone: stems and every name that is a tail of one, names that
are called or are labels, and what a procedure shares with a caller in another file. Refused: ``INTERPRET``, ``VALUE``,
``SYMBOL``, ``ADDRESS``, ``DROP``, ``EXPOSE`` of a list, commands to a host, ``--``, Sys and Rx functions.

    >>> RenameRexx().apply(Program("a.rexx", "total = 1\\nsay total\\n", False), 1).edits
    1
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from provenance.languages.lexing import Kind, Token, code_of, line_of
from provenance.languages.rexx import LANGUAGE
from provenance.steps.augment.plain_names import PlainNamer
from provenance.steps.augment.source_text import columns_kept, read, renamed_text, words_of
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

_INSTRUCTIONS = frozenset({
    "arg", "call", "do", "else", "end", "exit", "if", "iterate", "leave", "nop", "numeric", "otherwise", "parse", "procedure",
    "pull", "push", "queue", "return", "say", "select", "signal", "then", "trace", "when", "upper",
})  # fmt: skip
_REFUSED = frozenset({"interpret", "address", "drop", "options", "expose_list"})
_FUNCTIONS = re.compile(r"(?:value|symbol|sourceline|sys\w+|rx\w+|storage|bpxwdyn|execio|outtrap|listdsi)$", re.IGNORECASE)
#: What Regina and Open Object Rexx write in front of "=" to change a variable.
_OPERATORS = frozenset({"||", "+", "-", "*", "/", "//", "%", "&", "|", "**"})
_PARSED = frozenset({"arg", "pull", "with", "var"})


class _Use(NamedTuple):
    place: int
    region: int
    path: tuple[int, ...]
    assigns: bool


@dataclass(frozen=True, slots=True)
class RenameRexx:
    """New names for simple variables."""

    name: ClassVar[str] = "rename-rexx"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "rexx"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """No options."""
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rename in one program."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        reader = _Reader(tokens)
        reason = reader.read()
        if reason:
            return reason
        namer = PlainNamer(seeded(self, program, seed), words_of(tokens), LANGUAGE.reserved)
        changes: dict[int, str] = {}
        done = 0
        for name, uses in reader.uses.items():
            if name in reader.refused or name.upper() in LANGUAGE.reserved or not _dominated(reader, name, uses):
                continue
            new = namer.like(tokens[uses[0].place].text)
            if new:
                done += 1
                changes.update((use.place, new) for use in uses)
        if not done:
            seen = sum(any(use.assigns for use in uses) for uses in reader.uses.values())
            return Refusal(f"no-safe-site: {seen} left alone" if seen else "no-candidates")
        text = renamed_text(tokens, columns_kept(tokens, changes), self.language)
        return Change(text, program.free_format, done) if text is not None else Refusal("other-code")


TRANSFORMS = (RenameRexx(),)


def _dominated(reader: _Reader, name: str, uses: list[_Use]) -> bool:
    """Whether every procedure that uses a name assigns it first, or has it from its caller in this text."""
    if all(use.assigns for use in uses):
        # Never read here: read elsewhere, or a text that another one takes in.
        return False
    regions: dict[int, list[_Use]] = {}
    for use in uses:
        regions.setdefault(use.region, []).append(use)
    for region, inside in regions.items():
        if region == 0 and reader.library:
            return False
        first = inside[0]
        if name in reader.exposed.get(region, ()):
            continue
        if not first.assigns or any(use.path[: len(first.path)] != first.path for use in inside):
            return False
    # What is exposed everywhere is assigned nowhere that we could see.
    return any(name not in reader.exposed.get(region, ()) for region in regions)


class _Reader:
    """One pass over the clauses: regions (main program, procedures), nesting, and what each symbol is used for."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._path: list[int] = []
        self._region = 0
        self._blocks = 0
        self.uses: dict[str, list[_Use]] = {}
        self.refused: set[str] = set()
        self.exposed: dict[int, set[str]] = {}
        self.library = False

    def read(self) -> Refusal | None:
        """Why the program is left alone, or None."""
        seen_code = False
        for clause, conditional in _clauses(self._tokens):
            words = [self._tokens[index].text.lower() for index in clause]
            if len(words) > 1 and words[1] == ":":
                self.library = self.library or not seen_code
                self.refused.add(words[0])
                seen_code = True
                continue
            seen_code = True
            problem = self._hazard(clause, words)
            if problem:
                return Refusal(f"{problem}: line {line_of(self._tokens, clause[0])}")
            self._clause(clause, words, conditional)
        return None

    def _hazard(self, clause: list[int], words: list[str]) -> str | None:
        first, second = words[0], words[1] if len(words) > 1 else ""
        if first in _REFUSED and second != "=":
            return first
        for at, word in enumerate(words):
            if self._called(clause, at) and _FUNCTIONS.match(word):
                return "reads-names"
        if first == "procedure" and "(" in words:
            return "expose-list"
        if first in ("signal", "call") and second in ("value", "("):
            return "computed-label"
        kind = self._tokens[clause[0]].kind
        if kind is Kind.WORD and (second == "=" or first in _INSTRUCTIONS or (second in _OPERATORS and words[2:3] == ["="])):
            return None
        # Anything else is handed to the system as a command; a call written as a clause runs the result as one.
        return "command"

    def _clause(self, clause: list[int], words: list[str], conditional: bool) -> None:
        first = words[0]
        if first == "procedure":
            self._blocks += 1
            self._region, self._path = self._blocks, []
            self.exposed[self._region] = set(words[2:])
        if first == "end" and self._path:
            self._path.pop()
        targets = self._targets(words)
        for at, word in enumerate(words):
            token = self._tokens[clause[at]]
            if token.kind is not Kind.WORD:
                continue
            if "." in word:
                self.refused.update(word.split("."))
                continue
            before = words[at - 1] if at else ""
            if self._called(clause, at) or (at and before in ("call", "signal", "on", "off", "name") and first in
                                            ("call", "signal")):  # fmt: skip
                self.refused.add(word)
                continue
            if word in _INSTRUCTIONS and at == 0 and words[1:2] != ["="]:
                continue
            use = _Use(clause[at], self._region, tuple(self._path), at in targets and not conditional)
            self.uses.setdefault(word, []).append(use)
        if first in ("do", "select") and words[1:2] != ["="]:
            self._blocks += 1
            self._path.append(self._blocks)

    def _called(self, clause: list[int], at: int) -> bool:
        """Whether a word is the name of a function that is called: its parenthesis touches it."""
        return at + 1 < len(clause) and self._tokens[clause[at + 1]].text == "(" and clause[at + 1] == clause[at] + 1

    def _targets(self, words: list[str]) -> set[int]:
        """Which words of a clause are assigned to, before any other of its words is read."""
        if words[1:2] == ["="]:
            # "n = n + 1" reads first.
            return {0} if words[0] not in words[2:] else set()
        if words[0] == "do" and words[2:3] == ["="]:
            return {1}
        if words[0] not in ("parse", "arg", "pull"):
            return set()
        start = next((at for at, word in enumerate(words) if word in _PARSED), len(words))
        if words[start : start + 1] == ["var"]:
            start += 1
        if words[0] == "parse" and "value" in words[:3]:
            start = words.index("with") if "with" in words else len(words)
        inside = set(words[:start])
        return {at for at in range(start + 1, len(words)) if words[at] not in inside and words[at - 1] != "("}


def _clauses(tokens: list[Token]) -> list[tuple[list[int], bool]]:
    """The clauses of a program, each with whether it runs only under a condition."""
    found: list[tuple[list[int], bool]] = []
    clause: list[int] = []
    conditional = False

    def close(then: bool) -> None:
        nonlocal clause, conditional
        if clause:
            found.append((clause, conditional))
            conditional = then
        clause = []

    code = set(code_of(tokens))
    for index, token in enumerate(tokens):
        word = token.text.lower()
        if token.kind is Kind.NEWLINE and clause and tokens[clause[-1]].text == ",":
            # Continued on the next line.
            continue
        if token.kind is Kind.NEWLINE or (token.text == ";" and token.kind is Kind.SYMBOL):
            close(False)
        elif index in code and token.kind is not Kind.DIRECTIVE:
            if token.kind is Kind.WORD and word in ("then", "else", "otherwise") and not _assigned(tokens, index):
                close(False)
                clause = [index]
                close(True)
                continue
            clause.append(index)
            if token.text == ":" and len(clause) == 2 and tokens[clause[0]].kind is Kind.WORD:
                close(False)
    close(False)
    return found


def _assigned(tokens: list[Token], index: int) -> bool:
    rest = [token.text for token in tokens[index + 1 : index + 3] if token.kind is not Kind.SPACE]
    return rest[:1] == ["="]
