"""Segments a COBOL text: programs, divisions, sections, paragraphs, sentences, statements and their branches.

It loses nothing: the leaves of the tree, joined, are the text. It never raises and never guesses: what it cannot be
certain of (a word that is no verb, COPY, EXEC, REPLACE, a debugging line, a terminator without its statement) is marked
``opaque`` with a code, and whoever rewrites leaves it, and what is around it, alone. It knows no data and no operands.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> tree = segment(tokenise(" PROCEDURE DIVISION. A. IF X = 1 READ F AT END STOP RUN END-READ ELSE GOBACK.", True))
    >>> [(node.name, str(node.ending)) for node in tree.of(Sort.STATEMENT)]
    [('IF', 'period'), ('READ', 'explicit'), ('STOP', 'implied'), ('GOBACK', 'period')]
"""

from __future__ import annotations

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_structure_statements import Statements
from provenance.steps.augment.cobol_structure_tree import Ending, Node, Sort, Tree
from provenance.steps.augment.cobol_structure_words import (
    DIVISIONS,
    ENDED_UNITS,
    LISTING_WORDS,
    UNITS,
    VERBS,
)
from provenance.steps.augment.cobol_tokens import Kind, Token

__all__ = ["Ending", "Node", "Sort", "Tree", "segment"]

_CONDITIONAL = (">>IF", ">>EL", ">>END", ">>EVALUATE", ">>WHEN", "$IF", "$ELSE", "$END")


def segment(tokens: list[Token]) -> Tree:
    """The tree of one text, from `cobol_tokens.tokenise`."""
    return _Segmenter(tokens).run()


class _Segmenter(Statements):
    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._procedure = False

    def run(self) -> Tree:
        self.open(Sort.TEXT, "").node.first = 0
        while self.at < len(self.code):
            if self.at in self.doubts:
                self.doubt(self.doubts[self.at])
            if not (self._directive() or self._unit()):
                if not self._procedure:
                    self._entry()
                elif self.top.node.sort in (Sort.SENTENCE, Sort.STATEMENT, Sort.BRANCH):
                    self.inside()
                else:
                    self._start()
        self.close_until(Sort.TEXT)
        self.close()
        self.tree.nodes[0].stop = len(self.tokens)
        return self.tree

    def _directive(self) -> bool:
        token = self.token(self.at)
        if token is None or token.kind is not Kind.DIRECTIVE:
            return False
        if token.text.replace(" ", "").upper().startswith(_CONDITIONAL):
            self.tree.unsure = self.tree.unsure or "conditional-directive"
        self.doubt("directive")
        self.take()
        return True

    # Divisions.

    def _unit(self) -> bool:
        """Divisions, program headers and END PROGRAM: each begins a line."""
        word, following = self.word(self.at), self.word(self.at + 1)
        if not word or not self.leads(self.at):
            return False
        if word in DIVISIONS and following == "DIVISION":
            self._division("ID" if word == "IDENTIFICATION" else word)
            return True
        if word in UNITS and (not self._procedure or self.kind(self.at + 1) is Kind.PERIOD):
            if self.top.node.name != "ID" or word in self.top.seen:
                self._division("ID")
            self.top.seen.add(word)
            self._entry()
            return True
        if word == "END" and following in ENDED_UNITS:
            self.close_until(Sort.PROGRAM, Sort.TEXT)
            self.open(Sort.ENTRY, "END")
            self.take_to_period()
            self.close()
            if self.top.node.sort is Sort.PROGRAM:
                self.close()
            self._procedure = False
            return True
        return False

    def _division(self, name: str) -> None:
        self.close_until(Sort.DIVISION, Sort.PROGRAM, Sort.TEXT)
        if self.top.node.sort is Sort.DIVISION:
            self.close()
        # A program after another's code, with no END PROGRAM between, is contained in it.
        if self.top.node.sort is Sort.TEXT or (name == "ID" and self.top.busy):
            self.open(Sort.PROGRAM, "")
        self.open(Sort.DIVISION, name)
        self._procedure = name == "PROCEDURE"
        self.after_copy = False
        if self.word(self.at + 1) == "DIVISION":
            self.open(Sort.ENTRY, "HEADER")
            self.take_to_period()
            self.close()

    def _entry(self) -> None:
        """One entry of a division without statements, up to its period."""
        word = self.word(self.at)
        if self.kind(self.at) is Kind.EXEC:
            self.exec(Sort.ENTRY)
            if self.kind(self.at) is Kind.PERIOD:
                self.take()
            return
        if self.word(self.at + 1) == "SECTION" and self.kind(self.at + 2) is Kind.PERIOD:
            self._section(word)
            return
        self.open(Sort.ENTRY, word, "replace-statement" if word == "REPLACE" else "")
        if word == "REPLACE":
            self.tree.unsure = self.tree.unsure or "replace-statement"
        named = word in UNITS and self.kind(self.at + 1) is Kind.PERIOD
        self.take_to_period()
        if named:
            self.take_to_period()
        self.close()

    def _section(self, name: str) -> None:
        self.close_until(Sort.SECTION, Sort.DIVISION, Sort.PROGRAM, Sort.TEXT)
        if self.top.node.sort is Sort.SECTION:
            self.close()
        self.open(Sort.SECTION, name)
        self.take_to_period()

    # Sentences.

    def _start(self) -> None:
        """The token here begins a sentence or a label."""
        token, word, following = self.token(self.at), self.word(self.at), self.kind(self.at + 1)
        assert token is not None
        if word in LISTING_WORDS:
            self.take()
            if self.kind(self.at) is Kind.PERIOD:
                self.take()
        elif word in ("COPY", "REPLACE"):
            self.open(Sort.SENTENCE, word, word.lower())
            self.bring(word)
            self.close()
        elif word == "DECLARATIVES" or (word == "END" and self.word(self.at + 1) == "DECLARATIVES"):
            self.close_until(Sort.DIVISION, Sort.PROGRAM, Sort.TEXT)
            self.open(Sort.ENTRY, "DECLARATIVES")
            self.take_to_period()
            self.close()
        elif (word or token.kind is Kind.NUMBER) and self.word(self.at + 1) == "SECTION" and word not in VERBS:
            self._section(token.text.upper())
            self.after_copy = False
        elif self._labels(token) and following is Kind.PERIOD:
            self.close_until(Sort.PARAGRAPH, Sort.SECTION, Sort.DIVISION, Sort.PROGRAM, Sort.TEXT)
            if self.top.node.sort is Sort.PARAGRAPH:
                self.close()
            self.open(Sort.PARAGRAPH, token.text.upper())
            self.take_to_period()
            self.after_copy = False
        else:
            # The copied text may end without a period: what follows it may be the rest of its last sentence.
            self.open(Sort.SENTENCE, "", "after-copy" if self.after_copy else "")
            self.after_copy = False
            self.inside()

    def _labels(self, token: Token) -> bool:
        """Whether a token can be a paragraph's name."""
        if token.kind is Kind.NUMBER:
            return token.text.isdecimal()
        return token.kind is Kind.WORD and token.text.upper() not in LANGUAGE.reserved
