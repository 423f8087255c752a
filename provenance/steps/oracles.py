"""Which tests judge which program: pairs of records of one repository, found by where projects put their tests.

One table a language (`CONVENTIONS`): how the path of a test looks, and where the programs lie that such a test is for.
The conventions are those of COBOL Check, Exercism, Maven, ABAP (abapGit) and Salesforce projects. The first convention
that finds a program holds. Case does not matter, as mainframe files come in capitals and their tests do not.

It refuses to guess: a test for which no program lies where the convention says has no pair. It reads no text, so it
does not know whether a test is any good; running it tells.

    >>> from provenance.model.identity import RecordId
    >>> files = [File(RecordId(1, row), path, "cobol", kind) for row, (path, kind) in enumerate([
    ...     ("leap/tst/leap/leap.cut", "test"), ("leap/src/leap.cob", "program"), ("leap/.meta/proof.ci.cob", "program")])]
    >>> [str(test.record) for test in oracles_of(files)[RecordId(1, 2)]]
    ['rec:0000000000000001.0']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provenance.model.identity import RecordId

_ROOT = r"(?P<root>(?:.*/)?)"
_NAME = r"(?P<name>[^/]+)"
#: The same where an ending follows that belongs to the test.
_TESTED = r"(?P<name>[^/]+?)"


@dataclass(frozen=True, slots=True)
class File:
    """A record and where it lay: path in its repository, language and kind ("program", "test" ...)."""

    record: RecordId
    path: str
    language: str
    kind: str


@dataclass(frozen=True, slots=True)
class Convention:
    """Where the programs of a test lie.

    Attributes:
        tests: the whole path of a test; its groups are used in ``programs``.
        programs: paths without the last extension, with ``{group}`` for what was found; ``*`` for any name. All that fit.
    """

    tests: re.Pattern[str]
    programs: tuple[str, ...]


def _convention(tests: str, *programs: str) -> Convention:
    return Convention(re.compile(tests, re.IGNORECASE), programs)


#: By language, in the order in which they are tried.
CONVENTIONS: Mapping[str, tuple[Convention, ...]] = {
    "cobol": (
        # Exercism: the solution of the maintainers, and the file that is handed out.
        _convention(rf"{_ROOT}tst/{_NAME}/[^/]+\.cut", "{root}.meta/*", "{root}src/{name}"),
        # COBOL Check's own layout.
        _convention(rf"{_ROOT}test/cobol/{_NAME}/[^/]+\.cut", "{root}main/cobol/{name}"),
        _convention(rf"{_ROOT}(?:tests?|tst|cut)/(?:[^/]+/)?{_NAME}\.cut", "{root}{name}", "{root}cbl/{name}",
                    "{root}src/{name}", "{root}cobol/{name}"),
        _convention(rf"{_ROOT}{_NAME}\.cut", "{root}{name}"),
    ),
    "abap": (_convention(rf"{_ROOT}{_NAME}\.clas\.testclasses\.abap", "{root}{name}.clas", "{root}.meta/{name}.clas"),),
    "java": (
        _convention(rf"{_ROOT}src/test/java/(?P<package>(?:[^/]+/)*){_TESTED}(?:Tests?|TestCase)\.java",
                    "{root}src/main/java/{package}{name}", "{root}.meta/src/reference/java/{package}{name}"),
    ),
    "apex": (
        _convention(rf"{_ROOT}{_TESTED}_?Tests?\.cls", "{root}{name}"),
        _convention(rf"{_ROOT}test/classes/{_TESTED}_?Tests?\.cls", "{root}main/classes/{name}"),
        _convention(rf"{_ROOT}tests/(?P<folder>(?:[^/]+/)*){_TESTED}_?Tests?\.cls", "{root}main/default/classes/{folder}{name}"),
    ),
    "rexx": (_convention(rf"{_ROOT}{_NAME}-check\.rexx", "{root}{name}", "{root}.meta/example"),),
}


def oracles_of(files: Iterable[File]) -> dict[RecordId, tuple[File, ...]]:
    """Program -> its tests, in order of path. Programs without tests are not in it.

    Args:
        files: records of one snapshot of one repository: tests of one state of a project say nothing of another.
    """
    tests: list[File] = []
    places: dict[tuple[str, str], dict[str, list[File]]] = {}  # (language, folder) -> name -> programs
    for file in files:
        if file.kind == "test":
            tests.append(file)
        elif file.kind == "program":
            folder, name = _place(file.path.lower().rsplit(".", 1)[0])
            places.setdefault((file.language, folder), {}).setdefault(name, []).append(file)
    found: dict[RecordId, dict[RecordId, File]] = {}
    for test in sorted(tests, key=lambda test: (test.path, test.record)):
        for program in _programs(test, places):
            found.setdefault(program.record, {}).setdefault(test.record, test)
    return {program: tuple(suites.values()) for program, suites in sorted(found.items())}


def _programs(test: File, places: Mapping[tuple[str, str], Mapping[str, list[File]]]) -> list[File]:
    for convention in CONVENTIONS.get(test.language, ()):
        match = convention.tests.fullmatch(test.path)
        if match is None:
            continue
        chosen: list[File] = []
        for template in convention.programs:
            folder, name = _place(template.format(**match.groupdict()).lower())
            names = places.get((test.language, folder), {})
            chosen += [file for files in names.values() for file in files] if name == "*" else names.get(name, [])
        if chosen:
            return chosen
    return []


def _place(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name
