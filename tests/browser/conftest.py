"""A browser, and the pages that it opens: those of a fixture with hostile text, and those of a real run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page

from tests.report_fixture import build_site

FIXTURE_PAGES = ("aml.html", "index.html", "plain.html")
STUDIES = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))["studies"]
NAMES = [("fixture", name) for name in FIXTURE_PAGES]
NAMES += [
    ("run", name)
    for name in ("index.html", "guidance.html", "provenance.html", *(f"{study}.html" for study in STUDIES))
]


@pytest.fixture(scope="session")
def fixture_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the pages of the fixture."""
    return build_site(tmp_path_factory.mktemp("pages"))


@dataclass
class Visit:
    """An opened page and what the browser had to say about it."""

    page: Page
    complaints: list[str] = field(default_factory=list)  # console errors, exceptions, breaches of the policy
    requests: list[str] = field(default_factory=list)  # everything that is not the file itself or data in it


def visit(context: BrowserContext, path: Path) -> Visit:
    """Open a page from disk."""
    found = Visit(context.new_page())

    def asked(url: str) -> None:
        if not url.startswith("data:") and url != path.as_uri():
            found.requests.append(url)

    found.page.on("console", lambda m: found.complaints.append(m.text) if m.type in ("error", "warning") else None)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("dialog", lambda dialog: found.complaints.append(f"dialog: {dialog.message}"))
    found.page.on("request", lambda request: asked(request.url))
    found.page.add_init_script("addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))")
    found.page.goto(path.as_uri())
    return found


@pytest.fixture(scope="module", params=NAMES, ids="-".join)
def path(request: pytest.FixtureRequest) -> Path:
    """Each page in turn."""
    origin, name = request.param
    if origin == "fixture":
        return Path(request.getfixturevalue("fixture_site")) / name
    return Path(request.getfixturevalue("finished").folder) / "reports" / name


@pytest.fixture(scope="module")
def desktop(browser: Browser, path: Path) -> Iterator[Visit]:
    """The page at the width of a laptop."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield visit(context, path)
    context.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, path: Path) -> Iterator[Visit]:
    """The page at the width of a small phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    yield visit(context, path)
    context.close()


@pytest.fixture(scope="module")
def without_script(browser: Browser, path: Path) -> Iterator[Visit]:
    """The page where scripts are switched off."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    yield visit(context, path)
    context.close()
