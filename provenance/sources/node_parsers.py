"""Languages that are only parsed here, by parsers for node: Apex. They run in their vendor's cloud and nowhere else.

A text that parses is a text that parses: nothing is said of types, of what it names, or of what it does. What the digest
of its tokens says is whether a change of layout or comments left everything else alone.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> apex = find_apex(find_sandbox())
    >>> text = SourceText("A.cls", "class A { Integer b = 1; }")
    >>> apex.check(text, {}).dialect if isinstance(apex, NodeParser) else "class"
    'class'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.node_driver import Node, answered, find_node
from provenance.sources.sandbox import Missing, Sandbox


@dataclass(slots=True, eq=False)
class NodeParser:
    """One parser of ``node/parse.mjs``. Safe to use from several threads."""

    node: Node
    name: str
    version: str
    language: str

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax only, of this one text. The dialect is the kind of unit that it was parsed as ("class", "trigger")."""
        return self.check_many((source,))[0]

    def check_many(self, sources: Sequence[SourceText]) -> list[Answer]:
        """What `check` says of each text, in their order, by as few processes as can be."""
        jobs = [{"name": source.name, "text": source.text} for source in sources]
        return [answered(said) for said in self.node.jobs("parse.mjs", self.language, jobs)]

    def observe(self, source: SourceText, library: Library, dialect: str, runs: int = 1,
                inputs: Inputs = NO_INPUT) -> tuple[Answer, tuple[Observation, ...]]:
        """Always skipped: there is nothing to run it with."""
        return Answer(Outcome.SKIPPED, f"parse-only: {self.name} does not run {self.language}", dialect), ()

    def test(self, source: SourceText, tests: SourceText, library: Library,
             dialect: str) -> tuple[Answer, TestReport | None]:
        """Always skipped: there is nothing to run it with."""
        return Answer(Outcome.SKIPPED, f"no-test-runner: {self.name} does not run {self.language}", dialect), None

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """None."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """None."""
        return None

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the tokens (kind and text) without blanks and comments; None where the text does not parse.

        Weaker than generated code on one side only: two texts that mean the same may differ, never the reverse.
        """
        said = self.node.jobs("parse.mjs", self.language, [{"name": source.name, "text": source.text}])[0]
        return str(said["tokens"]) if said["outcome"] == Outcome.PASS.value else None

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none: `code` says all that it can say."""
        return None


def find_apex(sandbox: Sandbox | Missing) -> NodeParser | Missing:
    """The parser of Apex that ``make toolchains`` installs, or why there is none."""
    package = "@apexdevtools/apex-parser"
    node = find_node(sandbox, package)
    return node if isinstance(node, Missing) else NodeParser(node, "apex-parser", node.version(package), "apex")
