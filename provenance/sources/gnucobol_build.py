"""From a text to a program with as few starts of cobc, gcc and the sandbox as keep the answers the same.

Three quarters of the time of a build went into gcc's linker, and much of the rest into starting things. So the C is
written while the syntax is checked (one start for both); it is compiled without debugging data, which changes no code,
and linked with gold where that is installed; and two texts with one digest of C need one gcc (`Memory`). What comes from
these short ways is taken only where every step succeeded: all else goes the plain way again, for the plain reasons.

    >>> memory = Memory(room=10)
    >>> memory.keep("a", b"1234567"); memory.keep("b", b"1234567")
    >>> memory.find("a"), memory.find("b")
    (None, b'1234567')
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenance.sources.sandbox_folder import take

_MIB = 1024 * 1024
#: Flag sets by name, in the order in which they are tried. A text that looks free begins with the free ones, so that
#: the free text that COPY expansion makes of an IBM program is compiled as IBM's again.
DIALECTS = {
    "ibm-fixed": "-std=ibm -fixed",
    "default-fixed": "-std=default -fixed",
    "mf-fixed": "-std=mf -fixed",
    "ibm-free": "-std=ibm -free",
    "default-free": "-std=default -free",
    "mf-free": "-std=mf -free",
}
#: The text is always called this, so that names of files say nothing, break nothing and make no two programs differ.
NAME = "prog.cob"
#: The C is always called this; what it includes is called this with an ending.
CODE = "code.c"
#: Files that one program's C may consist of, and their size together.
_PARTS, _CODE_BYTES = 64, 64 * _MIB
#: A C string or character (kept whole, whatever it holds), or a comment (dropped: there cobc writes names and lines).
_C_PIECES = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/', re.DOTALL)
#: When cobc ran, to the second.
_C_DATES = re.compile(r"^#define\s+COB_MODULE_(?:FORMATTED_DATE|DATE|TIME)\b[^\n]*$", re.MULTILINE)
_C_DATES_IN_BYTES = re.compile(rb"^(#define[ \t]+COB_MODULE_(?:FORMATTED_DATE|DATE|TIME))\b[^\n]*$", re.MULTILINE)
#: The object file is always called this.
OBJECT = "made.o"
_GCC_FLAGS = re.compile(r"^(COB_CFLAGS|COB_LDFLAGS)\s*:\s*(.*(?:\n\s{10,}\S.*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Translation:
    """What cobc made of a text on the short way.

    Attributes:
        statuses: exit status of the syntax check by dialect, in the order tried; the last one is 0 where one accepted.
        kind: "program" or "module" for what the C would become; empty where none was written.
        code: name -> content of the C.
        digest: of the C without comments and dates; empty where there is none.
        refused: what cobc said of the first dialect's syntax.
        unfit: what cobc said where it would write a module but no program.
        stopped: the limit that ended cobc, or empty.
    """

    statuses: Mapping[str, int] = field(default_factory=dict)
    kind: str = ""
    code: Mapping[str, bytes] = field(default_factory=dict)
    digest: str = ""
    refused: str = ""
    unfit: str = ""
    stopped: str = ""

    @property
    def dialect(self) -> str:
        """The dialect that accepted the text, or empty."""
        return next((name for name, status in self.statuses.items() if status == 0), "")


class Memory:
    """Values by key, the last used ones, up to ``room`` bytes. Safe to use from several threads."""

    def __init__(self, room: int = 128 * _MIB) -> None:
        self._kept: OrderedDict[object, tuple[int, Any]] = OrderedDict()
        self._left = room
        self._lock = threading.Lock()

    def find(self, key: object) -> Any:
        """The value, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][1]

    def keep(self, key: object, value: Any, size: int = 0) -> None:
        """Keep a value of ``size`` bytes (its length where none is given); the longest unused ones go."""
        size = size or len(value)
        with self._lock:
            self._left += self._kept.pop(key, (0, None))[0] - size
            self._kept[key] = (size, value)
            while self._left < 0:
                self._left += self._kept.popitem(last=False)[1][0]


def translation_script(names: Sequence[str]) -> str:
    """Check the syntax in each dialect until one accepts, and write the C in that one."""
    script = [
        f"c() {{ rm -f {CODE}*; cobc -w $1 -I copy $2 -C -o {CODE} {NAME} >/dev/null 2>$3; }}",
        f"s() {{ cobc -fsyntax-only -w $1 -I copy {NAME} >/dev/null 2>$2; }}",
    ]
    for at, name in enumerate(names):
        flags = f"'{DIALECTS[name]}'"
        program = f"c {flags} -x ex && {{ echo program {name}; exit 0; }}"
        # Most texts are accepted by the first dialect, so there the C is asked for at once; if it comes, the syntax is right.
        script += [*([program] if at == 0 else []), f"s {flags} e{at}; s=$?; echo syntax {name} $s", "if test $s = 0; then",
                   *([] if at == 0 else [program]), f"c {flags} '' em && echo module {name}", "exit 0; fi"]
    return "\n".join([*script, "exit 0\n"])


def read_translation(folder: Path, stdout: bytes, stopped: str) -> Translation:
    """What the script of `translation_script` left."""
    if stopped:
        return Translation(stopped=stopped)
    statuses: dict[str, int] = {}
    kind = ""
    for line in stdout.decode(errors="replace").splitlines():
        word, name, *status = line.split()
        statuses[name] = int(status[0]) if status else 0
        if word != "syntax":
            kind = word
    code = _code(folder) if kind else {}
    return Translation(statuses, kind if code else "", code, _digest(kind, code) if code else "",
                       _said(folder, "e0"), _said(folder, "ex"))


def _said(folder: Path, name: str) -> str:
    return (take(folder, name, 64 * 1024) or b"").decode("utf-8", "replace")


def _code(folder: Path) -> dict[str, bytes]:
    names = sorted(path.name for path in folder.glob(f"{CODE}*"))
    if len(names) > _PARTS:
        return {}
    found: dict[str, bytes] = {}
    room = _CODE_BYTES
    for name in names:
        part = take(folder, name, room)
        if part is None or len(part) >= room:
            return {}
        room -= len(part)
        found[name] = part
    return found


def _digest(kind: str, code: Mapping[str, bytes]) -> str:
    text = b"".join(code.values()).decode("utf-8", "surrogateescape")
    plain = _C_DATES.sub("", _C_PIECES.sub(_uncommented, text))
    # A comment leaves its line behind, one a statement; no C string goes over a line, so empty ones mean nothing.
    plain = "\n".join(line for line in plain.split("\n") if line.strip())
    return hashlib.sha256(f"{kind}\n{plain}".encode("utf-8", "surrogateescape")).hexdigest()


def _uncommented(piece: re.Match[str]) -> str:
    return "" if piece[0].startswith("/*") else piece[0]


def undated(part: bytes) -> bytes:
    """A file of the C as if cobc had run at no time.

    >>> undated(b'#define  COB_MODULE_TIME\\t133727\\nint i;')
    b'#define  COB_MODULE_TIME 0\\nint i;'
    """
    return _C_DATES_IN_BYTES.sub(rb"\1 0", part)


def object_script(kind: str) -> str:
    """Make the object file of the C with the flags that a build has, and take the names out that no linker needs.

    gcc does not optimise here, as it does not in a build: what it could drop or turn about (data that nobody reads, the
    order of storage) stays. `strip` leaves every section that is linked or loaded, the relocations, and the names that
    other files give or take; so that equal files are one program, whatever becomes of them.
    """
    mode = "-x" if kind == "program" else "-m"
    # With LTO the object file would hold no machine code at all, and two empty files are no evidence.
    return (f'export COB_CFLAGS="$COB_CFLAGS -fno-lto"; cobc -w -c {mode} -o {OBJECT} {CODE} >/dev/null && '
            f"exec strip --strip-unneeded {OBJECT}")


def quick_flags(said: str, gold: bool) -> dict[str, str]:
    """cobc's own flags for gcc by environment variable, from ``cobc --info``: no debugging data, the faster linker."""
    found = {name: " ".join(flags.split()) for name, flags in _GCC_FLAGS.findall(said)}
    if len(found) < 2:
        return {}  # another cobc: leave it alone
    compiler = " ".join(flag for flag in found["COB_CFLAGS"].split() if not flag.startswith(("-g", "-Wdate")))
    return {"COB_CFLAGS": f"{compiler} -w", "COB_LDFLAGS": f"{found['COB_LDFLAGS']}{' -fuse-ld=gold' if gold else ''}"}
