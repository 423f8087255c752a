"""Where things lie in a ledger folder, and what the folder must be able to do.

    ledger.json                                   id and format version
    batches/<2 hex>/<16 hex>.json                 manifests: the commit of each batch
    parts/<table>/<2 hex>/<16 hex>-<16 hex>.parquet   batch id, first 64 bits of the file's sha256
    events/waiting|sent/<id>.json                 the outbox
    journal/<2 hex>/<16 hex>/<uuid>.jsonl         paid answers of models, until their batch is committed
    datasets/<name>/<version>/...                 published training sets
    private/pseudonym.key                         key of the pseudonyms, mode 0600, never exported

The format is specified in ``spec/ledger.md``.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance.errors import LedgerError
from provenance.ledger.durable import TMP_PREFIX, make_folder, put_once
from provenance.model.identity import BatchId, Digest

FORMAT = "corpus-provenance-ledger"
#: Raised when an older reader would misread what a newer writer wrote.
FORMAT_VERSION = 1
_NOT_ABOUT_LINKS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}


class Layout:
    """Paths of one ledger folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def header(self) -> Path:
        return self.root / "ledger.json"

    @property
    def batches(self) -> Path:
        return self.root / "batches"

    @property
    def parts(self) -> Path:
        return self.root / "parts"

    @property
    def events(self) -> Path:
        return self.root / "events"

    @property
    def journals(self) -> Path:
        return self.root / "journal"

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def pseudonym_key(self) -> Path:
        return self.root / "private" / "pseudonym.key"

    def manifest(self, batch: BatchId) -> Path:
        text = str(batch)
        return self.batches / text[:2] / f"{text}.json"

    def journal(self, batch: BatchId) -> Path:
        text = str(batch)
        return self.journals / text[:2] / text

    def part(self, table: str, batch: BatchId, digest: Digest) -> Path:
        text = str(batch)
        return self.parts / table / text[:2] / f"{text}-{digest.hex[:16]}.parquet"


def local_path(where: str | os.PathLike[str]) -> Path:
    """A ledger's folder.

    Raises:
        LedgerError: the address is not a local folder.
    """
    text = os.fspath(where)
    # "s3:/": what `pathlib.Path` leaves of "s3://".
    if "://" in text or re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        raise LedgerError(text, "is not a local folder; object stores are not supported in this version",
                          "give a folder, for instance on a mounted volume")
    return Path(text).expanduser().absolute()


def create(root: Path) -> None:
    """Make an empty ledger; where one is already, leave it as it is.

    Raises:
        LedgerError: the folder holds something else, cannot be written, or its file system has no hard links.
    """
    try:
        _create(Layout(root), root)
    except OSError as error:
        raise LedgerError(root, f"cannot be made a ledger: {error.strerror or error}",
                          "check the path, and its owner, mode and mount") from error


def _create(layout: Layout, root: Path) -> None:
    if layout.header.exists():
        read_header(root)
        return
    foreign = root.exists() and any(child.name != "private" and not child.name.startswith(TMP_PREFIX)
                                    for child in root.iterdir())
    if layout.header.exists():  # another process has just finished making it
        read_header(root)
        return
    if foreign:
        raise LedgerError(root, "is a folder with other files in it, and not a ledger", "give a new or an empty folder")
    make_folder(root)
    check_hard_links(root)
    layout.pseudonym_key.parent.mkdir(mode=0o700, exist_ok=True)
    put_once(layout.pseudonym_key, secrets.token_hex(32).encode())
    layout.pseudonym_key.chmod(0o600)
    header = {"format": FORMAT, "version": FORMAT_VERSION, "id": str(uuid.uuid4()),
              "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
    # Two processes may make the same ledger at once; the first header is the ledger.
    put_once(layout.header, json.dumps(header, indent=1).encode())


def read_header(root: Path) -> dict[str, Any]:
    """The ledger's id and format.

    Raises:
        LedgerError: no ledger here, not readable, or of a newer format.
    """
    path = Layout(root).header
    try:
        header = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise LedgerError(root, "is not a ledger", f"make one with: provenance init -l {root}") from None
    except (OSError, ValueError) as error:
        raise LedgerError(path, f"cannot be read: {error}", "restore it from a backup") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise LedgerError(root, "is not a ledger of corpus-provenance", "check the path")
    if not isinstance(header.get("id"), str):
        raise LedgerError(path, "has no id", "restore it from a backup")
    if not isinstance(header.get("version"), int) or header["version"] > FORMAT_VERSION:
        raise LedgerError(root, f"has ledger format {header.get('version')}; this program reads up to {FORMAT_VERSION}",
                          "upgrade with: pip install --upgrade corpus-provenance")
    return header


def check_hard_links(root: Path) -> None:
    """Prove that the file system keeps "first writer wins".

    Raises:
        LedgerError: it does not.
    """
    probe = root / f"{TMP_PREFIX}probe-{secrets.token_hex(6)}"
    try:
        fit = put_once(probe, b"1") and not put_once(probe, b"2") and probe.read_bytes() == b"1"
    except LedgerError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _NOT_ABOUT_LINKS:
            raise
        raise LedgerError(root, f"lies on a file system without usable hard links ({error.problem})",
                          "put the ledger on a local POSIX file system") from error
    finally:
        probe.unlink(missing_ok=True)
    if not fit:
        raise LedgerError(root, "lies on a file system where a second writer replaces the first",
                          "put the ledger on a local POSIX file system")
