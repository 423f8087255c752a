"""The sheet on which a skeleton writes: divisions in order, names that clash with nothing, lines that end in column 72."""

from __future__ import annotations

import re

from provenance.languages.cobol import LANGUAGE
from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Layout

_WIDE = 65
_PIECE = re.compile(r"\"[^\"]*\"\S*|\S+")


class Sheet:
    """A program in the making. Statements are texts whose leading blanks are their indentation."""

    def __init__(self, layout: Layout, draw: Draw) -> None:
        self.layout, self.draw = layout, draw
        self._prefix = draw.one(("WS-", "W-", "WK-", "WRK-", "WS1-"))
        self._numbers = draw.one(("{0:04d}-", "{1}{2:02d}-", ""))
        self._taken = {name.upper() for name in layout.taken}
        self._selects: list[str] = []
        self._files: list[str] = []
        self._data: list[str] = []
        self._paragraphs: dict[str, list[str]] = {}
        self._known: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self.program = self._free(f"{draw.one(('BAT', 'JOB', 'PGM', 'RUN', 'UTL'))}{draw.number(100, 9999)}")
        self.record = layout.record or self.w("IN-RECORD")
        self._ends = draw.one(("STOP RUN.", "GOBACK."))
        self._remarks = draw.flag()
        # Without a status field the run-time system ends a program whose file fails; with one the program has to.
        self._status = draw.flag()

    def w(self, name: str) -> str:
        """A data name for something of one's own; the same for the same word."""
        if name not in self._known:
            self._known[name] = self._free(self._prefix + name)
        return self._known[name]

    def p(self, *names: str) -> str:
        """A paragraph name; of several synonyms one is drawn. The same for the same first word."""
        if names[0] not in self._titles:
            chosen, number = self.draw.one(names), len(self._titles) + 1
            before = self._numbers.format(number * 1000, "ABCDEFGHJKLM"[number // 10], number * 10 % 100)
            self._titles[names[0]] = self._free(before + chosen)
        return self._titles[names[0]]

    def _free(self, name: str) -> str:
        free, number = name, 1
        while free.upper() in self._taken or free in LANGUAGE.reserved:
            number += 1
            free = f"{name}-{number}"
        self._taken.add(free.upper())
        return free

    def file(self, name: str, record: str, length: int) -> None:
        """A sequential work file with one plain record; some programs look at its status."""
        outside = name.replace(self._prefix, "").replace("-", "")[:8]
        self._selects.append(f'    SELECT {name} ASSIGN TO "{outside}"')
        if self._status:
            self._selects += ["        ORGANIZATION IS SEQUENTIAL", f"        FILE STATUS IS {self.w('FILE-STATUS')}."]
        else:
            self._selects.append("        ORGANIZATION IS SEQUENTIAL.")
        self._files += [f"FD  {name}.", f"01  {record} PIC X({length})."]

    def data(self, *lines: str) -> None:
        """Entries of WORKING-STORAGE; a level 01 begins at the margin."""
        self._data += lines

    def paragraph(self, name: str, *statements: str) -> None:
        """A paragraph; a period is put after its last statement. The first that `p` named is the main line."""
        self._paragraphs[name] = list(statements)

    def text(self) -> str:
        """The whole program."""
        names = sorted(self._paragraphs, key=list(self._titles.values()).index)
        if not self._numbers:
            names = names[:1] + self.draw.shuffled(names[1:])
        lines = ["IDENTIFICATION DIVISION.", f"PROGRAM-ID. {self.program}."]
        if self._selects:
            lines += ["ENVIRONMENT DIVISION.", "INPUT-OUTPUT SECTION.", "FILE-CONTROL.", *self._selects]
        lines.append("DATA DIVISION.")
        if self._files:
            lines += ["FILE SECTION.", *self._files]
        lines.append("WORKING-STORAGE SECTION.")
        if not self.layout.record:
            lines.append(f"01  {self.record}.")
        lines += [f"COPY {self.layout.member}."]
        if self._status:
            lines.append(f"01  {self.w('FILE-STATUS')} PIC XX VALUE SPACES.")
        lines += [*self._data, "PROCEDURE DIVISION."]
        for number, name in enumerate(names):
            if self._remarks and number:
                remark = f"{name.split('-', 1)[-1].replace('-', ' ').capitalize()}."
                lines.append(f"*> {remark}" if self.layout.free else f"*{remark}")
            lines.append(f"{name}.")
            body = [f"    {line}" for statement in self._paragraphs[name] for line in self._looked_at(statement)]
            if number == 0:
                body.append(f"    {self._ends}")
            else:
                body[-1] += "."
            lines += body
        return "".join(f"{whole}\n" for line in lines for whole in _fixed(line))

    def _looked_at(self, statement: str) -> list[str]:
        """A statement, and after an OPEN what happens where it failed."""
        if not (self._status and statement.startswith("OPEN ")):
            return [statement]
        status = self.w("FILE-STATUS")
        return [statement, f'IF {status} NOT = "00"', f'    DISPLAY "OPEN FAILED: " {status}', "    MOVE 12 TO RETURN-CODE",
                "    STOP RUN", "END-IF"]


def _fixed(line: str) -> list[str]:
    if line.startswith("*") and line[1:2] != ">":
        return [f"      * {line[1:60]}"]
    if len(line) <= _WIDE:
        return [f"       {line}"]
    indent = len(line) - len(line.lstrip())
    rows, row = [], " " * indent
    for piece in _PIECE.findall(line):
        if len(row) + len(piece) > _WIDE and row.strip():
            rows.append(row.rstrip())
            row = " " * (indent + 4)
        row += piece + " "
    return [f"       {each}" for each in [*rows, row.rstrip()]]
