"""New names for the local variables, cursors, exceptions and loop indexes of PL/SQL bodies.

Parameters stay: callers give them by name. Left alone: names that stand anywhere in SQL within their scope, for a column of
that name would be meant first; names that a nested subprogram has as a parameter; bind variables; names that are qualified
by a subprogram or a label. Refused: conditional compilation, substitution variables, texts whose blocks do not close.

    >>> text = "declare n number; begin n := 1; end;"
    >>> RenamePlsql().apply(Program("a.sql", text, False), 1).edits
    1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.lexing import Kind, Token
from provenance.languages.plsql import LANGUAGE
from provenance.steps.augment.plain_names import PlainNamer
from provenance.steps.augment.plsql_blocks import Blocks, Scope, blocks_of
from provenance.steps.augment.source_text import columns_kept, read, renamed_text, words_of
from provenance.steps.augment.strip_comments import reads_itself
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded


@dataclass(frozen=True, slots=True)
class RenamePlsql:
    """New names for what a body declares."""

    name: ClassVar[str] = "rename-plsql"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "plsql"
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
        reason = reads_itself(program.text, self.language)
        if reason:
            return reason
        if any(token.text == "&" and _named(tokens, index + 1) for index, token in enumerate(tokens)):
            return Refusal("substitution-variable")
        blocks = blocks_of(tokens)
        if blocks is None:
            return Refusal("blocks-unclear")
        namer = PlainNamer(seeded(self, program, seed), words_of(tokens), LANGUAGE.reserved, snake=True)
        changes: dict[int, str] = {}
        done = 0
        quoted = {token.text.strip('"').lower() for token in tokens if token.text.startswith('"')}
        places_of: dict[str, list[int]] = {}
        for position, word in enumerate(blocks.text):
            if blocks.kind[position] is Kind.WORD:
                places_of.setdefault(word, []).append(position)
        for name, scopes in blocks.declared.items():
            if name.upper() in LANGUAGE.reserved or name in quoted or name in blocks.called:
                continue
            places = _places(blocks, name, scopes, places_of[name])
            if not places:
                continue
            new = namer.like(tokens[blocks.at[places[0]]].text)
            if new:
                done += 1
                changes.update((blocks.at[place], new) for place in places)
        if not done:
            return Refusal(f"no-safe-site: {len(blocks.declared)} left alone" if blocks.declared else "no-candidates")
        text = renamed_text(tokens, columns_kept(tokens, changes), self.language)
        return Change(text, program.free_format, done) if text is not None else Refusal("other-code")


TRANSFORMS = (RenamePlsql(),)


def _named(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and (tokens[index].kind is Kind.WORD or tokens[index].text == "&")


def _places(blocks: Blocks, name: str, scopes: list[Scope], places: list[int]) -> list[int]:
    """Every place of a name to change in its scopes, or nothing where one of them is not certain."""
    spans = [(scope.start, scope.end) for scope in scopes]
    if any(end < 0 for _, end in spans):
        return []
    found: list[int] = []
    for parameter in blocks.parameters.get(name, ()):
        if any(start <= parameter <= end for start, end in spans):
            return []
    for place in places:
        if not any(start <= place <= end for start, end in spans):
            continue
        before = blocks.text[place - 1] if place else ""
        after = blocks.text[place + 1] if place + 1 < len(blocks.text) else ""
        if after == "=>" and before in ("(", ","):
            continue
        if before == ".":
            if place > 1 and blocks.text[place - 2] in blocks.called:
                return []
            continue
        # A declared cursor is named in front of its query, everything else in SQL may be a column.
        if blocks.sql[place] and not (before == "cursor" and any(place == start for start, _ in spans)):
            return []
        if before in (":", "&", "<<", "goto", "end", "procedure", "function", "type", "subtype") or after == ">>":
            return []
        found.append(place)
    return found
