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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import SourceError
from provenance.languages.cobol_copy import looks_free, referenced_members, words
from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import fingerprints, put, take

_MIB = 1024 * 1024
#: Flag sets by name, in the order in which they are tried. A text that looks free begins with the free ones, so that
#: the free text that COPY expansion makes of an IBM program is compiled as IBM's again.
DIALECTS = {
    "ibm-fixed": "-std=ibm -fixed",
    "default-fixed": "-std=default -fixed",
    "mf-fixed": "-std=mf -fixed",
    "ibm-free": "-std=ibm -free",
    "default-free": "-std=default -free",
    "mf-free": "-std=mf -free",
}
#: The text is always called this, so that names of files say nothing, break nothing and make no two programs differ.
_NAME = "prog.cob"
_COMPILE = Limits(
    wall_s=60,
    cpu_s=20,
    memory_bytes=2048 * _MIB,
    file_bytes=64 * _MIB,
    processes=32,
    folder_bytes=256 * _MIB,
    folder_files=8192,
)
_RUN = Limits()
#: A clock that stands still. Without the hundredths GnuCOBOL 3.1 takes those from the real clock.
_RUN_ENV = {"COB_CURRENT_DATE": "2020/01/02 03:04:05.00", "TZ": "UTC"}
#: 97 is "too many errors", given up on a text of another format; all else but 0 and 1 is a crash.
_REFUSED = (1, 97)
#: cobc accepts a text without a word in the columns that count, as an empty program.
_NOTHING = Answer(Outcome.FAIL, "syntax: there is no program in the text")
_PROGRAM_WORDS = frozenset({"DIVISION", "PROGRAM-ID", "FUNCTION-ID"})
_ERROR = re.compile(r"^[^\s:]*:(?:\d+:)? (?:fatal )?error: (.*)$", re.MULTILINE)
_ABSENT = re.compile(r"(.+): No such file or directory")
_EXEC = re.compile(r"^(?!.{6}[*/])[^\n]*?\bEXEC(?:UTE)?[ \t]+(CICS|SQL|DLI)\b", re.MULTILINE | re.IGNORECASE)
#: A C string or character (kept whole, whatever it holds), or a comment (dropped: there cobc writes names and lines).
_C_PIECES = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/', re.DOTALL)
#: When cobc ran, to the second.
_C_DATES = re.compile(r"^#define\s+COB_MODULE_(?:FORMATTED_DATE|DATE|TIME)\b[^\n]*$", re.MULTILINE)


@dataclass(slots=True, eq=False)
class GnuCobol:
    """The compiler that `find_gnucobol` found. Safe to use from several threads."""

    sandbox: Sandbox
    version: str
    binds: tuple[tuple[str, str], ...] = ()
    name: str = "gnucobol"
    language: str = "cobol"

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax only; the first dialect that accepts. The reason of a refusal is that of the likeliest format."""
        names = list(DIALECTS)
        if looks_free(source.text):
            names.sort(key=lambda name: not name.endswith("-free"))
        # One sandbox for all dialects: starting it costs as much as cobc.
        script = "".join(
            f"cobc -fsyntax-only -w {DIALECTS[name]} -I copy {_NAME} >/dev/null 2>e{at}; s=$?\n"
            "echo $s; test $s = 0 && exit 0\n"
            for at, name in enumerate(names)
        )
        with self._folder(source, library) as (folder, members):
            done = self._sh(script + "exit 0", folder)
            if done.stopped:
                return Answer(Outcome.ERROR, f"compiler-stopped: {done.stopped}")
            statuses = [int(line) for line in done.stdout.split()]
            if statuses and statuses[-1] == 0:
                if not _is_program((source.text, *members.values())):
                    return _NOTHING
                return Answer(Outcome.PASS, dialect=names[len(statuses) - 1])
            for at, status in enumerate(statuses):
                if status not in _REFUSED:
                    return Answer(Outcome.ERROR, f"compiler-crash: cobc ended with {status}", names[at])
            said = take(folder, "e0", 64 * 1024) or b""
        return _refusal(said.decode("utf-8", "replace"), (source.text, *members.values()))

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Compile once and run ``runs`` times, each in a fresh folder with a standing clock and the same inputs."""
        if dialect not in DIALECTS:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), ()
        with self._folder(source, library) as (folder, members):
            answer, program = self._build(folder, dialect, (source.text, *members.values()))
        if program is None:
            return answer, ()
        with self.sandbox.workdir() as shelf:
            put(shelf, "prog", program, 0o755)
            return answer, tuple(self._observe(shelf / "prog") for _ in range(runs))

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """There is no runner yet."""
        return Answer(Outcome.SKIPPED, "no-test-runner: cobol"), None

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The listing with symbols and cross-reference, or None where cobc refuses the text."""
        return self._made(source, library, dialect, "-fsyntax-only -T made --tsymbols -Xref")

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text after COPY and REPLACE in free format, or None where cobc refuses it."""
        return self._made(source, library, dialect, "-E -o made")

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the C that cobc writes, its comments and dates taken out, or None where it writes none."""
        made = self._made(source, library, dialect, "-C -o code.c", "cat code.c* > made")
        if made is None:
            return None
        plain = _C_DATES.sub("", _C_PIECES.sub(_uncommented, made))
        # A comment leaves its line behind, one a statement; no C string goes over a line, so empty ones mean nothing.
        plain = "\n".join(line for line in plain.split("\n") if line.strip())
        return hashlib.sha256(plain.encode("utf-8", "surrogateescape")).hexdigest()

    def _made(self, source: SourceText, library: Library, dialect: str, flags: str, then: str = "true") -> str | None:
        if dialect not in DIALECTS:
            return None
        with self._folder(source, library) as (folder, _):
            done = self._sh(f"cobc -w {DIALECTS[dialect]} -I copy {flags} {_NAME} >/dev/null && {then}", folder)
            made = take(folder, "made", 64 * _MIB)
        return made.decode("utf-8", "surrogateescape") if made and not done.stopped and done.returncode == 0 else None

    def _build(self, folder: Path, dialect: str, texts: tuple[str, ...]) -> tuple[Answer, bytes | None]:
        cobc = f"cobc -w {DIALECTS[dialect]} -I copy"
        script = f"{cobc} -x -o prog {_NAME} >/dev/null 2>ex; s=$?; echo program $s; test $s = 0 && exit 0\n"
        script += f"{cobc} -fsyntax-only {_NAME} >/dev/null 2>es; s=$?; echo syntax $s; test $s = 0 || exit 0\n"
        script += f"{cobc} -m -o prog.so {_NAME} >/dev/null 2>em; echo module $?; exit 0\n"
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

    def _observe(self, program: Path) -> Observation:
        with self.sandbox.workdir() as folder:
            done = self.sandbox.run(["/prog"], folder, _RUN_ENV, _RUN, ((str(program), "/prog"), *self.binds))
            # A folder over its limit may be too deep to walk; that it was stopped for says enough.
            files = {} if done.stopped == "folder" else fingerprints(folder)
        digest = hashlib.sha256(done.stdout).hexdigest()
        return Observation(done.returncode, digest, len(done.stdout), files, done.stopped)

    def _sh(self, script: str, folder: Path) -> Finished:
        return self.sandbox.run(["/usr/bin/sh", "-c", script], folder, {}, _COMPILE, self.binds)

    @contextlib.contextmanager
    def _folder(self, source: SourceText, library: Library) -> Iterator[tuple[Path, dict[str, str]]]:
        members = referenced_members(source.text, library)
        with self.sandbox.workdir() as folder:
            put(folder, _NAME, _encode(source.text))
            put(folder, "copy/.keep", b"")
            for name, text in members.items():
                for spelling in dict.fromkeys((name, name.upper(), name.lower())):
                    # Taken, too long, or a folder and a file of one name: cobc then says that the member is missing.
                    with contextlib.suppress(OSError, SourceError):
                        put(folder, f"copy/{spelling}", _encode(text))
            yield folder, members


def _uncommented(piece: re.Match[str]) -> str:
    return "" if piece[0].startswith("/*") else piece[0]


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
        asked = sandbox.run(["/usr/bin/sh", "-c", "exec cobc --version"], folder, {}, _COMPILE, binds)
    said = asked.stdout.decode(errors="replace")
    version = re.match(r"cobc \(GnuCOBOL\) (\S+)", said)
    if asked.stopped or not version:
        return Missing("no-compiler: cobc is not installed (package gnucobol3)")
    return GnuCobol(sandbox, version.group(1), binds)
