"""The blocks of a PL/SQL text: which names a subprogram declares, how far each reaches, and where SQL stands.

    >>> from provenance.languages.lexing import tokenise
    >>> blocks = blocks_of(tokenise("plsql", "declare n number; begin n := 1; end;"))
    >>> [(name, [scope.start for scope in scopes]) for name, scopes in blocks.declared.items()]
    [('n', [1])]
"""

from __future__ import annotations

from dataclasses import dataclass, field

from provenance.languages.lexing import Kind, Token, code_of

_NO_NAME = frozenset({
    "type", "subtype", "cursor", "pragma", "procedure", "function", "begin", "end", "package", "exception", "member", "static",
    "constructor", "map", "order", "overriding", "final", "not", "instantiable",
})  # fmt: skip
_QUERIES = frozenset({"select", "insert", "update", "delete", "merge", "with"})
_STOPS = frozenset({"is", "as", ";"})


@dataclass(slots=True)
class Scope:
    """From a declaration to the end of its block; ``end`` is -1 while the block is open."""

    start: int
    end: int = -1


@dataclass(slots=True)
class _Frame:
    kind: str
    begun: bool
    names: list[Scope] = field(default_factory=list)


@dataclass(slots=True)
class Blocks:
    """What was found.

    Attributes:
        at: index in the token list of each code token.
        text: folded text of each.
        declared: local variable, cursor, exception or loop index -> its scopes, in positions.
        parameters: names of parameters -> positions.
        called: names of subprograms and labels.
        sql: for each position, whether it lies in SQL, a type or a cursor.
    """

    at: list[int]
    text: list[str]
    kind: list[Kind]
    declared: dict[str, list[Scope]] = field(default_factory=dict)
    parameters: dict[str, list[int]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    sql: list[bool] = field(default_factory=list)


def blocks_of(tokens: list[Token]) -> Blocks | None:
    """The blocks of a text, or None where its ``END``s do not match what they should end."""
    at = code_of(tokens)
    kinds = [tokens[index].kind for index in at]
    text = [tokens[index].text.lower() for index in at]
    blocks = Blocks(at, text, kinds)
    blocks.sql = _sql(text, kinds)
    return blocks if _Reader(blocks).read() else None


def _sql(text: list[str], kinds: list[Kind]) -> list[bool]:
    """Mark everything from a word that begins a query, a type or a cursor to its semicolon or closing parenthesis."""
    marks = [False] * len(text)
    depth = 0
    begun: int | None = None
    for position, word in enumerate(text):
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        if begun is not None and (depth < begun or (word == ";" and depth <= begun)):
            begun = None
        before = text[position - 1] if position else ";"
        if begun is None and kinds[position] is Kind.WORD and before not in (".", "%", ":"):
            starts = before in (";", "(", "begin", "then", "else", "loop", "is", "as", "for", "declare", "exception")
            if (word in _QUERIES and starts) or (word in ("cursor", "type", "subtype", "forall", "fetch") and starts):
                begun = depth
        marks[position] = begun is not None
    return marks


class _Reader:
    """One pass over the code, with a stack of what is open."""

    def __init__(self, blocks: Blocks) -> None:
        self._b = blocks
        self._open: list[_Frame] = []
        self._loop: list[Scope] = []

    def read(self) -> bool:
        """Whether everything that was opened was closed."""
        position = 0
        size = len(self._b.text)
        while position < size:
            if self._b.kind[position] is Kind.DIRECTIVE and self._b.text[position] == "$if":
                return False
            if self._b.text[position] == "<<" and position + 1 < size:
                self._b.called.add(self._b.text[position + 1])
            step = self._word(position) if self._b.kind[position] is Kind.WORD else position + 1
            if step < 0:
                return False
            position = step
        return not self._open

    def _word(self, position: int) -> int:
        """Where to go on behind a word, or -1."""
        word = self._b.text[position]
        before = self._b.text[position - 1] if position else ";"
        if before in (".", "%", ":", "&"):
            return position + 1
        if word == "end" and not self._b.sql[position]:
            return self._end(position)
        if word == "case" and before != "end":
            self._open.append(_Frame("case", True))
            return position + 1
        if word == "end":
            # The end of a CASE expression within a query.
            return self._end(position) if self._open and self._open[-1].kind == "case" else -1
        if self._b.sql[position] and word != "cursor":
            return position + 1
        if word in ("procedure", "function") and before in (";", "is", "as", "replace", "create", "editionable", "member",
                                                            "static", "constructor", "map", "order", "begin", "/", "declare",
                                                            "noneditionable"):  # fmt: skip
            return self._subprogram(position)
        if word == "package" or (word == "body" and before == "type"):
            return self._package(position)
        return self._block_word(position, word, before)

    def _block_word(self, position: int, word: str, before: str) -> int:
        if word == "declare":
            self._open.append(_Frame("block", False))
        elif word == "begin":
            if self._open and not self._open[-1].begun:
                self._open[-1].begun = True
            else:
                self._open.append(_Frame("block", True))
        elif word in ("if", "loop") and self._open and before != "end":
            frame = _Frame(word, True)
            if word == "loop":
                frame.names, self._loop = self._loop, []
            self._open.append(frame)
        elif word == "for" and self._open and self._b.text[position + 2 : position + 3] == ["in"]:
            self._declare(position + 1, self._loop)
            return position + 2
        elif self._open and not self._open[-1].begun and self._open[-1].kind != "package":
            name = position + 1 if word == "cursor" else position
            follows = self._b.kind[name + 1 : name + 2]
            starts = before in (";", "is", "as", "declare")
            if starts and (word == "cursor" or (word not in _NO_NAME and follows == [Kind.WORD])):
                self._declare(name, self._open[-1].names)
                return name + 1
        return position + 1

    def _declare(self, position: int, names: list[Scope]) -> None:
        if position < len(self._b.text) and self._b.kind[position] is Kind.WORD:
            scope = Scope(position)
            names.append(scope)
            self._b.declared.setdefault(self._b.text[position], []).append(scope)

    def _end(self, position: int) -> int:
        if not self._open:
            return -1
        frame = self._open.pop()
        for scope in frame.names:
            scope.end = position
        after = self._b.text[position + 1] if position + 1 < len(self._b.text) else ""
        if frame.kind in ("if", "loop") and after != frame.kind:
            return -1
        if frame.kind == "package" and not frame.begun and after in ("if", "loop", "case"):
            return -1
        return position + 2 if after in ("if", "loop", "case") else position + 1

    def _package(self, position: int) -> int:
        here = position + 1
        while here < len(self._b.text) and self._b.text[here] not in _STOPS:
            here += 1
        if here < len(self._b.text) and self._b.text[here] != ";":
            self._open.append(_Frame("package", False))
        return here + 1

    def _subprogram(self, position: int) -> int:
        """The head of a procedure or function: its parameters, and whether a body follows."""
        here = position + 2
        self._b.called.add(self._b.text[position + 1] if position + 1 < len(self._b.text) else "")
        depth = 0
        while here < len(self._b.text):
            word = self._b.text[here]
            if word == "(":
                depth += 1
            elif word == ")":
                depth -= 1
            elif depth == 1 and self._b.text[here - 1] in ("(", ",") and self._b.kind[here] is Kind.WORD:
                self._b.parameters.setdefault(word, []).append(here)
            elif depth == 0 and word in _STOPS:
                break
            here += 1
        follows = self._b.text[here + 1] if here + 1 < len(self._b.text) else ""
        if here < len(self._b.text) and self._b.text[here] != ";" and follows not in ("language", "external"):
            self._open.append(_Frame("subprogram", False))
            return here + 1
        # A head without a body; what the other language is called runs to the semicolon.
        while here < len(self._b.text) and self._b.text[here] != ";":
            here += 1
        return here
