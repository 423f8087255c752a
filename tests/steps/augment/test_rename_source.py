"""What is renamed in which language, and what is left alone because one use of it is not certain."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.languages.lexing import Kind, tokenise
from provenance.steps.augment import Change, Program, by_name
from tests.steps.augment.augment_cases import changed, refused


def renamed(language: str, text: str, name: str = "some") -> set[str]:
    """The old names that a text lost; every name must have become one and the same new one."""
    result = by_name(f"rename-{language}").apply(Program(name, text, False), 7)
    if not isinstance(result, Change):
        return set()
    pairs = {
        (old.text, new.text)
        for old, new in zip(tokenise(language, text), tokenise(language, result.text), strict=True)
        if old.kind is Kind.WORD and old.text != new.text
    }
    assert len({new for _, new in pairs}) == len(pairs) or language in ("rexx", "abap", "plsql", "apex")
    return {old for old, _ in pairs}


def java(body: str) -> set[str]:
    return renamed("java", "class A { void run() { " + body + " } }")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("int one = 1, two = one; f(two);", {"one", "two"}),
        ("for (int i = 0; i < 3; i++) { g(i); }", {"i"}),
        ("for (String item : items) g(item);", {"item"}),
        ("List<Map<String, int[]>> rows = g(); rows.size();", {"rows"}),
        ("try (In in1 = g()) { in1.x(); } catch (E1 | E2 bad) { throw bad; }", {"in1", "bad"}),
        ("g(x -> x + 1); h((a, b) -> { return a * b; }); k((int c) -> c);", {"x", "a", "b", "c"}),
        ("final var sum = 1; this.sum = sum; o.sum(sum);", {"sum"}),
        # One use outside every declaration: a field of a superclass, perhaps.
        ("{ int n = 1; } g(n);", set()),
        ("int n = 1; new T() { int f() { return n; } };", set()),
        ("switch (e) { case RED: int n = 1; g(n); case n: }", set()),
        ("loop: for (int i = 0; ; ) { break loop; }", {"i"}),
        ("if (o instanceof T t) { g(t); }", set()),
        ("boolean b = x < y; int c = a > b ? 1 : 2;", {"b", "c"}),
        ("g(a < b, c > d);", set()),
        ("int record = 1; g(record);", set()),
    ],
)
def test_java_locals(body: str, names: set[str]) -> None:
    assert java(body) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A { private int n; int f() { return this.n + n; } }", {"n"}),
        ("class A { private int n; boolean f(A o) { return o.n == n; } }", {"o"}),
        ("class A extends B { private int n; int f() { return n; } }", set()),
        ("class A { int n; int f() { return n; } }", set()),
        ("class A { @Deprecated private int n; int f() { return n; } }", set()),
        ("class A { private int n; class C extends D { int f() { return n; } } }", set()),
        ("class A { private static int g(int k) { return k; } int f() { return g(1); } }", {"g", "k"}),
        ("class A { private int g() { return 1; } int f(A o) { return o.g(); } }", {"o"}),
        ("class A { private int g() { return 1; } int g(int k) { return g(); } }", {"k"}),
        ("class A implements I { private int g() { return 1; } }", set()),
        ("record P(int x, int y) { int f() { return x; } }", set()),
        ("class A { void f(int x) { g(x); } void g(int y) throws E { } abstract void h(int z); }", {"x", "y", "z"}),
        ("class A { private int n; Object f() throws Exception { return A.class.getDeclaredField(\"n\"); } }", set()),
        ("class A implements java.io.Serializable { private int n = 1; int f(int k) { return n + k; } }", {"k"}),
        ("enum E { ONE { int f() { return k(); } }; private int k() { return 1; } int f() { return 2; } }", set()),
    ],
)  # fmt: skip
def test_java_members_and_parameters(text: str, names: set[str]) -> None:
    assert renamed("java", text) == names


def test_documentation_goes_along() -> None:
    text = "class A {\n  /** Adds.\n   * @param total the total\n   */\n  int f(int total) { return total; }\n}\n"
    result = changed(by_name("rename-java"), Program("A.java", text, False))
    new = re.search(r"int f\(int (\w+)\)", result.text)
    assert new
    assert f"@param {new[1]} the total" in result.text


def test_java_that_a_framework_reads_is_refused() -> None:
    text = "class A { @GetMapping String f(@RequestParam int n) { return \"\" + n; } }"
    assert refused(by_name("rename-java"), Program("A.java", text, False)) == "annotation: GetMapping"
    assert refused(by_name("rename-java"), Program("A.java", "class A { f(int n }", False)) == "brackets-unpaired"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A { void f(Integer Total) { Integer sum = total + TOTAL; } }", {"Total", "total", "TOTAL", "sum"}),
        ("class A { void f(Id key) { List<C> rows = [SELECT Id FROM C WHERE Id = :key]; g(rows); } }", {"rows"}),
        ("class A { void f(String label) { Account acct = new Account(Label = label); g(acct); } }", {"acct"}),
        ("class A { @AuraEnabled public static void f(String label) { String other = label; g(other); } }", {"other"}),
        ("class A { global void f(String label) { g(label); } }", set()),
        ("class A { @TestVisible private Integer n; Integer f() { return n; } }", set()),
        ("class A { private Integer n; String f(Integer k) { return JSON.serialize(this) + n + k; } }", {"k"}),
        ("class A { void f() { Account account = g(); h(account); } }", set()),
        ("trigger T on C (before insert) { for (C row : Trigger.new) { g(row); } }", {"row"}),
    ],
)
def test_apex(text: str, names: set[str]) -> None:
    assert renamed("apex", text) == names


def test_apex_queries_in_strings_bind_by_name() -> None:
    text = "class A { void f(Id k) { Database.query('SELECT Id FROM A WHERE Id = :k'); } }"
    assert refused(by_name("rename-apex"), Program("A.cls", text, False)) == "dynamic-query"


def abap(body: str) -> set[str]:
    return renamed("abap", "METHOD m.\n" + body + "\nENDMETHOD.\n")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("DATA: lv_a TYPE i, lt_b LIKE lt_x.\nlv_a = lines( lt_b ).", {"lv_a", "lt_b"}),
        ("DATA(lv_a) = 1. WRITE |{ lv_a WIDTH = 3 }|.", {"lv_a"}),
        ("FIELD-SYMBOLS <ls_a> TYPE t. LOOP AT t ASSIGNING <ls_a>. <ls_a>-x = 1. ENDLOOP.", {"<ls_a>"}),
        ("DATA lv_a TYPE i. IF lv_a = 1. ENDIF. me->lv_a = ls-lv_a.", {"lv_a"}),
        ("lv_a = 1. DATA lv_a TYPE i.", set()),
        ("DATA: BEGIN OF ls_a, comp TYPE i, END OF ls_a. ls_a-comp = 1.", set()),
        ("DATA lv_a TYPE i. o->f( lv_a = lv_a ).", set()),
        ("DATA lv_a TYPE i. READ TABLE t INTO x WITH KEY lv_a = 1.", set()),
        ("DATA lv_a TYPE i. SELECT lv_a FROM t INTO x.", set()),
        ("DATA lv_a TYPE i. SELECT x FROM t INTO @lv_a.", {"lv_a"}),
        ("DATA lv_a TYPE i. x = 'lv_a'.", set()),
        ("DATA lv_a TYPE i. SORT t BY lv_a.", set()),
        ("DATA lv_a TYPE i. DATA lv_b TYPE lv_a.", {"lv_b"}),
        ("DATA lv_a TYPE i. ASSIGN (x) TO <y>. lv_a = 1.", set()),
        ("DATA lv_a TYPE i. my_macro lv_a.", set()),
        ("DATA lv_a TYPE i. INCLUDE more.", set()),
        ("DATA lv_a TYPE i. lv_a(2) = 1.", set()),
        ("DATA sum TYPE i. sum = 1.", set()),
    ],
)
def test_abap(body: str, names: set[str]) -> None:
    assert abap(body) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("declare l_a number; cursor c_a is select 1 from dual; begin l_a := 1; open c_a; end;", {"l_a", "c_a"}),
        ("begin for l_i in 1 .. 3 loop p(l_i); end loop; end;", {"l_i"}),
        ("create procedure p (p_a number) is l_a number := p_a; begin null; end p;", {"l_a"}),
        ("declare l_a number; begin select l_a into x from t; end;", set()),
        ("declare l_a number; begin f(l_a => l_a); end;", {"l_a"}),
        ("declare l_a number; begin x.l_a := l_a; end;", {"l_a"}),
        ("create procedure p is l_a number; begin p.l_a := 1; end;", set()),
        ("declare l_a number; procedure q (l_a number) is begin x := l_a; end; begin l_a := 1; end;", set()),
        ("declare l_a number; begin x := :l_a; end;", set()),
        ("declare l_a number; type t is record (l_a number); begin l_a := 1; end;", set()),
        ("declare l_a exception; pragma exception_init(l_a, -1); begin raise l_a; exception when l_a then x; end;", {"l_a"}),
        ("create package body k is g_a int; procedure p is l_a t%rowtype; begin l_a.g_a := case x when 1 then 2 end; end; end;",
         {"l_a"}),
    ],
)  # fmt: skip
def test_plsql(text: str, names: set[str]) -> None:
    assert renamed("plsql", text) == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("declare l_a number; begin l_a := &x; end;", "substitution-variable"),
        ("declare l_a number; begin l_a := 1; end; end;", "blocks-unclear"),
        ("declare l_a number; begin if x then l_a := 1; end loop; end;", "blocks-unclear"),
        ("begin $if x $then null; $end null; end;", "blocks-unclear"),
        ("create package a wrapped\na000000\nb2", "reads-itself: wrapped"),
    ],
)
def test_plsql_that_is_not_clear(text: str, reason: str) -> None:
    assert refused(by_name("rename-plsql"), Program("a.sql", text, False)) == reason


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("total = 1\nsay total TOTAL\n", {"total", "TOTAL"}),
        ("do i = 1 to 3\n say i\nend i\n", {"i"}),
        ("parse arg first rest\nsay first rest\n", {"first", "rest"}),
        ("say total\ntotal = 1\n", set()),
        ("if x then total = 1\nsay total\n", set()),
        ("do 3\n total = 1\nend\nsay total\n", set()),
        ("i = 1\nsay list.i\n", set()),
        ("total = 1\n", set()),
        ("say f(1)\nexit\nf: procedure\n parse arg n\n return n + 1\n", {"n"}),
        ("total = 1\ncall p\nexit\np: procedure expose total\n say total\n return\n", {"total"}),
        ("total = 1\ncall p\nexit\np: procedure\n say total\n return\n", set()),
        ("f:\n n = 1\n return n\n", set()),
        ("n = 1\nsay n(2) n\n", set()),
        ("n = n + 1\nsay n\n", set()),
    ],
)
def test_rexx(text: str, names: set[str]) -> None:
    assert renamed("rexx", text) == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("n = 1\ninterpret 'say n'\n", "interpret: line 2"),
        ("n = 1\nsay value('n')\n", "reads-names: line 2"),
        ("n = 1\n'dir' n\n", "command: line 2"),
        ("n = 1\naddress tso 'x'\n", "address: line 2"),
        ("n = 1\nsignal value n\n", "computed-label: line 2"),
        ("l = 'n'; n = 1\np: procedure expose (l)\n", "expose-list: line 2"),
    ],
)
def test_rexx_that_reads_names(text: str, reason: str) -> None:
    assert refused(by_name("rename-rexx"), Program("a.rexx", text, False)) == reason


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A(NUM) N SUM S SUM=NUM Q SUM\n", {"NUM", "SUM"}),
        ("A S X=1 Q X\n", set()),
        ("A N X S X=1 D B Q\nB W X Q\n", set()),
        ("A N X S X=1 D B Q\nB N X S X=2 Q\n", {"X"}),
        ("A I Y N X S X=1 Q\n", set()),
        ("A N X S X=$$B(.X) Q\nB(Z) S Z=1 Q 1\n", {"X", "Z"}),
        ("A N X S ^X(1)=X,Y=\"X\" Q\n", {"X"}),
        ("A N N S N=1 N S S S=N Q\n", {"N", "S"}),
    ],
)
def test_mumps(text: str, names: set[str]) -> None:
    assert renamed("mumps", text) == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A N X S X=1 D ^B Q\n", "external-call"),
        ("A N X S X=$$F^B(1) Q\n", "external-call"),
        ("A N X S X=1,@X=2 Q\n", "indirection"),
        ("A N X S X=1 X X Q\n", "xecute"),
        ("A N X S X=1 K  Q\n", "every-variable"),
        ("A N X S X=1 ZW X Q\n", "shows-names"),
        ("A N X S X=$T(A) Q\n", "reads-itself: $T("),
        ("A S=1\n", "line-unclear: line 1"),
    ],
)
def test_mumps_whose_variables_others_see(text: str, reason: str) -> None:
    assert refused(by_name("rename-mumps"), Program("A.m", text, False)) == reason


@pytest.mark.skipif(shutil.which("regina") is None, reason="regina is not installed")
@pytest.mark.parametrize("name", ["rename-rexx", "layout-rexx", "strip-comments-rexx"])
def test_rexx_runs_alike(tmp_path: Path, name: str) -> None:
    text = (
        "/* REXX */\nlimit = 5 /* how far */\ndo i = 1 to limit\n  say i fact(i)\nend\nparse value 'a b c' with first rest\n"
        "if rest = 'b c' then say first '|' rest\nelse say 'no'\nexit 3\nfact: procedure\n  parse arg n\n"
        "  result1 = 1\n  do k = 2 to n\n    result1 = result1 * k\n  end\nreturn result1\n"
    )
    change = changed(by_name(name), Program("a.rexx", text, False))
    seen = []
    for each in (text, change.text):
        (tmp_path / "a.rexx").write_text(each)
        done = subprocess.run(["regina", "./a.rexx"], cwd=tmp_path, capture_output=True, timeout=20, check=False)
        seen.append((done.returncode, done.stdout))
    assert seen[0] == seen[1]
    assert seen[0][0] == 3
    assert len(seen[0][1].splitlines()) == 6
