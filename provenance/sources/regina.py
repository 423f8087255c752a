"""Regina as a `Toolchain` for classic REXX: parsing, runs, the tests of the exercism track, all inside the sandbox.

Regina has no syntax-only mode by name, but it tokenises: ``regina -c`` parses the whole text, writes the tree, and runs
nothing of it. The same tree, without the lines and columns that it remembers, is the digest of the code.

It refuses to call a text a program because REXX does: any sentence is a command to the shell. At least one clause must
be an instruction, an assignment, a label or a call. What ooRexx added (``+=``, ``::class``, ``~``) is ``skipped``.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> rexx = find_regina(find_sandbox())
    >>> rexx.check(SourceText("a.rexx", "say 1"), {}).dialect if isinstance(rexx, Regina) else "regina"
    'regina'
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.observing import encoded, named, observe, said_first
from provenance.sources.regina_tests import script
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put, take
from provenance.sources.testimony import testimony

DIALECT = "regina"
_MIB = 1024 * 1024
_ENDINGS = (".rexx", ".rex", ".rx", ".cmd", ".exec")
_PARSE = Limits(cpu_s=5, file_bytes=64 * _MIB, folder_bytes=128 * _MIB)
_RUN = Limits()
#: Where external routines are looked for, and the one name of every program: a name must make no difference.
_ENV = {"REGINA_MACROS": "/m", "TZ": "UTC"}
_NAME = "/p/prog.rexx"
#: Faults of the machine or of Regina, not of the text: 3 program not found, 5 storage, 48 system service, 49 interpreter.
_NOT_THE_TEXT = frozenset({3, 5, 48, 49})
_ERROR = re.compile(r"^Error (\d+)(?:\.\d+)?[^\n:]*: *([^\n]*)$", re.MULTILINE)
_LINE = re.compile(r"line (\d+)")
#: Comments (two levels are enough to judge a text by), literals.
_SKIPPED = re.compile(r"/\*(?:/\*.*?\*/|.)*?\*/|\"(?:[^\"\n]|\"\")*\"|'(?:[^'\n]|'')*'", re.DOTALL)
_OOREXX = re.compile(r"(?<![<>=\\/*|&+-])(?:\|\||//|\*\*|&&|[-+*/%|&])=(?!=)|^[ \t]*::[a-z]+|\b[\w.]+~~?\w+",
                     re.IGNORECASE | re.MULTILINE)
_CLAUSE = re.compile(r"""(?:^|;|\bthen\b|\belse\b|:)[ \t]*(?:
    (?:say|parse|arg|pull|call|do|if|select|exit|return|signal|interpret|address|drop|numeric|push|queue|trace|options|
       iterate|leave|nop|procedure|upper)\b | [\w.!?@#$]+[ \t]*(?:=(?!=)|:|\() )""",
                     re.VERBOSE | re.IGNORECASE | re.MULTILINE)
_ROUTINE_FIRST = re.compile(r"\s*[\w.!?@#$]+\s*:\s*procedure\b", re.IGNORECASE)
#: What makes layout part of the meaning.
_LAYOUT_COUNTS = re.compile(r"\b(?:sourceline|sigl|trace|condition|errortext)\b", re.IGNORECASE)
_NOTHING = Answer(Outcome.FAIL, "syntax: there is no program in the text")
#: Layout of a tokenised file of Regina 3.x on 64 bits: offsets of its header, size of a node.
_LINES_AT, _COUNT_AT, _NODES_AT, _NODE = 0xF0, 0x100, 0x110, 96


@dataclass(slots=True, eq=False)
class Regina:
    """The interpreter that `find_regina` found. Safe to use from several threads."""

    sandbox: Sandbox
    version: str
    name: str = "regina"
    language: str = "rexx"

    def check(self, source: SourceText, library: Library) -> Answer:
        """Whether Regina parses the text; what it calls is not looked for, as REXX finds it at run time."""
        return self._parse(source.text)[0]

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Parse once and run ``runs`` times. Modules, and members that the text names, are its external routines."""
        if dialect != DIALECT:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), ()
        answer = self.check(source, library)
        if answer.outcome is not Outcome.PASS:
            return answer, ()
        if _ROUTINE_FIRST.match(_SKIPPED.sub(" ", source.text)):
            return Answer(Outcome.PASS, "not-executable: it begins with a PROCEDURE", DIALECT), ()
        with self._shelf(source, library, inputs) as binds:
            command = ["/usr/bin/regina", _NAME]
            return answer, tuple(observe(self.sandbox, command, inputs, _ENV, _RUN, binds) for _ in range(runs))

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """Run tests in the manner of the exercism track: ``check('title', 'call', 'variable', '=', expected)``.

        Members of the library called ``*-toplevel.rexx`` and ``*-funcs.rexx`` are what the tests share. A check whose
        operation is not known here makes the answer ``skipped``.
        """
        if dialect != DIALECT:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), None
        nonce = secrets.token_hex(16)
        text = script(source.text, tests.text, library, nonce)
        if text is None:
            return Answer(Outcome.SKIPPED, "no-test-runner: the tests call no check()"), None
        for part in (source.text, text):
            answer = self._parse(part)[0]
            if answer.outcome is not Outcome.PASS:
                return answer, None
        with self._shelf(SourceText(source.name, text), library, NO_INPUT) as binds, self.sandbox.workdir() as folder:
            done = self.sandbox.run(["/usr/bin/regina", _NAME], folder, _ENV, _RUN, binds)
        return testimony(done, nonce, dialect)

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text as it is: classic REXX includes nothing."""
        return source.text if dialect == DIALECT else None

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the parse tree: comments, layout and the case of names leave no trace in it, names do.

        None where the text reads its own lines (SOURCELINE, SIGL, TRACE): then its layout is part of what it does.
        """
        if dialect != DIALECT or _LAYOUT_COUNTS.search(_SKIPPED.sub(" ", source.text)):
            return None
        tree = self._parse(source.text)[1]
        plain = None if tree is None else _without_lines(tree)
        return None if plain is None else hashlib.sha256(plain).hexdigest()

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none: `code` says all that it can say."""
        return None

    def _parse(self, text: str) -> tuple[Answer, bytes | None]:
        plain = _SKIPPED.sub(" '' ", text)
        # Regina 3.6 dies of a text without a clause, so that it is not asked.
        if not _CLAUSE.search(plain):
            return _NOTHING, None
        with self.sandbox.workdir() as folder:
            put(folder, "prog.rexx", encoded(text))
            done = self.sandbox.run(["/usr/bin/regina", "-c", "/w/prog.rexx", "/w/made"], folder, _ENV, _PARSE)
            tree = take(folder, "made", _PARSE.file_bytes)
        if not done.stopped and done.returncode == 0 and tree:
            return Answer(Outcome.PASS, dialect=DIALECT), tree
        return _refusal(done, plain), None

    @contextlib.contextmanager
    def _shelf(self, source: SourceText, library: Library, inputs: Inputs) -> Iterator[tuple[tuple[str, str], ...]]:
        texts = [*named(source.text, library, _ENDINGS).values(), *((module.name, module.text) for module in inputs.modules)]
        members: dict[str, str] = {}
        for path, text in texts:  # a module hides a member
            stem = Path(path).name.rsplit(".", 1)[0]
            members |= dict.fromkeys((stem, stem.lower(), stem.upper()), text)
        with self.sandbox.workdir() as shelf, self.sandbox.workdir() as program:
            put(program, "prog.rexx", encoded(source.text))
            for stem, text in members.items():
                put(shelf, f"{stem}.rexx", encoded(text))
            yield ((str(program), "/p"), (str(shelf), "/m"))


def _refusal(done: Finished, plain: str) -> Answer:
    if done.stopped and done.stopped != "signal":
        return Answer(Outcome.ERROR, f"compiler-stopped: {done.stopped}")
    said = done.stderr.decode("utf-8", "replace")
    errors = _ERROR.findall(said)
    if done.stopped or not errors or int(errors[0][0]) in _NOT_THE_TEXT:
        return Answer(Outcome.ERROR, f"compiler-crash: regina ended with {done.returncode}: {said_first(said)}"[:300])
    if added := _OOREXX.search(plain):
        return Answer(Outcome.SKIPPED, f"oorexx: {added.group(0).strip()} is not known to Regina")
    line = _LINE.search(said)
    what = errors[-1][1].strip("[]")
    return Answer(Outcome.FAIL, f"syntax: prog.rexx:{line.group(1) if line else 0}: Error {errors[0][0]}: {what}"[:300])


def _without_lines(tree: bytes) -> bytes | None:
    """The nodes of a tokenised file without line and column, and its strings; None where it is laid out otherwise.

    Strings are named by their offset, which the number of lines moves: it is counted from the first string instead.
    """
    try:
        count, nodes = struct.unpack_from("<q", tree, _COUNT_AT)[0], struct.unpack_from("<q", tree, _NODES_AT)[0]
        strings = nodes + count * _NODE
        lines = struct.unpack_from("<q", tree, _LINES_AT)[0]
        if not tree.startswith(b"Regina's Internal Format") or nodes != 0x118 + 16 * lines or not 0 < strings <= len(tree):
            return None
        plain = [struct.pack("<q", count)]
        for at in range(nodes, strings, _NODE):
            kind, _column, _line, spare, *rest = struct.unpack_from("<iiii10q", tree, at)
            # 1 and 7 of the rest are offsets of strings, or 0; 0 may be an address of the process that wrote it.
            rest = [value - strings if place in (1, 7) and value >= strings else value for place, value in enumerate(rest)]
            rest[0] = rest[0] if rest[0] < 1 << 32 else 0
            plain.append(struct.pack("<ii10q", kind, spare, *rest))
        return b"".join([*plain, tree[strings:]])
    except struct.error:
        return None


def find_regina(sandbox: Sandbox | Missing) -> Regina | Missing:
    """The Regina that is installed here, or why there is none. Without a sandbox there is none."""
    if isinstance(sandbox, Missing):
        return sandbox
    with sandbox.workdir() as folder:
        asked = sandbox.run(["/usr/bin/sh", "-c", "exec regina -v 2>&1"], folder)
    version = re.match(r"REXX-Regina_(\d[\d.]*)", asked.stdout.decode(errors="replace"))
    if asked.stopped or not version:
        return Missing("no-compiler: regina is not installed (package regina-rexx)")
    return Regina(sandbox, version.group(1))
