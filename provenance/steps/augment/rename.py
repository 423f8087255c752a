"""Renames every data name, or every paragraph and section, of one COBOL program.

A name is changed wherever it stands in code, by spelling, so qualification, subscripts and CORRESPONDING pairs go
along. Candidates are names that the compiler lists *and* whose definition is in this text; index names, which it does
not list, are read from INDEXED BY. Refused for the whole program: no listing, EXEC blocks, REPLACE, words continued
over lines, EXHIBIT, XML or JSON GENERATE, debugging. Left alone one by one: names of files, programs, externals,
mnemonics, COPY REPLACING operands, names that a copybook knows, reserved words, and names for which nothing fits
before column 73.

    >>> RenameDataNames(same_length=True).params()
    {'same_length': True}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from provenance.languages.cobol import LANGUAGE
from provenance.languages.cobol_copy import missing_members
from provenance.steps.augment.cobol_edit import Draft
from provenance.steps.augment.cobol_hazards import forbidden_words, hazard, significant, words_of
from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_names import LONGEST, Namer
from provenance.steps.augment.cobol_tokens import Kind, Token, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

_Finder = Callable[[list[Token], Listing], list[str]]


@dataclass(frozen=True, slots=True)
class RenameDataNames:
    """New names for data items, conditions and indexes.

    Args:
        same_length: every new name is as long as the old one, so no line changes its length.
    """

    same_length: bool = False

    name: ClassVar[str] = "rename-data-names"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"same_length": self.same_length}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rename in one program."""
        return _rename(self, program, seed, _data_names, procedure=False)


@dataclass(frozen=True, slots=True)
class RenameParagraphs:
    """New names for paragraphs and sections; numbers in front and ``-EXIT`` behind stay.

    Args:
        same_length: every new name is as long as the old one, so no line changes its length.
    """

    same_length: bool = False

    name: ClassVar[str] = "rename-paragraphs"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"listing"})

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"same_length": self.same_length}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rename in one program."""
        return _rename(self, program, seed, _labels, procedure=True)


TRANSFORMS = (RenameDataNames(), RenameParagraphs())


def _rename(
    transform: RenameDataNames | RenameParagraphs, program: Program, seed: int, candidates: _Finder, *, procedure: bool
) -> Change | Refusal:
    if program.listing is None:
        return Refusal("no-listing")
    tokens = tokenise(program.text, program.free_format)
    reason = hazard(tokens)
    if reason:
        return Refusal(reason)
    unknown = missing_members(program.text, program.copybooks)
    if unknown and program.expanded is None:
        return Refusal(f"copybook-unknown: {unknown[0]}")
    places = _places(tokens)
    forbidden = forbidden_words(tokens, program.copybooks) | LANGUAGE.reserved | _changed_by_copy(places, program)
    names = [name for name in candidates(tokens, program.listing) if name not in forbidden]
    if not names:
        return Refusal("no-candidates")
    taken = words_of("\n".join((program.text, program.expanded or "", *program.copybooks.values())))
    namer = Namer(seeded(transform, program, seed), taken)
    draft = Draft(tokens, program.free_format)
    done = sum(
        _give(draft, tokens, places[name], namer, same_length=transform.same_length, procedure=procedure)
        for name in names
    )
    return Change(draft.text(), program.free_format, done) if done else Refusal("no-name-fits")


def _places(tokens: list[Token]) -> dict[str, list[int]]:
    """Where each word stands in code."""
    places: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        if token.kind is Kind.WORD:
            places.setdefault(token.text.upper(), []).append(index)
    return places


def _changed_by_copy(places: dict[str, list[int]], program: Program) -> set[str]:
    """Names that stand more or less often in the expanded text than here: some copybook makes or uses them."""
    if program.expanded is None:
        return set()
    expanded = Counter(token.text.upper() for token in tokenise(program.expanded, True) if token.kind is Kind.WORD)
    return {name for name, where in places.items() if expanded[name] != len(where)}


def _give(
    draft: Draft, tokens: list[Token], where: list[int], namer: Namer, *, same_length: bool, procedure: bool
) -> bool:
    """Give one name a new spelling in all its places, or leave it where nothing fits."""
    old = tokens[where[0]].text.upper()
    if not same_length:
        for longest in (LONGEST, len(old) + 4, len(old)):
            new = namer.like(old, longest, procedure)
            if new and draft.propose(_edits(tokens, where, new)):
                namer.keep(old, new)
                return True
    new = namer.exactly(len(old), old)
    if new and draft.propose(_edits(tokens, where, new)):
        namer.keep(old, new)
        return True
    return False


def _edits(tokens: list[Token], where: list[int], new: str) -> dict[int, str]:
    edits: dict[int, str] = {}
    for index in where:
        old = tokens[index].text
        edits[index] = new.lower() if old.islower() else new if old.isupper() else new.title()
        grown = len(new) - len(old)
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        # Blanks that line up a column (PIC, VALUE) give way or fill in, so the column stays where it was.
        if grown and after and after.kind is Kind.SPACE and len(after.text) > 1 and set(after.text) == {" "}:
            edits[index + 1] = " " * max(1, len(after.text) - grown)
    return edits


def _data_names(tokens: list[Token], listing: Listing) -> list[str]:
    """Data names to rename, in order of definition."""
    listed = {item.name.upper() for item in listing.data if item.kind != "FILE"}
    labels = {label.name.upper() for label in listing.labels}
    defined = dict.fromkeys(name for name in _definitions(tokens) if name in listed)
    indexes = dict.fromkeys(_index_names(tokens))
    return [name for name in (defined | indexes) if name not in labels]


def _definitions(tokens: list[Token]) -> Iterator[str]:
    """Words that stand right after a level number that begins an entry."""
    before = Kind.PERIOD
    code = significant(tokens)
    for index, following in pairwise(code):
        token = tokens[index]
        if before is Kind.PERIOD and token.kind is Kind.NUMBER and tokens[following].kind is Kind.WORD:
            yield tokens[following].text.upper()
        before = token.kind


def _index_names(tokens: list[Token]) -> Iterator[str]:
    """Words between INDEXED BY and the next reserved word or period."""
    inside = False
    for index in significant(tokens):
        token = tokens[index]
        word = token.text.upper()
        if token.kind is not Kind.WORD:
            inside = inside and word == ","
        elif word == "INDEXED":
            inside = True
        elif word in LANGUAGE.reserved:
            inside = inside and word == "BY"
        elif inside:
            yield word


def _labels(tokens: list[Token], listing: Listing) -> list[str]:
    """Paragraph and section names to rename, in order of definition."""
    listed = {label.name.upper() for label in listing.labels if label.kind in ("section", "paragraph")}
    data = {item.name.upper() for item in listing.data}
    found: dict[str, None] = {}
    before = Kind.WORD
    code = significant(tokens)
    for index, following in pairwise(code):
        token, after = tokens[index], tokens[following]
        ends = after.kind is Kind.PERIOD or after.text.upper() == "SECTION"
        if before is Kind.PERIOD and token.kind is Kind.WORD and ends and token.text.upper() in listed - data:
            found[token.text.upper()] = None
        before = token.kind
    return list(found)
