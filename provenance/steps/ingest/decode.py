"""Bytes to text and back: the encoding is found or the file is refused, and the way back gives the same bytes.

    >>> decode("Grüße\\n".encode())
    Decoded(text='Grüße\\n', encoding='utf-8', reason='', guessed=False)
    >>> decode(b"\\x7fELF\\x02\\x01\\x00").reason
    'not-text: NUL bytes'

The law: where there is no reason, ``text.encode(encoding) == data``. Nothing is repaired: no replacement characters, no
newline translation. UTF-8 and UTF-16 are recognised for certain; single-byte encodings (cp1252, latin-1, EBCDIC cp037
and cp1140) are guesses from what text looks like, and marked so. Shift-JIS, GBK and the like are not told apart from
cp1252.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

LFS_HEAD = b"version https://git-lfs.github.com/spec/v1\n"
#: A pointer is three short lines; a longer file that begins so is a text about pointers.
LFS_MAX = 1024
#: Control characters that source text really holds: tab, newlines, form feed, Ctrl-Z (end of file on DOS), escape.
_ALLOWED = {"\t", "\n", "\r", "\f", "\v", "\x1a", "\x1b", "\b"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: Above this share of odd control characters even valid UTF-8 is not text.
_MAX_CONTROL = 0.02
#: Single-byte guesses: more non-ASCII than this is some other encoding, or none.
_MAX_HIGH = 0.30
#: EBCDIC guess: share of characters that programs are written in (letters, digits, blanks, punctuation, line ends).
_MIN_EBCDIC = 0.95
_PROGRAM_TEXT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                          " .,;:'\"()*+-/=<>&_?!%$#@¢|¬\n\r\x85\t\f")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and encoding, or the reason why there is none. ``guessed``: the encoding is likely, not certain."""

    text: str
    encoding: str
    reason: str = ""
    guessed: bool = False


def decode(data: bytes) -> Decoded:
    """Find the encoding of a file's bytes, or refuse with a reason code."""
    if not data:
        return _refuse("empty")
    if data.startswith(LFS_HEAD) and len(data) <= LFS_MAX:
        return _refuse("lfs-pointer: the content is in Git LFS, not in the repository")
    found = _found(data)
    if found.reason:
        return found
    if found.text.encode(found.encoding) != data:  # pragma: no cover (the law: no known input, and none may pass)
        return _refuse(f"encoding: {found.encoding} does not give the same bytes back")
    if not found.text.strip("\ufeff\x1a\x00 \t\r\n\f\v\x85"):
        return _refuse("empty: only white space")
    return found


def _found(data: bytes) -> Decoded:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return _strict(data, encoding)
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data, "utf-8-sig")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _single_byte(data)
    return _checked(text, "utf-8")


def _strict(data: bytes, encoding: str) -> Decoded:
    # The byte-order mark of UTF-16 stays in the text: the codec "utf-16" writes the order of the machine it runs on.
    try:
        return _checked(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        return _refuse(f"encoding: says {encoding} but is not, at byte {error.start}")


def _checked(text: str, encoding: str) -> Decoded:
    if "\0" in text:
        return _refuse("not-text: NUL bytes")
    odd = sum(1 for char in _CONTROL.findall(text) if char not in _ALLOWED)
    if odd > len(text) * _MAX_CONTROL:
        return _refuse(f"not-text: {odd} control characters in {len(text)}")
    return Decoded(text, encoding)


def _single_byte(data: bytes) -> Decoded:
    if ebcdic := _ebcdic(data):
        return ebcdic
    if b"\0" in data:
        return _refuse("not-text: NUL bytes")
    high = sum(data.count(byte) for byte in range(0x80, 0x100))
    if high > len(data) * _MAX_HIGH:
        return _refuse("not-text: no known encoding")
    # Bytes 80-9F are letters and quotes in cp1252 and control characters in latin-1, so they decide.
    encoding = "cp1252" if any(0x80 <= byte <= 0x9F for byte in data) else "latin-1"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # Members of IBM i carry a few stray bytes (colours of the screen) that cp1252 does not have; latin-1 has all.
        if high > len(data) // 200:
            return _refuse("not-text: no known encoding")
        encoding, text = "latin-1", data.decode("latin-1")
    if any(char not in _ALLOWED for char in _CONTROL.findall(text)):
        return _refuse("not-text: control characters and no known encoding")
    return Decoded(text, encoding, guessed=True)


def _ebcdic(data: bytes) -> Decoded | None:
    # EBCDIC text is blanks (40) and letters (81-A9, C1-E9), which as ASCII would be "@" and no text at all; ASCII text
    # with some accents fails on its blanks (20 is a control character in EBCDIC).
    if data.count(0x20) > len(data) // 200 or not data.count(0x40):
        return None
    text = data.decode("cp037")
    if sum(char in _PROGRAM_TEXT for char in text) < len(text) * _MIN_EBCDIC or "\0" in text:
        return None
    # cp1140 is cp037 with the euro sign at 9F.
    encoding = "cp1140" if 0x9F in data else "cp037"
    return Decoded(data.decode(encoding), encoding, guessed=True)


def _refuse(reason: str) -> Decoded:
    return Decoded("", "", reason)


def count_lines(text: str) -> int:
    """Lines as editors count them; EBCDIC text may end its lines with NEL, old Mac text with CR."""
    end = next((mark for mark in ("\n", "\x85", "\r") if mark in text), "\n")
    return text.count(end) + (not text.endswith(end) and text != "")
