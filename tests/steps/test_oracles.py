"""Tests find their programs by where projects put them, and no others."""

import json

import pytest

from provenance.languages import by_extension, kind_of
from provenance.model.identity import RecordId
from provenance.steps.oracles import CONVENTIONS, File, oracles_of


def files(*paths):
    return [File(RecordId(1, row), path, by_extension(path).name, kind_of(path)) for row, path in enumerate(paths)]


def pairs(*paths):
    return {paths[program.row]: [test.path for test in tests] for program, tests in oracles_of(files(*paths)).items()}


@pytest.mark.parametrize(("program", "test"), [
    ("e/leap/.meta/proof.ci.cob", "e/leap/tst/leap/leap.cut"),
    ("e/leap/src/leap.cob", "e/leap/tst/leap/leap.cut"),
    ("LEAP.CBL", "leap.cut"),
    ("a/LEAP.cbl", "a/leap.cut"),
    ("Labs/cbl/EMPPAY.CBL", "Labs/tests/emppay.cut"),
    ("x/src/main/cobol/PAY.cbl", "x/src/test/cobol/PAY/gross.cut"),
    ("src/zcl_x.clas.abap", "src/zcl_x.clas.testclasses.abap"),
    ("e/.meta/zcl_x.clas.abap", "e/zcl_x.clas.testclasses.abap"),
    ("e/.meta/src/reference/java/Leap.java", "e/src/test/java/LeapTest.java"),
    ("src/main/java/a/b/Leap.java", "src/test/java/a/b/LeapTests.java"),
    ("classes/Leap.cls", "classes/Leap_Test.cls"),
    ("x/main/classes/Leap.cls", "x/test/classes/LeapTest.cls"),
    ("force-app/main/default/classes/A/B.cls", "force-app/tests/A/B_Tests.cls"),
    ("e/leap.rexx", "e/leap-check.rexx"),
])
def test_a_test_finds_its_program(program, test):
    assert pairs(program, test) == {program: [test]}


@pytest.mark.parametrize(("program", "test"), [
    ("e/other/.meta/proof.ci.cob", "e/leap/tst/leap/leap.cut"),
    ("a/LEAP.cbl", "b/leap.cut"),
    ("a/LEAPS.cbl", "a/leap.cut"),
    ("leap.rexx", "leap.cut"),
    ("src/zcl_x.clas.locals_imp.abap", "src/zcl_x.clas.testclasses.abap"),
    ("src/main/java/b/Leap.java", "src/test/java/a/LeapTest.java"),
    ("a/leap.cpy", "a/leap.cut"),
    ("a/{name}.cbl", "a/leap.cut"),
])
def test_and_no_other(program, test):
    assert pairs(program, test) == {}


def test_several_tests_of_one_program_and_several_programs_of_one_test():
    found = pairs("src/main/cobol/P.cbl", "src/test/cobol/P/b.cut", "src/test/cobol/P/a.cut")
    assert found == {"src/main/cobol/P.cbl": ["src/test/cobol/P/a.cut", "src/test/cobol/P/b.cut"]}
    assert sorted(pairs("l/.meta/example.cob", "l/src/l.cob", "l/tst/l/l.cut")) == ["l/.meta/example.cob", "l/src/l.cob"]


def test_the_order_of_files_changes_nothing():
    given = files("l/.meta/example.cob", "l/src/l.cob", "l/tst/l/l.cut", "a.cbl", "a.cut", "b.cut")
    assert oracles_of(reversed(given)) == oracles_of(given) and len(oracles_of(given)) == 3


def test_every_language_of_the_table_is_one():
    assert {by_extension(f"x.{ext}").name for ext in ("cob", "abap", "java", "cls", "rexx")} == set(CONVENTIONS)


@pytest.mark.parametrize(("path", "kind"), [
    ("x.CUT", "test"), ("src/test/java/LuhnTest.java", "test"), ("src/test/java/x/Fixture.java", "test"),
    ("src/main/java/Contest.java", "program"), ("LatestTests.java", "test"), ("zcl_x.clas.testclasses.abap", "test"),
    ("zcl_x.clas.abap", "program"), ("A_Tests.cls", "test"), ("ATest.cls", "test"), ("Attest.cls", "program"),
    ("leap-check.rexx", "test"), ("e/testlib/f.rexx", "include"), ("e/mytestlib/f.rexx", "program"), ("a.java/x.txt", "file"),
])
def test_kinds_by_name(path, kind):
    assert kind_of(path) == kind


def test_all_human_tests_of_exercism_cobol_find_their_programs(corpora):
    rows = [json.loads(line) for line in (corpora / "manifest.jsonl").read_text().splitlines()]
    paths = [row["path"] for row in rows if row["repo"] == "exercism/cobol" and by_extension(row["path"])]
    found = pairs(*paths)
    assert len(found) == 92 and {len(tests) for tests in found.values()} == {1}
    assert len({tests[0] for tests in found.values()}) == sum(path.endswith(".cut") for path in paths) == 46
