"""What a GT.M object means: its machine code, literals and names, without the lines that it was compiled from.

An object (V7 on x86-64, read from its own bytes) begins with a routine header of offsets: code, table of lines, pool of
strings, literals, variables, labels; names of called routines follow. The table of lines and two checksums of the source
are left out. Where anything lies otherwise than expected there is no answer: a wrong guess must not make two routines
equal.

    >>> meaning(b"not an object") is None
    True
"""

from __future__ import annotations

import struct

_MAGIC = b"GTM_CODE"
#: Where the header, which begins eight bytes before the magic, holds (offset, count) or (start, end); sizes in bytes.
_VARIABLES, _LABELS, _LINES, _POOL, _LITERALS, _CODE, _HEADER = 64, 80, 96, 112, 128, 176, 304
_VARIABLE, _LABEL, _LITERAL = 24, 32, 32
#: In a label: where its line is, as an offset into the table of lines.
_LINE_OF_LABEL = 16


def meaning(made: bytes) -> bytes | None:
    """Bytes that are equal for objects of equal code, literals, variables, labels and called routines; or None."""
    at = made.find(_MAGIC, 0, 256) - 8
    if at < 0 or len(made) < at + _HEADER:
        return None
    tree = made[at:]

    def table(where: int, width: int) -> bytes:
        start, count = struct.unpack_from("<QI", tree, where)
        if not _HEADER < start <= len(tree) - count * width:
            raise ValueError(where)
        return tree[start : start + count * width]

    try:
        code, end, lines = struct.unpack_from("<QQ", tree, _CODE) + struct.unpack_from("<Q", tree, _LINES)
        start, count = struct.unpack_from("<QI", tree, _LABELS)
        names = tree.index(b"\0.text\0", start)
        if not _HEADER < code < end <= lines or names < start + count * _LABEL:
            return None
        places = table(_LINES, 4)
        labels = bytearray(table(_LABELS, _LABEL))
        for one in range(_LINE_OF_LABEL, len(labels), _LABEL):
            place = int.from_bytes(labels[one : one + 8], "little")
            labels[one : one + 8] = places[place : place + 4].ljust(8, b"\xff")
        parts = [tree[code:end], table(_POOL, 1), table(_LITERALS, _LITERAL), table(_VARIABLES, _VARIABLE), bytes(labels),
                 tree[start + count * _LABEL : names]]
    except (struct.error, ValueError):
        return None
    return b"".join(len(part).to_bytes(8, "little") + part for part in parts)
