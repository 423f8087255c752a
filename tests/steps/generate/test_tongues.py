"""Which language a text looks like: never wrong about what people wrote in the language that was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.steps.generate.tongues import looks_like, named, other_than, starts
from tests.steps.generate.generate_cases import cobol

TEXTS = {
    "c": "#include <stdio.h>\nint main(void) {\n    printf(\"1\\n\");\n    return 0;\n}\n",
    "cobol": cobol("ONE"),
    "java": "public class A {\n    public static void main(String[] a) { System.out.println(1); }\n}\n",
    "python": "import sys\n\ndef main():\n    print(sys.argv)\n",
    "javascript": "const a = 1;\nfunction f(x) { console.log(x); }\n",
    "rexx": "/* REXX */\nparse arg name\nsay 'hello' name\n",
    "abap": "REPORT zone.\nDATA a TYPE i.\nWRITE: / a.\n",
    "jcl": "//ONE JOB (A)\n//S1 EXEC PGM=IEFBR14\n//A DD DUMMY\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_in_another_language_is_told(name: str) -> None:
    assert looks_like(TEXTS[name]) == name
    assert other_than(name, TEXTS[name]) == ""
    other = next(each for each in TEXTS if each != name)
    assert other_than(other, TEXTS[name]) == name


@pytest.mark.parametrize(("language", "endings"), [("cobol", (".cbl", ".cob")), ("java", (".java",)), ("rexx", (".rexx",)),
                                                   ("abap", (".abap",)), ("plsql", (".pks", ".pkb", ".sql")),
                                                   ("mumps", (".m",)), ("jcl", (".jcl",))])
def test_hardly_a_program_that_people_wrote_is_taken_for_another_language(corpora: Path, language: str,
                                                                          endings: tuple[str, ...]) -> None:
    files = sorted(path for path in (corpora / language).rglob("*") if path.suffix.lower() in endings)[::9]
    wrong = {path.name: other for path in files if (other := other_than(language, path.read_text("utf-8", "replace")))}
    assert files and len(wrong) * 50 <= len(files), wrong


def test_kin_and_strangers_are_never_called_wrong() -> None:
    assert other_than("cpp", TEXTS["c"]) == "" and other_than("apex", TEXTS["java"]) == ""
    assert other_than("cobol tests", TEXTS["c"]) == "" and looks_like("well, hello there") == ""


def test_words_of_fences_and_first_lines() -> None:
    assert [named(word) for word in ("COBOL", "C++", "py", "unheard-of")] == ["cobol", "cpp", "python", "unheard-of"]
    assert starts("cobol", "       IDENTIFICATION DIVISION.") and not starts("cobol", "Sure! Here it is:")
    assert starts("unheard-of", "x") is None


def test_a_hostile_text_takes_no_time() -> None:
    for piece in ("a", "\n", "\n ", " ", "class ", "x(", "private a<", "/*", "[ "):
        assert looks_like(piece * 30_000) == ""
