"""What the tests of transforms share: a compiler (GnuCOBOL by subprocess) and two ways to demand an answer."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from provenance.steps.augment import Change, Program, Refusal, Transform
from provenance.steps.augment.cobol_listing import parse_listing

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "cobol"


class Compiler:
    """Compiles and runs in one folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs = 0

    def program(
        self, text: str, free: bool = False, copybooks: Mapping[str, str] | None = None, std: str = "ibm"
    ) -> Program:
        """What a transform gets to see; fails the test where the text does not compile."""
        for name, member in (copybooks or {}).items():
            (self.folder / f"{name}.cpy").write_text(member, newline="")
        where = self._write(text)
        flags = [f"-std={std}", "-free" if free else "-fixed", "-I", str(self.folder)]
        self._cobc([*flags, "-fsyntax-only", "-T", "x.lst", "--tsymbols", "-Xref", "prog.cob"], where)
        expanded = self._cobc([*flags, "-E", "prog.cob"], where).stdout.decode("latin-1")
        listing = parse_listing((where / "x.lst").read_text("latin-1"))
        return Program("prog.cob", text, free, listing, expanded, dict(copybooks or {}))

    def behaviour(self, text: str, free: bool = False, std: str = "ibm") -> tuple[int, bytes, dict[str, str]]:
        """Return code, standard output and digests of the files written."""
        where = self._write(text)
        flags = [f"-std={std}", "-free" if free else "-fixed", "-I", str(self.folder)]
        self._cobc([*flags, "-x", "-O0", "-o", "prog", "prog.cob"], where)
        inside = where / "run"
        inside.mkdir()
        ran = subprocess.run(
            [str(where / "prog")],
            cwd=inside,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
            env={**os.environ, "COB_CURRENT_DATE": "2020/01/02 03:04:05"},
        )
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(inside.iterdir())}
        return ran.returncode, ran.stdout, files

    def generated(self, text: str, free: bool = False, std: str = "ibm") -> str:
        """The C that cobc writes for a program, without comments: names are only there."""
        where = self._write(text)
        flags = [f"-std={std}", "-free" if free else "-fixed", "-I", str(self.folder)]
        self._cobc([*flags, "-C", "-o", "generated.c", "prog.cob"], where)
        written = "".join(path.read_text("latin-1") for path in sorted(where.glob("generated*")))
        code = re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"#define\s+COB_MODULE_(?:FORMATTED_DATE|DATE|TIME).*", "", code))

    def same(self, transform: Transform, program: Program, seed: int = 7) -> Change:
        """The change, after parent and child were seen to behave alike."""
        change = changed(transform, program, seed)
        before = self.behaviour(program.text, program.free_format)
        assert self.behaviour(change.text, change.free_format) == before
        return change

    def _write(self, text: str) -> Path:
        self._runs += 1
        where = self.folder / str(self._runs)
        where.mkdir()
        (where / "prog.cob").write_text(text, encoding="latin-1", newline="")
        return where

    def _cobc(self, arguments: list[str], where: Path) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(["cobc", *arguments], cwd=where, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode("latin-1")
        return done


def changed(transform: Transform, program: Program, seed: int = 7) -> Change:
    """The change, which must be one, must differ, and must come again."""
    result = transform.apply(program, seed)
    assert isinstance(result, Change), result
    assert result.text != program.text
    assert result == transform.apply(program, seed)
    return result


def refused(transform: Transform, program: Program) -> str:
    """The reason of a refusal, which must be one."""
    result = transform.apply(program, 7)
    assert isinstance(result, Refusal), result
    return result.reason
