"""What a repository is called: one canonical address however it was written, and never with credentials.

    >>> canonical("git@github.com:acme/payroll.git")
    'https://github.com/acme/payroll'
    >>> canonical("https://user:secret@git.example.org:8443/acme/payroll.git/?token=x")
    'https://git.example.org:8443/acme/payroll'
    >>> canonical("/home/ada/payroll")
    'file:payroll'

A local path is reduced to its last part: folders of a person's machine are nobody's business.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: Forges where ssh and https are two doors to the same repository.
FORGES = {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "git.sr.ht", "salsa.debian.org"}
SCHEMES = {"http", "https", "ssh", "git", "git+ssh", "ssh+git"}
_SCP = re.compile(r"(?:[^@/:\s]+@)?([A-Za-z0-9.-]+\.[A-Za-z0-9-]+|localhost):(?!//)/?(.+)")
_SECRET = re.compile(r"(?<=://)[^/@\s]+@")


def canonical(address: str) -> str:
    """The name under which a repository is recorded, from an address or a path."""
    address = address.strip()
    if "://" in address:
        parts = urlsplit(address)
        host, scheme = (parts.hostname or "").lower(), parts.scheme.lower()
        if scheme == "file" or not host:
            return local_name(parts.path)
        port = _port(parts.netloc)
        return _joined(host, "ssh" if "ssh" in scheme else scheme, port, parts.path)
    if not address.startswith((".", "/")) and (match := _SCP.fullmatch(address)):
        return _joined(match[1].lower(), "ssh", "", match[2])
    return local_name(address)


def _joined(host: str, scheme: str, port: str, path: str) -> str:
    path = path.strip("/").removesuffix(".git").rstrip("/")
    if host in FORGES:
        scheme, port = "https", ""
    return f"{scheme}://{host}{port}/{path}"


def _port(netloc: str) -> str:
    match = re.search(r":([0-9]+)$", netloc)
    return match[0] if match else ""


def local_name(path: str) -> str:
    """``file:`` and the last part of a path, without the endings of bundles and bare repositories."""
    name = path.rstrip("/").removesuffix("/.git").rpartition("/")[2]
    for ending in (".bundle", ".git"):
        name = name.removesuffix(ending)
    return f"file:{name or 'repository'}"


def is_address(where: str) -> bool:
    """Whether a text is an address on a network rather than a path."""
    return "://" in where or "::" in where or (not where.startswith((".", "/")) and bool(_SCP.fullmatch(where)))


def redacted(text: str, *secrets: str) -> str:
    """A text for an error message: addresses without user and password, and without the given words."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, canonical(secret))
    return _SECRET.sub("", text)
