r"""Names of the world outside that a text holds: hosts, addresses, packages, programs. New ones in a child are a question.

A model invents packages that do not exist, and an attacker registers them; a poisoned child fetches from a host that
its parent never heard of. Hosts are sought everywhere, comments too.

It refuses to ask any registry whether a name exists: it holds them against the parents, the human corpus of the same
language and what the settings allow, and nothing else.

    >>> sorted(str(name) for name in hosts("see HTTPS://Evil.Attacker.COM:8080/x, or 10.1.2.3 ."))
    ['address 10.1.2.3', 'host evil.attacker.com']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: A text without any of this has no host; a quick look before the slow one.
_GATE = re.compile(r"://|\bwww\.|\d\.\d{1,3}\.\d{1,3}\.\d|\."
                   r"(?:com|net|org|io|ru|cn|info|biz|dev|xyz|top|app|cloud)\b", re.IGNORECASE)
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,11}://(?:[^\s/@'\"<>]{1,80}@)?([a-z0-9][a-z0-9.-]{1,200})", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w.-])((?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,6}(?:com|net|org|io|ru|cn|info|biz|dev|xyz|top|app|cloud))"
                   r"(?![\w-]|\.\w|\s*\()", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.])((?:\d{1,3}\.){3}\d{1,3})(?![\w.])")
#: Addresses of nobody in particular.
_OWN = re.compile(r"127\.|0\.|255\.")
#: Reserved for examples and tests (RFC 2606, RFC 6761): they lead nowhere, and masking writes them.
_RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost)$")
_LOCAL = frozenset({"localhost", "www.w3.org", "xmlns.jcp.org", "java.sun.com", "schemas.xmlsoap.org"})
_W = r"[A-Za-z0-9$#@_-]"

#: Language -> (kind, pattern over code with strings). The first group is the name.
_CODE: dict[str, tuple[tuple[str, str], ...]] = {
    "java": (("package", r"^\s*import\s+(?:static\s+)?((?:[a-z_][\w$]*\.)+)"),
             ("package", r"(?<![\w.\"])((?:(?!this\b|super\b)[a-z_]\w*\.){2,})[A-Z]\w*\s*[.(<]")),
    "cobol": (("copybook", rf"(?<![\w-])COPY\s+[\"']?({_W}+)"), ("program", rf"\bCALL\s+[\"']({_W}+)\s*[\"']"),
              ("program", rf"\b(?:LINK|XCTL)\s+PROGRAM\s*\(\s*[\"']({_W}+)\s*[\"']")),
    "abap": (("program", r"\bCALL\s+FUNCTION\s+'([\w/]+)'"), ("program", r"\bSUBMIT\s+([a-z]\w+)"),
             ("include", r"^\s*INCLUDE\s+(\w+)\s*\.")),
    "plsql": (("package", r"\b((?:DBMS|UTL|APEX|HTP|OWA|SYS|CTX)_?\w*)\s*\.\s*\w+"),),
    "rexx": (("program", r"\bCALL\s+['\"]([\w.@#$-]+)['\"]"), ("package", r"^\s*::\s*REQUIRES\s+['\"]?([\w.]+)")),
    "mumps": (("routine", r"\$\$[%\w]*\^([%A-Za-z]\w*)"),
              ("routine", r"\b(?:D|DO|G|GOTO|J|JOB)(?::\S+)? [%\w]*\^([%A-Za-z]\w*)")),
    "c": (("include", r"^\s*#\s*include\s+[<\"]([^>\"\n]+)[>\"]"),),
    "jcl": (("program", r"\bPGM=([A-Z$#@][A-Z0-9$#@]{0,7})\b"),
            ("procedure", r"^//\S*[ \t]+EXEC[ \t]+(?:PROC=)?([A-Z$#@][A-Z0-9$#@]{0,7})(?![\w=])")),
    "cl": (("program", r"\bCALL\s+(?:PGM\()?(?:\w+/)?([A-Z$#@]\w*)"),),
    "rpg": (("program", r"\bEXT(?:PGM|PROC)\s*\(\s*(?:\*\w+\s*:\s*)?'([\w/$#@]+)'"),
            ("copybook", r"/(?:COPY|INCLUDE)\s+([\w,/$#@.]+)")),
    "pli": (("include", r"%\s*INCLUDE\s+([\w$#@]+)"),),
    "hlasm": (("program", r"\b(?:LINK|XCTL|LOAD|ATTACHX?)[ \t]+(?:EP|DE)=([A-Z$#@]\w*)"),
              ("macro", r"^\S*[ \t]+COPY[ \t]+(\w+)")),
}
_CODE["cpp"] = _CODE["c"]
_PATTERNS = {language: tuple((kind, re.compile(pattern, re.IGNORECASE | re.MULTILINE if language != "java" else re.MULTILINE))
                             for kind, pattern in rules) for language, rules in _CODE.items()}
#: Packages that every compiler of the language has.
_STANDARD = {"java": ("java.", "javax.")}


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name, in lower case, and what it is a name of ("host", "address", "package", "program", "copybook" ...)."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def hosts(text: str) -> set[Name]:
    """Hosts and addresses anywhere in a text."""
    if not _GATE.search(text):
        return set()
    named = {hit.lower().rstrip(".-") for pattern in (_URL, _HOST) for hit in pattern.findall(text)}
    addresses = {hit for hit in _ADDRESS.findall(text)
                 if not _OWN.match(hit) and all(int(part) < 256 for part in hit.split("."))}
    return ({Name("host", host) for host in named - _LOCAL if not re.fullmatch(r"[\d.]+", host) and not _RESERVED.search(host)}
            | {Name("address", address) for address in addresses})


def packages(text: str, language: str) -> set[Name]:
    """Packages, programs, copybooks and routines that a text names, in comments too: a name laid by is a name known."""
    found = {Name(kind, hit.lower().rstrip("."))
             for kind, pattern in _PATTERNS.get(language, ()) for hit in pattern.findall(text)}
    standard = _STANDARD.get(language, ())
    return {name for name in found if not f"{name.name}.".startswith(standard)} if standard else found


def allowed(name: Name, allow: Iterable[str]) -> bool:
    """Whether a setting allows a name: the name itself, or a host or package below it.

        >>> allowed(Name("host", "a.example.org"), ["example.org"]), allowed(Name("host", "badexample.org"), ["example.org"])
        (True, False)
    """
    for each in map(str.lower, allow):
        if name.name == each or (name.kind == "host" and name.name.endswith(f".{each}")):
            return True
        if name.kind == "package" and name.name.startswith(f"{each}."):
            return True
    return False


def lookalike(name: Name, known: Iterable[Name]) -> Name | None:
    """The known host or package that a new one could be taken for: one letter away, and long enough for that to be odd."""
    if name.kind not in {"host", "package"} or len(name.name) < 6:
        return None
    wrong = set(_one_off(name.name))
    return min((other for other in known if other.kind == name.kind and other.name != name.name
                and abs(len(other.name) - len(name.name)) <= 1 and wrong.intersection(_one_off(other.name))), default=None)


def _one_off(text: str) -> Iterator[str]:
    # Two texts one change apart share a text with one place taken out or left open; a swap of neighbours as well.
    yield text
    for at in range(len(text)):
        yield f"{text[:at]}{text[at + 1:]}" if at == len(text) - 1 else f"{text[:at]}\0{text[at + 1:]}"
        yield f"{text[:at]}{text[at + 1:]}"
