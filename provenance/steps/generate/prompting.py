"""PROMPTING: from a subject and a template to the messages of a request, and to the records that stand in them.

What stands in a prompt is a parent of what is made of the answer: the examples, the tests, the copybooks, each with the
role "shown". Texts go in as they are, in fences that they cannot close.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenance.model.record import Parent
from provenance.steps.generate.asking import Message
from provenance.steps.generate.mode import Aim, Mode, Shown, Subject, Tools, language_of, spoken
from provenance.steps.generate.template import Template, fenced

#: Placeholders that hold other people's texts: an answer that repeats one of them is told apart from one that repeats
#: the question itself.
GIVEN = frozenset({"program", "copybooks", "examples", "tests", "output"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered question.

    Attributes:
        messages: as sent.
        told: the question's own words, without the programs in it.
        values: what the template was filled with, for asking again.
        language: of the answer.
    """

    messages: tuple[Message, ...]
    told: str
    values: Mapping[str, str]
    language: str

    @property
    def text(self) -> str:
        """All that would be sent, for screens and limits."""
        return "\n".join(message.text for message in self.messages)


def ask(template: Template, mode: Mode, subject: Subject, aim: Aim, tools: Tools) -> Prompt:
    """The question about one subject."""
    language = language_of(subject, aim)
    values = {**_common(subject, language), **mode.values(subject, aim, tools)}
    bare = template.render({key: "" if key in GIVEN else value for key, value in values.items()}, language)
    return Prompt(template.render(values, language), "\n".join(message.text for message in bare), values, language)


def parents(template: Template, mode: Mode, subject: Subject, aim: Aim) -> tuple[tuple[Parent, Shown], ...]:
    """The edges of what is made of an answer, the subject first; each record once."""
    language = language_of(subject, aim)
    found = [(Parent(subject.record_id, mode.role), Shown(subject.record_id, subject.record))]
    for word, shown in (("examples", subject.examples), ("copybooks", subject.copied), ("tests", subject.tests_in(language))):
        if word in template.used:
            found += [(Parent(each.record_id, "shown"), each) for each in shown]
    return tuple({edge.record: (edge, shown) for edge, shown in reversed(found)}.values())[::-1]


def drawn_seed(seed: int, mode: Mode, subject: Subject, draw: int, turn: int = 0) -> int:
    """The seed of one request, 0 to 2**31 - 1: from the job's seed, the mode, the subject's content, draw and round.

    With a seed of its own a repair that is asked in the same words as the one before can still be answered otherwise.
    """
    text = f"{seed}/{mode.name}/{mode.version}/{subject.record.content}/{draw}/{turn}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def _common(subject: Subject, language: str) -> dict[str, str]:
    record = subject.record
    return {
        "language": spoken(language), "source_language": spoken(record.language),
        "program": fenced(record.text, record.language), "task": record.text.strip(), "instruction": record.text.strip(),
        "copybooks": _blocks("It copies these members:", subject.copied),
        "examples": _blocks("For comparison, programs that people wrote:", subject.examples),
        "tests": _blocks("It has to pass these tests:", subject.tests_in(language)), "output": ""}


def _blocks(title: str, shown: Sequence[Shown]) -> str:
    if not shown:
        return ""
    blocks = (f"{each.record.name}:\n{fenced(each.record.text, each.record.language)}" for each in shown)
    return "\n\n".join((title, *blocks))
