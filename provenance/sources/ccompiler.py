"""gcc and g++ as `Toolchain` for C and C++: syntax, a build with -O1, runs, tests with a main of their own, assembly.

A text sees the headers of the system and those members of the library that its ``#include`` lines name. It refuses to
call a text wrong for an absent header (``skipped``), or for being no program: without ``main`` it compiles and is not run.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> gcc = find_c(find_sandbox())
    >>> gcc.check(SourceText("a.c", "int main(void) { return 0; }"), {}).dialect if isinstance(gcc, CCompiler) else "c17"
    'c17'
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.observing import encoded, observe, said_first
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put, take

_MIB = 1024 * 1024
#: Language standards by name, in the order in which they are tried.
DIALECTS: Mapping[str, Mapping[str, str]] = {
    "c": {name: f"-std={name}" for name in ("c17", "gnu17", "gnu89")},
    "cpp": {name: f"-std={name}" for name in ("c++17", "gnu++17", "c++20", "gnu++20")},
}
_DRIVER = {"c": "gcc", "cpp": "g++"}
_ENDING = {"c": ".c", "cpp": ".cpp"}
_FLAGS = "-w -O1 -g0 -pipe -fno-diagnostics-show-caret -fdiagnostics-color=never -fmax-errors=20 -I inc"
_LINK = "-pthread -lm"
_BUILD = Limits(wall_s=60, cpu_s=30, memory_bytes=2048 * _MIB, file_bytes=64 * _MIB, processes=32, folder_bytes=256 * _MIB,
                folder_files=4096)
_RUN = Limits()
#: ``__DATE__`` and ``__TIME__`` stand still.
_ENV = {"SOURCE_DATE_EPOCH": "1577934245", "TZ": "UTC"}
#: 1 is a refusal; 4 and all else is a crash of gcc.
_REFUSED = 1
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"\n]+)[>\"]", re.MULTILINE)
_ABSENT = re.compile(r"fatal error: (.+): No such file or directory")
_NO_MAIN = re.compile(r"undefined reference to [`']main'")
_SAFE = re.compile(r"[\w.+-]+(?:/[\w.+-]+)*", re.ASCII)
#: What assembly says about files, tools and nothing else.
_TALK = re.compile(r"^\s*\.(?:file|ident|section\s+\.note\.GNU-stack)\b[^\n]*\n", re.MULTILINE)
_COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_NOTHING = Answer(Outcome.FAIL, "syntax: there is no program in the text")


@dataclass(slots=True, eq=False)
class CCompiler:
    """The gcc (``language`` "c") or g++ ("cpp") that was found. Safe to use from several threads."""

    sandbox: Sandbox
    version: str
    name: str
    language: str

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax and types; the first standard that accepts. The reason of a refusal is that of the first one."""
        if _is_empty(source.text):
            return _NOTHING
        names = list(DIALECTS[self.language])
        script = "".join(
            f"{self._command(name)} -fsyntax-only {self._text} >/dev/null 2>e{at}; s=$?; echo $s; test $s = 0 && exit 0\n"
            for at, name in enumerate(names)
        )
        with self._folder(source, library) as folder:
            done = self._sh(script + "exit 0", folder)
            if done.stopped:
                return Answer(Outcome.ERROR, f"compiler-stopped: {done.stopped}")
            statuses = [int(line) for line in done.stdout.split()]
            if statuses and statuses[-1] == 0:
                return Answer(Outcome.PASS, dialect=names[len(statuses) - 1])
            said = [(take(folder, f"e{at}", 64 * 1024) or b"").decode("utf-8", "replace") for at in range(len(statuses))]
        for at, status in enumerate(statuses):
            if status != _REFUSED or "internal compiler error" in said[at]:
                return Answer(Outcome.ERROR, f"compiler-crash: {said_first(said[at], 'internal')}"[:300], names[at])
        return _refusal(said[0] if said else "", "syntax")

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Build once, with the modules, and run ``runs`` times."""
        if dialect not in DIALECTS[self.language]:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), ()
        if _is_empty(source.text):
            return _NOTHING, ()
        with self._folder(source, library, inputs.modules) as folder:
            answer, program = self._build(folder, dialect, [self._text, *self._more(inputs.modules)])
        if program is None:
            return answer, ()
        with self.sandbox.workdir() as shelf:
            put(shelf, "prog", program, 0o755)
            binds = ((str(shelf / "prog"), "/prog"),)
            return answer, tuple(observe(self.sandbox, ["/prog"], inputs, _ENV, _RUN, binds) for _ in range(runs))

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """Run tests that have a ``main`` of their own: they hold when it ends with status 0 (``assert`` makes it 134).

        Built together with the text, or alone where they include it by its name. One run counts as one test. Frameworks
        whose headers are neither here nor in the library are ``skipped``.
        """
        if dialect not in DIALECTS[self.language]:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), None
        own = PurePosixPath(source.name).name
        includes = own in {PurePosixPath(name).name for name in _INCLUDE.findall(tests.text)}
        with self._folder(source, {**library, own: source.text} if includes else library, (tests,), own) as folder:
            for parts in ([self._text], [*([] if includes else [self._text]), *self._more((tests,))]):
                answer, program = self._build(folder, dialect, parts)
                if answer.outcome is not Outcome.PASS:
                    missing = answer.reason.startswith("missing-include: ") and parts != [self._text]
                    return Answer(answer.outcome, f"no-test-runner: {answer.reason}") if missing else answer, None
        if program is None:
            return Answer(Outcome.SKIPPED, "no-test-runner: the tests have no main"), None
        with self.sandbox.workdir() as shelf:
            put(shelf, "prog", program, 0o755)
            seen = observe(self.sandbox, ["/prog"], NO_INPUT, _ENV, _RUN, ((str(shelf / "prog"), "/prog"),))
        if seen.stopped in ("wall", "sandbox"):
            return Answer(Outcome.ERROR, f"stopped: {seen.stopped}", dialect), None
        held = not seen.stopped and seen.returncode == 0
        how = f"stopped: {seen.stopped}" if seen.stopped else f"exit {seen.returncode}"
        said = f"{how}: {said_first(seen.errors or seen.head)}"
        return Answer(Outcome.PASS, dialect=dialect), TestReport(int(held), int(not held), "" if held else said)

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text after the preprocessor, without line marks, or None where a header is absent."""
        return self._made(source, library, dialect, "-E -P")

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the assembly: names of locals, comments, macros and layout leave no trace in it."""
        made = self._made(source, library, dialect, "-S")
        return None if made is None else hashlib.sha256(_TALK.sub("", made).encode("utf-8", "surrogateescape")).hexdigest()

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none: `code` says all that it can say."""
        return None

    @property
    def _text(self) -> str:
        return f"prog{_ENDING[self.language]}"

    def _more(self, modules: tuple[SourceText, ...]) -> list[str]:
        return [f"more{at}{_ENDING[self.language]}" for at, module in enumerate(modules) if not _is_header(module.name)]

    def _command(self, dialect: str) -> str:
        return f"{_DRIVER[self.language]} {DIALECTS[self.language][dialect]} {_FLAGS}"

    def _made(self, source: SourceText, library: Library, dialect: str, flags: str) -> str | None:
        if dialect not in DIALECTS[self.language]:
            return None
        with self._folder(source, library) as folder:
            done = self._sh(f"{self._command(dialect)} {flags} -o made {self._text}", folder)
            made = take(folder, "made", _BUILD.file_bytes)
        return made.decode("utf-8", "surrogateescape") if made and not done.stopped and done.returncode == 0 else None

    def _build(self, folder: Path, dialect: str, texts: list[str]) -> tuple[Answer, bytes | None]:
        command, objects = self._command(dialect), " ".join(f"{text}.o" for text in texts)
        script = "rm -f prog\n" + "".join(f"{command} -c -o {text}.o {text} 2>ec || exit $?\n" for text in texts)
        script += f"{command} -o prog {objects} {_LINK} 2>el; echo linked $?; exit 0\n"
        done = self._sh(script, folder)
        if done.stopped:
            return Answer(Outcome.ERROR, f"compiler-stopped: {done.stopped}", dialect), None
        said, linking = ((take(folder, name, 64 * 1024) or b"").decode("utf-8", "replace") for name in ("ec", "el"))
        if done.returncode not in (0, _REFUSED) or "internal compiler error" in said:
            return Answer(Outcome.ERROR, f"compiler-crash: {said_first(said, 'internal')}"[:300], dialect), None
        if done.returncode:
            return _refusal(said, "build" if len(texts) > 1 else "syntax"), None
        if done.stdout == b"linked 0\n":
            program = take(folder, "prog", _BUILD.file_bytes)
            if program is None:
                return Answer(Outcome.ERROR, "compiler-crash: no program was written", dialect), None
            return Answer(Outcome.PASS, dialect=dialect), program
        if _NO_MAIN.search(linking):
            return Answer(Outcome.PASS, "not-executable: there is no main", dialect), None
        return Answer(Outcome.FAIL, f"build: {said_first(linking, 'undefined reference')}"[:300], dialect), None

    def _sh(self, script: str, folder: Path) -> Finished:
        return self.sandbox.run(["/usr/bin/sh", "-c", script], folder, _ENV, _BUILD)

    @contextlib.contextmanager
    def _folder(self, source: SourceText, library: Library, modules: tuple[SourceText, ...] = (),
                own: str = "") -> Iterator[Path]:
        with self.sandbox.workdir() as folder:
            put(folder, self._text, encoded(source.text))
            put(folder, "inc/.keep", b"")
            for at, module in enumerate(modules):
                put(folder, f"inc/{PurePosixPath(module.name).name}" if _is_header(module.name)
                    else f"more{at}{_ENDING[self.language]}", encoded(module.text))
            taken = {PurePosixPath(module.name).name for module in modules if _is_header(module.name)}
            for name, text in _headers((source.text, *(module.text for module in modules)), library).items():
                if name not in taken:
                    put(folder, f"inc/{name}", encoded(text))
            yield folder


def _is_empty(text: str) -> bool:
    return not _COMMENTS.sub(" ", text).strip()


def _is_header(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in (".h", ".hpp", ".hh", ".hxx", ".inc", ".inl")


def _headers(texts: tuple[str, ...], library: Library) -> dict[str, str]:
    """Name as included -> text, of the members that ``#include`` lines name, transitively; by file name, whole name first.

    Of several members with one file name the first path in order is taken. Names that climb are not looked for.
    """
    found: dict[str, str] = {}
    todo = list(texts)
    while todo:
        for name in dict.fromkeys(_INCLUDE.findall(todo.pop())):
            short = name.replace("../", "")
            if name in found or name.startswith("/") or not _SAFE.fullmatch(short) or ".." in short.split("/"):
                continue
            paths = [path for path in sorted(library) if PurePosixPath(path).name == PurePosixPath(short).name]
            if paths:
                path = next((path for path in paths if f"/{path}".endswith(f"/{short}")), paths[0])
                found[short] = library[path]
                todo.append(library[path])
    return found


def _refusal(said: str, stage: str) -> Answer:
    """Why gcc refused: the text's fault, or a header that is not here."""
    absent = list(dict.fromkeys(_ABSENT.findall(said)))
    if absent:
        return Answer(Outcome.SKIPPED, f"missing-include: {', '.join(absent)}"[:300])
    return Answer(Outcome.FAIL, f"{stage}: {said_first(said, 'error:')}"[:300])


def _find(sandbox: Sandbox | Missing, language: str) -> CCompiler | Missing:
    if isinstance(sandbox, Missing):
        return sandbox
    driver = _DRIVER[language]
    with sandbox.workdir() as folder:
        # A driver without its compiler answers too: it has to compile nothing to prove that it can.
        script = f"{driver} -dumpfullversion && {driver} -x {'c' if language == 'c' else 'c++'} -fsyntax-only /dev/null"
        asked = sandbox.run(["/usr/bin/sh", "-c", script], folder, _ENV, _BUILD)
    version = re.match(r"\d[\d.]*", asked.stdout.decode(errors="replace"))
    if asked.stopped or asked.returncode or not version:
        return Missing(f"no-compiler: {driver} is not installed (package {driver})")
    return CCompiler(sandbox, version.group(0), driver, language)


def find_c(sandbox: Sandbox | Missing) -> CCompiler | Missing:
    """The gcc that is installed here, or why there is none. Without a sandbox there is none."""
    return _find(sandbox, "c")


def find_cpp(sandbox: Sandbox | Missing) -> CCompiler | Missing:
    """The g++ that is installed here, or why there is none. Without a sandbox there is none."""
    return _find(sandbox, "cpp")
