"""Replaces COPY and REPLACE statements by what they bring in: the compiler's own expansion, in free format.

The compiler did the work (``cobc -E``); this transform only takes its marks out and names every copybook whose text
is now in the program, because each of them is a parent of the result. It refuses where there is nothing to expand,
where the compiler gave no expansion, and where a member cannot be named: a text with an unknown parent has no
provenance. Comments and sequence numbers are lost.

    >>> clean('#line 1 "A.cob"\\n MOVE 1 TO A.\\n\\n\\n#line 3 "A.cob"\\n STOP RUN.\\n')
    ' MOVE 1 TO A.\\n STOP RUN.\\n'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provenance.languages.cobol_copy import missing_members, referenced_members
from provenance.steps.augment.cobol_tokens import Kind, tokenise
from provenance.steps.augment.transform import BEHAVIOUR, Change, Program, Refusal


@dataclass(frozen=True, slots=True)
class ExpandCopy:
    """COPY and REPLACE, expanded. The seed changes nothing: there is one expansion."""

    name: ClassVar[str] = "expand-copy"
    version: ClassVar[str] = "1"
    language: ClassVar[str] = "cobol"
    preserves: ClassVar[str] = BEHAVIOUR
    needs: ClassVar[frozenset[str]] = frozenset({"expanded"})

    def params(self) -> dict[str, str | int | bool]:
        """No options."""
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """Expand one program."""
        tokens = tokenise(program.text, program.free_format)
        statements = sum(token.kind is Kind.WORD and token.text.upper() in ("COPY", "REPLACE") for token in tokens)
        if not statements:
            return Refusal("no-candidates")
        if program.expanded is None:
            return Refusal("no-expansion")
        if unknown := missing_members(program.text, program.copybooks):
            return Refusal(f"copybook-unknown: {unknown[0]}")
        included = referenced_members(program.text, program.copybooks)
        return Change(clean(program.expanded), True, statements, tuple(sorted(included)))


TRANSFORMS = (ExpandCopy(),)


def clean(expanded: str) -> str:
    """An expansion without ``#line`` marks and empty lines."""
    lines = (line.rstrip() for line in expanded.split("\n"))
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("#line "))
