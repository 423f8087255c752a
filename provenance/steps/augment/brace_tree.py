"""The brackets of a Java or Apex text: what encloses what, which braces hold a class, where a type ends and begins.

Enough structure to say what a name belongs to; no grammar. Positions count code tokens only.

    >>> from provenance.languages.lexing import tokenise
    >>> tree = tree_of(tokenise("java", "class A { void f() { g(); } }"), "java")
    >>> [tree.text[brace] + str(brace) for brace in tree.classes], tree.enclosing[9]
    (['{2'], 7)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from provenance.languages.lexing import Kind, Token, code_of

_OPENS = {"(": ")", "[": "]", "{": "}"}
_CLASS = frozenset({"class", "interface", "enum", "record"})
_MODIFIER_WORDS = """
public protected private static final abstract native synchronized strictfp transient volatile sealed default global
virtual override testmethod webservice
"""
_NO_TYPE_WORDS = """
return new else throw instanceof case when in do break continue insert update delete upsert undelete merge on extends
implements throws if while for switch try catch finally yield assert import package goto permits class interface enum
record super this and or not like limit offset from where select
"""
MODIFIERS = frozenset(_MODIFIER_WORDS.split())
#: Words that may stand before a name without being its type.
NO_TYPE = frozenset(_NO_TYPE_WORDS.split()) | MODIFIERS
_FAR = 400


@dataclass(slots=True)
class Tree:
    """Structure of one text.

    Attributes:
        at: index in the token list of each code token.
        kind: kind of each.
        text: text of each; folded where the language folds.
        match: partner of each bracket, else -1.
        enclosing: innermost bracket around each, else -1; a closing bracket lies in its own.
        classes: opening braces of classes -> what their head says.
        owner: innermost class brace around each, else -1.
        braces: innermost brace around each, else -1.
    """

    at: list[int]
    kind: list[Kind]
    text: list[str]
    match: list[int]
    enclosing: list[int]
    owner: list[int]
    braces: list[int]
    classes: dict[int, frozenset[str]] = field(default_factory=dict)

    def word(self, position: int) -> bool:
        """Whether a word stands there."""
        return 0 <= position < len(self.kind) and self.kind[position] is Kind.WORD

    def get(self, position: int) -> str:
        """The text there, or nothing beyond the ends."""
        return self.text[position] if 0 <= position < len(self.text) else ""

    def type_start(self, end: int) -> int:
        """Where the type begins that ends here, or -1."""
        here = end
        if self.get(here) == "...":
            here -= 1
        while self.get(here) == "]" and self.get(here - 1) == "[":
            here -= 2
        if self.get(here) == ">":
            here = self.angle_start(here) - 1
        if not self.word(here) or self.text[here] in NO_TYPE:
            return -1
        while self.get(here - 1) == "." and self.word(here - 2) and end - here < _FAR:
            here -= 2
        return here

    def angle_start(self, end: int) -> int:
        """The ``<`` of the type arguments that end here, or -1."""
        depth = 0
        for here in range(end, max(-1, end - _FAR), -1):
            mark = self.text[here]
            if mark in (">", "<"):
                depth += 1 if mark == ">" else -1
                if depth == 0:
                    return here
            elif not (self.kind[here] is Kind.WORD or mark in (".", ",", "?", "&", "[", "]", "@")):
                return -1
        return -1

    def modifiers_start(self, start: int) -> tuple[int, frozenset[str]]:
        """Where the modifiers and annotations in front of a type begin, and what they are (annotations with their @)."""
        found: set[str] = set()
        here = start - 1
        while here >= 0 and start - here < _FAR:
            if self.word(here) and self.get(here - 1) == "@":
                found.add("@" + self.text[here])
                here -= 2
            elif self.word(here) and self.text[here] in MODIFIERS:
                found.add(self.text[here])
                here -= 1
            elif self.text[here] == ")" and self.word(self.match[here] - 1) and self.get(self.match[here] - 2) == "@":
                found.add("@" + self.text[self.match[here] - 1])
                here = self.match[here] - 3
            elif self.text[here] == ">" and (opening := self.angle_start(here)) > 0:
                here = opening - 1
            else:
                break
        return here + 1, frozenset(found)

    def statement_end(self, start: int) -> int:
        """The last position of the statement that begins here."""
        here = start
        for _ in range(_FAR):
            mark = self.get(here)
            if mark == "{":
                return self.match[here]
            if mark in ("if", "for", "while", "switch", "synchronized") and self.get(here + 1) == "(":
                here = self.match[here + 1] + 1
                continue
            break
        # "else", "do", "try": rather too short a scope than too long; what lies outside is not renamed.
        while here < len(self.text):
            if self.text[here] == ";":
                return here
            if self.text[here] in _OPENS:
                here = self.match[here]
            elif self.text[here] in (")", "]", "}"):
                return here
            here += 1
        return len(self.text) - 1

    def expression_end(self, start: int) -> int:
        """The last position of the lambda body that begins here."""
        if self.get(start) == "{":
            return self.match[start]
        here = start
        while here < len(self.text) and self.text[here] not in (")", "]", "}", ",", ";"):
            here = (self.match[here] if self.text[here] in _OPENS else here) + 1
        return here - 1


def tree_of(tokens: list[Token], language: str) -> Tree | None:
    """The structure of a text, or None where its brackets do not pair."""
    at = code_of(tokens)
    kind = [tokens[index].kind for index in at]
    text = [tokens[index].text for index in at]
    if language == "apex":
        text = [part.lower() if kind[position] is Kind.WORD else part for position, part in enumerate(text)]
    size = len(at)
    tree = Tree(at, kind, text, [-1] * size, [-1] * size, [-1] * size, [-1] * size)
    stack: list[int] = []
    for position in range(size):
        mark = text[position] if kind[position] is Kind.SYMBOL else ""
        if mark in ("}", ")", "]"):
            if not stack or _OPENS[text[stack[-1]]] != mark:
                return None
            tree.match[position] = stack[-1]
            tree.match[stack[-1]] = position
        tree.enclosing[position] = stack[-1] if stack else -1
        if mark in ("}", ")", "]"):
            stack.pop()
        elif mark in _OPENS:
            stack.append(position)
    if stack:
        return None
    _classes(tree)
    return tree


def _classes(tree: Tree) -> None:
    """Find the braces of classes and say of each position in which it lies."""
    starts: dict[int, int] = {-1: 0}
    bodies: set[int] = set()
    for position, mark in enumerate(tree.text):
        around = tree.enclosing[position]
        tree.owner[position], tree.braces[position] = _within(tree, around)
        if tree.kind[position] is not Kind.SYMBOL:
            continue
        if mark == "{":
            head = _head(tree, position, starts.get(around, around + 1))
            if head is not None:
                tree.classes[position] = head
            starts[position] = position + 1
        if mark == ";" and around in tree.classes and tree.braces[position] == around:
            bodies.add(around)
        if mark in (";", "}"):
            outer = tree.enclosing[tree.match[position]] if mark == "}" else around
            starts[outer] = position + 1
        if mark == "{" and position not in tree.classes and "enum" in tree.classes.get(around, ()) and around not in bodies:
            tree.classes[position] = frozenset({"constant"})


def _within(tree: Tree, around: int) -> tuple[int, int]:
    if around < 0:
        return -1, -1
    if tree.text[around] != "{":
        return tree.owner[around], tree.braces[around]
    return (around if around in tree.classes else tree.owner[around]), around


def _head(tree: Tree, brace: int, start: int) -> frozenset[str] | None:
    """The words of a class's head, or None where the brace opens something else."""
    before = tree.get(brace - 1)
    if before in ("->", "=", "]", ",", "("):
        return None
    around = tree.enclosing[brace]
    if before == ")" and _made(tree, tree.match[brace - 1] - 1):
        return frozenset({"anonymous"})
    if around >= 0 and tree.text[around] != "{":
        return None
    words = [position for position in range(start, brace) if tree.word(position)]
    for position in words[:_FAR]:
        if tree.text[position] in _CLASS and tree.get(position - 1) != "." and tree.word(position + 1):
            follows = tree.get(position + 2)
            if tree.text[position] != "record" or follows in ("(", "<"):
                return frozenset(tree.text[word] for word in words if tree.text[word] in _CLASS | {"extends", "implements"})
    return None


def _made(tree: Tree, end: int) -> bool:
    """Whether ``new Type`` ends here."""
    start = tree.type_start(end)
    return start > 0 and tree.text[start - 1] == "new"
