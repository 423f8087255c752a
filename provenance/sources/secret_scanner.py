"""A secret scanner from outside: kingfisher, which knows some five hundred issuers' keys and tokens.

    scanner = find_scanner()
    findings, problem = scanner.scan(text)      # problem: why nothing can be said; empty where something can

It runs in this process and reads nothing but the text. It is never asked whether what it found is still valid: that
would send a secret to its issuer. Comments that tell scanners to look away are not heeded. Its rules take seconds to
compile, so they are loaded once a process; kingfisher keeps them compiled in its own cache folder of the user's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from provenance.errors import ToolMissing
from provenance.steps.screen.finding import Finding
from provenance.steps.screen.secrets import CHECK

#: Seconds that one text may take; the slowest of the corpora takes hundredths of one.
TIMEOUT = 60.0
#: What stands before a rule of the scanner's, so that it is none of ours.
PREFIX = "kingfisher/"


class SecretScanner(Protocol):
    """What is asked of a scanner."""

    @property
    def version(self) -> str:
        """Of the scanner; its rules come with it."""

    def scan(self, text: str) -> tuple[list[Finding], str]:
        """Findings in characters of the text, and why it could not look (empty where it could)."""


@dataclass(frozen=True, slots=True)
class Kingfisher:
    """The scanner of kingfisher-secret-scanner.

    Attributes:
        native: its scanner.
        version: of the package; its rules come with it.
    """

    native: Any  # the package ships no types
    version: str

    def scan(self, text: str) -> tuple[list[Finding], str]:
        """Findings, by place. One of less than high confidence is uncertain.

        A scan that is cut off says so and gives no findings: half of an answer is none.
        """
        # A lone surrogate has no UTF-8; a question mark is one character too, so places stay.
        data = text.encode("utf-8", "replace")
        try:
            said = self.native.scan(data, timeout=TIMEOUT)
        except (TimeoutError, RuntimeError, ValueError) as error:
            return [], f"scanner-failed: {type(error).__name__}"
        return sorted({_finding(text, data, one) for one in said if one.visible}), ""


def _finding(text: str, data: bytes, one: Any) -> Finding:
    first, last = one.location["start_offset"], one.location["end_offset"]
    start = len(data[:first].decode("utf-8", "ignore"))
    end = start + len(data[first:last].decode("utf-8", "ignore"))
    secret = str(one.secret)
    within = text.find(secret, start, end) if secret else -1
    if within >= 0:
        start, end = within, within + len(secret)
    rule = str(one.rule_id)
    return Finding(start, max(end, start + 1), CHECK, PREFIX + rule, _kind(rule), str(one.confidence) == "high")


def _kind(rule: str) -> str:
    """What a rule of this name finds, as masking tells kinds apart.

        >>> [_kind(name) for name in ("betterleaks.github-pat", "betterleaks.private-key", "betterleaks.generic-credential-uri")]
        ['token', 'key', 'password']
    """
    words = set(rule.replace(".", "-").split("-"))
    if words & {"password", "credential", "uri", "connection", "auth"}:
        return "password"
    return "key" if words & {"key", "secret", "keys"} else "token"


@cache
def find_scanner() -> Kingfisher:
    """The scanner, its rules compiled; the same for the whole process.

    Raises:
        ToolMissing: the package is not installed.
    """
    try:
        import kingfisher_sdk
    except ImportError as error:
        raise ToolMissing("kingfisher", "is not installed; keys and tokens that only it knows cannot be found",
                          "pip install 'corpus-provenance[quality]'") from error
    return Kingfisher(kingfisher_sdk.Scanner(kingfisher_sdk.Rules()), str(kingfisher_sdk.__version__))
