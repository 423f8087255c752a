"""The house keeps its laws: small modules, no junk drawers, pure rooms, one library a room, light imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "provenance"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
#: Rooms that open nothing, and modules with which something could be opened.
PURE = ("model", "steps", "gate", "languages")
OPENERS = {"os", "socket", "subprocess", "pathlib", "shutil", "tempfile", "urllib.request", "http", "sqlite3", "io",
           "multiprocessing", "requests", "httpx"}
PURE_NAMES = {"PurePosixPath", "PurePath"}


def _imports(path: Path) -> list[tuple[str, set[str], bool]]:
    """(module, names, at module level) of every import."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, set(), id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, {alias.name for alias in node.names}, id(node) in top))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_is_small_and_says_what_it_does(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300, "over 300 lines: which room do they belong to?"
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "opens with what it does"


@pytest.mark.parametrize("path", [path for path in MODULES if path.relative_to(PACKAGE).parts[0] in PURE],
                         ids=lambda path: str(path.relative_to(PACKAGE)))
def test_pure_rooms_open_nothing(path: Path) -> None:
    for module, names, _ in _imports(path):
        if module == "pathlib" and names <= PURE_NAMES:
            continue
        assert module not in OPENERS and module.split(".")[0] not in OPENERS, f"{module} can open things"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "exec", "eval", "__import__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_great_expectations_is_never_imported_at_module_level(path: Path) -> None:
    assert not [module for module, _, top in _imports(path) if top and module.split(".")[0] == "great_expectations"]


def test_parsing_the_dags_loads_nothing_heavy() -> None:
    """A DAG processor parses these files again and again: no database engine, no data frames, no inspection."""
    code = ("import sys, runpy; [runpy.run_path(p) for p in sys.argv[1:]];"
            "print(sorted({'duckdb','pyarrow','pandas','great_expectations','rensa'} & set(sys.modules)))")
    dags = sorted(str(path) for path in (PACKAGE.parent / "dags").glob("*.py"))
    done = subprocess.run([sys.executable, "-c", code, *dags], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_dag_files_are_wiring_only() -> None:
    for path in (PACKAGE.parent / "dags").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 60, path.name


def test_import_contracts_hold() -> None:
    done = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], capture_output=True, text=True,
                          cwd=PACKAGE.parent, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
