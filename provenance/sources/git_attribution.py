"""Line attributions of a repository: git-ai notes and Agent Trace files met with blame.

Read: ``refs/notes/ai``; at the commit, ``.agent-trace/**.json[l]`` and ``agent-trace.json[l]`` in any folder. Other
notes are not read. Blame costs a call a file, so it is asked only for files that some note or trace mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from provenance.sources.git_history import Commit
from provenance.sources.git_process import LONG, Git, GitError, objects
from provenance.steps.ingest.attributions import Lines, Span, attribute, parse_agent_trace, parse_git_ai_note
from provenance.steps.ingest.entry import Entry

_TRACE = re.compile(r"(?:.*/)?(?:\.agent-trace/.+\.jsonl?|agent-trace\.jsonl?)")
_LINE = re.compile(rb"([0-9a-f]{40}) ([0-9]+) ([0-9]+)(?: [0-9]+)?")
#: Larger notes and traces are not read; they are said to be unreadable.
_MAX_NOTE = 20_000_000


@dataclass
class Attributions:
    """What notes and traces say, by (commit, path); ``unread``: commits whose note could not be read."""

    git: Git
    head: str
    notes: dict[tuple[str, str], tuple[Span, ...]] = field(default_factory=dict)
    traces: dict[tuple[str, str], tuple[Span, ...]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def lines(self, path: bytes, touched: set[tuple[str, bytes]]) -> list[Lines]:
        """What is said about today's lines of one file, given the commits and names under which it was touched."""
        names = {(commit, raw.decode("utf-8", "replace")) for commit, raw in touched}
        told = []
        for kind, spans in (("git-ai-note", self.notes), ("agent-trace", self.traces)):
            if here := {place: spans[place] for place in names if place in spans}:
                told.append(attribute(self._blame(path), here, kind))
        return told

    def _blame(self, path: bytes) -> Iterator[tuple[str, str, int]]:
        try:
            out = self.git.run("blame", "--line-porcelain", self.head, "--", path.decode("utf-8", "surrogateescape"),
                               timeout=LONG)
        except GitError:  # a file that blame cannot read stays with no line attributed, which speaks for nobody
            return
        commit, number = "", 0
        for line in out.split(b"\n"):
            if match := _LINE.fullmatch(line):
                commit, number = match[1].decode(), int(match[2])
            elif line.startswith(b"filename ") and commit:
                yield commit, _unquoted(line[9:]), number
                commit = ""


def attributions_of(git: Git, head: str, notes: str, commits: Sequence[Commit],
                    tree: Mapping[bytes, Entry]) -> Attributions:
    """Read every note of a commit in the history, and every trace file at ``head``."""
    found = Attributions(git, head)
    known = {commit.id for commit in commits}
    if notes:
        _read_notes(found, notes, known)
    files = [entry for entry in tree.values() if _TRACE.fullmatch(entry.path) and not entry.missing
             and entry.mode.startswith("100") and entry.size <= _MAX_NOTE]
    for data in objects(git, [entry.blob for entry in files]):
        for trace in parse_agent_trace((data or b"").decode("utf-8", "replace")):
            # Without a revision the numbers belong to no commit; the newest one is where the trace was read.
            for path, spans in trace.files.items():
                place = (trace.revision or head, path)
                found.traces[place] = (*found.traces.get(place, ()), *spans)
    return found


def _read_notes(found: Attributions, notes: str, known: set[str]) -> None:
    listed = found.git.run("ls-tree", "-r", "-l", "-z", "--full-tree", notes, timeout=LONG)
    places = []
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        # Large sets of notes are spread over folders of two digits.
        commit = path.replace(b"/", b"").decode("ascii", "replace")
        _, _, blob, size = head.decode().split()
        if commit in known:
            if size.isdigit() and int(size) <= _MAX_NOTE:
                places.append((commit, blob))
            else:
                found.unread.add(commit)
    for (commit, _), data in zip(places, objects(found.git, [blob for _, blob in places]), strict=True):
        spans = parse_git_ai_note((data or b"").decode("utf-8", "replace"))
        found.notes.update({(commit, path): said for path, said in spans.items()})
        # A note with no line of any file is well formed where it holds the separator; anything else is unreadable.
        if not spans and b"---" not in (data or b""):
            found.unread.add(commit)


def _unquoted(name: bytes) -> str:
    if name.startswith(b'"') and name.endswith(b'"'):
        name = re.sub(rb"\\([0-7]{3}|.)", lambda m: _ESCAPES.get(m[1]) or bytes([int(m[1], 8) & 255]), name[1:-1])
    return name.decode("utf-8", "replace")


_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b'"': b'"', b"\\": b"\\", b"a": b"\a", b"b": b"\b", b"f": b"\f",
            b"v": b"\v"}
