"""Real human programs, before and after: they run alike, or the compiler writes the very same C for both.

Few of the corpus's programs run by themselves (they want files or callers), so equality of the generated C is the
stronger half, for the transforms of which it can hold.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.languages.cobol_copy import copied_names, missing_members, referenced_members
from provenance.steps.augment import ALL, Change
from tests.steps.augment.augment_cases import SHARED, Compiler

COBOL = SHARED / "corpora" / "cobol"
COURSE = "openmainframeproject__cobol-programming-course/COBOL Programming Course #"
CARDDEMO = "aws-samples__aws-mainframe-modernization-carddemo/app"
PRACTICE = "exercism__cobol/exercises/practice"

COBOL_ONLY = [transform for transform in ALL if transform.language == "cobol"]
#: Transforms that leave no trace in what the compiler writes; the others ask for other statements on purpose.
SAME_CODE = frozenset({"expand-copy", "fixed-to-free", "free-to-fixed", "join-move", "layout", "normalise-comments",
                       "rename-data-names", "rename-paragraphs", "scope-terminators", "period-terminators", "split-move",
                       "strip-comments"})

RUNS = [
    f"{PRACTICE}/hamming/src/hamming.cob",
    f"{PRACTICE}/reverse-string/src/reverse-string.cob",
    f"{COURSE}2 - Learning COBOL/Labs/cbl/CBL0013.cobol",
    f"{COURSE}2 - Learning COBOL/Labs/cbl/PAYROL00.cobol",
    f"{COURSE}4 - Testing/Labs/cbl/DEPTPAY.CBL",
]
COMPILES = [
    f"{CARDDEMO}/cbl/CBACT01C.cbl",
    f"{CARDDEMO}/cbl/CBTRN02C.cbl",
    f"{CARDDEMO}/cbl/CBTRN03C.cbl",
    "IBM__zopeneditor-sample/COBOL/SAM1.cbl",
]


def _text(path: str) -> str:
    if not (COBOL / path).is_file():
        pytest.skip(f"no corpus file {path} at {COBOL}")
    return (COBOL / path).read_bytes().decode("latin-1")


def _copybooks(path: str, text: str) -> dict[str, str]:
    books: dict[str, str] = {}
    for copybook in sorted((COBOL / path.split("/", 1)[0]).rglob("*")):
        if copybook.suffix.lower() == ".cpy":
            books.setdefault(copybook.stem.upper(), copybook.read_bytes().decode("latin-1"))
    assert not missing_members(text, books)
    return referenced_members(text, books)


@pytest.mark.parametrize("path", RUNS, ids=lambda path: Path(path).stem)
def test_programs_run_alike(compiler: Compiler, path: str) -> None:
    text = _text(path)
    program = compiler.program(text, copybooks=_copybooks(path, text))
    before = compiler.behaviour(text)
    assert before[0] == 0
    assert before[1]
    changes = [result for transform in COBOL_ONLY if isinstance(result := transform.apply(program, 3), Change)]
    assert changes
    for change in changes:
        assert compiler.behaviour(change.text, change.free_format) == before


@pytest.mark.parametrize("path", RUNS + COMPILES, ids=lambda path: Path(path).stem)
def test_the_compiler_writes_the_same_code(compiler: Compiler, path: str) -> None:
    text = _text(path)
    program = compiler.program(text, copybooks=_copybooks(path, text))
    before = compiler.generated(text)
    for transform in COBOL_ONLY:
        result = transform.apply(program, 3)
        if isinstance(result, Change) and transform.name in SAME_CODE:
            assert compiler.generated(result.text, result.free_format) == before, transform.name
        if isinstance(result, Change) and transform.name == "expand-copy":
            assert len(result.included) >= len(copied_names(text))
