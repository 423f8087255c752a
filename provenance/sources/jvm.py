"""Java as a `Toolchain`: one warm compiler for many programs, a fresh virtual machine for every run, JUnit 5 tests.

javac checks types too, so a text must be given what it names: members of the library and modules are found by package
and class, the file name of the text itself says nothing. An import of a package that is not here is ``skipped``, and so
is a library that does not compile; a package of the platform that does not exist is the text's own fault.

Runs have no standing clock, and the order of ``Set.of`` and ``Map.of`` changes from run to run: programs that show it
differ from themselves and prove nothing. Identity hashes are counted, so that ``Object.toString`` is the same each time.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> java = find_jvm(find_sandbox())
    >>> java.check(SourceText("x", "class A {}"), {}).dialect if isinstance(java, Jvm) else "java17"
    'java17'
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.jvm_compiler import FLAGS, Compiled, Fault, Java, WarmCompiler
from provenance.sources.observing import observe, said_first
from provenance.sources.sandbox import Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put, take
from provenance.sources.testimony import testimony

_MIB = 1024 * 1024
#: Language levels by name, in the order in which they are tried.
DIALECTS = {"java17": ("-source", "17", "-target", "17"), "java8": ("-source", "8", "-target", "8")}
_ALWAYS = ("-proc:none", "-nowarn", "-g:none", "-Xmaxerrs", "50", "-classpath")
_OLDEST = 17
_BUILD = Limits(wall_s=60, cpu_s=60, memory_bytes=2048 * _MIB, file_bytes=64 * _MIB, processes=64, folder_bytes=128 * _MIB)
_RUN = Limits(cpu_s=10, memory_bytes=1536 * _MIB, processes=64)
#: What a virtual machine says where it may not have another thread.
_NO_THREAD = "unable to create native thread"
_TEST = Limits(wall_s=60, cpu_s=60, memory_bytes=1536 * _MIB, processes=64)
_MACHINE = (*FLAGS, "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=48m", "-Xmx256m", "-Xss1m",
            "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=3",
            "-Duser.timezone=UTC", "-Duser.language=en", "-Duser.country=US", "-Dfile.encoding=UTF-8")
#: What Debian's junit5 and libassertj-core-java install; all must be there for `Jvm.test`.
_JARS = ("junit-jupiter-api", "junit-jupiter-engine", "junit-jupiter-params", "junit-platform-commons",
         "junit-platform-engine", "junit-platform-launcher", "opentest4j", "apiguardian-api", "univocity-parsers",
         "assertj-core", "byte-buddy")
_HERE = Path(__file__).with_name("java")
_QUIET = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_IMPORT = re.compile(r"(?:^|;)\s*import\s+(?:static\s+)?([\w.]+)", re.MULTILINE)
_KINDS = r"(?:class|interface|enum|record)\s+(\w+)"
_PUBLIC = re.compile(rf"^[ \t]*(?:@\w+\s+)*public\s+(?:(?:final|abstract|sealed|non-sealed|strictfp)\s+)*{_KINDS}", re.MULTILINE)
_TYPE = re.compile(rf"\b{_KINDS}")
_ABSENT = re.compile(r"package ([\w.]+) does not exist")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OF_TESTS = ("org.assertj", "org.junit")


@dataclass(slots=True, eq=False)
class Jvm:
    """The JDK that `find_jvm` found. Safe to use from several threads."""

    sandbox: Sandbox
    version: str
    #: Folder of the JDK, and what must be bound for it to work inside.
    home: str
    binds: tuple[tuple[str, str], ...] = ()
    #: Class path of JUnit and AssertJ, or empty.
    jars: str = ""
    name: str = "javac"
    language: str = "java"
    _compiler: list[WarmCompiler] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax and types, without making classes; the first language level that accepts."""
        first = None
        for dialect in DIALECTS:
            answer, _ = self._compile((source,), (), library, dialect, wanted=False)
            if answer.outcome is not Outcome.FAIL:
                return answer if first is None or answer.outcome is Outcome.PASS else first
            first = first or answer
        assert first is not None
        return first

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Compile once and run the main method ``runs`` times; that of the public class, else the first in the text."""
        answer, made = self._compile((source,), inputs.modules, library, dialect)
        if answer.outcome is not Outcome.PASS or made is None:
            return answer, ()
        wanted = _path(source.text)[: -len(".java")].replace("/", ".")
        main = wanted if wanted in made.mains else next(iter(made.mains), None)
        if main is None:
            return Answer(Outcome.PASS, "not-executable: no class has a main method", dialect), ()
        with self.sandbox.workdir() as shelf:
            _put_classes(shelf, made)
            command = [f"{self.home}/bin/java", *_MACHINE, "-cp", "/p", main]
            binds = (*self.binds, (str(shelf), "/p"))
            return answer, tuple(observe(self.sandbox, command, inputs, {}, _RUN, binds) for _ in range(runs))

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """Run the JUnit 5 tests of a text, with AssertJ; tests switched off by @Disabled run too."""
        if not self.jars:
            return Answer(Outcome.SKIPPED, "no-test-runner: JUnit 5 and AssertJ are not installed "
                                           "(packages junit5, libassertj-core-java)"), None
        alone, _ = self._compile((source,), (), library, dialect, wanted=False)
        if alone.outcome is not Outcome.PASS:
            return alone, None
        answer, made = self._compile((source, tests), (), library, dialect, self.jars)
        if answer.outcome is not Outcome.PASS or made is None:
            return answer, None
        word = secrets.token_hex(16)
        with self.sandbox.workdir() as shelf, self.sandbox.workdir() as folder:
            _put_classes(shelf, made)
            for name, data in self._warm().program.items():
                put(shelf, f"pv/{name}", data)
            command = [f"{self.home}/bin/java", *_MACHINE, "-cp", f"/p:/p/pv:{self.jars}", "Tests",
                       _path(tests.text)[: -len(".java")].replace("/", ".")]
            binds = (*self.binds, (str(shelf), "/p"))
            done = self.sandbox.run(command, folder, {}, _TEST, binds, f"{word}\n".encode())
        answer, report = testimony(done, word, dialect)
        if report is not None and _NO_THREAD in report.message:
            # The sandbox's limit of processes, and no fault of the program.
            return Answer(Outcome.ERROR, f"sandbox: {_NO_THREAD}", dialect), None
        return answer, report

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text as it is: Java includes nothing."""
        return source.text if dialect in DIALECTS else None

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the classes without debug information: names of locals, comments and layout leave no trace."""
        answer, made = self._compile((source,), (), library, dialect)
        if answer.outcome is not Outcome.PASS or made is None:
            return None
        digest = hashlib.sha256()
        for name, data in sorted(made.classes.items()):
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return digest.hexdigest()

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none: `code` says all that it can say."""
        return None

    def close(self) -> None:
        """End the compilers that are alive. Not needed at the end of a program: they die with it."""
        with self._lock:
            for compiler in self._compiler:
                compiler.close()

    def _compile(self, sources: tuple[SourceText, ...], modules: tuple[SourceText, ...], library: Library, dialect: str,
                 jars: str = "/none", *, wanted: bool = True) -> tuple[Answer, Compiled | None]:
        if dialect not in DIALECTS:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), None
        texts = [Java(_path(one.text), one.text) for one in (*sources, *modules)]
        shelf = _shelf([one.text for one in texts], library, {one.path for one in texts})
        made = self._warm().compile(texts, shelf, (*DIALECTS[dialect], *_ALWAYS, jars), wanted)
        if made.broken:
            return Answer(Outcome.ERROR, made.broken, dialect), None
        if made.faults:
            return _refusal(made.faults, [one.text for one in texts], testing=jars != "/none"), None
        if not any(_TYPE.search(_QUIET.sub(" ", one.text)) or "package-info" in one.path for one in texts):
            return Answer(Outcome.FAIL, "syntax: there is no program in the text"), None
        return Answer(Outcome.PASS, dialect=dialect), made

    def _warm(self) -> WarmCompiler:
        with self._lock:
            if not self._compiler:
                names = ["Compile.java", *(["Tests.java"] if self.jars else [])]
                with self.sandbox.workdir() as folder:
                    for name in names:
                        put(folder, name, (_HERE / name).read_bytes())
                    command = [f"{self.home}/bin/javac", *(f"-J{flag}" for flag in FLAGS), "-cp", self.jars or "/none", *names]
                    done = self.sandbox.run(command, folder, {}, _BUILD, self.binds)
                    made = {path.name: take(folder, path.name, _BUILD.file_bytes) or b"" for path in folder.glob("*.class")}
                if done.stopped or done.returncode:
                    said = said_first((done.stdout + done.stderr).decode("utf-8", "replace"))
                    raise OSError(f"javac: the warm compiler could not be built ({done.stopped or said})")
                self._compiler.append(WarmCompiler(self.sandbox, f"{self.home}/bin/java", self.binds, made))
            return self._compiler[0]


def _path(text: str) -> str:
    """Where a text belongs: by its package, and its public (else first) type."""
    plain = _QUIET.sub(" ", text)
    package, kind = _PACKAGE.search(plain), _PUBLIC.search(plain) or _TYPE.search(plain)
    folder = package.group(1).replace(".", "/") + "/" if package else ""
    name = f"{folder}{kind.group(1) if kind else 'package-info' if package else 'Text'}.java"
    return name if name.isascii() else "Text.java"


def _shelf(texts: list[str], library: Library, taken: set[str]) -> list[Java]:
    """The members of the library that the texts name, directly or not; never a second one of a class that is there."""
    stems: dict[str, list[str]] = {}
    for path in sorted(library):
        name = PurePosixPath(path)
        if name.suffix == ".java" and _WORD.fullmatch(name.stem):
            stems.setdefault(name.stem, []).append(path)
    found: dict[str, Java] = {}
    todo, seen = list(texts) if stems else [], set[str]()
    while todo:
        for word in set(_WORD.findall(todo.pop())) & stems.keys() - seen:
            seen.add(word)
            for path in stems[word]:
                package = _PACKAGE.search(_QUIET.sub(" ", library[path]))
                place = (package.group(1).replace(".", "/") + "/" if package else "") + f"{word}.java"
                if place not in taken and place not in found and place.isascii():
                    found[place] = Java(place, library[path])
                    todo.append(library[path])
    return [found[place] for place in sorted(found)]


def _refusal(faults: tuple[Fault, ...], texts: Iterable[str], *, testing: bool) -> Answer:
    """Why javac refused: the text's fault, or something that it lacks here."""
    imports = [name for text in texts for name in _IMPORT.findall(_QUIET.sub(" ", text))]
    absent = [found.group(1) for fault in faults if (found := _ABSENT.search(fault.message))]
    absent = [package for package in dict.fromkeys(absent) if not package.startswith(("java.", "javax."))
              and any(f"{name}.".startswith(f"{package}.") for name in imports)]
    if absent:
        return Answer(Outcome.SKIPPED, f"{'no-test-runner' if testing else 'missing-import'}: {', '.join(absent)}"[:300])
    if all(fault.where == "shelf" for fault in faults):
        return Answer(Outcome.SKIPPED, f"library: {faults[0]}"[:300])
    first = next(fault for fault in faults if fault.where != "shelf")
    if testing and any(package in fault.message for fault in faults for package in _OF_TESTS):
        return Answer(Outcome.SKIPPED, f"no-test-runner: {first}"[:300])
    return Answer(Outcome.FAIL, f"{'build' if testing else 'syntax'}: {first}"[:300])


def _put_classes(shelf: Path, made: Compiled) -> None:
    for name, data in made.classes.items():
        put(shelf, f"{name.replace('.', '/')}.class", data)


def find_jvm(sandbox: Sandbox | Missing) -> Jvm | Missing:
    """The JDK that ``javac`` belongs to, or why there is none. Without a sandbox there is none."""
    if isinstance(sandbox, Missing):
        return sandbox
    javac = shutil.which("javac")
    if javac is None:
        return Missing("no-compiler: javac is not installed (package openjdk-17-jdk-headless)")
    home = Path(os.path.realpath(javac)).parents[1]
    # Debian keeps the configuration outside of the folder, behind links.
    outside = {path.resolve().parent for path in (home / "lib/jvm.cfg", home / "conf/logging.properties") if path.is_symlink()}
    folders = sorted(folder for folder in (*outside, home) if folder.is_dir() and not folder.is_relative_to("/usr"))
    binds = tuple((str(folder), str(folder)) for folder in folders)
    with sandbox.workdir() as folder:
        command = [f"{home}/bin/javac", *(f"-J{flag}" for flag in FLAGS), "-version"]
        asked = sandbox.run(command, folder, {}, _BUILD, binds)
    version = re.search(r"javac (\d+)(\S*)", (asked.stdout + asked.stderr).decode(errors="replace"))
    if asked.stopped or not version or int(version.group(1)) < _OLDEST:
        return Missing(f"no-compiler: javac {_OLDEST} or later is not installed (package openjdk-17-jdk-headless)")
    jars = [Path("/usr/share/java") / f"{name}.jar" for name in _JARS]
    there = ":".join(map(str, jars)) if all(jar.is_file() for jar in jars) else ""
    return Jvm(sandbox, version.group(1) + version.group(2), str(home), binds, there)
