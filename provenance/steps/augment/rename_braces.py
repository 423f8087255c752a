"""New names for the local variables, parameters, private fields and private methods of a Java or Apex text.

A name changes in all its places or not at all (`provenance.steps.augment.brace_scopes`). Refused as a whole: Java with
annotations other than those of the language and of JUnit's plain tests, for a framework may read names; Apex with queries
in strings, for they bind variables by name. Private members stay where the text reflects or serialises. A name that
stands in an Apex query stays. ``@param`` of a documentation comment goes along.

    >>> RenameBraces("java").apply(Program("A.java", "class A { int f(int total) { return total; } }", False), 1).edits
    1
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from provenance.languages import all_languages
from provenance.languages.lexing import Kind, Token
from provenance.steps.augment.brace_scopes import own_names
from provenance.steps.augment.brace_tree import Tree, tree_of
from provenance.steps.augment.plain_names import PlainNamer
from provenance.steps.augment.source_text import columns_kept, read, renamed_text, words_of
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal, seeded

#: Annotations whose readers do not look at names of locals, parameters or private members.
_HARMLESS = frozenset({
    "override", "suppresswarnings", "deprecated", "functionalinterface", "safevarargs", "test", "disabled", "displayname",
    "beforeeach", "aftereach", "beforeall", "afterall", "before", "after", "ignore", "nested", "tag", "timeout",
    "repeatedtest", "interface",
})  # fmt: skip
_REFLECTS = {
    "java": re.compile(
        r"\breflect\b|getDeclared\w+|getFields?\b|getMethods?\b|forName|Unsafe|FieldUpdater|MethodHandle|VarHandle|"
        r"Serializable|Externalizable|Object(?:In|Out)putStream|[Gg]son|ObjectMapper|jackson|persistence|lombok|\bnative\b|"
        r"getStackTrace|Proxy"
    ),
    "apex": re.compile(
        r"\bJSON\b|\bType\s*\.|\bTestVisible\b|AuraEnabled|RemoteAction|InvocableVariable|JsonAccess|\bwebservice\b|"
        r"\bStubProvider\b|\bCallable\b",
        re.IGNORECASE,
    ),
}
_DYNAMIC = re.compile(
    r"\b(?:Database\s*\.\s*(?:query|getQueryLocator|countQuery)\w*|Search\s*\.\s*(?:query|find|suggest))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RenameBraces:
    """New names for what the text itself declares and nobody else can see.

    Args:
        language: ``java`` or ``apex``.
        members: private fields and methods too; without them a Java class file does not change by a byte
            (compiled without debug information).
    """

    language: str
    members: bool = True

    version: ClassVar[str] = "1"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset()

    @property
    def name(self) -> str:
        """Family and language."""
        return f"rename-{self.language}"

    def params(self) -> dict[str, str | int | bool]:
        """The options."""
        return {"members": self.members}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Rename in one program."""
        tokens = read(program, self.language)
        if isinstance(tokens, Refusal):
            return tokens
        tree = tree_of(tokens, self.language)
        if tree is None:
            return Refusal("brackets-unpaired")
        reason = self._hazard(tree, program.text)
        if reason:
            return reason
        members = self.members and not _REFLECTS[self.language].search(program.text)
        names = own_names(tree, self.language, members)
        embedded = _embedded(tokens)
        safe = {name: uses for name, uses in names.items() if name not in embedded}
        if not safe:
            return Refusal(f"no-safe-site: {len(names)} left alone" if names else "no-candidates")
        rng = seeded(self, program, seed)
        namer = PlainNamer(rng, words_of(tokens), all_languages()[self.language].reserved)
        changes: dict[int, str] = {}
        renamed: dict[str, str] = {}
        done = 0
        for uses in safe.values():
            old = tokens[tree.at[uses.places[0]]].text
            new = namer.like(old, uses.calls)
            if new is None:
                continue
            if not uses.calls:
                renamed[old] = new
            changes.update((tree.at[place], new) for place in uses.places)
            done += 1
        if not done:
            return Refusal("no-name-fits")
        _document(tokens, changes, renamed)
        text = renamed_text(tokens, columns_kept(tokens, changes), self.language)
        return Change(text, program.free_format, done) if text is not None else Refusal("other-code")

    def _hazard(self, tree: Tree, text: str) -> Refusal | None:
        if self.language == "apex":
            return Refusal("dynamic-query") if _DYNAMIC.search(text) else None
        for position in range(1, len(tree.text)):
            word = tree.text[position]
            if tree.text[position - 1] == "@" and tree.word(position) and word.lower() not in _HARMLESS:
                return Refusal(f"annotation: {word}")
        return None


TRANSFORMS = (RenameBraces("apex"), RenameBraces("java"))


def _embedded(tokens: list[Token]) -> set[str]:
    """Folded words of queries."""
    found: set[str] = set()
    for token in tokens:
        if token.kind is Kind.EMBEDDED:
            found.update(word.lower() for word in re.findall(r"\w+", token.text))
    return found


def _document(tokens: list[Token], changes: dict[int, str], renamed: dict[str, str]) -> None:
    """Let documentation comments name the parameters as they are now called."""
    for index, token in enumerate(tokens):
        if token.kind is Kind.COMMENT and token.text.startswith("/**") and "@param" in token.text:
            changes[index] = re.sub(
                r"(@param\s+)(\w+)", lambda found: found[1] + renamed.get(found[2], found[2]), token.text
            )
