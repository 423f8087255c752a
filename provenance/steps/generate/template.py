"""A prompt template: a versioned TOML file with placeholders from a declared list; rendering it is pure.

    >>> one = parse_template(b'''
    ... name = "hello"
    ... version = "1"
    ... mode = "task"
    ... [rules]
    ... cobol = "Fixed format."
    ... [ask]
    ... user = "Write {language}. {rules} The task: {task}"
    ... ''', "hello@1.toml", {"language", "rules", "task"})
    >>> one.render({"language": "COBOL", "task": "print {task}"}, "cobol")[0].text
    'Write COBOL. Fixed format. The task: print {task}'

A placeholder is a lower-case word in braces; ``{{word}}`` stands for itself in single braces; any other brace is a brace,
so that JSON and code need no care. Values go in as they are and are not looked through again: a program that holds
``{task}`` cannot pull anything into the prompt. A placeholder that the mode does not know is an error when the file is
read, never a prompt with a hole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.errors import PolicyError
from provenance.model.identity import Digest
from provenance.steps.generate.asking import Message

#: What may stand in a template, and what it becomes. Each mode knows some of them.
PLACEHOLDERS: Mapping[str, str] = {
    "language": "name of the language of the answer",
    "source_language": "name of the language of the given program",
    "rules": "the template's rules for the language of the answer",
    "program": "the given program, in a fence",
    "copybooks": "the members that the given program copies, in fences; empty where it copies none",
    "task": "the text of the task",
    "instruction": "the instruction to carry out",
    "examples": "programs that people wrote, in fences; empty where none are shown",
    "tests": "tests that people wrote for the answer, in fences; empty where there are none",
    "output": "what the given program printed when it ran, in a fence; empty where nothing could be seen",
    "history": "what became of a proposer's last proposals; empty in the first round",
}
#: What the text of a repair may hold besides.
FAULTS: Mapping[str, str] = {
    "stage": "where the last answer failed",
    "message": "what the compiler, the run or the reader said",
}
_MARK = re.compile(r"\{\{([a-z_]+)\}\}|\{([a-z_]+)\}")
_ALONE = re.compile(r"^\{([a-z_]+)\}[ \t]*\n\n?", re.MULTILINE)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,31}")
_KEYS = {"name": str, "version": str, "mode": str, "what": str, "rules": dict, "ask": dict, "repair": dict}
_NEXT = "mend the file; docs/generate.md shows one"


@dataclass(frozen=True, slots=True)
class Template:
    """A template as read.

    Attributes:
        name, version: as in the file; recipes say ``<name>@<version>``.
        mode: the mode that it asks for.
        user, system: texts with placeholders; no system message where that one is empty.
        repair: what is said after an answer that failed; empty: nothing is repaired.
        rules: language -> text for ``{rules}``; "default" for all others.
        sha256: hex digest of the file's bytes.
    """

    name: str
    version: str
    mode: str
    user: str
    system: str = ""
    repair: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""

    @property
    def reference(self) -> str:
        """``<name>@<version>``."""
        return f"{self.name}@{self.version}"

    @property
    def used(self) -> frozenset[str]:
        """The placeholders of all its texts."""
        return frozenset(word for text in (self.system, self.user, self.repair) for word in marks(text))

    def render(self, values: Mapping[str, str], language: str) -> tuple[Message, ...]:
        """The messages that ask; ``{rules}`` is the template's own.

        Raises:
            KeyError: a placeholder has no value.
        """
        given = {**values, "rules": self._rules(language)}
        said = (Message("system", fill(self.system, given).strip()), Message("user", fill(self.user, given).strip()))
        return tuple(message for message in said if message.text)

    def render_repair(self, values: Mapping[str, str], language: str, answer: str, stage: str,
                      message: str) -> tuple[Message, ...]:
        """The messages that ask again: the first question, the last answer, and what was wrong with it."""
        given = {**values, "rules": self._rules(language), "stage": stage, "message": message}
        return (*self.render(values, language), Message("assistant", answer),
                Message("user", fill(self.repair, given).strip()))

    def _rules(self, language: str) -> str:
        return self.rules.get(language, self.rules.get("default", "")).strip()


def marks(text: str) -> tuple[str, ...]:
    """The placeholders of a text, in order.

        >>> marks("{a} {{b}} {a} { c }")
        ('a', 'a')
    """
    return tuple(found[2] for found in _MARK.finditer(text) if found[2])


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, in one pass; a line that holds nothing but an empty one goes, with the
    blank line after it.

        >>> fill("a\\n\\n{none}\\n\\nb {some}", {"none": "", "some": "{none}"})
        'a\\n\\nb {none}'
    """
    text = _ALONE.sub(lambda found: "" if values[found[1]] == "" else found[0], text)
    return _MARK.sub(lambda found: f"{{{found[1]}}}" if found[1] else values[found[2]], text)


def fenced(text: str, language: str = "") -> str:
    """A text in a fence that is longer than any run of back quotes in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"


def parse_template(data: bytes, where: object, known: Collection[str]) -> Template:
    """Read and check a template; the caller opens the file.

    Args:
        data: the file's bytes; their digest goes into every record.
        where: its name, for messages.
        known: the placeholders that its mode can fill.

    Raises:
        PolicyError: it is no such file; every mistake is named.
    """
    try:
        value = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(where, f"cannot be read as TOML ({error})", _NEXT) from error
    mistakes = [f"{key} is not a known key (known: {', '.join(_KEYS)})" for key in value if key not in _KEYS]
    mistakes += [f"{key} is {type(value[key]).__name__}, not {kind.__name__}" for key, kind in _KEYS.items()
                 if key in value and not isinstance(value[key], kind)]
    mistakes += [f"{key} is missing" for key in ("name", "version", "mode", "ask") if key not in value]
    if mistakes:
        raise PolicyError(where, "has mistakes: " + "; ".join(sorted(mistakes)), _NEXT)
    ask, repair = value["ask"], value.get("repair", {})
    for table, keys, texts in (("ask", {"system", "user"}, ask), ("repair", {"user"}, repair)):
        mistakes += [f"{table}.{key} is not a known key" for key in texts if key not in keys]
        mistakes += [f"{table}.{key} is not text" for key, text in texts.items() if not isinstance(text, str)]
    mistakes += [f"rules.{key} is not text" for key, text in value.get("rules", {}).items() if not isinstance(text, str)]
    if not _NAME.fullmatch(value["name"]):
        mistakes.append(f"name is {value['name']!r}: use small letters, digits and -")
    if not _VERSION.fullmatch(value["version"]):
        mistakes.append(f"version is {value['version']!r}: use digits, letters, . and -")
    if not ask.get("user"):
        mistakes.append("ask.user is missing or empty")
    if not mistakes:
        mistakes += _strange("ask.system", ask.get("system", ""), set(known) | {"rules"})
        mistakes += _strange("ask.user", ask["user"], set(known) | {"rules"})
        mistakes += _strange("repair.user", repair.get("user", ""), set(known) | {"rules", *FAULTS})
    if mistakes:
        raise PolicyError(where, "has mistakes: " + "; ".join(sorted(mistakes)), _NEXT)
    return _template(value, Digest.of(data).hex)


def _template(value: Mapping[str, Any], sha256: str) -> Template:
    return Template(value["name"], value["version"], value["mode"], value["ask"]["user"], value["ask"].get("system", ""),
                    value.get("repair", {}).get("user", ""), dict(value.get("rules", {})), sha256)


def _strange(where: str, text: str, known: set[str]) -> list[str]:
    return [f"{where} has the placeholder {{{word}}}, which is none here (known: {', '.join(sorted(known))})"
            for word in dict.fromkeys(marks(text)) if word not in known]
