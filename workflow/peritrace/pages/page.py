"""Web pages that are one file each: no network, opened from disk, with a policy that forbids all but what they hold.

Style and script stand in the page and are named by their hashes in the content-security policy, so that nothing that a
cell of an extract may hold can run or load anything.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from peritrace.files import write_text

TEMPLATES = Path(__file__).parents[2] / "templates"
LARGEST_DOWNLOAD = 400_000
"""Bytes up to which a file is put into the page for download; a page stays a page that opens at once."""


def environment() -> jinja2.Environment:
    """Templates in which every value is escaped and a missing one is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters["fragment"] = lambda text: quote(str(text), safe="")
    return env


def content_policy(style: str, script: str) -> str:
    """The content-security policy of a page that holds just this style and script."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_hash_source(style)}'",
            f"script-src '{_hash_source(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash_source(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def data_uri(path: Path, media_type: str) -> str:
    """A file's content as an address that needs no network."""
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def download(path: Path, media_type: str) -> str:
    """Like `data_uri`, but empty for a file that is missing or too large to be carried by a page."""
    if not path.is_file() or path.stat().st_size > LARGEST_DOWNLOAD:
        return ""
    return data_uri(path, media_type)


def write_page(out: Path, template: str, context: Mapping[str, object]) -> None:
    """Render a template with the common style and script and write it whole."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "filter.js").read_text(encoding="utf-8")
    page = environment().get_template(template)
    # Both are files of this project; no value of a study enters them.
    parts = {"style": Markup(style), "script": Markup(script), "policy": content_policy(style, script)}
    write_text(out, page.render(**context, **parts))
