"""Indentation of a text with braces, computed anew from its tokens.

Not a formatter: lines stay the lines that the author cut, only their leading blanks change. What is inside a literal,
a directive or a query stays; inner lines of a block comment go along where they begin with an asterisk.

    >>> from provenance.languages.lexing import tokenise
    >>> print("".join(t.text for t in indented(tokenise("java", "class A {\\nint b;\\n}"), "  ") or ()))
    class A {
      int b;
    }
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from provenance.languages.lexing import Kind, Token

_CONTROL = frozenset({"if", "for", "while", "else", "do"})
_CLOSES = {"}": "{", ")": "(", "]": "["}


@dataclass(slots=True)
class _Frame:
    """An open bracket: where its line stood, where statements in it stand, what began the present statement."""

    opener: str
    level: int
    statement: int = 0
    first: str = ""
    words: int = 0
    switch: bool = False
    colon_cases: bool = False
    annotation: bool = False


def indented(tokens: list[Token], unit: str) -> list[Token] | None:
    """The tokens with new leading blanks, or None where brackets do not pair."""
    frames = [_Frame("", -1)]
    out: list[Token] = []
    previous = ""
    index = 0
    while index < len(tokens):
        at = index + 1 if tokens[index].kind is Kind.SPACE else index
        end = at
        while end < len(tokens) and tokens[end].kind is not Kind.NEWLINE:
            end += 1
        line = tokens[at:end]
        newline = tokens[end : end + 1]
        index = end + 1
        if not line:
            out.extend(newline)
            continue
        if line[0].kind is Kind.DIRECTIVE:
            out.extend(line + newline)
            previous = ";"
            continue
        level = _level(line, frames, previous)
        if level is None:
            return None
        if level:
            out.append(Token(Kind.SPACE, unit * level))
        out.extend(_shifted(token, unit * level) for token in line)
        out.extend(newline)
        ended = _walk(line, frames, level, previous)
        if ended is None:
            return None
        previous = ended
    return out if len(frames) == 1 else None


def _level(line: list[Token], frames: list[_Frame], previous: str) -> int | None:
    """Units of indentation for a line."""
    closing = 0
    for token in line:
        if token.kind is Kind.SYMBOL and token.text in _CLOSES:
            closing += 1
        elif token.kind is not Kind.SPACE:
            break
    if closing:
        return frames[-closing].level if closing < len(frames) else None
    frame = frames[-1]
    if frame.opener in ("(", "["):
        return frame.level + 2
    inside = frame.level + 1
    head = line[0].text.lower() if line[0].kind is Kind.WORD else line[0].text
    if frame.switch and head not in ("case", "default", "when") and frame.colon_cases:
        inside += 1
    if line[0].kind is Kind.COMMENT and all(token.kind in (Kind.COMMENT, Kind.SPACE) for token in line):
        return inside
    if _fresh(frame, previous) or head == "{":
        return inside
    if frame.first in _CONTROL and previous in (")", "else", "do"):
        return frame.statement + 1
    return inside + 2


def _fresh(frame: _Frame, previous: str) -> bool:
    """Whether a statement begins here."""
    return (
        previous in ("", "{", "}", ";")
        or (previous == "," and frame.opener == "{")
        or (previous == ":" and (frame.first in ("case", "default") or frame.words <= 2))
        or frame.annotation
    )


def _walk(line: list[Token], frames: list[_Frame], level: int, previous: str) -> str | None:
    """Carry the frames over one line; the last code token's text, or None where a bracket closes another kind."""
    first = True
    for token in line:
        if token.kind in (Kind.SPACE, Kind.COMMENT):
            continue
        text = token.text.lower() if token.kind is Kind.WORD else token.text
        frame = frames[-1]
        if token.kind is Kind.SYMBOL and text in _CLOSES:
            if frame.opener != _CLOSES[text]:
                return None
            frames.pop()
            # A closed annotation argument list leaves the annotation's statement still an annotation.
        else:
            _note(token, text, frame, previous, level if first else None)
            if token.kind is Kind.SYMBOL and text in ("{", "(", "["):
                base = frame.statement if text == "{" and frame.opener in ("", "{") else level
                frames.append(_Frame(text, base, switch=frame.first == "switch" or _has_switch(line, token)))
        previous = text
        first = False
    return previous


def _has_switch(line: list[Token], brace: Token) -> bool:
    if brace.text != "{":
        return False
    words = [token.text.lower() for token in line if token.kind is Kind.WORD]
    return "switch" in words and "->" not in {token.text for token in line}


def _note(token: Token, text: str, frame: _Frame, previous: str, level: int | None) -> None:
    """Remember how the present statement of a frame began."""
    if _fresh(frame, previous) and not (frame.annotation and previous in ("@", ".")):
        if not (frame.annotation and text in ("(", ".", "@")) or not frame.annotation:
            frame.first = text
            frame.words = 0
            frame.statement = level if level is not None else frame.level + 1
            frame.annotation = text == "@"
    elif level is not None and frame.first in _CONTROL and previous in (")", "else", "do"):
        frame.first = text
        frame.statement = level
    frame.words += 1
    if frame.switch and frame.first in ("case", "default") and text == ":":
        frame.colon_cases = True


def _shifted(token: Token, lead: str) -> Token:
    if token.kind is not Kind.COMMENT or "\n" not in token.text:
        return token
    return Token(token.kind, re.sub(r"\n[ \t]*(?=\*)", lambda _: f"\n{lead} ", token.text), token.open)
