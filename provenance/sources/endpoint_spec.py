"""What is needed to open a model's endpoint: its address, who answers there, where its key is kept, and its limits.

A spec is a value: it can be written down, sent to another process and printed, because it holds no key.

    >>> EndpointSpec("http://127.0.0.1:8000/v1", "coder-7b", key_env="CODER_KEY").limits.concurrency
    4
    >>> check_address("http://10.0.0.7/v1", plain_http=False)
    Traceback (most recent call last):
    ...
    provenance.errors.SourceError: http://10.0.0.7/v1: is plain http to another machine: prompts, answers and the key \
can be read and changed. Next: use https, or set plain_http where the network between is yours
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from urllib.parse import urlsplit

from provenance.errors import SourceError
from provenance.sources.endpoint_limits import EndpointLimits


@dataclass(frozen=True, slots=True)
class EndpointSpec:
    """What is needed to open an endpoint; holds the name of a key's place, never a key.

    Attributes:
        address: where ``/chat/completions`` begins: "https://models.example.org/v1".
        model: the model's name as the endpoint knows it.
        revision: commit, tag or ``sha256:<hex>`` of the weights; empty where nobody can tell.
        weights: a file of weights whose sha256 becomes (or must be) the revision.
        licence, terms: what the model's terms put on its outputs, see `provenance.model.generation.Generation`.
        key_env, key_file: environment variable, or file, that holds the key; neither where the endpoint wants none.
        served_as: further names under which the endpoint may list the model and sign its answers.
        plain_http: allow http to another machine.
        stream: ask for streamed answers, so that silence is noticed early; False for servers that cannot.
        omit: parameters that are not sent, for servers that refuse them ("seed", "stream_options").
        length_parameter: the name of the longest answer: "max_tokens", or "max_completion_tokens".
        limits: see `EndpointLimits`.
    """

    address: str
    model: str
    revision: str = ""
    weights: str = ""
    licence: str = "NOASSERTION"
    terms: str = ""
    key_env: str = ""
    key_file: str = ""
    served_as: tuple[str, ...] = ()
    plain_http: bool = False
    stream: bool = True
    omit: tuple[str, ...] = ()
    length_parameter: str = "max_tokens"
    limits: EndpointLimits = field(default_factory=EndpointLimits)


def check_address(address: str, plain_http: bool) -> None:
    """Refuse what is no address, holds a password, or would send prompts in the clear.

    Raises:
        SourceError: says which; a password is not repeated.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment or port == 0:
        shown = re.sub(r"//[^/@]*@", "//", address.partition("?")[0])
        raise SourceError(shown, "is not the address of an endpoint", "give one like https://models.example.org/v1")
    if parts.username is not None or parts.password is not None:
        raise SourceError(f"{parts.scheme}://{host}", "carries a user name or password in its address",
                          "put the key into a variable or file and name it in key_env or key_file")
    if parts.scheme == "http" and not plain_http and not is_loopback(host):
        raise SourceError(address, "is plain http to another machine: prompts, answers and the key can be read and changed",
                          "use https, or set plain_http where the network between is yours")


def key_of(spec: EndpointSpec) -> str:
    """The key that a spec names, empty where it names none.

    Raises:
        SourceError: there is none in that place.
    """
    where, key = "", ""
    if spec.key_env:
        where, key = f"environment variable {spec.key_env}", os.environ.get(spec.key_env, "").strip()
    elif spec.key_file:
        where = spec.key_file
        try:
            key = Path(spec.key_file).expanduser().read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise SourceError(where, f"cannot be read as a key ({type(error).__name__})", "put the key into that file") from None
    if where and (not key or not key.isascii() or not key.isprintable()):
        raise SourceError(where, "holds no key", f"set it to the key of {spec.model}, or leave key_env and key_file out")
    return key


def revision_of(spec: EndpointSpec) -> str:
    """The revision of a spec, from its file of weights where it names one.

    Raises:
        SourceError: the file cannot be read, or is another one than the revision says.
    """
    if not spec.weights:
        return spec.revision
    try:
        with open(Path(spec.weights).expanduser(), "rb") as file:
            revision = f"sha256:{file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise SourceError(spec.weights, f"cannot be read: {error.strerror}", "give the file that the server loads") from error
    if spec.revision and spec.revision != revision:
        raise SourceError(spec.weights, f"is {revision} and not {spec.revision}", "give the file that the revision names")
    return revision


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    return host in {"localhost", "::1"} or host.endswith(".localhost") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
