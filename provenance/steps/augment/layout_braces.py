"""New layout for Java, Apex, C and C++: indentation, place of the opening brace, blanks and blank lines.

Only blanks and ends of lines change; the code tokens are compared with the parent's before a result is given.

    >>> LayoutBraces("java", indent=2, braces="end").apply(Program("A.java", "class A\\n{\\n  int  b;\\n}\\n", False), 1)
    Change(text='class A {\\n  int b;\\n}\\n', free_format=False, edits=2, included=())
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.lexing import Kind, Token
from provenance.steps.augment.brace_indent import indented
from provenance.steps.augment.source_text import SAME_PROGRAM, read, same_code
from provenance.steps.augment.strip_comments import reads_itself
from provenance.steps.augment.transform import Change, Program, Refusal, seeded

#: What chance draws from: blanks a level (0 is a tab) and the place of an opening brace.
_STYLES = ((2, "end"), (4, "end"), (4, "next"), (2, "next"), (0, "end"), (0, "next"), (3, "end"), (8, "end"))
_SPACED = frozenset({"if", "for", "while", "switch", "catch", "synchronized"})
_FOLLOWERS = frozenset({"else", "catch", "finally"})


@dataclass(frozen=True, slots=True)
class LayoutBraces:
    """Another layout of the same tokens.

    Args:
        language: name of the language.
        indent: blanks a level, 0 for a tab, -1 to draw by seed.
        braces: ``end`` (of the line that they belong to), ``next`` (line), or empty to draw by seed.
    """

    language: str
    indent: int = -1
    braces: str = ""

    version: ClassVar[str] = "1"
    preserves: ClassVar[str] = SAME_PROGRAM
    needs: ClassVar[frozenset[str]] = frozenset()

    @property
    def name(self) -> str:
        """Family and language."""
        return f"layout-{self.language}"

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"indent": self.indent, "braces": self.braces}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Lay out one program."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        reason = reads_itself(program.text, self.language)
        if reason:
            return reason
        if any(token.kind is Kind.SYMBOL and token.text in ("#", "\\") for token in tokens):
            return Refusal("directive-unclear")
        styles = [
            (indent, braces)
            for indent, braces in _STYLES
            if self.indent in (-1, indent) and self.braces in ("", braces)
        ] or [(max(self.indent, 0), self.braces or "end")]
        seeded(self, program, seed).shuffle(styles)
        for indent, braces in styles:
            lines = _joined(tokens, braces, self.language)
            placed = indented(lines, " " * indent if indent else "\t")
            if placed is None:
                return Refusal("brackets-unpaired")
            text = "".join(token.text for token in placed)
            if text != program.text:
                if not same_code(tokens, text, self.language):
                    return Refusal("other-code")
                return Change(text, program.free_format, _edits(tokens, placed))
        return Refusal("no-candidates")


TRANSFORMS = tuple(LayoutBraces(language) for language in ("java", "apex", "c", "cpp"))


def _edits(before: list[Token], after: list[Token]) -> int:
    """How many gaps between tokens, and comments, changed."""
    gaps = sum(one != other for one, other in zip(_gaps(before), _gaps(after), strict=True))
    return gaps + sum(one != other for one, other in zip(_comments(before), _comments(after), strict=True))


def _comments(tokens: list[Token]) -> list[str]:
    return [token.text for token in tokens if token.kind is Kind.COMMENT]


def _gaps(tokens: list[Token]) -> list[str]:
    gaps = [""]
    for token in tokens:
        if token.kind in (Kind.SPACE, Kind.NEWLINE):
            gaps[-1] += token.text
        else:
            gaps.append("")
    return gaps


def _joined(tokens: list[Token], braces: str, language: str) -> list[Token]:
    """The tokens with new blanks within lines, braces in their place, blank lines thinned."""
    newline = "\r\n" if any(token.text == "\r\n" for token in tokens) else "\n"
    out: list[Token] = []
    parens = [0]
    solid = [index for index, token in enumerate(tokens) if token.kind not in (Kind.SPACE, Kind.NEWLINE)]
    before = -1
    for index in [*solid, len(tokens)]:
        blanks = tokens[before + 1 : index]
        old = "".join(token.text for token in blanks)
        left = tokens[before] if before >= 0 else None
        right = tokens[index] if index < len(tokens) else None
        if left is not None and left.kind is Kind.SYMBOL:
            _count(left.text, parens)
        after = tokens[index + 1 : index + 3]
        new = _gap(old, left, right, _ends_line(after), braces, parens[-1] == 0, language, newline)
        out.extend(_blank_tokens(new))
        if right is not None:
            out.append(right)
        before = index
    return out


def _count(text: str, parens: list[int]) -> None:
    """How many parentheses are open within the innermost brace."""
    if text == "{":
        parens.append(0)
    elif text == "}" and len(parens) > 1:
        parens.pop()
    elif text in ("(", "["):
        parens[-1] += 1
    elif text in (")", "]"):
        parens[-1] -= 1


def _ends_line(after: list[Token]) -> bool:
    rest = [token for token in after if token.kind is not Kind.SPACE]
    return not rest or rest[0].kind is Kind.NEWLINE


def _gap(
    old: str, left: Token | None, right: Token | None, ends: bool, braces: str, plain: bool, language: str, newline: str
) -> str:
    """The blanks that stand between two tokens, where old ones stood."""
    if left is None:
        return ""
    if right is None:
        return newline if "\n" in old or "\r" in old else ""
    # A preprocessor line holds its own leading blanks and wants a line of its own.
    bound = Kind.DIRECTIVE in (left.kind, right.kind) or Kind.COMMENT in (left.kind, right.kind) or "\\" in old
    lines = old.count("\n") or old.count("\r")
    if not bound:
        word = right.text.lower() if right.kind is Kind.WORD else ""
        heads = left.kind is Kind.WORD or left.text == ")"
        if right.text == "{" and heads and left.text.lower() != "return":
            if lines and braces == "end":
                return " "
            if not lines and braces == "next" and ends and plain:
                return newline
        if left.text == "}" and word in _FOLLOWERS:
            return " " if braces == "end" else newline
        if not lines:
            return _inner(old, left, right, language)
    if "\\" in old:
        return old
    if not lines:
        return " " if old else ""
    tight = left.text == "{" or right.text == "}"
    return newline * min(lines, 1 if tight else 2)


def _inner(old: str, left: Token, right: Token, language: str) -> str:
    """Blanks within a line: one for many, and one where most hands write one."""
    if old:
        return " "
    if language in ("c", "cpp"):
        # What stands in the argument of a macro may be turned into a string: no blank where none was.
        return ""
    if left.text == "," or (left.text == ")" and right.text == "{"):
        return " "
    return " " if right.text == "(" and left.kind is Kind.WORD and left.text.lower() in _SPACED else ""


def _blank_tokens(text: str) -> list[Token]:
    """Blanks as the lexer would give them."""
    out: list[Token] = []
    for piece in text.splitlines(keepends=True):
        body = piece.rstrip("\r\n")
        if body:
            out.append(Token(Kind.SPACE, body))
        if len(body) < len(piece):
            out.append(Token(Kind.NEWLINE, piece[len(body) :]))
    return out
