"""Which code a stage uses, and a digest of it.

Snakemake reruns a job when its script file changes, not when a module that the script imports does. So the digest of
every module that a stage imports, directly or through others, enters its rule as a parameter.
"""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


@cache
def _imports(path: Path) -> frozenset[str]:
    """The modules of this package that a file names in import statements, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(name for name in names if name.split(".")[0] == PACKAGE.name)


def _file_of(module: str) -> Path | None:
    """The file of a module of this package; None for a name that is a function or class in one."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def modules_used(entry: Path) -> list[Path]:
    """The file itself and every module of this package that it imports, through however many others."""
    found: set[Path] = set()
    waiting = [entry.resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += [file for name in _imports(path) if (file := _file_of(name))]
    return sorted(found)


def digest(paths: Iterable[Path], root: Path) -> str:
    """One digest of many files: of their names relative to `root` and their contents."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(f"{path.resolve().relative_to(root.resolve()).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:32]
