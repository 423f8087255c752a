"""What in a COBOL program makes its names mean more than names, and which words no transform may touch.

Read from tokens alone, and on the safe side: a word that might be known outside (a file, a called program, a copybook's
field, a mnemonic) is forbidden wherever it stands.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> hazard(tokenise(" EXEC SQL COMMIT END-EXEC.", True))
    'exec-block: line 1'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token

_WORD = re.compile(r"\w[\w-]*")

#: Words that let a program print, or be steered by, the names of its own data or paragraphs.
_REFLECTION = {
    "EXHIBIT": "exhibit",
    "READY": "trace",
    "DEBUGGING": "debugging",
    "EXCEPTION-LOCATION": "exception-location",
    "REPLACE": "replace-statement",
}
# Words that end an ASSIGN clause.
_FILE_CLAUSES = """
ORGANIZATION ORGANISATION ACCESS RECORD ALTERNATE FILE STATUS RESERVE PADDING LOCK SHARING COLLATING SEQUENTIAL
"""
# Words after which comes a name that the outside knows.
_OUTWARD = "SELECT OPTIONAL FD SD RD CD PROGRAM-ID FUNCTION-ID PROGRAM FUNCTION CALL CANCEL ENTRY STATIC"
_ENDS_ASSIGN = frozenset(_FILE_CLAUSES.split())
_BEFORE_OUTWARD = frozenset(_OUTWARD.split())


def words_of(text: str) -> set[str]:
    """Every word of a raw text, in upper case: code, comments and literals alike."""
    return set(_WORD.findall(text.upper()))


def significant(tokens: list[Token]) -> list[int]:
    """Indexes of the tokens that mean something to the compiler."""
    return [index for index, token in enumerate(tokens) if token.kind not in BLANK]


def hazard(tokens: list[Token]) -> str:
    """A refusal reason for the whole program, or empty: its names are seen by something else than the compiler."""
    code = significant(tokens)
    for at, index in enumerate(code):
        token = tokens[index]
        if token.kind is Kind.EXEC:
            return f"exec-block: line {token.line}"
        if token.kind is not Kind.WORD:
            continue
        word = token.text.upper()
        if word in _REFLECTION:
            return f"{_REFLECTION[word]}: line {token.line}"
        if (
            word in ("XML", "JSON")
            and at + 1 < len(code)
            and tokens[code[at + 1]].text.upper() in ("GENERATE", "PARSE")
        ):
            return f"names-are-data: line {token.line}"
    return _continuation(tokens)


def _continuation(tokens: list[Token]) -> str:
    """A word that goes on in the next line is two tokens here; only continued literals are harmless."""
    last: Token | None = None
    continued = False
    for token in tokens:
        if token.kind is Kind.INDICATOR:
            continued = token.text == "-"
        elif token.kind not in BLANK:
            if continued and not (last and last.open):
                return f"continuation-line: line {token.line}"
            continued = False
            last = token
    return ""


def forbidden_words(tokens: list[Token], copybooks: Mapping[str, str]) -> set[str]:
    """Words that the outside may know by name, in upper case."""
    found: set[str] = set()
    for text in copybooks.values():
        found |= words_of(text)
    for token in tokens:
        if token.kind in (Kind.PSEUDO, Kind.DIRECTIVE, Kind.EXEC):
            found |= words_of(token.text)
    for sentence in _sentences(tokens):
        found.update(_outward(sentence))
    return found


def _outward(sentence: list[str]) -> Iterator[str]:
    """Forbidden words of one sentence."""
    inside = ""
    for at, word in enumerate(sentence):
        if word == "COPY":
            yield from sentence[at:]
            return
        if word == "EXTERNAL":
            yield from sentence[:at]
        if word == "ASSIGN":
            inside = word
        elif word in _ENDS_ASSIGN:
            inside = ""
        if inside or (at and sentence[at - 1] in _BEFORE_OUTWARD):
            yield word


def _sentences(tokens: list[Token]) -> Iterator[list[str]]:
    """Words between periods; the configuration section, which is all outside names, comes as one COPY-like sentence."""
    sentence: list[str] = []
    configuration = False
    for index in significant(tokens):
        token = tokens[index]
        if token.kind is Kind.WORD:
            sentence.append(token.text.upper())
        if token.kind is not Kind.PERIOD:
            continue
        if sentence[:2] == ["CONFIGURATION", "SECTION"]:
            configuration = True
        elif "SECTION" in sentence[1:2] or "DIVISION" in sentence[1:2]:
            configuration = False
        # PROGRAM-ID and its name are parted by a period.
        if sentence in (["PROGRAM-ID"], ["FUNCTION-ID"]):
            continue
        yield ["COPY", *sentence] if configuration else sentence
        sentence = []
    yield sentence
