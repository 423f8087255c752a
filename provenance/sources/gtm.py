"""GT.M as a `Toolchain` for MUMPS: compilation, runs with a fresh database of globals, generated code, in the sandbox.

A routine is known by its file name, so the name of the record is kept where it is a name (else that of its first label).
Each run begins with an empty database in memory; the globals that it leaves are written to a file by a second process
and are part of what it did, under the name `GLOBALS`.

It refuses to run a routine whose first line takes parameters: who would call it, with what? Such a routine, and one that
calls what is not there, is not wrong for that.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> mumps = find_gtm(find_sandbox())
    >>> mumps.check(SourceText("A.m", "A ; a\\n write 1"), {}).dialect if isinstance(mumps, Gtm) else "gtm"
    'gtm'
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.gtm_object import meaning
from provenance.sources.observing import encoded, named, observation, said_first
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put, take

DIALECT = "gtm"
#: The file of an observation that stands for all globals which a run left, in ZWRITE format.
GLOBALS = "globals.zwr"
_MIB = 1024 * 1024
_COMPILE = Limits(cpu_s=10, memory_bytes=1024 * _MIB, file_bytes=16 * _MIB)
_RUN = Limits(memory_bytes=1024 * _MIB)
_NAME = re.compile(r"[%A-Za-z][A-Za-z0-9]{0,30}")
_PARAMETERS = re.compile(r"[%A-Za-z0-9]*\((?!\))")
_ERROR = re.compile(r"^%GTM-E-(\w+), ([^\n]*)", re.MULTILINE)
_PLACE = re.compile(r"At column (\d+), line (\d+), source module")
#: What other makers of MUMPS added, in the line that GT.M shows with its message.
_VENDOR = re.compile(r"##class\b|\$system\b|\$z(?:util|hex|crc|strip|convert|sha\w*|f)\(|\$[A-Za-z]+\.\w+", re.IGNORECASE)
#: $TEXT reads the comments of a routine.
_READS_ITSELF = re.compile(r"\$T(?:EXT)?\(|\$ZPOS|\$STACK|\$ST\(", re.IGNORECASE)
#: An uncaught error ends the run (GT.M would read commands from standard input), and its place goes to standard error.
_TRAP = 'open "/tmp/trap":newversion use "/tmp/trap" write $zstatus,! close "/tmp/trap" zhalt 1'
_DUMP = """PVDUMP ; written by the toolchain
 new %pv set %pv="^%"
 if $data(@%pv) zwrite @%pv
 for  set %pv=$order(@%pv) quit:%pv=""  zwrite @%pv
 quit
"""
_DATABASE = """
printf 'change -segment DEFAULT -file=/tmp/g.dat
change -segment DEFAULT -access_method=MM -allocation=200 -block_size=4096
change -region DEFAULT -stdnull -record_size=32000 -key_size=1000
exit
' | mumps -run GDE >/dev/null && mupip create >/dev/null && mv /tmp/g.dat . && mumps PVDUMP.m && echo made
"""
_EMPTY = re.compile(r"^(?:;[^\n]*)?$")


@dataclass(slots=True, eq=False)
class Gtm:
    """The GT.M that `find_gtm` found. Safe to use from several threads."""

    sandbox: Sandbox
    version: str
    #: The folder of the installation, under ``/usr``.
    dist: str
    name: str = "gtm"
    language: str = "mumps"
    _template: dict[str, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, source: SourceText, library: Library) -> Answer:
        """Whether GT.M compiles the routine without an error; what it calls is found at run time."""
        return self._compile(source)[0]

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Compile once and run ``DO ^ROUTINE`` ``runs`` times, each with an empty database; arguments are $ZCMDLINE."""
        if dialect != DIALECT:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), ()
        answer, _ = self._compile(source)
        if answer.outcome is not Outcome.PASS:
            return answer, ()
        if _PARAMETERS.match(source.text):
            return Answer(Outcome.PASS, "not-executable: its first line takes parameters", DIALECT), ()
        routine = _routine(source)
        modules = {_routine(module): module.text for module in inputs.modules}
        called = {_routine(SourceText(path, text)): text for path, text in named(source.text, library, (".m",)).values()}
        with self.sandbox.workdir() as shelf:
            with self.sandbox.workdir() as made:
                texts = {**modules, routine: source.text}
                for name, text in texts.items():
                    put(made, f"{_file(name)}.m", _lines(text))
                    put(shelf, f"{_file(name)}.m", _lines(text))
                self._sh("mumps *.m; exit 0", made)
                for name in texts:
                    put(shelf, f"{_file(name)}.o", take(made, f"{_file(name)}.o", _COMPILE.file_bytes) or b"")
            put(shelf, "called/.keep", b"")  # what else it may call is compiled where it is called
            for name, text in called.items():
                put(shelf, f"called/{_file(name)}.m", _lines(text))
            for name, data in self._database().items():
                put(shelf, name, data)
            return answer, tuple(self._run(routine, shelf, inputs) for _ in range(runs))

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """There is no runner for MUMPS here."""
        return Answer(Outcome.SKIPPED, "no-test-runner: mumps"), None

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """GT.M's listing has no symbols: none."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text as it is: MUMPS includes nothing."""
        return source.text if dialect == DIALECT else None

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the machine code, literals and names; comments and layout leave no trace in it, names do.

        None where the routine reads its own text or place ($TEXT, $ZPOSITION, $STACK).
        """
        if dialect != DIALECT or _READS_ITSELF.search(source.text):
            return None
        answer, made = self._compile(source)
        if answer.outcome is not Outcome.PASS or made is None:
            return None
        plain = meaning(made)
        return None if plain is None else hashlib.sha256(plain).hexdigest()

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none: `code` says all that it can say."""
        return None

    def _compile(self, source: SourceText) -> tuple[Answer, bytes | None]:
        if all(_EMPTY.match(line.strip()) for line in source.text.splitlines()):
            return Answer(Outcome.FAIL, "syntax: there is no program in the text"), None
        name = _file(_routine(source))
        with self.sandbox.workdir() as folder:
            put(folder, f"{name}.m", _lines(source.text))
            done = self._sh(f"exec mumps {name}.m", folder)
            made = take(folder, f"{name}.o", _COMPILE.file_bytes)
        if not done.stopped and done.returncode == 0 and made:
            return Answer(Outcome.PASS, dialect=DIALECT), made
        return _refusal(done), None

    def _run(self, routine: str, shelf: Path, inputs: Inputs) -> Observation:
        script = (f"cp /p/g.dat /tmp/g.dat; export gtm_etrap='{_TRAP}'\n"
                  f"export gtmroutines='/p /tmp(/p/called) {self.dist}/libgtmutil.so'\n"
                  f"mumps -run '^{routine}' \"$@\"; s=$?; unset gtm_etrap; test -s /tmp/trap && cat /tmp/trap >&2\n"
                  f"mumps -run ^PVDUMP </dev/null >{GLOBALS} 2>/dev/null; test -s {GLOBALS} || rm -f {GLOBALS}; exit $s")
        with self.sandbox.workdir() as folder:
            for name, data in inputs.files.items():
                put(folder, name, data)
            command = ["/usr/bin/sh", "-c", script, "sh", *inputs.arguments]
            binds = ((str(shelf), "/p"),)
            done = self.sandbox.run(command, folder, self._env("/p"), _RUN, binds, inputs.stdin)
            return observation(done, folder, inputs)

    def _database(self) -> dict[str, bytes]:
        with self._lock:
            if not self._template:
                with self.sandbox.workdir() as folder:
                    put(folder, "PVDUMP.m", _DUMP.encode())
                    done = self.sandbox.run(["/usr/bin/sh", "-c", _DATABASE], folder, self._env("/w"), _COMPILE)
                    made = {name: take(folder, name) for name in ("g.gld", "g.dat", "PVDUMP.m", "PVDUMP.o")}
                if done.stopped or not done.stdout.endswith(b"made\n"):
                    said = said_first((done.stdout + done.stderr).decode("utf-8", "replace"))
                    raise OSError(f"gtm: the empty database could not be made ({done.stopped or said})")
                self._template |= {name: data for name, data in made.items() if data is not None}
            return self._template

    def _env(self, where: str) -> dict[str, str]:
        return {"gtm_dist": self.dist, "gtmroutines": f"{where} {self.dist}/libgtmutil.so", "gtmgbldir": f"{where}/g.gld",
                "gtm_log": "/tmp", "gtm_tmp": "/tmp", "gtm_chset": "M", "TZ": "UTC",  # noqa: S108 (inside)
                "PATH": f"{self.dist}:/usr/bin"}

    def _sh(self, script: str, folder: Path, binds: tuple[tuple[str, str], ...] = ()) -> Finished:
        return self.sandbox.run(["/usr/bin/sh", "-c", script], folder, self._env("/w"), _COMPILE, binds)


def _routine(source: SourceText) -> str:
    """The name of a routine: of its file, of its first label, or "A"."""
    stem = PurePosixPath(source.name.replace("\0", "")).name.rsplit(".", 1)[0]
    stem = f"%{stem[1:]}" if stem.startswith("_") else stem
    if _NAME.fullmatch(stem):
        return stem
    label = _NAME.match(source.text)
    return label.group(0) if label else "A"


def _file(routine: str) -> str:
    return routine.replace("%", "_")


def _lines(text: str) -> bytes:
    # Without an end of line the last line of a routine is not compiled.
    return encoded(text if text.endswith("\n") else f"{text}\n")


def _refusal(done: Finished) -> Answer:
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    errors = _ERROR.findall(said)
    if done.stopped and done.stopped != "signal":
        return Answer(Outcome.ERROR, f"compiler-stopped: {done.stopped}")
    place = _PLACE.search(said)
    if done.stopped or not errors or place is None:
        return Answer(Outcome.ERROR, f"compiler-crash: mumps ended with {done.returncode}: {said_first(said)}"[:300])
    code, what = errors[0]
    if vendor := _VENDOR.search(said):
        return Answer(Outcome.SKIPPED, f"vendor: line {place.group(2)}: {vendor.group(0)} is not known to GT.M")
    return Answer(Outcome.FAIL, f"syntax: line {place.group(2)}, column {place.group(1)}: {code}: {what}"[:300])


def find_gtm(sandbox: Sandbox | Missing) -> Gtm | Missing:
    """The GT.M that is installed here (the newest under ``/usr/lib``), or why there is none. Without a sandbox none."""
    if isinstance(sandbox, Missing):
        return sandbox
    for mumps in sorted(Path("/usr/lib").glob("*/fis-gtm/*/mumps"), reverse=True):
        dist = str(mumps.parent)
        found = Gtm(sandbox, "", dist)
        with sandbox.workdir() as folder:
            asked = found._sh("exec mumps -run %XCMD 'write $zversion,!'", folder)
        version = re.match(r"GT\.M (\S+)", asked.stdout.decode(errors="replace"))
        if version and not asked.stopped:
            found.version = version.group(1)
            return found
    return Missing("no-compiler: GT.M is not installed (package fis-gtm)")
