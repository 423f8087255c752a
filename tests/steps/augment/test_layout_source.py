"""Layout changes blanks, letter case of keywords and spelling of commands, and nothing that a compiler sees."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.steps.augment import Change, Program, by_name
from provenance.steps.augment.layout_braces import LayoutBraces
from provenance.steps.augment.layout_mumps import LayoutMumps
from provenance.steps.augment.layout_words import LayoutWords
from tests.steps.augment.augment_cases import changed, refused

JAVA = """class A
{
   /**
    * Doc.
    */
   @Override
   public String toString()   {
         if(x){ return "a  b";
         }
      else
         y();
      switch (n) {
      case 1:
         z(a,b);
         break;
      default: break;
      }


      list.forEach(e -> {
         use(e);
      });
      String t = \"\"\"
         kept
        \"\"\";
      return first
         .second();
   }
}
"""
END_2 = """class A {
  /**
   * Doc.
   */
  @Override
  public String toString() {
    if (x) { return "a  b";
    } else
      y();
    switch (n) {
      case 1:
        z(a, b);
        break;
      default: break;
    }

    list.forEach(e -> {
      use(e);
    });
    String t = \"\"\"
         kept
        \"\"\";
    return first
        .second();
  }
}
"""


def test_java_is_laid_out_anew() -> None:
    assert changed(LayoutBraces("java", 2, "end"), Program("A.java", JAVA, False)).text == END_2


def test_a_brace_goes_to_its_own_line_and_back() -> None:
    there = changed(LayoutBraces("java", 0, "next"), Program("A.java", END_2, False)).text
    assert "\n\tpublic String toString()\n\t{\n\t\tif (x) { return" in there
    assert "list.forEach(e -> {\n" in there
    assert changed(LayoutBraces("java", 2, "end"), Program("A.java", there, False)).text == END_2


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("java", "class A { } }", "brackets-unpaired"),
        ("java", "class A { ( }", "brackets-unpaired"),
        ("c", "int a; /* x */ #define B\n", "directive-unclear"),
        ("c", "int a = __LINE__;", "reads-itself: __LINE__"),
    ],
)
def test_what_cannot_be_laid_out(language: str, text: str, reason: str) -> None:
    assert refused(LayoutBraces(language), Program("some", text, False)) == reason


def test_directives_of_c_and_arguments_of_macros_stay() -> None:
    text = "#define S(a) \\\n   #a\nint f(void)\n{\n#if X\n      puts(S(a,b));\n#endif\n}\n"
    after = "#define S(a) \\\n   #a\nint f(void) {\n#if X\n  puts(S(a,b));\n#endif\n}\n"
    assert changed(LayoutBraces("c", 2, "end"), Program("a.c", text, False)).text == after


@pytest.mark.parametrize(
    ("language", "case", "before", "after"),
    [
        ("abap", "lower", "DATA ls TYPE t.\nMOVE-CORRESPONDING ls TO me->data.\n  WRITE |{ ls-data } IF|.\n",
         "data ls type t.\nmove-corresponding ls to me->data.\n    write |{ ls-data } IF|.\n"),
        ("plsql", "upper", "begin\n  select 'from' into x from t.date; -- end\nend;\n\n\n\n/\n",
         "BEGIN\n    SELECT 'from' INTO x FROM t.date; -- end\nEND;\n\n/\n"),
        ("plsql", "upper", "begin  \n  null;\nend;\n", "BEGIN\n    NULL;\nEND;\n"),
        ("rexx", "upper", "/* x */\nif a = 1 then say 'say' say\nend = 2; do i = 1 to 3\n  exit\nend\n",
         "/* x */\nIF a = 1 THEN SAY 'say' say\nend = 2; DO i = 1 to 3\n    EXIT\nEND\n"),
    ],
)  # fmt: skip
def test_keywords_and_indentation_change(language: str, case: str, before: str, after: str) -> None:
    assert changed(LayoutWords(language, case, 4), Program("some", before, False)).text == after


def test_an_asterisk_never_moves_into_the_first_column_of_abap() -> None:
    result = changed(LayoutWords("abap", "lower", 2), Program("a.abap", "X = 2\n * 3.\nDO.\n      WRITE x.\nENDDO.\n", False))
    assert "\n * 3." in result.text


def test_seeds_draw_styles() -> None:
    program = Program("A.java", JAVA, False)
    texts = {r.text for seed in range(12) if isinstance(r := by_name("layout-java").apply(program, seed), Change)}
    assert len(texts) > 3


@pytest.mark.parametrize(
    ("style", "before", "after"),
    [
        ("full", "A(X) ;s\n S X=1,Y=\"S X\" W:X X  Q:Y  H 1 H\n . I X D  E  F  Q\n",
         "A(X) ;s\n SET X=1,Y=\"S X\" WRITE:X X  QUIT:Y  HANG 1 HALT\n . IF X DO  ELSE  FOR  QUIT\n"),
        ("short", " SET X=1 quit\nQUIT ; QUIT\n", " S X=1 q\nQUIT ; QUIT\n"),
    ],
)  # fmt: skip
def test_commands_are_spelled_otherwise(style: str, before: str, after: str) -> None:
    assert changed(LayoutMumps(style), Program("A.m", before, False)).text == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A ;\n S=1\n", "no-candidates"),
        (" S X=$T(A)\n", "reads-itself: $T("),
        (" S X=\"" + "a" * 240 + "\"\n", "no-candidates"),
    ],
)
def test_lines_that_do_not_read_or_do_not_fit_stay(text: str, reason: str) -> None:
    assert refused(LayoutMumps("full"), Program("A.m", text, False)) == reason


@pytest.mark.skipif(shutil.which("javac") is None, reason="javac is not installed")
def test_class_files_do_not_change_by_a_byte(tmp_path: Path) -> None:
    text = (
        "// a word\nclass A\n{\n  static int f(int total) { int  sum=0; // x\n    for(int i=0;i<total;i++){ sum += i; }\n"
        "    Runnable r = () -> { int n = total; System.out.println(n); };\n    r.run();\n    return sum;\n  }\n}\n"
    )
    made = {}
    names = ["parent", "layout-java", "strip-comments-java", "rename-java"]
    for name in names:
        result = None if name == "parent" else by_name(name).apply(Program("A.java", text, False), 3)
        assert result is None or isinstance(result, Change)
        folder = tmp_path / name
        folder.mkdir()
        (folder / "A.java").write_text(text if result is None else result.text)
    for name in names:
        subprocess.run(["javac", "-g:none", "-d", str(tmp_path / name), str(tmp_path / name / "A.java")], check=True, timeout=60)
        made[name] = (tmp_path / name / "A.class").read_bytes()
    assert len({(tmp_path / name / "A.java").read_text() for name in names}) == 4
    assert len(set(made.values())) == 1
