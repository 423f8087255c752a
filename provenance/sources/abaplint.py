"""ABAP by abaplint: parsed, turned into JavaScript, and run or unit-tested by node; every step inside the sandbox.

A text is checked by syntax alone, from the oldest release to the newest; the dialect names the first that takes it. To
run it, what it uses must be at hand: its own repository's objects (the library), the exceptions and the ABAP Unit of
``node/abap_stubs.mjs``, and nothing else of SAP's. What lacks more is ``skipped``, never wrong.

It refuses what would not be ABAP: abaplint's ``WRITE '@KERNEL ...'`` is JavaScript, and could say anything of its tests.

    >>> from provenance.sources.sandbox import find_sandbox
    >>> abap = find_abaplint(find_sandbox())
    >>> text = "REPORT zhello." + chr(10) + "WRITE 'Hello'."
    >>> abap.check(SourceText("zhello.prog.abap", text), {}).dialect if isinstance(abap, Abaplint) else "v702"
    'v702'
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenance.languages.toolchain import NO_INPUT, Answer, Inputs, Library, Observation, SourceText, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.node_driver import Node, answered, find_node
from provenance.sources.observing import observation
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put

_MIB = 1024 * 1024
_PACKAGES = ("@abaplint/core", "@abaplint/transpiler", "@abaplint/runtime")
#: Releases of ABAP, old to new, in the order in which they are tried.
DIALECTS = ("v702", "v740sp08", "v750", "v758", "v816")
_RUN = Limits(wall_s=30, cpu_s=5, processes=64)
_TEST = Limits(wall_s=60, cpu_s=20, processes=64)
#: Programs built last, for `observe`, `test` and `code` of one text.
_KEPT = 16
#: Objects of the library that go into one program at most.
_MEMBERS = 400
_COMMENT = re.compile(r'^\*[^\n]*|(?<![\'`|])"[^\n]*$', re.MULTILINE)
_REPORT = re.compile(r"^\s*(?:REPORT|PROGRAM)\b", re.MULTILINE | re.IGNORECASE)
_CLASS = re.compile(r"^\s*CLASS\s+([\w/]+)\s+DEFINITION\b([^.]*)\.", re.MULTILINE | re.IGNORECASE)
_INTERFACE = re.compile(r"^\s*INTERFACE\s+([\w/]+)\s+([^.]*)\.", re.MULTILINE | re.IGNORECASE)
_PART = re.compile(r"([^.]+)\.clas\.(locals_def|locals_imp|testclasses|macros)\.abap", re.IGNORECASE)
_MEMBER = re.compile(
    r"[a-z0-9_#]+\.(?:clas|intf|prog|tabl|dtel|doma|ttyp|msag|type)(?:\.(?:locals_def|locals_imp|macros))?\.(?:abap|xml)"
)
#: What the run time says of things that it cannot do; the program is not to blame.
_UNABLE = re.compile(
    r"Void type|todo|not (?:yet )?(?:implemented|supported)|Global class \S+ not found|transpiler|missing$", re.IGNORECASE
)


@dataclass(slots=True, eq=False)
class Abaplint:
    """The tools that `find_abaplint` found. Safe to use from several threads."""

    node: Node
    version: str
    name: str = "abaplint"
    language: str = "abap"
    _built: OrderedDict[str, dict[str, Any]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax only, of this one text; the dialect is the oldest release whose syntax takes it."""
        return self.check_many((source,))[0]

    def check_many(self, sources: Sequence[SourceText]) -> list[Answer]:
        """What `check` says of each text, in their order, by as few processes as can be."""
        jobs = [{"name": _file_name(source), "text": source.text} for source in sources]
        return [answered(said) for said in self.node.jobs("abap.mjs", "check", jobs)]

    def observe(self, source: SourceText, library: Library, dialect: str, runs: int = 1,
                inputs: Inputs = NO_INPUT) -> tuple[Answer, tuple[Observation, ...]]:
        """Build once, run ``runs`` times. A report runs from its start; a class by ``if_oo_adt_classrun~main``, or by a
        public method MAIN or RUN without parameters. There is no standard input in ABAP and no command line: files
        are what ``OPEN DATASET`` opens, by name."""
        if dialect not in DIALECTS:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), ()
        answer, made = self._make(_files(source, library, inputs.modules), dialect)
        if answer.outcome is not Outcome.PASS:
            return answer, ()
        entry = made["entry"]
        if entry is None:
            reason = "not-executable: no report, and no class with if_oo_adt_classrun or a public method MAIN or RUN"
            return Answer(Outcome.PASS, reason, dialect), ()
        seen = []
        with self.node.sandbox.workdir() as shelf:
            _lay(shelf, made, {"entry": {**entry, "module": made["module"]}})
            for _ in range(runs):
                one = self._run(shelf, inputs)
                if one.returncode == 1 and not one.stopped and _UNABLE.search(one.errors.strip()):
                    return Answer(Outcome.SKIPPED, f"unsupported: {one.errors.strip()[:200]}", dialect), ()
                seen.append(one)
        return answer, tuple(seen)

    def test(self, source: SourceText, tests: SourceText, library: Library,
             dialect: str) -> tuple[Answer, TestReport | None]:
        """Run ABAP Unit: the local test classes of ``tests`` (a class's ``.testclasses.abap``, or what follows a report).

        The report counts test methods. One that fails an assertion has failed, whatever the program does about it.
        """
        if dialect not in DIALECTS:
            return Answer(Outcome.ERROR, f"unknown-dialect: {dialect}"), None
        name = _file_name(source)
        if name.endswith(".clas.abap"):
            files = _files(source, library, ())
            files.insert(1, {"name": name.replace(".clas.abap", ".clas.testclasses.abap"), "text": tests.text})
        else:
            files = _files(SourceText(source.name, f"{source.text.rstrip()}\n{tests.text}"), library, ())
        answer, made = self._make(files, dialect)
        if answer.outcome is not Outcome.PASS:
            return answer, None
        if not made["tests"]:
            return Answer(Outcome.SKIPPED, "no-test-runner: there is no local class FOR TESTING with a method", dialect), None
        with self.node.sandbox.workdir() as shelf:
            _lay(shelf, made, {"module": made["test_module"], "tests": made["tests"]})
            with self.node.sandbox.workdir() as folder:
                done = self.node.run("abap_run.mjs", "test", folder, _TEST, ((str(shelf), "/prog"),))
        return _reported(done, sum(len(one["methods"]) for one in made["tests"]), dialect)

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """abaplint writes none."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """abaplint writes none."""
        return None

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest of the JavaScript of the text's own object, and of the kinds of its statements in their order.

        Layout, comments, case of words and chains of statements leave no trace in it; names do. The kinds are there
        because some statements (of the screen, of the debugger) leave none in the JavaScript.
        """
        if dialect not in DIALECTS:
            return None
        answer, made = self._make(_files(source, library, ()), dialect)
        if answer.outcome is not Outcome.PASS:
            return None
        return hashlib.sha256(json.dumps([made["own"], made["kinds"]], sort_keys=True).encode()).hexdigest()

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none: `code` says all that it can say."""
        return None

    def _make(self, files: list[dict[str, str]], dialect: str) -> tuple[Answer, dict[str, Any]]:
        key = hashlib.sha256(json.dumps(files).encode()).hexdigest()
        with self._lock:
            made = self._built.get(key)
        if made is None:
            made = self.node.jobs("abap.mjs", "build", [{"files": files}])[0]
            with self._lock:
                # What the machine could not do now it may do later.
                if made["outcome"] != Outcome.ERROR.value:
                    self._built[key] = made
                while len(self._built) > _KEPT:
                    self._built.popitem(last=False)
        answer = answered(made)
        return Answer(answer.outcome, answer.reason, dialect), made

    def _run(self, shelf: Path, inputs: Inputs) -> Observation:
        with self.node.sandbox.workdir() as folder:
            for name, content in inputs.files.items():
                put(folder, name, content)
            done = self.node.run("abap_run.mjs", "run", folder, _RUN, ((str(shelf), "/prog"),))
            return observation(done, folder, inputs)


def _lay(shelf: Path, made: dict[str, Any], plan: dict[str, Any]) -> None:
    put(shelf, "plan.json", json.dumps({"imports": made["imports"], **plan}).encode())
    for name, text in made["modules"].items():
        put(shelf, name, text.encode("utf-8", "replace"))


def _reported(done: Finished, expected: int, dialect: str) -> tuple[Answer, TestReport | None]:
    said = []
    for line in done.stdout.splitlines():
        with contextlib.suppress(ValueError):
            said.append(json.loads(line))
    ended = [one for one in said if "passed" in one]
    unable = [one["message"] for one in ended if not one["passed"] and _UNABLE.search(one["message"])]
    if unable:
        return Answer(Outcome.SKIPPED, f"unsupported: {unable[0][:200]}", dialect), None
    passed = sum(1 for one in ended if one["passed"] is True)
    failures = [f"{one['test']}: {one['message']}" for one in ended if one["passed"] is not True]
    if not (said and said[-1].get("done")):
        if done.stopped not in ("cpu", "memory", "signal", "output", "file", "folder"):
            why = done.stopped or done.stderr.decode("utf-8", "replace").strip()[:200] or "no end"
            if not done.stopped and _UNABLE.search(why):
                return Answer(Outcome.SKIPPED, f"unsupported: {why}", dialect), None
            return Answer(Outcome.ERROR, f"test-stopped: {why}", dialect), None
        # It ran for ever, or out of memory, in a method that began and did not end: that one and those after it failed.
        begun = next((one["test"] for one in reversed(said) if "test" in one), "the class")
        failures.append(f"{begun}: stopped: {done.stopped}")
    return Answer(Outcome.PASS, dialect=dialect), TestReport(passed, expected - passed, (failures or [""])[0])


def _file_name(source: SourceText) -> str:
    """The name under which abaplint is given a text: the kind from its content, nothing from the outside but its part."""
    if part := _PART.fullmatch(source.name):
        return f"{_plain(part[1])}.clas.{part[2].lower()}.abap"
    text = _COMMENT.sub("", source.text)
    if not _REPORT.search(text):
        for kind, pattern in (("clas", _CLASS), ("intf", _INTERFACE)):
            for found in pattern.finditer(text):
                clause = re.sub(r"\bCREATE\s+PUBLIC\b", "", found[2].upper())
                if re.search(r"\bPUBLIC\b", clause):
                    return f"{_plain(found[1])}.{kind}.abap"
    return "zprogram.prog.abap"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9_#]", "_", name.lower().replace("/", "#"))[:40] or "z"


def _files(source: SourceText, library: Library, modules: Sequence[SourceText]) -> list[dict[str, str]]:
    """The text itself first, the modules given with it, and all of the library that their words name, and so on."""
    files = {_file_name(source): source.text}
    for module in modules:
        files.setdefault(_file_name(module), module.text)
    shelf: dict[str, dict[str, str]] = {}
    for path in sorted(library):
        name = path.rsplit("/", 1)[-1].lower()
        if _MEMBER.fullmatch(name):
            shelf.setdefault(name.split(".", 1)[0].replace("#", "/"), {}).setdefault(name, library[path])
    todo = [*files.values(), next(iter(files))]
    while todo and len(files) < _MEMBERS:
        for word in set(re.findall(r"[a-z0-9_/]+", todo.pop().lower())):
            for name, text in shelf.pop(word, {}).items():
                if name not in files:
                    files[name] = text
                    todo.append(text)
    return [{"name": name, "text": text} for name, text in files.items()]


def find_abaplint(sandbox: Sandbox | Missing) -> Abaplint | Missing:
    """abaplint with transpiler and run time, as ``make toolchains`` installs them, or why there is none."""
    node = find_node(sandbox, *_PACKAGES)
    if isinstance(node, Missing):
        return node
    return Abaplint(node, node.version(_PACKAGES[0]))
