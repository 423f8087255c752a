"""OUTSIDE: the only room that reads repositories, corpora and models and runs compilers; every import is late.

    >>> open_source("payroll.bundle", key=key, workdir=Path("/tmp/w")).kind     # doctest: +SKIP
    'git'
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenance.errors import SourceError

if TYPE_CHECKING:
    from provenance.steps.ingest.entry import Snapshot

__all__ = ["open_source"]


def open_source(where: str, rev: str = "HEAD", *, name: str = "", key: bytes, show_authors: bool = False,
                allowed_signers: str | None = None, workdir: Path) -> Snapshot:
    """Open whatever ``where`` is: an address, a bundle, a repository, a corpus file or a folder.

    A folder that holds only corpus files is a corpus; any other folder without a repository is a plain folder.

    Raises:
        SourceError: it does not exist, is none of these, or a commit is asked of what has none.
    """
    # Imported here: a machine that only verifies a ledger loads this package and needs none of them.
    from provenance.sources.corpus import ENDINGS, open_corpus
    from provenance.sources.folder import open_folder
    from provenance.sources.git import open_repository
    from provenance.sources.git_address import is_address, redacted
    from provenance.sources.git_mirror import git_dir_of, is_bundle

    path = Path(where).expanduser()
    is_git = where.startswith("file://") or (is_address(where) and not path.exists()) \
        or (path.is_dir() and git_dir_of(path) is not None) or (path.is_file() and is_bundle(path))
    if is_git:
        return open_repository(where, rev, name=name, key=key, show_authors=show_authors,
                               allowed_signers=allowed_signers, workdir=workdir)
    if not path.exists():
        raise SourceError(redacted(where), "does not exist", "give a path, or an address that begins with https://")
    if rev != "HEAD":
        raise SourceError(where, f"has no commits, so no {rev!r}", "leave out --rev, or give a git repository")
    if path.is_file():
        if not path.name.endswith(ENDINGS):
            raise SourceError(where, "is neither a git bundle nor a corpus",
                              f"give a repository, a bundle, a folder, or a file ending in {', '.join(ENDINGS)}")
        return open_corpus(where, name=name, workdir=workdir)
    inside = [item for item in path.iterdir() if not item.name.startswith(".")]
    if inside and all(item.is_file() and item.name.endswith(ENDINGS) for item in inside):
        return open_corpus(where, name=name, workdir=workdir)
    return open_folder(where, name=name)
