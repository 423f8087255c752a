"""A git repository as a source: path, address or bundle; files at one commit with their history as evidence.

    >>> snapshot = open_repository("payroll.bundle", key=b"...", workdir=Path("/tmp/w"))   # doctest: +SKIP
    >>> snapshot.entries()[0].facts.commits                                               # doctest: +SKIP
    12

Nothing of the repository is ever run, and nothing is written into it (`git_mirror`, `git_process`). Names and addresses
leave as pseudonyms unless ``show_authors``. A file whose bytes are not there (partial clone) is refused alone; a cut
history (shallow clone) is refused as a whole, because it would make every file look new and every signal absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from provenance.errors import SourceError
from provenance.model.record import SourceFacts
from provenance.sources.git_attribution import Attributions, attributions_of
from provenance.sources.git_history import Commit, Seen, commits_of, edges_of, follow
from provenance.sources.git_mirror import Located, locate
from provenance.sources.git_process import Git, GitError, objects
from provenance.steps.ingest.agents import agent_of, is_bot
from provenance.steps.ingest.attributions import Lines
from provenance.steps.ingest.entry import SUBMODULE, Entry
from provenance.steps.ingest.evidence import Touch, evidence_of, iso, weakest
from provenance.steps.ingest.licences import by_folder, is_licence_file, nearest
from provenance.steps.ingest.pseudonym import pseudonym
from provenance.steps.ingest.signals import signals_of

#: A licence text longer than this is no licence text.
_MAX_LICENCE = 200_000
_CO_AUTHOR = re.compile(
    r"^[ \t]{0,8}co-(?:authored|developed)-by:[ \t]*([^<\n]{0,200}?)[ \t]*<([^<>\s]+@[^<>\s]+)>", re.I | re.M)


def open_repository(where: str, rev: str = "HEAD", *, name: str = "", key: bytes, show_authors: bool = False,
                    allowed_signers: str | None = None, workdir: Path) -> GitSnapshot:
    """Open a repository at one commit.

    Args:
        where: path of a work tree, bare repository or bundle; or an address (http, https, ssh, git).
        rev: branch, tag or commit id.
        name: name to record instead of the address of ``origin`` or ``file:<folder>``.
        key: secret key of the pseudonyms.
        show_authors: record names and addresses in clear.
        allowed_signers: path of an OpenSSH allowed-signers file; signatures by its keys count as verified.
        workdir: folder for views and mirrors; may be kept between runs.

    Raises:
        SourceError: names the input and what to do.
        ToolMissing: git is not installed.
    """
    if not key and not show_authors:
        raise SourceError(where, "cannot be read without a key for the pseudonyms of its authors",
                          "pass the ledger's key, or ask for authors in clear")
    if allowed_signers is not None and not Path(allowed_signers).is_file():
        raise SourceError(allowed_signers, "is not a file of allowed signers", "see: man ssh-keygen, ALLOWED SIGNERS")
    return GitSnapshot(where, locate(where, rev, name, workdir), key, show_authors, allowed_signers)


class GitSnapshot:
    """One commit of one repository; made by `open_repository`."""

    kind = "git"

    def __init__(self, where: str, located: Located, key: bytes, show_authors: bool,
                 allowed_signers: str | None) -> None:
        self.repository, self.commit = located.repository, located.commit
        self.git_dir = located.git_dir
        self._where = located.repository if "://" in where else where
        self._notes, self._key, self._show = located.notes, key, show_authors
        self._signers = str(Path(allowed_signers).resolve()) if allowed_signers else ""
        self._git = Git(located.git_dir)

    def entries(self) -> list[Entry]:
        """Every file of the commit, in order of path, with history, evidence and licence."""
        return list(self._entries)

    def read(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """Stream contents; None for submodules and for blobs that are not in the repository."""
        there = [entry for entry in entries if entry.mode != SUBMODULE and not entry.missing.startswith("missing-blob")]
        contents = objects(self._git, [entry.blob for entry in there])
        readable = set(map(id, there))
        try:
            for entry in entries:
                yield entry, next(contents) if id(entry) in readable else None
        except GitError as failed:
            raise SourceError(self._where, f"could not be read to the end ({failed.said})",
                              "check the repository with: git fsck") from None

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        tree = self._tree()
        commits = commits_of(self._git, self.commit, self._where)
        seen = follow(edges_of(self._git, commits, self._where), tree)
        licences = self._licences(tree.values())
        states = self._signatures({item.commit for found in seen.values() for item in found})
        told = attributions_of(self._git, self.commit, self._notes, commits, tree)
        people = _People(self._key, self._show)
        signals = {c.id: signals_of(c.author, c.committer, c.message, c.committed_at) for c in commits}
        made = []
        for path, entry in tree.items():
            found = seen[path] if entry.mode != SUBMODULE else []
            touches = [Touch(item.commit.id, item.commit.at, signals[item.commit.id], states[item.commit.id],
                             item.commit.id in told.unread) for item in _once(found)]
            blob, detected = nearest(entry.path, licences)
            made.append(replace(
                entry, facts=self._facts(entry, path, found, touches, people),
                evidence=() if entry.mode == SUBMODULE else evidence_of(touches, self._lines(told, path, entry, found)),
                licence_text_blob=blob, licence_detected=detected))
        return tuple(made)

    def _tree(self) -> dict[bytes, Entry]:
        try:
            listed = self._git.run("ls-tree", "-r", "-l", "-z", "--full-tree", self.commit, timeout=600)
        except GitError as failed:
            raise SourceError(self._where, f"has an unreadable tree ({failed.said})",
                              "check it with: git fsck") from None
        found = {}
        for line in listed.split(b"\0")[:-1]:
            head, _, raw = line.partition(b"\t")
            mode, _, blob, size = head.decode().split()
            missing = "missing-blob: not in the repository (partial clone?)" if size == "BAD" else ""
            try:
                path = raw.decode("utf-8")
            except UnicodeDecodeError:
                # A path that is no text cannot stand in a SWHID, a ledger or a report as itself.
                path, missing = raw.decode("utf-8", "backslashreplace"), "path-not-utf8"
            found[raw] = Entry(path, blob, int(size) if size.isdigit() else -1, mode, missing=missing)
        return found

    def _licences(self, entries: Iterable[Entry]) -> dict[str, tuple[str, str]]:
        files = [entry for entry in entries
                 if is_licence_file(entry.path) and not entry.missing and entry.mode.startswith("100")
                 and entry.size <= _MAX_LICENCE]
        texts = objects(self._git, [entry.blob for entry in files])
        return by_folder((entry.path, entry.blob, (data or b"").decode("utf-8", "replace"))
                         for entry, data in zip(files, texts, strict=True))

    def _signatures(self, commits: set[Commit]) -> dict[str, str]:
        """State by commit. Only SSH signatures can be checked against a list; any other stays "present"."""
        states = {commit.id: "present" if commit.signature else "none" for commit in commits}
        ssh = sorted(c.id for c in commits if c.signature.startswith("-----BEGIN SSH SIGNATURE"))
        if not self._signers or not ssh:
            return states
        git = Git(self.git_dir, {"gpg.ssh.allowedSignersFile": self._signers, "gpg.ssh.program": "ssh-keygen"})
        # %G? is what verify-commit decides, for many commits in one call; "G" needs a key on the list.
        try:
            with git.stream("log", "--no-walk=unsorted", "--stdin", "--format=%H %G?",
                            asks=(f"{name}\n".encode() for name in ssh)) as out:
                for line in out:
                    name, _, verdict = line.decode("ascii", "replace").strip().partition(" ")
                    if verdict == "G" and name in states:
                        states[name] = "verified"
        except GitError as failed:
            raise SourceError(self._where, f"has signatures that could not be checked ({failed.said})",
                              "check that ssh-keygen is installed and the list of signers well formed") from None
        return states

    def _facts(self, entry: Entry, path: bytes, found: Sequence[Seen], touches: Sequence[Touch],
               people: _People) -> SourceFacts:
        # The commit that set today's content under today's name; others may have touched it on branches that lost.
        last = next((item for item in found if item.blob == entry.blob and item.path == path), None)
        authors = sorted({who for item in found for who in people.of(item.commit)})
        dates = [item.commit.committed_at for item in found]
        return SourceFacts(
            repository=self.repository, commit=last.commit.id if last else "", path=entry.path, blob=entry.blob,
            authors=tuple(authors), first_commit_at=iso(min(dates)) if dates else "",
            last_commit_at=iso(max(dates)) if dates else "", commits=len(touches), signature=weakest(touches))

    def _lines(self, told: Attributions, path: bytes, entry: Entry, found: Sequence[Seen]) -> list[Lines]:
        if entry.missing:
            return []
        return told.lines(path, {(item.commit.id, item.path) for item in found})


class _People:
    """Authors of commits as pseudonyms, each computed once. Programs are no people and are left out."""

    def __init__(self, key: bytes, show: bool) -> None:
        self._key, self._show = key, show
        self._known: dict[tuple[str, str], str] = {}
        self._by_commit: dict[str, tuple[str, ...]] = {}

    def of(self, commit: Commit) -> tuple[str, ...]:
        if commit.id not in self._by_commit:
            named = [commit.author, *((m[1], m[2]) for m in _CO_AUTHOR.finditer(commit.message))]
            self._by_commit[commit.id] = tuple(
                self._written(person) for person in named if not agent_of(*person) and not is_bot(*person))
        return self._by_commit[commit.id]

    def _written(self, person: tuple[str, str]) -> str:
        if person not in self._known:
            self._known[person] = f"{person[0]} <{person[1]}>" if self._show else pseudonym(*person, self._key)
        return self._known[person]


def _once(found: Sequence[Seen]) -> list[Seen]:
    """One item a commit: a file can be touched under two names at once."""
    return list({item.commit.id: item for item in found}.values())
