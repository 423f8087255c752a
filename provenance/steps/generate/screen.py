"""SCREEN: does a text hold a secret? Asked of every prompt before it is sent, and of every answer before it is kept.

    >>> secret_in("           MOVE 'HUNTER22' TO WS-PASSWORD.")
    'cobol-password'
    >>> secret_in("           MOVE SPACES TO WS-PASSWORD.  *> password: see the safe")
    ''

It answers with the name of a rule and never with what it found, so that nothing can be logged by mistake. A hit costs
a subject; a miss costs a secret: the rules lean towards hits. They know shapes, not meanings: a password that looks
like an ordinary word in an ordinary field passes. Run a scanner of your own over the sources as well.

Sources of the shapes: the issuers' own descriptions of their keys' prefixes, RFC 7468 (PEM), RFC 7519 (JWT), RFC 3986
(user information in an address); the COBOL, JCL, SQL and REXX ones are our own.
"""

from __future__ import annotations

import re

#: What stands for a value without being one.
_PLACEHOLDER = r"(?![<{$%&*?#.]|x{3,}|X{3,}|your|YOUR|example|EXAMPLE|dummy|DUMMY|none|NONE|null|NULL)"
_NAME = r"(?:PASSWORD|PASSWD|PASSWRD|PASSPHRASE|PASSW|PWD|SECRET|API[-_]?KEY|ACCESS[-_]?KEY|AUTH[-_]?TOKEN|CREDENTIAL)"
#: A COBOL data name that holds a password. Bounded, as all repeats here: hostile texts must not take time.
_FIELD = rf"[A-Z0-9-]{{0,30}}?{_NAME}[A-Z0-9-]{{0,30}}"
#: A literal that can be a value: no blank in it, three signs at least.
_LITERAL = rf"(?:X)?(?:'{_PLACEHOLDER}[^'\s]{{3,200}}'|\"{_PLACEHOLDER}[^\"\s]{{3,200}}\")"

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple((name, re.compile(pattern, flags)) for name, pattern, flags in (
    ("private-key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d", 0),
    ("aws-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b", 0),
    ("github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})", 0),
    ("gitlab-token", r"\bglpat-[A-Za-z0-9_-]{20,}", 0),
    ("slack-token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}", 0),
    ("google-key", r"\bAIza[0-9A-Za-z_-]{35}", 0),
    ("stripe-key", r"\b[rs]k_live_[0-9A-Za-z]{16,}", 0),
    ("model-key", r"\bsk-(?:[A-Za-z]+-)*[A-Za-z0-9_]{20,}", 0),
    ("hub-token", r"\bhf_[A-Za-z0-9]{30,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{50,}", 0),
    ("jwt", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}", 0),
    ("authorization", r"\bAuthorization\s*[:=]\s*[\"']?(?:Basic|Bearer)\s+" + _PLACEHOLDER + r"[A-Za-z0-9+/._~=-]{12,}",
     re.IGNORECASE),
    ("address-with-password", r"\b[a-z][a-z0-9+.-]{0,15}://[^\s:/@'\"<>{}]{1,100}:" + _PLACEHOLDER + r"[^\s:/@'\"]{2,}@[^\s'\"]",
     re.IGNORECASE),
    ("connection-string", r";\s*(?:password|pwd)\s*=\s*" + _PLACEHOLDER + r"[^;\s'\"]{3,}", re.IGNORECASE),
    ("sql-identified-by", r"\bIDENTIFIED\s+BY\s+" + _PLACEHOLDER +
     r"(?!VALUES\b|EXTERNALLY\b)(?=[\"']|\S*\d|\S+\s?;)[\"']?[^\s;\"'&]{3,}",
     re.IGNORECASE),
    ("sql-connect", r"^[ \t]*CONN(?:ECT)?\s+[A-Z0-9_$]+/" + _PLACEHOLDER + r"[^\s/@]{3,}", re.IGNORECASE | re.MULTILINE),
    ("jcl-password", r"^//.*[,\s](?:PASSWORD|PASSWD|PWD)=" + _PLACEHOLDER + r"\(?[A-Z0-9@#$]{3,}",
     re.IGNORECASE | re.MULTILINE),
    ("cobol-password", rf"\bMOVE\s+{_LITERAL}\s+TO\s+{_FIELD}(?![A-Z0-9-])", re.IGNORECASE),
    ("cobol-password", rf"\b(?:0[1-9]|[1-4]\d|77|78)\s+{_FIELD}(?![A-Z0-9-])[^.]{{0,120}}?\bVALUE\s+(?:IS\s+)?{_LITERAL}",
     re.IGNORECASE),
    ("cobol-password", rf"\bIF\s+{_FIELD}\s*(?:=|EQUALS?(?:\s+TO)?)\s*{_LITERAL}", re.IGNORECASE),
    ("password-assigned", rf"{_NAME}[\w-]{{0,30}}[\"']?\s{{0,20}}(?::=|=|:|=>|,)\s{{0,20}}{_LITERAL}", re.IGNORECASE),
    ("password-in-text", rf"(?<![A-Z0-9_-])(?:PASSWORD|PASSWD|PWD|API[_-]?KEY)\s*[=:]\s*(?={_PLACEHOLDER})"
                         r"(?=[^\s;,'\"]*\d)(?=[^\s;,'\"]*[A-Z])[^\s;,'\"()]{8,}", re.IGNORECASE),
))
RULES: tuple[str, ...] = tuple(dict.fromkeys(name for name, _ in _RULES))


def secret_in(text: str) -> str:
    """The name of the first rule that finds something, or empty. Never the thing itself."""
    return next((name for name, pattern in _RULES if pattern.search(text)), "")
