"""The work folder of a sandboxed run, seen from outside: put files in, take files out, measure it, remove it.

Whatever ran in the folder may have left links to host files, pipes, folders nested ten thousand deep or without
permissions. Nothing here follows a link, opens anything but a regular file, or trusts a name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     put(Path(name), "copy/A", b"text")
    ...     os.symlink("/etc/passwd", f"{name}/link")
    ...     print(take(Path(name), "link"), sorted(fingerprints(Path(name))))
    None ['copy/A', 'link']
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from pathlib import Path

from provenance.errors import SourceError

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def put(workdir: Path, name: str, data: bytes, mode: int = 0o644) -> None:
    """Write a new file with its folders; existing ones stay. Before the first run only: then folders may be links."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise SourceError(repr(name), "leaves the work folder or is empty", "use a relative path without '..'")
    owner = workdir.stat()
    folder = workdir
    for part in parts[:-1]:
        folder = folder / part
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(0o755)  # not left to the umask: inside it is another user who reads
            os.chown(folder, owner.st_uid, owner.st_gid)
    handle = os.open(folder / parts[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        os.fchmod(handle, mode)
        os.fchown(handle, owner.st_uid, owner.st_gid)


def take(workdir: Path, name: str, limit: int = 16 * 1024 * 1024) -> bytes | None:
    """The content of a regular file directly in the folder, cut at ``limit``; None where there is no such file."""
    try:
        handle = os.open(workdir / name, _READ)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read(limit)


def fingerprints(workdir: Path) -> dict[str, str]:
    """Path -> hex sha256 of everything below the folder but folders. Links and special files count by what they are."""
    found = {}
    for folder, _, _, fd in os.fwalk(workdir, follow_symlinks=False):
        with os.scandir(fd) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    continue
                path = os.path.relpath(os.path.join(folder, entry.name), workdir)
                found[os.fsencode(path).decode("utf-8", "backslashreplace")] = _fingerprint(entry.name, fd)
    return dict(sorted(found.items()))


def _fingerprint(name: str, folder: int) -> str:
    digest = hashlib.sha256()
    mode = os.lstat(name, dir_fd=folder).st_mode
    if stat.S_ISLNK(mode):
        digest.update(b"link\0" + os.fsencode(os.readlink(name, dir_fd=folder)))
    elif stat.S_ISREG(mode):
        try:
            with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
                while chunk := file.read(1 << 16):
                    digest.update(chunk)
        except PermissionError:
            digest.update(b"unreadable\0")
    else:
        digest.update(b"special\0" + str(stat.S_IFMT(mode)).encode())
    return digest.hexdigest()


def over_limit(workdir: Path, max_bytes: int, max_files: int) -> bool:
    """Whether the folder holds too much. What cannot be looked into counts as too much."""
    size = count = 0
    todo = [os.fspath(workdir)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if count > max_files or size > max_bytes:
                        return True
        except FileNotFoundError:
            continue  # removed while we looked
        except OSError:
            return True
    return False


def remove(workdir: Path) -> None:
    """Remove the folder with all that is in it, however it is nested or locked. Never follows a link."""
    try:
        shutil.rmtree(workdir)
    except (OSError, RecursionError):
        # The tools of the system walk any depth; chmod and rm do not follow links when they recurse.
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, "--", os.fspath(workdir)], check=False, capture_output=True)
