"""What every transform outside COBOL does first: read the tokens, or say why this text is not to be touched.

    >>> read(Program("x.java", "int a = 'b;", False), "java")
    Refusal(reason='unclosed: line 1')
    >>> read(Program("x.rexx", "say 1", False), "java")
    Refusal(reason='other-language: rexx')
"""

from __future__ import annotations

import re

from provenance.languages import by_extension
from provenance.languages.lexing import BLANK, Kind, Token, code_of, line_of, tokenise
from provenance.steps.augment.transform import Program, Refusal

#: What a transform that moves or removes lines preserves; traces of errors show numbers of lines.
SAME_PROGRAM = "standard output, files written, return code; not the line numbers in traces of errors"

# \u0022 and its like are read before comments and strings are: our lexer would see another text than the compiler.
_ASCII_ESCAPE = re.compile(r"\\u+00[0-7][\da-fA-F]")


def read(program: Program, language: str) -> list[Token] | Refusal:
    """The tokens of a program, or ``no-candidates`` (nothing in it), ``other-language``, ``unclosed``, ``unicode-escape``
    or ``line-comment`` (REXX ``--``, which only some dialects read as a comment).
    """
    known = by_extension(program.name)
    if known is not None and known.name != language and {known.name, language} != {"c", "cpp"}:
        return Refusal(f"other-language: {known.name}") if program.text.strip() else Refusal("no-candidates")
    tokens = tokenise(language, program.text)
    code = code_of(tokens)
    if not code:
        return Refusal("no-candidates")
    for index, token in enumerate(tokens):
        if token.open:
            return Refusal(f"unclosed: line {line_of(tokens, index)}")
        if language == "rexx" and token.text == "--":
            return Refusal(f"line-comment: line {line_of(tokens, index)}")
        if language in ("java", "apex") and token.text == "\\":
            return Refusal(f"unicode-escape: line {line_of(tokens, index)}")
    if language == "java" and "\\u" in program.text and _ASCII_ESCAPE.search(program.text):
        return Refusal("unicode-escape")
    return tokens


def words_of(tokens: list[Token]) -> set[str]:
    """Every word of a text, folded, in code, comments, strings and embedded code alike."""
    found: set[str] = set()
    for token in tokens:
        if token.kind is Kind.WORD:
            found.add(token.text.casefold())
        elif token.kind in (Kind.COMMENT, Kind.STRING, Kind.EMBEDDED, Kind.DIRECTIVE):
            found.update(word.casefold() for word in re.findall(r"[\w$#]+", token.text))
    return found


def same_code(tokens: list[Token], text: str, language: str, fold: bool = False) -> bool:
    """Whether a new text has the same code: the same tokens in the same order, blanks and comments apart.

    The last guard of every transform that means to change only those: no slip of ours gets past it.

    Args:
        tokens: the parent's.
        text: the child's.
        fold: letter case does not matter.
    """
    before = [token for token in tokens if token.kind not in BLANK]
    after = [token for token in tokenise(language, text) if token.kind not in BLANK]
    if len(before) != len(after) or any(token.open for token in after):
        return False
    if fold:
        return all(
            old.kind is new.kind
            and (old.text.casefold() == new.text.casefold() if old.kind is Kind.WORD else old.text == new.text)
            for old, new in zip(before, after, strict=True)
        )
    return before == after


def columns_kept(tokens: list[Token], changes: dict[int, str]) -> dict[int, str]:
    """The changes, and with them those of blanks that line up a column: they give way or fill in."""
    kept = dict(changes)
    for index, new in changes.items():
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if after and after.kind is Kind.SPACE and len(after.text) > 1 and set(after.text) == {" "}:
            kept[index + 1] = " " * max(1, len(after.text) - len(new) + len(tokens[index].text))
    return kept


def renamed_text(tokens: list[Token], changes: dict[int, str], language: str) -> str | None:
    """The text with some words changed, or None where a new word would be read as something else.

    Args:
        changes: index in ``tokens`` -> new spelling.
    """
    text = "".join(changes.get(index, token.text) for index, token in enumerate(tokens))
    after = tokenise(language, text)
    same = len(after) == len(tokens) and all(
        new.kind is old.kind and new.text == changes.get(index, old.text)
        for index, (old, new) in enumerate(zip(tokens, after, strict=True))
    )
    return text if same else None
