"""From what the user names to a git directory of our own that holds the commit asked for.

A path gives a *view*: a bare directory of ours that borrows the repository's objects, so that the repository's own
configuration (which may name programs) is never in force when objects are read. A bundle or an address gives a mirror
with all its refs, notes included. Nothing is written into the user's repository, and no address with a password is
written anywhere.

Refused, each with what to do: what is no repository, an empty one, a commit that is not there, a history cut by a
shallow clone, a damaged or incremental bundle, SHA-256 repositories (their blob ids are no SWHIDs).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from provenance.errors import SourceError
from provenance.sources.git_address import SCHEMES, canonical, is_address, local_name, redacted
from provenance.sources.git_process import NETWORK, Git, GitError

BUNDLE_HEADS = (b"# v2 git bundle\n", b"# v3 git bundle\n")


@dataclass(frozen=True, slots=True)
class Located:
    """A git directory of ours, the commit, the commit of refs/notes/ai (or empty) and the repository's name."""

    git_dir: Path
    commit: str
    notes: str
    repository: str


def locate(where: str, rev: str, name: str, workdir: Path) -> Located:
    """Find and, where needed, fetch the repository; see the module for what is refused."""
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    if where.startswith("file://"):
        where = urlsplit(where).path
    if is_address(where) and not Path(where).exists():
        return _remote(where, rev, name, workdir)
    path = Path(where).expanduser()
    if not path.exists():
        raise SourceError(where, "does not exist", "give the path of a git repository or bundle, or its address")
    if path.is_file():
        if not is_bundle(path):
            raise SourceError(where, "is not a git bundle", "make one with: git bundle create FILE --all")
        return _bundle(path, rev, name, workdir)
    return _local(path, where, rev, name, workdir)


def is_bundle(path: Path) -> bool:
    """Whether a file begins as a git bundle does."""
    with path.open("rb") as file:
        return file.read(len(BUNDLE_HEADS[0])) in BUNDLE_HEADS


def git_dir_of(path: Path) -> Path | None:
    """The git directory of a work tree's root or of a bare repository; None for anything else, subfolders included."""
    dot = path / ".git"
    if dot.is_dir():
        return dot.resolve()
    if dot.is_file():  # a linked work tree or a submodule
        text = dot.read_text("utf-8", "replace").strip()
        return (path / text[7:].strip()).resolve() if text.startswith("gitdir:") else None
    bare = (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
    return path.resolve() if bare else None


def _local(path: Path, where: str, rev: str, name: str, workdir: Path) -> Located:
    git_dir = git_dir_of(path)
    if git_dir is None:
        raise SourceError(where, "is not a git repository", "give the folder that holds .git, or ingest it as a folder")
    theirs = Git(git_dir)
    try:
        if theirs.text("rev-parse", "--show-object-format") != "sha1":
            raise SourceError(where, "uses SHA-256 object ids", "SWHIDs name SHA-1 blobs; ingest the files as a folder")
        if theirs.text("rev-parse", "--is-shallow-repository") == "true":
            raise _shallow(where)
        common = (git_dir / theirs.text("rev-parse", "--git-common-dir")).resolve()
        commit = _resolve(theirs, where, rev)
        notes = theirs.run("rev-parse", "--verify", "--quiet", "refs/notes/ai^{commit}", check=False).decode().strip()
        remote = theirs.run("config", "--local", "--get", "remote.origin.url", check=False).decode("utf-8", "replace")
    except GitError as failed:
        raise SourceError(where, f"is not a readable git repository ({redacted(failed.said)})",
                          "check it with: git fsck") from None
    view = _view(common / "objects", workdir)
    return Located(view, commit, notes, name or canonical(remote.strip() or str(path.resolve())))


def _view(store: Path, workdir: Path) -> Path:
    if "\n" in str(store) or str(store).startswith('"'):
        raise SourceError(store, "has a line end or a quote in its path", "move the repository to a plain path")
    target = workdir / ("view-" + hashlib.sha256(str(store).encode()).hexdigest()[:16])
    if not target.exists():
        with _made(target, workdir) as draft:
            (draft / "objects" / "info").mkdir(exist_ok=True)
            (draft / "objects" / "info" / "alternates").write_text(f"{store}\n", "utf-8")
    return target


def _bundle(path: Path, rev: str, name: str, workdir: Path) -> Located:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    target = workdir / f"bundle-{digest[:32]}"
    where = str(path)
    settings = {"remote.source.url": str(path.resolve())}
    try:
        heads = _heads(Git(None, settings), where)
        if not target.exists():
            with _made(target, workdir) as draft:
                Git(draft, settings).run("fetch", "--quiet", "--no-auto-gc", "--no-write-fetch-head", "--no-tags",
                                         "source", *_refspecs(heads), timeout=NETWORK)
    except GitError as failed:
        lacks = "prerequisite" in failed.said
        raise SourceError(where, "is an incremental bundle and lacks earlier commits" if lacks else
                          f"is a damaged git bundle ({failed.said})",
                          "make a whole one with: git bundle create FILE --all") from None
    return _fetched(target, where, rev, name or local_name(where), heads)


def _remote(where: str, rev: str, name: str, workdir: Path) -> Located:
    shown = canonical(where)
    scheme = where.split("://", maxsplit=1)[0].lower() if "://" in where else "ssh"
    if "::" in where.split("/", maxsplit=1)[0] or scheme not in SCHEMES:
        raise SourceError(shown if "::" not in where else where.split("::", maxsplit=1)[0] + "::",
                          "is an address of a kind that is not allowed", f"use one of {', '.join(sorted(SCHEMES))}")
    target = workdir / ("mirror-" + hashlib.sha256(shown.encode()).hexdigest()[:32])
    # The address reaches git through the environment: not its arguments' first line, not its configuration on disk.
    settings = {"remote.source.url": where}
    try:
        heads = _heads(Git(None, settings), shown)
        if not target.exists():
            with _made(target, workdir):
                pass
        Git(target, settings).run("fetch", "--quiet", "--force", "--prune", "--no-auto-gc", "--no-write-fetch-head",
                                  "--no-tags", "source", *_refspecs(heads), timeout=NETWORK)
    except GitError as failed:
        raise SourceError(shown, f"cannot be fetched ({redacted(failed.said, where)})",
                          "check the address, the network and your rights to read it") from None
    return _fetched(target, shown, rev, name or shown, heads)


def _heads(git: Git, where: str) -> dict[str, str]:
    lines = git.run("ls-remote", "source", timeout=NETWORK).decode("utf-8", "replace").splitlines()
    heads = {ref: commit for commit, _, ref in (line.partition("\t") for line in lines) if not ref.endswith("^{}")}
    if not heads:
        raise _empty(where)
    return heads


def _refspecs(heads: dict[str, str]) -> list[str]:
    return ["+refs/*:refs/*", *(["+HEAD:refs/provenance/HEAD"] if "HEAD" in heads else [])]


def _fetched(git_dir: Path, where: str, rev: str, repository: str, heads: dict[str, str]) -> Located:
    git = Git(git_dir)
    branches = sorted(ref for ref in heads if ref.startswith("refs/heads/"))
    if rev == "HEAD":
        # A bundle need not say which branch is the main one; with a single branch there is no question.
        only = heads[branches[0]] if len(branches) == 1 else ""
        if not (wanted := heads.get("HEAD", only)):
            raise SourceError(where, "does not say which branch is its main one",
                              f"add --rev with one of {', '.join(ref[11:] for ref in branches)}")
    else:
        wanted = rev
    try:
        if git.text("rev-parse", "--is-shallow-repository") == "true":
            raise _shallow(where)
        commit = _resolve(git, where, wanted)
        notes = git.run("rev-parse", "--verify", "--quiet", "refs/notes/ai^{commit}", check=False).decode().strip()
    except GitError as failed:
        raise SourceError(where, f"cannot be read ({redacted(failed.said)})",
                          "remove the mirror and run again") from None
    return Located(git_dir, commit, notes, repository)


def _resolve(git: Git, where: str, rev: str) -> str:
    try:
        return git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    except GitError:
        detached = git.run("rev-parse", "--verify", "--quiet", "HEAD", check=False)
        if not git.run("for-each-ref", "--count=1") and not detached:
            raise _empty(where) from None
        raise SourceError(where, f"has no commit {rev!r}",
                          "give a branch, a tag or a full commit id that it has") from None


def _empty(where: str) -> SourceError:
    return SourceError(where, "is an empty repository: it has no commit", "commit something first")


def _shallow(where: str) -> SourceError:
    return SourceError(where, "is a shallow clone: its history is cut, so nothing can be said about origins",
                       "get the whole history with: git fetch --unshallow")


@contextlib.contextmanager
def _made(target: Path, workdir: Path) -> Iterator[Path]:
    """A new bare repository that appears under its name only when it is complete, whoever else makes it meanwhile."""
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=workdir))
    try:
        Git(None).run("init", "--quiet", "--bare", "--template=", str(draft))
        yield draft
        with contextlib.suppress(OSError):  # another process was first; its copy is as good
            draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
