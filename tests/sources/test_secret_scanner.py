"""Kingfisher: its places become ours, what it cannot finish is no answer, and nothing it finds is shown."""

from __future__ import annotations

import base64
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from provenance.errors import ToolMissing
from provenance.sources import secret_scanner
from provenance.sources.secret_scanner import PREFIX, Kingfisher, find_scanner

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@pytest.fixture(scope="module")
def scanner() -> Kingfisher:
    pytest.importorskip("kingfisher_sdk")
    return find_scanner()


def test_places_are_characters_and_hold_the_value(scanner: Kingfisher) -> None:
    text = f"é \U0001f600 ä\n* token: {TOKEN} é\n"
    findings, problem = scanner.scan(text)
    assert problem == ""
    assert [text[one.start:one.end] for one in findings] == [TOKEN]
    assert [(one.check, one.rule, one.kind, one.certain) for one in findings] == [("secrets", PREFIX + "betterleaks.github-pat",
    "token", True)]


def test_two_places_are_two_findings_in_order(scanner: Kingfisher) -> None:
    text = f"x {TOKEN} y {TOKEN}"
    assert [one.start for one in scanner.scan(text)[0]] == [2, text.rindex(TOKEN)]


def test_a_lone_surrogate_moves_no_place(scanner: Kingfisher) -> None:
    text = f"\ud800 {TOKEN}\n"
    assert [text[one.start:one.end] for one in scanner.scan(text)[0]] == [TOKEN]


def test_comments_that_ask_to_look_away_are_not_heeded(scanner: Kingfisher) -> None:
    for comment in ("kingfisher:ignore", "gitleaks:allow", "nosec", "pragma: allowlist secret"):
        assert len(scanner.scan(f"a = {TOKEN}  # {comment}\n")[0]) == 1


def test_what_is_wrapped_in_base64_is_found_where_the_wrapping_is(scanner: Kingfisher) -> None:
    wrapped = base64.b64encode(f"token = {TOKEN} and more".encode()).decode()
    text = f"x = '{wrapped}'\n"
    assert [text[one.start:one.end] for one in scanner.scan(text)[0]] == [wrapped]


def test_nothing_is_found_in_a_plain_program(scanner: Kingfisher) -> None:
    assert scanner.scan("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. PAY.\n") == ([], "")


def test_the_rules_are_compiled_once(scanner: Kingfisher) -> None:
    assert find_scanner() is scanner


@pytest.mark.parametrize("error", [TimeoutError("x"), RuntimeError("secret"), ValueError("secret")])
def test_a_scan_that_breaks_says_so_and_gives_nothing(error: Exception) -> None:
    class Broken:
        def scan(self, data: bytes, timeout: float) -> list[Any]:
            raise error

    assert Kingfisher(Broken(), "1").scan("text") == ([], f"scanner-failed: {type(error).__name__}")


def test_what_the_scanner_keeps_for_itself_is_not_ours() -> None:
    @dataclass
    class Said:
        visible: bool
        confidence: str
        rule_id: str = "betterleaks.some-api-key"
        secret: str = "[REDACTED]"

        @property
        def location(self) -> dict[str, int]:
            return {"start_offset": 1, "end_offset": 3}

    class Native:
        def scan(self, data: bytes, timeout: float) -> list[Any]:
            return [Said(False, "high"), Said(True, "medium")]

    assert [(one.start, one.end, one.kind, one.certain) for one in Kingfisher(Native(), "1").scan("abcd")[0]] == [(1, 3, "key",
    False)]


def test_without_the_package_the_tool_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", None)
    with pytest.raises(ToolMissing, match="kingfisher"):
        secret_scanner.find_scanner.__wrapped__()
