"""Which code a stage uses, and the digests of its files.

Snakemake reruns a job when its script file changes, not when a module that the script imports does. So the digest of
every module that a stage imports, directly or through others, enters its rule as a parameter.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


# Absolute imports of this package, one line or in parentheses, at any depth; reading them so is ten times faster than
# parsing the files, and a test holds the outcome against what Python really imports.
_IMPORT = re.compile(
    r"^[ \t]*from (peritrace[\w.]*) import (\([^)]*\)|.*)|^[ \t]*import (peritrace[\w.]*)", re.MULTILINE
)


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _imports(path: Path) -> frozenset[Path]:
    """The files of this package that a file names in import statements, anywhere in it."""
    names: set[str] = set()
    for module, parts, whole in _IMPORT.findall(_content(path).decode("utf-8")):
        names.add(module or whole)
        names.update(f"{module}.{name}" for name in re.findall(r"\w+", parts))
    return frozenset(file for name in names if (file := _file_of(name)))


@cache
def _modules() -> dict[str, Path]:
    """Every module of this package by its name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _file_of(module: str) -> Path | None:
    """The file of a module of this package; None for a name that is a function or class in one."""
    return _modules().get(module)


def modules_used(entry: Path) -> list[Path]:
    """The file itself and every module of this package that it imports, through however many others."""
    found: set[Path] = set()
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += _imports(path)
        waiting += [file for folder in _folders(path) if (file := folder / "__init__.py").is_file()]
    return sorted(found)


def _folders(path: Path) -> list[Path]:
    """The packages that a module lies in: importing it runs their `__init__.py`."""
    return [folder for folder in path.parents if folder == PACKAGE or PACKAGE in folder.parents]


def contents(paths: Iterable[Path], root: Path) -> list[dict[str, object]]:
    """Each file by its name relative to `root`, with the SHA-256 and the number of its bytes."""
    return [
        {"path": path.relative_to(root).as_posix(), "sha256": _sha256(path), "size": len(_content(path))}
        for path in sorted(paths)
    ]


@cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(_content(path)).hexdigest()
