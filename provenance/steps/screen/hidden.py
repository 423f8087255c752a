"""Hidden text: characters that a person does not see or takes for others, and a program does not.

    >>> [(f.rule, f.start, f.certain) for f in find_hidden("if (admin\\u202e) {")]
    [('bidi-control', 9, True)]
    >>> find_hidden("       MOVE 1 TO A.\\n")
    []

A text from an EBCDIC machine keeps what its codec gives for NEL, shift-out and the other controls: they are how such
files are written, so controls are no fault there. A byte order mark at the start, joiners within emoji and between
letters of scripts that need them, and the flags of emoji are none either. Non-breaking spaces are not looked at.

Sources: the Trojan Source paper (CVE-2021-42574, CVE-2021-42694), UTS #39 (confusables), Unicode's "tag" and
"variation selector" blocks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from provenance.errors import ToolMissing
from provenance.steps.screen.finding import Finding

CHECK = "hidden_text"
RULES: tuple[str, ...] = ("bidi-control", "bidi-mark", "zero-width", "tag-character", "variation-selector", "invisible-character",
                          "line-separator", "escape-sequence", "control-character", "overwriting-return", "homoglyph",
                          "mixed-script", "styled-letter")

#: Codecs of EBCDIC machines, as Python names them.
_EBCDIC = re.compile(r"(?:cp|ibm|ibm-|ebcdic-?cp-?)?0*(?:37|273|277|278|280|284|285|290|297|420|424|500|838|87[015]|880|905"
                     r"|918|9(?:30|3[1379])|"
                     r"102[456]|1047|1112|112[23]|113[0-7]|114\d|1153|1154|1155|1156|1157|1158|1160|1164|1364|1371|1388|1390"
                     r"|1399)"
                     r"|ebcdic.*", re.IGNORECASE)

#: Only what can be at fault; most texts are left after this one look. C1 controls stand within the last but one range.
_SUSPECT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-"
                      r"\u200f\u2028-\u202e"
                      r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-"
                      r"\U000e0fff]")
_RETURN = re.compile(r"\r(?!\n)(?=[^\r\n]*\S)")
_MIXED = re.compile(r"[^\W\d_]\w*")
#: Scripts that hold letters which look like Latin ones.
_TWINS = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u10a0-\u10ff\u13a0-\u13ff\u1c80-\u1c8f\u1d00-\u1d7f\u1f00-"
                    r"\u1fff\u2c80-\u2cff"
                    r"\ua4d0-\ua4ff\ua640-\ua69f\uab70-\uabbf]")
#: Letters of a formula, which texts set beside Latin ones in good faith (a unit, an angle, a difference).
_GREEK = re.compile(r"[\u0370-\u03ff]")
_STYLED = re.compile(r"[\U0001d400-\U0001d7ff]+")
_JOINERS = "\u200c\u200d"


def ebcdic_born(encoding: str) -> bool:
    """Whether an encoding is that of an EBCDIC machine.

        >>> [ebcdic_born(name) for name in ("cp037", "cp1047", "ibm273", "cp1252", "utf-8", "latin-1")]
        [True, True, True, False, False, False]
    """
    return bool(_EBCDIC.fullmatch(encoding.replace("_", "-")))


def find_hidden(text: str, encoding: str = "utf-8", rules: frozenset[str] | None = None) -> list[Finding]:
    """Every run of hidden characters, and every word with letters that look like others; in order of place within a rule.

    Args:
        text: as decoded.
        encoding: Python codec name of the original bytes.
        rules: names of the rules to try; all where not given.

    Raises:
        ToolMissing: confusable-homoglyphs is not installed, and the text has letters that could be others.
    """
    found = [*_runs(text, ebcdic_born(encoding)), *_returns(text)]
    if not text.isascii():
        if rules is None or not rules.isdisjoint(("homoglyph", "mixed-script")):
            found += _words(text)
        found += [*(Finding(m.start(), m.end(), CHECK, "styled-letter", "homoglyph", certain=False)
                                   for m in _STYLED.finditer(text))]
    return [one for one in found if rules is None or one.rule in rules]


def _runs(text: str, ebcdic: bool) -> Iterator[Finding]:
    """Neighbours of one rule are one finding, so that a hidden message is not a thousand."""
    start, end, rule, sure = 0, 0, "", False
    last = len(text.rstrip("\x1a\x00\r\n "))
    for match in _SUSPECT.finditer(text):
        at = match.start()
        name, certain = _class(text, at, ebcdic, last)
        if not name:
            continue
        if name == rule and at == end:
            end, sure = at + 1, sure or certain
            continue
        if rule:
            yield Finding(start, end, CHECK, rule, "hidden", sure)
        start, end, rule, sure = at, at + 1, name, certain
    if rule:
        yield Finding(start, end, CHECK, rule, "hidden", sure)


def _class(text: str, at: int, ebcdic: bool, last: int) -> tuple[str, bool]:
    """(rule, certain) of one suspect character; an empty rule where it is at home. From ``last`` on nothing is said."""
    sign = text[at]
    code = ord(sign)
    if code < 0xA0:
        return _control(text, at, ebcdic, last)
    if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return "bidi-control", True
    if code in (0x61C, 0x200E, 0x200F):
        return "bidi-mark", False
    if code >= 0xE0000:
        return _tag(text, at)
    if 0xFE00 <= code <= 0xFE0F:
        # One after a sign chooses how it looks; after a letter or another one it says something else.
        before = text[at - 1] if at else ""
        return ("variation-selector", True) if not before or (before.isascii() and not before.isdigit() and before not in "#*") \
            or (_SUSPECT.match(before) and before not in _JOINERS) else ("", False)
    if code in (0x2028, 0x2029):
        return "line-separator", False
    if code == 0xFEFF:
        return ("zero-width", True) if at else ("", False)
    if sign in _JOINERS:
        beside = (text[at - 1] if at else " "), text[at + 1:at + 2] or " "
        return ("", False) if not any(one.isascii() for one in beside) else ("zero-width", True)
    if code in (0x200B, 0x2060):
        return "zero-width", True
    return "invisible-character", code not in (0xAD, 0x2800)


def _tag(text: str, at: int) -> tuple[str, bool]:
    code = ord(text[at])
    if 0xE0100 <= code <= 0xE01EF:
        # One chooses the form of an ideograph; more than one, or one after a letter, carries something.
        before = text[at - 1] if at else " "
        return ("", False) if "CJK" in unicodedata.name(before, "") else ("variation-selector", True)
    start = at
    while start and at - start < 8 and 0xE0020 <= ord(text[start - 1]) <= 0xE007F:
        start -= 1
    # The flags of England, Scotland and Wales are a black flag and up to six tags.
    return ("", False) if start and text[start - 1] == "\U0001f3f4" else ("tag-character", True)


def _control(text: str, at: int, ebcdic: bool, last: int) -> tuple[str, bool]:
    sign = text[at]
    if ebcdic or sign == "\x85":
        return "", False
    if sign in "\x1b\x9b":
        return "escape-sequence", True
    if sign == "\x1a" and at >= last:
        return "", False  # the end of a file, as CP/M and DOS wrote it
    if sign in "\x0e\x0f":
        return _shift(text, at)
    # What deletes or overwrites on a terminal hides; the rest is only odd.
    return "control-character", sign in "\x08\x7f"


def _shift(text: str, at: int) -> tuple[str, bool]:
    """Shift-out and shift-in that are a pair on one line enclose double-byte characters, as mainframes write them."""
    if text[at] == "\x0e":
        close, line = text.find("\x0f", at + 1, at + 200), text.find("\n", at, at + 200)
        paired = close >= 0 and not 0 <= line < close
    else:
        opened = text.rfind("\x0e", max(0, at - 200), at)
        paired = opened >= 0 and text.find("\n", opened, at) < 0
    return ("", False) if paired else ("control-character", False)


def _returns(text: str) -> Iterator[Finding]:
    """A return without a line feed, in a text that has line feeds, prints the rest of its line over the beginning."""
    if "\r" not in text or "\n" not in text:
        return
    for match in _RETURN.finditer(text):
        if text[match.start() + 1:match.start() + 2] != "\r":
            yield Finding(match.start(), match.end(), CHECK, "overwriting-return", "hidden", certain=False)


def _words(text: str) -> Iterator[Finding]:
    """Words of mixed scripts, and words that are letter for letter the twin of an ASCII word of the same text."""
    if not _TWINS.search(text):
        return
    plain: set[str] | None = None
    for match in _MIXED.finditer(text):
        word = match[0]
        foreign = [sign for sign in word if _TWINS.match(sign)]
        if not foreign:
            continue
        twins = [sign for sign in foreign if _latin_twin(sign)]
        if any("a" <= sign <= "z" or "A" <= sign <= "Z" for sign in word):
            if twins:
                sure = not all(_GREEK.match(sign) for sign in twins)
                yield Finding(*match.span(), CHECK, "homoglyph", "homoglyph", sure)
            elif not all(_GREEK.match(sign) for sign in foreign):
                yield Finding(*match.span(), CHECK, "mixed-script", "homoglyph", certain=False)
        elif len(word) > 2 and len(twins) == len(foreign):
            plain = plain if plain is not None else {one[0] for one in re.finditer(r"[A-Za-z]\w*", text, re.ASCII)}
            if "".join(_latin_twin(sign) or sign for sign in word) in plain:
                yield Finding(*match.span(), CHECK, "homoglyph", "homoglyph", certain=True)


def library_version() -> str:
    """Version of confusable-homoglyphs; empty where it is not installed."""
    try:
        from confusable_homoglyphs import __version__
    except ImportError:
        return ""
    return str(__version__)


@cache
def _latin_twin(sign: str) -> str:
    """The ASCII letter that a letter of another script looks like; empty where it looks like none.

    Raises:
        ToolMissing: confusable-homoglyphs is not installed.
    """
    for entry in _confusables().get(sign, ()):
        twin = str(entry["c"])
        if len(twin) == 1 and twin.isascii() and twin.isalpha():
            return twin
    return ""


@cache
def _confusables() -> dict[str, list[dict[str, Any]]]:  # the package ships no types
    try:
        from confusable_homoglyphs.confusables import confusables_data
    except ImportError as error:
        raise ToolMissing("confusable-homoglyphs", "is not installed; letters that look like others cannot be told",
                          "pip install 'corpus-provenance[quality]'") from error
    known: dict[str, list[dict[str, Any]]] = confusables_data
    return known
