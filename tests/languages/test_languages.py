"""Facts about languages: every file found, every extension owned once, the reserved words are real."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.languages import all_languages, by_extension, kind_of
from provenance.languages.cobol import LANGUAGE as COBOL
from provenance.languages.language import Tier
from provenance.sources.toolchains import FINDERS

NAMES = [
    "abap",
    "apex",
    "bms",
    "c",
    "cl",
    "cobol",
    "cpp",
    "hlasm",
    "java",
    "jcl",
    "mumps",
    "pli",
    "plsql",
    "prose",
    "rexx",
    "rpg",
]


def test_every_language_is_found_under_the_name_of_its_module() -> None:
    assert list(all_languages()) == NAMES


def test_no_extension_belongs_to_two_languages() -> None:
    owned = [extension for language in all_languages().values() for extension in language.extensions]
    assert len(owned) == len(set(owned))
    assert all(re.fullmatch(r"\.[a-z0-9]+", extension) for extension in owned)


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("src/PAYROLL.CBL", "cobol", "program"),
        ("copy/EMPREC.cpy", "cobol", "copybook"),
        ("tests/two-fer.cut", "cobol", "test"),
        ("x/body.pkb", "plsql", "body"),
        ("a.b/include.h", "c", "header"),
        ("Account.cls", "apex", "program"),
    ],
)
def test_a_path_is_known_by_its_extension(path: str, name: str, kind: str) -> None:
    language = by_extension(path)
    assert language is not None
    assert (language.name, kind_of(path)) == (name, kind)


@pytest.mark.parametrize("path", ["README", "notes.txt", ".gitignore", "dir.cbl/notes"])
def test_an_unknown_extension_is_no_language(path: str) -> None:
    assert by_extension(path) is None
    assert kind_of(path) == "file"


def test_a_language_names_a_toolchain_where_one_is_looked_for() -> None:
    # A tier says what could be checked; a toolchain says that this project does it.
    assert {language.name for language in all_languages().values() if language.toolchain} == set(FINDERS)
    assert all(all_languages()[name].tier is not Tier.TEXT for name in FINDERS)
    assert all(language.toolchain for language in all_languages().values() if language.tier is not Tier.TEXT)


def test_the_page_has_a_row_for_each_language_with_its_tier_and_toolchain() -> None:
    page = (Path(__file__).parents[2] / "docs" / "languages.md").read_text("utf-8")
    rows = {name: (tier, tool) for name, tier, tool in re.findall(r"^\| `([a-z]+)` \| ([ABC]) \| ([^|]*?) \|", page, re.M)}
    assert rows == {language.name: (language.tier.value, language.toolchain or "none")
                    for language in all_languages().values()}


def test_reserved_words_are_words() -> None:
    assert len(COBOL.reserved) > 1300
    assert all(re.fullmatch(r"[A-Z0-9][A-Z0-9_-]*", word) for word in COBOL.reserved)
    assert {"MOVE", "END-EXEC", "RETURN-CODE", "CURRENT-DATE", "SYSOUT", "UPON", "SQLCODE"} <= COBOL.reserved


@pytest.mark.skipif(shutil.which("cobc") is None, reason="cobc is not installed")
def test_the_compiler_reserves_nothing_that_we_do_not() -> None:
    for dialect in ("default", "ibm", "mf"):
        printed = subprocess.run(
            ["cobc", f"-std={dialect}", "--list-reserved"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
        words = re.findall(r"^([A-Z0-9][A-Z0-9-]*)\s+(?:Yes|No)\b", printed, re.MULTILINE)
        assert len(words) > 500
        assert set(words) <= COBOL.reserved
