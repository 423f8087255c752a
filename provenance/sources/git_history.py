"""A repository's whole history in three streamed calls: who changed which file of today, when, and under which names.

Not ``git log``: its output for merges does not say which parent a difference belongs to, and its formats can be broken
by what people write into names. Instead ``rev-list`` gives the order, ``cat-file --batch`` the commits as they are, and
``diff-tree --stdin`` one comparison for every edge of the graph, renames found.

A file of today is followed backwards along every edge under the name that it had there, so side branches count, also
where the file was renamed on the other side of a merge. A merge counts as having touched a file only where its result
differs from all parents. Over-counting errs on the side of more signals, never fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from provenance.errors import SourceError
from provenance.sources.git_process import Git, GitError, objects

_IDENTITY = re.compile(rb"(.*?) ?<([^>]*)>[^0-9+-]*(-?[0-9]+)? ?([+-][0-9]{4})?")
#: Of a message longer than twice this only the two ends are read: the subject and the trailers.
_MESSAGE_END = 1 << 16
#: Names that a file of today had at some commit, where they differ from today's; absent means "as today".
_Names = Mapping[bytes, frozenset[bytes]]


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as it is stored; addresses are here in clear and must not leave `sources` so.

    ``at`` is the latest of both dates and of those of all ancestors: a commit is not older than what it builds on.
    """

    id: str
    parents: tuple[str, ...]
    author: tuple[str, str]
    committer: tuple[str, str]
    authored_at: int
    committed_at: int
    at: int
    message: str
    signature: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference on one edge: git's status letter, blob and path after, and the path before a rename."""

    status: str
    blob: str
    path: bytes
    before: bytes = b""


@dataclass(frozen=True, slots=True)
class Seen:
    """A commit that touched a file of today, the name that the file had in it, and the blob that it left there."""

    commit: Commit
    path: bytes
    blob: str


def commits_of(git: Git, head: str, where: str) -> list[Commit]:
    """All commits that can be reached, newest first, children before parents.

    Raises:
        SourceError: a commit is missing or unreadable.
    """
    try:
        with git.stream("rev-list", "--topo-order", head) as out:
            ids = [line.decode().strip() for line in out]
        read = [_commit(name, data, where) for name, data in zip(ids, objects(git, ids), strict=True)]
    except GitError as failed:
        raise SourceError(where, f"has a damaged or incomplete history ({failed.said})",
                          "check the repository with: git fsck") from None
    latest: dict[str, int] = {}
    for commit in reversed(read):
        latest[commit.id] = max(commit.at, *(latest.get(parent, 0) for parent in commit.parents), commit.at)
    return [Commit(c.id, c.parents, c.author, c.committer, c.authored_at, c.committed_at, latest[c.id], c.message,
                   c.signature) for c in read]


def _commit(name: str, data: bytes | None, where: str) -> Commit:
    if data is None:
        raise SourceError(where, f"has a history with commit {name} missing", "fetch the whole repository again")
    head, _, body = data.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        # Continuation lines of a signature begin with a blank; only a header's first line matters here.
        key, _, value = line.partition(b" ")
        fields.setdefault(key, []).append(value)
    encoding = fields.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
    author, authored_at = _identity(fields.get(b"author", [b""])[0], encoding)
    committer, committed_at = _identity(fields.get(b"committer", [b""])[0], encoding)
    if len(body) > 2 * _MESSAGE_END:
        body = body[:_MESSAGE_END] + b"\n" + body[-_MESSAGE_END:]
    signed = fields.get(b"gpgsig") or fields.get(b"gpgsig-sha256") or [b""]
    return Commit(name, tuple(value.decode() for value in fields.get(b"parent", ())), author, committer, authored_at,
                  committed_at, max(authored_at, committed_at), _text(body, encoding),
                  signed[0].decode("ascii", "replace"))


def _identity(line: bytes, encoding: str) -> tuple[tuple[str, str], int]:
    match = _IDENTITY.match(line)
    if not match:
        return (_text(line, encoding), ""), 0
    return (_text(match[1], encoding).strip(), _text(match[2], encoding).strip()), int((match[3] or b"0")[:18])


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")


def edges_of(git: Git, commits: Iterable[Commit], where: str) -> Iterator[tuple[Commit, list[list[Change]]]]:
    """For each commit, in the order given, the changes along each of its edges to a parent (a root has one edge).

    Where contents needed to recognise renames are missing (a partial clone) only unchanged renames are followed.
    """
    listed = list(commits)
    asks = [f"{c.id} {parent}\n".encode() for c in listed for parent in c.parents or ("",)]
    similarity = "-M" if _complete(git) else "-M100%"
    try:
        with git.stream("diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--always", "--no-ext-diff",
                        "--no-textconv", "--full-index", "--no-abbrev", "--ignore-submodules=none", similarity,
                        asks=(ask.replace(b" \n", b"\n") for ask in asks)) as out:
            sections = _sections(_tokens(out))
            for commit in listed:
                edges = []
                for _ in commit.parents or ("",):
                    name, changes = next(sections, ("", []))
                    if name != commit.id:
                        raise SourceError(where, f"gave no comparison for commit {commit.id}",
                                          "check it with: git fsck")
                    edges.append(changes)
                yield commit, edges
    except GitError as failed:
        raise SourceError(where, f"has a damaged or incomplete history ({failed.said})",
                          "check the repository with: git fsck") from None


def _complete(git: Git) -> bool:
    # A promisor pack is the mark of a partial clone; our view carries no configuration that would say so.
    if git.git_dir is None:
        return True
    stores = [git.git_dir / "objects"]
    borrowed = stores[0] / "info" / "alternates"
    if borrowed.exists():
        stores += [stores[0] / line for line in borrowed.read_text("utf-8").splitlines() if line]
    return not any(next((store / "pack").glob("*.promisor"), None) for store in stores)


def _tokens(out: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := out.read(1 << 18):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole


def _sections(tokens: Iterator[bytes]) -> Iterator[tuple[str, list[Change]]]:
    name = ""
    changes: list[Change] = []
    for token in tokens:
        if not token.startswith(b":"):
            if name:
                yield name, changes
            name, changes = token.decode().strip(), []
            continue
        _, _, _, blob, status = token.decode("ascii", "replace").split(" ")
        path = next(tokens)
        if status[0] in "RC":
            changes.append(Change(status[0], blob, next(tokens), path))
        else:
            changes.append(Change(status[0], blob, path))
    if name:
        yield name, changes


def follow(walk: Iterable[tuple[Commit, list[list[Change]]]], today: Iterable[bytes]) -> dict[bytes, list[Seen]]:
    """For each path of today, the commits that touched it, newest first.

    Args:
        walk: commits with their edges, children before parents.
        today: paths in the commit that was asked for.
    """
    present = frozenset(today)
    seen: dict[bytes, list[Seen]] = {path: [] for path in present}
    waiting: dict[str, _Names] = {}
    for commit, edges in walk:
        names = waiting.pop(commit.id, {})
        changed = {change.path: change for change in edges[0] if change.status != "D"}
        for other in edges[1:]:
            kept = {change.path for change in other}
            changed = {path: change for path, change in changed.items() if path in kept}
        for path, change in changed.items():
            for target in _of(names, path, present):
                seen[target].append(Seen(commit, path, change.blob))
        for parent, changes in zip(commit.parents, edges, strict=False):
            older = _before(names, changes, present)
            waiting[parent] = _union(waiting[parent], older, present) if parent in waiting else older
    return seen


def _of(names: _Names, path: bytes, present: frozenset[bytes]) -> frozenset[bytes]:
    found = names.get(path)
    if found is None:
        return frozenset((path,)) if path in present else frozenset()
    return found


def _before(names: _Names, changes: Iterable[Change], present: frozenset[bytes]) -> _Names:
    renames = [change for change in changes if change.status == "R"]
    moved: dict[bytes, frozenset[bytes]] = {}
    for change in renames:
        targets = _of(names, change.path, present)
        if targets or change.before in present or change.before in names:
            moved[change.before] = moved.get(change.before, frozenset()) | targets
    for change in renames:
        # On the far side of a rename the new name is free, or another file's.
        if change.path not in moved and _of(names, change.path, present):
            moved[change.path] = frozenset()
    return {**names, **moved} if moved else names


def _union(one: _Names, two: _Names, present: frozenset[bytes]) -> _Names:
    if one is two or one == two:
        return one
    return {path: _of(one, path, present) | _of(two, path, present) for path in {*one, *two}}
