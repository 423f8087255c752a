"""Comments go; notices, and what a compiler or a tool reads, stay; strings are not touched."""

from __future__ import annotations

import pytest

from provenance.steps.augment import Program, Refusal
from provenance.steps.augment.strip_comments import by_language, reads_itself
from tests.steps.augment.augment_cases import changed, refused


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("java", "int a; // x\n// y\nint b;\n", "int a;\nint b;\n"),
        ("java", "a(/* x */);\nb /* y */ c;\n/* z */ d;", "a( );\nb c;\nd;"),
        ("java", "a/* x */b;", "a b;"),
        ("java", "a /* x\n y */ b;", "a \nb;"),
        ("java", 's = "// no"; // yes', 's = "// no";'),
        ("java", "{\n\n  // x\n\n  a;\n}", "{\n\n  a;\n}"),
        ("apex", "l = [SELECT Id FROM A /* in */]; // out", "l = [SELECT Id FROM A /* in */];"),
        ("c", "#define A 1 /* in */\nint a; // out \\\n still out\nint b;\n", "#define A 1 /* in */\nint a;\nint b;\n"),
        ("cpp", 'auto a = R"(// in)"; // out\n', 'auto a = R"(// in)";\n'),
        ("abap", "* x\nDATA a. \"y\nb = '\"no'.\n", "DATA a.\nb = '\"no'.\n"),
        ("plsql", "select /*+ full(a) */ 1 -- x\nfrom a; /* y */\n", "select /*+ full(a) */ 1\nfrom a;\n"),
        ("rexx", "/* REXX */\n/* x /* y */ z */\nsay 1 /* w */\n", "/* REXX */\nsay 1\n"),
        ("mumps", "A ;x\n ;;v\n ;y\n S X=1 ;z\nB ;w\n . ;;keep\n . S X=2 ;u\n",
         "A ;x\n ;;v\n ;\n S X=1\nB ;\n . ;;keep\n . S X=2\n"),
    ],
)  # fmt: skip
def test_comments_go(language: str, before: str, after: str) -> None:
    assert changed(by_language(language), Program("some", before, False)).text == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("java", "/*\n * Copyright 2019 Some One\n */\n// a word\nclass A { }\n"),
        ("java", "// Licensed under the Apache License,\n// Version 2.0;\n// see there.\nclass A { }\n"),
        ("java", "// SPDX-License-Identifier: MIT\nclass A { }\n"),
        ("apex", "/** (c) 2020 Some One, all rights reserved */\nclass A { }\n"),
        ("abap", "* Copyright Some One\n* may be used\nDATA a.\n"),
        ("plsql", "-- @author Some One\n-- second line\nbegin null; end;\n"),
        ("rexx", "/* x */\n/* Redistribution and use permitted */\nsay 1\n"),
        ("mumps", "A ;x\n ;y\n ;Licensed under the terms of the Apache License\n ;and so on\n Q\n"),
        ("java", "/** @deprecated since 2 */\nclass A { }\n"),
        ("java", "a(); // NOSONAR\n"),
        ("abap", 'DATA a. "#EC NEEDED\n*"* use this source file\n'),
    ],
)
def test_notices_and_what_tools_read_stay(language: str, text: str) -> None:
    assert refused(by_language(language), Program("some", text, False)).startswith("no-safe-site")


def test_a_notice_does_not_keep_a_comment_apart_from_it() -> None:
    text = "// Copyright Some One\n// second line\n\n// else\nclass A { }\n"
    after = "// Copyright Some One\n// second line\n\nclass A { }\n"
    assert changed(by_language("java"), Program("A.java", text, False)).text == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("java", "int a = t.getLineNumber(); // x"),
        ("c", "int a = __LINE__; // x"),
        ("plsql", "x := dbms_utility.format_call_stack; -- x"),
        ("rexx", "say sourceline(1) /* x */"),
        ("mumps", " S X=$T(A+1) ;x\n"),
    ],
)
def test_programs_that_read_themselves_are_left_alone(language: str, text: str) -> None:
    assert refused(by_language(language), Program("some", text, False)).startswith("reads-itself: ")
    assert isinstance(reads_itself(text, language), Refusal)


def test_a_rexx_comment_between_terms_stays() -> None:
    # A blank joins two terms with a blank, their touching without.
    text = "/* REXX */\nsay 'a'/* x */'b'\n"
    assert refused(by_language("rexx"), Program("some", text, False)) == "no-candidates"
