"""The statements of a sentence: where each begins, branches and ends. Half of the segmenter, see `cobol_structure`."""

from __future__ import annotations

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_structure_stack import Open, Stack
from provenance.steps.augment.cobol_structure_tree import Ending, Sort
from provenance.steps.augment.cobol_structure_words import AFTER_EXIT, BEFORE_OPERAND, LISTING_WORDS, TERMINATORS, VERBS
from provenance.steps.augment.cobol_tokens import Kind


class Statements(Stack):
    """Takes the tokens of sentences, one call a token or a few."""

    #: Whether a COPY has just ended a sentence that nobody sees.
    after_copy = False

    def inside(self) -> None:
        """The token here is in a sentence."""
        word, kind = self.word(self.at), self.kind(self.at)
        if kind is Kind.PERIOD:
            self._period()
        elif kind is Kind.EXEC:
            self._ready()
            self.exec(Sort.STATEMENT)
        elif word in ("COPY", "REPLACE"):
            self.in_doubt(word.lower())
            self.open(Sort.STATEMENT, word, word.lower())
            self.bring(word)
            self.close(Ending.EXPLICIT)
        elif word in LISTING_WORDS:
            self.take()
        elif word in TERMINATORS:
            self._terminator(TERMINATORS[word])
        elif word and self.word(self.at - 1) not in BEFORE_OPERAND and self._structural(word):
            pass
        else:
            self._plain(kind)

    def _structural(self, word: str) -> bool:
        """Take a word that begins a statement or a branch, if it does."""
        if word in VERBS or (word == "NEXT" and self.word(self.at + 1) == "SENTENCE"):
            self._verb(word)
            return True
        if word == "THEN" and self.top.node.sort is Sort.STATEMENT and self.top.node.name == "IF":
            self.open(Sort.BRANCH, "THEN")
            self.take()
            return True
        if word == "ELSE":
            self._branch("ELSE", "ELSE", 1)
            return True
        if word == "WHEN":
            self._branch("WHEN", "WHEN", 1)
            return True
        kind, negated, length = self._clause()
        if kind and self.counts["takes " + kind]:
            self._branch(kind, "NOT " * negated + kind, length)
            return True
        return False

    def _verb(self, word: str) -> None:
        self._ready()
        self.open(Sort.STATEMENT, word, inline=word == "PERFORM" and self._inline())
        self.take()
        follows = self.word(self.at)
        if (word == "EXIT" and follows in AFTER_EXIT) or word == "NEXT" or (word in ("XML", "JSON") and follows):
            self.take()
            if self.word(self.at) == "CYCLE":
                self.take()

    def _ready(self) -> None:
        """Close the statement that a new one ends, or open the branch that the new one begins."""
        while self.top.node.sort is Sort.STATEMENT:
            if self.top.node.name == "IF":
                self.open(Sort.BRANCH, "THEN")
            elif self.top.inline:
                self.open(Sort.BRANCH, "BODY")
            else:
                if self.top.node.name in ("EVALUATE", "SEARCH"):
                    self.in_doubt("no-when")
                self.close(Ending.IMPLIED)

    def _inline(self) -> bool:
        """Whether the PERFORM here has a body: no procedure name follows it."""
        at = self.at + 1
        word, kind = self.word(at), self.kind(at)
        if kind is Kind.EXEC or word in VERBS or word in TERMINATORS or word in LANGUAGE.reserved:
            return True
        at += 1
        while self.word(at) in ("OF", "IN"):
            at += 2
        token = self.token(at)
        if token is not None and token.text == "(":
            while (token := self.token(at)) is not None and token.text != ")" and token.kind is not Kind.PERIOD:
                at += 1
            at += 1
        return self.word(at) == "TIMES"

    def _clause(self) -> tuple[str, bool, int]:
        """Kind, negation and length of the conditional clause that begins here; kind is empty where none does."""
        at = self.at
        negated = self.word(at) == "NOT"
        at += negated
        lead = self.word(at) if self.word(at) in ("AT", "ON") else ""
        at += bool(lead)
        word, following = self.word(at), self.word(at + 1)
        kind = ""
        if word == "END" and lead != "ON" and following != "DECLARATIVES":
            kind = "END"
        elif word in ("END-OF-PAGE", "EOP") and lead != "ON":
            kind = "EOP"
        elif word == "INVALID" and not lead:
            kind, at = "INVALID", at + (following == "KEY")
        elif word == "SIZE" and following == "ERROR" and lead != "AT":
            kind, at = "SIZE", at + 1
        elif word in ("OVERFLOW", "EXCEPTION", "ESCAPE") and lead != "AT":
            kind = "EXCEPTION" if word == "ESCAPE" else word
        return kind, negated, at + 1 - self.at

    def _branch(self, kind: str, name: str, length: int) -> None:
        """Open a branch of the innermost statement that takes it."""
        item = self.find(
            "takes " + kind,
            lambda item: _takes(item, kind),
        )
        if item is None:
            self.in_doubt("no-statement-for-" + kind.lower())
            self.take()
            return
        if (kind == "ELSE" and not item.busy) or (kind not in ("ELSE", "WHEN") and name in item.seen):
            self.in_doubt("odd-" + kind.lower())
        if kind == "ELSE":
            self.had_else(item)
        item.seen.add(name)
        self.open(Sort.BRANCH, name)
        for _ in range(length):
            self.take()

    def _terminator(self, verb: str) -> None:
        item = self.find(verb, lambda item: item.node.name == verb and (verb != "PERFORM" or item.inline))
        if item is None:
            self.in_doubt("no-statement-for-end")
            self.take()
            return
        self.take()
        self.close(Ending.EXPLICIT)

    def _period(self) -> None:
        while self.top.node.sort is not Sort.SENTENCE:
            self.close(Ending.PERIOD if self.top.node.sort is Sort.STATEMENT else Ending.NONE)
        self.take()
        self.close()

    def _plain(self, kind: Kind | None) -> None:
        """Take an operand; where none can stand, the segmenter has lost its way."""
        token = self.token(self.at)
        expects = self.top.node.sort is not Sort.STATEMENT and not (self.top.node.name == "WHEN" and not self.top.busy)
        if kind is Kind.PSEUDO:
            self.in_doubt("pseudo-text")
        elif expects and token is not None and token.text not in (",", ";"):
            self.in_doubt("unknown-word")
        self.take()

    def exec(self, sort: Sort) -> None:
        self.open(sort, "EXEC", "exec-block")
        while self.kind(self.at) is Kind.EXEC:
            ends = self.tokens[self.code[self.at]].text.upper().endswith("END-EXEC")
            self.take()
            if ends:
                break
        self.close(Ending.EXPLICIT if sort is Sort.STATEMENT else Ending.NONE)

    def bring(self, word: str) -> None:
        """Take a COPY or REPLACE statement; its period is its own."""
        self.take_to_period()
        self.after_copy = True
        if word == "REPLACE":
            self.tree.unsure = self.tree.unsure or "replace-statement"

    def in_doubt(self, reason: str) -> None:
        """Mark the sentence that is open: its structure cannot be known."""
        self.doubt(reason)
        if self.open_sentence:
            self.open_sentence.opaque = self.open_sentence.opaque or reason


def _takes(item: Open, kind: str) -> bool:
    """Whether an open statement takes a branch of that kind."""
    name = item.node.name
    if kind == "ELSE":
        return name == "IF" and not item.has_else
    if kind == "WHEN":
        return name in ("EVALUATE", "SEARCH")
    return name in VERBS and kind in VERBS[name].clauses
