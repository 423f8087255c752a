"""GnuCOBOL as a `Toolchain`: syntax, compilation, runs, listing and expansion, every one of them inside the sandbox.

The compiler is as untrusted as the program: COPY reads any path that it can see, so it sees a folder with one text and
the copybooks which that text names. It refuses to answer where there is no sandbox, and it never calls a sample wrong
for what is not its fault: an absent copybook or EXEC CICS/SQL/DLI is ``skipped``, a crash of cobc is ``error``.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> cobol = find_gnucobol(find_sandbox())
    >>> text = "       PROGRAM-ID. A." + chr(10) + "       PROCEDURE DIVISION." + chr(10) + "           DISPLAY 1."
    >>> cobol.check(SourceText("a.cob", text), {}).dialect if isinstance(cobol, GnuCobol) else "ibm-fixed"
    'ibm-fixed'
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from provenance.errors import SourceError
from provenance.languages.cobol_copy import looks_free, referenced_members, words
from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.gnucobol_build import (
    CODE,
    DIALECTS,
    NAME,
    OBJECT,
    Memory,
    Translation,
    object_script,
    quick_flags,
    read_translation,
    translation_script,
    undated,
)
from provenance.sources.gnucobol_run import run_once
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put, take
from provenance.steps.cobol_cut import Untranslatable, translate

__all__ = ["DIALECTS", "GnuCobol", "find_gnucobol"]

_MIB = 1024 * 1024
_COMPILE = Limits(
    wall_s=60, cpu_s=20, memory_bytes=2048 * _MIB, file_bytes=64 * _MIB, processes=32, folder_bytes=256 * _MIB, folder_files=8192
)
#: 97 is "too many errors", given up on a text of another format; all else but 0 and 1 is a crash.
_REFUSED = (1, 97)
#: cobc accepts a text without a word in the columns that count, as an empty program.
_NOTHING = Answer(Outcome.FAIL, "syntax: there is no program in the text")
_PROGRAM_WORDS = frozenset({"DIVISION", "PROGRAM-ID", "FUNCTION-ID"})
_ERROR = re.compile(r"^[^\s:]*:(?:\d+:)? (?:fatal )?error: (.*)$", re.MULTILINE)
_ABSENT = re.compile(r"(.+): No such file or directory")
_EXEC = re.compile(r"^(?!.{6}[*/])[^\n]*?\bEXEC(?:UTE)?[ \t]+(CICS|SQL|DLI)\b", re.MULTILINE | re.IGNORECASE)
#: Ends that say something about the machine, not about the program.
_MACHINE = frozenset({"wall", "sandbox"})


@dataclass(slots=True, eq=False)
class GnuCobol:
    """The compiler that `find_gnucobol` found. Safe to use from several threads."""

    sandbox: Sandbox
    version: str
    binds: tuple[tuple[str, str], ...] = ()
    name: str = "gnucobol"
    language: str = "cobol"
    #: Environment for the short way through gcc; see `provenance.sources.gnucobol_build`.
    flags: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax only; the first dialect that accepts. The reason of a refusal is that of the likeliest format."""
        names = list(DIALECTS)
        if looks_free(source.text):
            names.sort(key=lambda name: not name.endswith("-free"))
        members = referenced_members(source.text, library)
        made = self._translation(source.text, members, names)
        if made.stopped:
            return Answer(Outcome.ERROR, f"compiler-stopped: {made.stopped}")
        texts = (source.text, *members.values())
        if made.dialect:
            return Answer(Outcome.PASS, dialect=made.dialect) if _is_program(texts) else _NOTHING
        for dialect, status in made.statuses.items():
            if status not in _REFUSED:
                return Answer(Outcome.ERROR, f"compiler-crash: cobc ended with {status}", dialect)
        return _refusal(made.refused, texts)

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Compile once and run ``runs`` times, each in a fresh folder with a standing clock and the same inputs.

        A file of the inputs is found by its name (``ASSIGN TO "NAME"``) and through ``DD_NAME`` with and without its
        extension. Of the files that were given, an unchanged one is not counted as left behind.
        """
        answer, program = self._program(source, referenced_members(source.text, library), library, dialect, inputs.modules)
        if program is None:
            return answer, ()
        return answer, tuple(run_once(self.sandbox, program, inputs, self.binds)[0] for _ in range(runs))

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """Build the program with its `.cut` tests (`provenance.steps.cobol_cut`) and run them in one run."""
        members = {**referenced_members(tests.text, library), **referenced_members(source.text, library)}
        try:
            made = translate(source.text, tests.text, free_format=dialect.endswith("-free"), members=members.values())
        except Untranslatable as problem:
            return Answer(Outcome.SKIPPED, f"no-test-runner: {problem}", dialect), None
        answer, program = self._program(SourceText(source.name, made.text), members, library, dialect, ())
        if program is None:
            if answer.outcome in (Outcome.FAIL, Outcome.PASS):
                return Answer(Outcome.FAIL, f"tests-do-not-build: {answer.reason}"[:300], dialect), None
            return answer, None
        seen, stdout = run_once(self.sandbox, program, NO_INPUT, self.binds)
        if seen.stopped in _MACHINE:
            return Answer(Outcome.ERROR, f"stopped: {seen.stopped}", dialect), None
        ended = f"stopped: {seen.stopped}" if seen.stopped else f"exit: {seen.returncode}" if seen.returncode else ""
        return Answer(Outcome.PASS, dialect=dialect), made.report(stdout, ended)

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The listing with symbols and cross-reference, or None where cobc refuses the text."""
        return self._made(source, library, dialect, "-fsyntax-only -T made --tsymbols -Xref")

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text after COPY and REPLACE in free format, or None where cobc refuses it."""
        return self._made(source, library, dialect, "-E -o made")

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the C that cobc writes, its comments and dates taken out, or None where it writes none."""
        if dialect not in DIALECTS:
            return None
        return self._translation(source.text, referenced_members(source.text, library), [dialect]).digest or None

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the object file that gcc makes of the C, without dates and local names; None where it makes none."""
        if dialect not in DIALECTS or not self.flags:  # with flags unknown, those for debugging would bring the names back
            return None
        made = self._translation(source.text, referenced_members(source.text, library), [dialect])
        found: str | None = self.memory.find(("object", made.digest))
        if found is None and made.kind:
            code = {name: undated(part) for name, part in made.code.items()}
            if data := self._gcc(code, object_script(made.kind), OBJECT):
                found = hashlib.sha256(made.kind.encode() + b"\n" + data).hexdigest()
                self.memory.keep(("object", made.digest), found)
        return found

    def _made(self, source: SourceText, library: Library, dialect: str, flags: str) -> str | None:
        if dialect not in DIALECTS:
            return None
        with self._folder(source.text, referenced_members(source.text, library)) as folder:
            done = self._sh(f"exec cobc -w {DIALECTS[dialect]} -I copy {flags} {NAME} >/dev/null", folder)
            made = take(folder, "made", 64 * _MIB)
        return made.decode("utf-8", "surrogateescape") if made and not done.stopped and done.returncode == 0 else None

    def _translation(self, text: str, members: Mapping[str, str], names: Sequence[str]) -> Translation:
        """The first dialect of ``names`` that accepts, and the C; asked once for a text and remembered for a while."""
        key = hashlib.sha256(repr((text, sorted(members.items()))).encode("utf-8", "backslashreplace")).hexdigest()
        question = "all" if len(names) > 1 else names[0]
        for asked in ("all", question):  # what all of them made is what the first that accepts made
            found: Translation | None = self.memory.find((asked, key))
            if found is not None and question in ("all", found.dialect):
                return found
        with self._folder(text, members) as folder:
            done = self._sh(translation_script(names), folder)
            made = read_translation(folder, done.stdout, done.stopped)
        if not made.stopped:
            self.memory.keep((question, key), made, 1000 + sum(map(len, made.code.values())))
        return made

    def _program(
        self, source: SourceText, members: Mapping[str, str], library: Library, dialect: str, modules: Sequence[SourceText]
    ) -> tuple[Answer, bytes | None]:
        """The executable program, or why there is none."""
        if dialect not in DIALECTS:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), None
        texts = (source.text, *members.values())
        if not modules:
            made = self._translation(source.text, members, [dialect])
            if made.kind and _is_program(texts) and (program := self._linked(made)) is not None:
                if made.kind == "program":
                    return Answer(Outcome.PASS, dialect=dialect), program
                return Answer(Outcome.PASS, f"not-executable: {_first_error(made.unfit)}", dialect), None
        further = {f"module{at}.cob": module.text for at, module in enumerate(modules)}
        for module in modules:
            members = {**referenced_members(module.text, library), **members}
        with self._folder(source.text, members) as folder:
            for name, text in further.items():
                put(folder, name, _encode(text))
            return self._build(folder, dialect, texts, " ".join((NAME, *further)))

    def _linked(self, made: Translation) -> bytes | None:
        """The program or module that gcc makes of the C; None where it does not: then the plain way has to say why."""
        found: bytes | None = self.memory.find(("binary", made.digest))
        if found is None:
            output, mode = ("prog", "-x") if made.kind == "program" else ("prog.so", "-m")
            if found := self._gcc(made.code, f"exec cobc -w {mode} -o {output} {CODE} >/dev/null", output):
                # Of a module only the fact that it can be built is of use.
                found = found if made.kind == "program" else b"module"
                self.memory.keep(("binary", made.digest), found)
        return found or None

    def _gcc(self, code: Mapping[str, bytes], script: str, output: str) -> bytes | None:
        with self.sandbox.workdir() as folder:
            for name, part in code.items():
                put(folder, name, part)
            done = self._sh(script, folder, self.flags)
            return take(folder, output, _COMPILE.file_bytes) if not done.stopped and done.returncode == 0 else None

    def _build(self, folder: Path, dialect: str, texts: tuple[str, ...], names: str) -> tuple[Answer, bytes | None]:
        """The plain way: cobc does all, with its own flags."""
        cobc = f"cobc -w {DIALECTS[dialect]} -I copy"
        script = f"{cobc} -x -o prog {names} >/dev/null 2>ex; s=$?; echo program $s; test $s = 0 && exit 0\n"
        script += f"{cobc} -fsyntax-only {names} >/dev/null 2>es; s=$?; echo syntax $s; test $s = 0 || exit 0\n"
        script += f"{cobc} -m -o prog.so {NAME} >/dev/null 2>em; echo module $?; exit 0\n"
        done = self._sh(script, folder)
        if done.stopped:
            return Answer(Outcome.ERROR, f"compiler-stopped: {done.stopped}", dialect), None
        status = {key: int(value) for key, value in (line.split() for line in done.stdout.decode().splitlines())}
        if crashed := [f"cobc ended with {code}" for code in status.values() if code not in (0, *_REFUSED)]:
            return Answer(Outcome.ERROR, f"compiler-crash: {crashed[0]}", dialect), None
        if 0 in (status.get("program"), status.get("module")) and not _is_program(texts):
            return _NOTHING, None
        if status.get("program") == 0:
            program = take(folder, "prog", _COMPILE.file_bytes)
            if program is None:
                return Answer(Outcome.ERROR, "compiler-crash: no program was written", dialect), None
            return Answer(Outcome.PASS, dialect=dialect), program
        # tcc would build faster, but 5 of 172 programs of the reference corpus then behaved otherwise than with gcc.
        stage = "es" if status.get("syntax") != 0 else "ex" if status.get("module") == 0 else "em"
        said = (take(folder, stage, 64 * 1024) or b"").decode("utf-8", "replace")
        if stage == "ex":
            return Answer(Outcome.PASS, f"not-executable: {_first_error(said)}", dialect), None
        if stage == "em":
            return Answer(Outcome.FAIL, f"build: {_first_error(said)}", dialect), None
        return _refusal(said, texts), None

    def _sh(self, script: str, folder: Path, env: Mapping[str, str] | None = None) -> Finished:
        return self.sandbox.run(["/usr/bin/sh", "-c", script], folder, env or {}, _COMPILE, self.binds)

    @contextlib.contextmanager
    def _folder(self, text: str, members: Mapping[str, str]) -> Iterator[Path]:
        with self.sandbox.workdir() as folder:
            put(folder, NAME, _encode(text))
            put(folder, "copy/.keep", b"")
            for name, member in members.items():
                for spelling in dict.fromkeys((name, name.upper(), name.lower())):
                    # Taken, too long, or a folder and a file of one name: cobc then says that the member is missing.
                    with contextlib.suppress(OSError, SourceError):
                        put(folder, f"copy/{spelling}", _encode(member))
            yield folder


def _encode(text: str) -> bytes:
    # Bytes that were not UTF-8 come back as they were: a column is a byte to cobc.
    return text.encode("utf-8", "surrogateescape" if all(not 0xD800 <= ord(c) < 0xDC80 for c in text) else "replace")


def _is_program(texts: tuple[str, ...]) -> bool:
    return any(word.upper() in _PROGRAM_WORDS for text in texts for word in words(text))


def _first_error(said: str) -> str:
    found = _ERROR.search(said)
    line = found.group(0) if found else next((line for line in said.splitlines() if line.strip()), "no message")
    return line.strip()[:300]


def _refusal(said: str, texts: tuple[str, ...]) -> Answer:
    """Why cobc refused: the sample's fault, or something that it lacks here."""
    for text in texts:
        if found := _EXEC.search(text):
            return Answer(Outcome.SKIPPED, f"cics: EXEC {found.group(1).upper()} is not known to GnuCOBOL")
    errors = [found.group(1) for found in _ERROR.finditer(said)]
    absent = [found.group(1) for found in map(_ABSENT.fullmatch, errors) if found]
    if errors and len(absent) == len(errors):
        return Answer(Outcome.SKIPPED, f"missing-copybook: {', '.join(dict.fromkeys(absent))}"[:300])
    return Answer(Outcome.FAIL, f"syntax: {_first_error(said)}")


def find_gnucobol(sandbox: Sandbox | Missing) -> GnuCobol | Missing:
    """The GnuCOBOL that is installed here, or why there is none. Without a sandbox there is none."""
    if isinstance(sandbox, Missing):
        return sandbox
    binds = (("/etc/gnucobol", "/etc/gnucobol"),) if Path("/etc/gnucobol").is_dir() else ()
    with sandbox.workdir() as folder:
        asked = sandbox.run(["/usr/bin/sh", "-c", "cobc --version && exec cobc --info"], folder, {}, _COMPILE, binds)
    said = asked.stdout.decode(errors="replace")
    version = re.match(r"cobc \(GnuCOBOL\) (\S+)", said)
    if asked.stopped or not version:
        return Missing("no-compiler: cobc is not installed (package gnucobol3)")
    return GnuCobol(sandbox, version.group(1), binds, flags=quick_flags(said, Path("/usr/bin/ld.gold").exists()))
