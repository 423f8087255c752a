"""Gives a COBOL program another layout: case of its keywords, depth of its indentation, runs of blanks.

Nothing leaves its columns: sequence area, columns 7 and 73-80 stay, area A stays area A, and a line that would grow
past column 72 stays as it was. Indentation follows the author's own: what stood deeper still stands deeper, by even
steps. Only words that some dialect reserves change their case, never names, literals, pictures, comments, COPY
statements, the configuration section or what the outside knows by name. The lexemes of parent and child are compared,
apart from their case; any difference is a refusal.

    >>> program = Program("a.cob", "           MOVE   1   TO A.\\n", False)
    >>> Layout(step=4).apply(program, 1).text
    '           move 1 to A.\\n'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_edit import Draft
from provenance.steps.augment.cobol_entries import entries
from provenance.steps.augment.cobol_hazards import hazard, significant
from provenance.steps.augment.cobol_logical import Lexeme, Unreadable, comment_entries, indicator, lexemes, lines_of
from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

# Words after which a sentence, or one word, names what the outside knows.
_OUTWARD = frozenset({"SELECT", "ASSIGN", "FD", "SD", "RD", "CD", "COPY"})
_BEFORE_NAME = frozenset({"PROGRAM", "FUNCTION", "CALL", "CANCEL", "ENTRY"})
_STEPS = (2, 3, 4)
_MULTILINE = frozenset({Kind.PSEUDO, Kind.EXEC, Kind.DIRECTIVE})


@dataclass(frozen=True, slots=True)
class Layout:
    """Another layout.

    Args:
        keywords: "upper", "lower" or "keep"; "other" is lower case where most keywords are in upper case, else upper.
        step: columns of one depth of indentation, 1..8; 0 draws 2, 3 or 4 by seed.
        blanks: runs of blanks between words become one.
    """

    keywords: str = "other"
    step: int = 0
    blanks: bool = True

    name: ClassVar[str] = "layout"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"keywords": self.keywords, "step": self.step, "blanks": self.blanks}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Lay out one program."""
        tokens = tokenise(program.text, program.free_format)
        if reason := hazard(tokens):
            return Refusal(reason)
        try:
            before = lexemes(tokens, program.free_format)
        except Unreadable as refusal:
            return Refusal(str(refusal))
        step = self.step or seeded(self, program, seed).choice(_STEPS)
        still = comment_entries(tokens, program.free_format)
        edits = {index: word for index, word in self._cased(tokens).items() if index not in still}
        if self.blanks:
            edits |= _blanks(tokens, still)
        indents = dict(_indents(tokens, step, 1 if program.free_format else 8, still))
        draft = Draft(tokens, program.free_format)
        done = sum(_lay(draft, tokens, line, edits, indents) for line in lines_of(tokens))
        text = draft.text()
        if text == program.text:
            return Refusal("no-candidates")
        if not _alike(before, text, program.free_format):
            return Refusal("lexemes-differ")
        return Change(text, program.free_format, done)

    def _cased(self, tokens: list[Token]) -> dict[int, str]:
        words = list(_keywords(tokens))
        upper = self.keywords == "upper"
        if self.keywords == "other":
            case = Counter(tokens[index].text.isupper() for index in words)
            upper = case[False] > case[True]
        if self.keywords == "keep":
            return {}
        return {index: tokens[index].text.upper() if upper else tokens[index].text.lower() for index in words}


TRANSFORMS = (Layout(),)


def _keywords(tokens: list[Token]) -> Iterator[int]:
    """Indexes of reserved words that are certainly not names which somebody outside knows."""
    code = significant(tokens)
    # A data item may be named as some other dialect's reserved word.
    names = {tokens[entry.name].text.upper() for entry in entries(tokens) if entry.name}
    inside = configuration = False
    sentence: list[str] = []
    for index in code:
        token = tokens[index]
        word = token.text.upper()
        if token.kind is Kind.PERIOD:
            if sentence[:2] == ["CONFIGURATION", "SECTION"]:
                configuration = True
            elif sentence[1:2] in (["SECTION"], ["DIVISION"]):
                configuration = False
            # PROGRAM-ID and its name are parted by a period.
            inside = sentence in (["PROGRAM-ID"], ["FUNCTION-ID"])
            sentence = []
            continue
        sentence.append(word)
        if token.kind is not Kind.WORD or word not in LANGUAGE.reserved:
            continue
        named = len(sentence) > 1 and sentence[-2] in _BEFORE_NAME
        if not (inside or configuration or named or word in names):
            yield index
        inside = inside or word in _OUTWARD


def _blanks(tokens: list[Token], still: set[int]) -> dict[int, str]:
    """Runs of blanks between two pieces of code, each made one."""
    return {
        at: " "
        for at, (before, token, after) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False), 1)
        if token.kind is Kind.SPACE and len(token.text) > 1 and before.kind not in BLANK and after.kind not in BLANK
        and at + 1 not in still
    }


def _indents(tokens: list[Token], step: int, area: int, still: set[int]) -> Iterator[tuple[int, int]]:
    """Index of the first code token of a line, and the column where it shall begin."""
    stack: list[int] = []
    whole = False
    for line in lines_of(tokens):
        code = [index for index in line if tokens[index].kind not in BLANK]
        first = tokens[code[0]] if code else None
        # Literals, pseudo-text and blocks that go on over lines own the blanks that their lines begin with.
        begins, whole = not whole, whole and not code
        if first is None:
            continue
        last = tokens[code[-1]]
        whole = last.open or last.kind in _MULTILINE
        movable = begins and first.kind not in _MULTILINE and not indicator(tokens, line) and code[0] not in still
        if first.column < area + 4:
            stack = []
        elif movable:
            while stack and stack[-1] >= first.column:
                stack.pop()
            yield code[0], area + 4 + step * len(stack)
            stack.append(first.column)


def _lay(draft: Draft, tokens: list[Token], line: list[int], edits: dict[int, str], indents: dict[int, int]) -> bool:
    """Lay out one line as far as it fits."""
    words = {index: edits[index] for index in line if edits.get(index, tokens[index].text) != tokens[index].text}
    moved = dict(words)
    first = next((index for index in line if index in indents), None)
    if first is not None:
        lead = [index for index in line if index < first and tokens[index].kind is Kind.SPACE]
        indent = " " * (indents[first] - tokens[lead[0]].column) if lead else ""
        if lead and indent != tokens[lead[0]].text:
            moved |= dict.fromkeys(lead, "") | {lead[0]: indent}
    return any(found and draft.propose(found) for found in (moved, words))


def _alike(before: list[Lexeme], text: str, free_format: bool) -> bool:
    """Whether a text has these lexemes, but for the case of words."""
    try:
        after = lexemes(tokenise(text, free_format), free_format)
    except Unreadable:
        return False
    return [_folded(lexeme) for lexeme in after] == [_folded(lexeme) for lexeme in before]


def _folded(lexeme: Lexeme) -> Lexeme:
    return lexeme._replace(text=lexeme.text.upper()) if lexeme.kind is Kind.WORD else lexeme
