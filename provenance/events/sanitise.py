"""Text and numbers made fit for an OpenLineage event, which strangers parse, store in PostgreSQL and show on a page.

An event is read by receivers that we do not choose: a lone surrogate cannot be encoded, NUL breaks a ``jsonb`` column,
a bare NaN is not JSON, and a repository address may carry somebody's password. What is cut or replaced is marked, never
dropped in silence; what cannot be said (a count below zero, a time without a zone) is refused with `ProvenanceError`.

    >>> clean("PAY\\x00ROLL")
    'PAY\\ufffdROLL'
    >>> as_uri("https://ana:hunter2@example.org/payroll.git")
    'https://example.org/payroll.git'
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from provenance.errors import ProvenanceError

#: C0 controls but tab, newline and carriage return; DEL; C1 controls; lone surrogates; the two non-characters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE = re.compile("[\t\n\r]")
_USERINFO = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\s@]*)@")
_SCP_LIKE = re.compile(r"([A-Za-z0-9._-]+@)?([A-Za-z0-9.-]{2,}):(?!//)([^\s:]+)")
_PART = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~-]*(:[0-9]{{1,5}})?(/{_PART})?"
                  rf"(\?(?:{_PART}|\?)*)?(#(?:{_PART}|\?)*)?")
_SECRET_NAME = re.compile(r"(?i)passw|secret|(^|[_.-])api[_-]?key|(^|[_.-])(access|auth|bearer|hf|refresh|session)?"
                          r"[_-]?token$|private[_-]?key|authorization|credential|connection[_-]?string")
#: The largest integer that every JSON reader holds exactly.
MAX_COUNT = 2**53
#: Longest texts, in characters. Events of megabytes make receivers fall over (apache/airflow#38264, Marquez#2076).
NAME_LIMIT, VALUE_LIMIT, TEXT_LIMIT = 1_000, 2_000, 20_000


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """``text`` with what receivers choke on replaced by U+FFFD, and cut to ``limit`` with a note where longer."""
    if len(text) > limit:
        text = f"{text[:limit]} [cut: {len(text)} characters]"
    return _UNFIT.sub("\ufffd", text)


def clean_name(text: str) -> str:
    """A name or namespace: as `clean`, and on one line."""
    return _LINE.sub(" ", clean(text, NAME_LIMIT))


def without_userinfo(text: str) -> str:
    """Addresses in ``text`` without user names and passwords; ``ssh://git@`` stays, for it is part of the address."""
    def strip(match: re.Match[str]) -> str:
        user = match[2].partition(":")[0]
        return f"{match[1]}://{user}@" if "ssh" in match[1].lower() and user else f"{match[1]}://"
    return _USERINFO.sub(strip, text)


def as_uri(text: str) -> str:
    """An absolute URI for a repository or a place, without credentials; whatever fits no grammar becomes ``x-source:``.

        >>> as_uri("git@example.org:acme/payroll.git")
        'ssh://git@example.org/acme/payroll.git'
        >>> as_uri("/srv/my repo")
        'file:///srv/my%20repo'
    """
    text = without_userinfo(clean_name(text).strip())
    if text.startswith("/"):
        return "file://" + quote(text)
    if _URI.fullmatch(text):
        return text
    ssh = re.fullmatch(r"(?:git\+)?ssh://[A-Za-z0-9._-]+@([^@]*)", text)
    if ssh and _URI.fullmatch(f"ssh://{ssh[1]}"):
        return text
    if (match := _SCP_LIKE.fullmatch(text)) and (path := quote(match[3].lstrip("/"))):
        return f"ssh://{match[1] or ''}{match[2]}/{path}"
    return "x-source:" + quote(text, safe="")


def count(value: int, what: str) -> int:
    """A count that every reader holds exactly.

    Raises:
        ProvenanceError: it is not an integer from 0 to 2**53.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise ProvenanceError(what, "is not a count from 0 to 2**53", "mend the fact before it is told to others")
    return value


def mean(value: float | None, what: str, top: float) -> float | None:
    """A mean from 0 to ``top`` in six decimals; None for None and for NaN, the mean of nothing.

    Raises:
        ProvenanceError: it is outside the range by more than rounding.
    """
    if value is None or math.isnan(value):
        return None
    if not -1e-9 <= value <= top * (1 + 1e-9):
        raise ProvenanceError(what, f"is not between 0 and {top:g}", "mend the fact before it is told to others")
    return round(min(max(value, 0.0), top), 6)


def instant(value: datetime, what: str) -> str:
    """RFC 3339 in UTC with microseconds.

    Raises:
        ProvenanceError: the time has no zone; a receiver would guess one.
    """
    if value.tzinfo is None or value.utcoffset() is None:
        raise ProvenanceError(what, "is a time without a zone", "use datetime.now(UTC)")
    try:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    except OverflowError:
        raise ProvenanceError(what, "is outside the years 1 to 9999 in UTC") from None


def parameter(name: str, value: Any) -> str:
    """A parameter's value as text: text as it is, all else as JSON. A value under a secret's name is withheld.

    The caller gives parameters without secrets; this is the second lock, for ``api_key`` and the like.
    """
    if _SECRET_NAME.search(name):
        return "(withheld: named like a secret)"
    if isinstance(value, str):
        return clean(without_userinfo(value), VALUE_LIMIT)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 8192:
        return f"(an integer of {value.bit_length()} bits)"  # str() of it raises beyond 4,300 digits
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        text = f"(a {type(value).__name__} that cannot be written)"
    return clean(without_userinfo(text), VALUE_LIMIT)
