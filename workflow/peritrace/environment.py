"""environment.yml for conda users, made to agree with pyproject.toml and requirements.lock.

`make lock` writes it; a test fails when they have parted.
"""

import re
import tomllib
from pathlib import Path

from peritrace.files import write_text

_HEAD = """\
# The environment of requirements.lock for conda users: the direct dependencies of pyproject.toml, as locked.
# Written by `make lock`.
name: peritrace
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python >=3.11,<3.14
  - pip
  - pip:
"""


def locked_versions(lock: str) -> dict[str, str]:
    """Package → version, from the text of requirements.lock."""
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", lock, flags=re.MULTILINE))


def direct_dependencies(pyproject: str) -> list[str]:
    """The names in [project] dependencies, from the text of pyproject.toml."""
    requirements = tomllib.loads(pyproject)["project"]["dependencies"]
    return sorted(re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0].lower() for requirement in requirements)


def environment(pyproject: str, lock: str) -> str:
    """The text of environment.yml; raises KeyError for a dependency that is not locked."""
    versions = locked_versions(lock)
    return _HEAD + "".join(f"      - {name}=={versions[name]}\n" for name in direct_dependencies(pyproject))


if __name__ == "__main__":
    text = environment(
        Path("pyproject.toml").read_text(encoding="utf-8"), Path("requirements.lock").read_text(encoding="utf-8")
    )
    write_text("environment.yml", text)
