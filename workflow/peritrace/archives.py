"""Zip archives, and so Word documents and workbooks, that depend on their contents alone."""

import io
import zipfile
from pathlib import Path

CORE_PROPERTIES = "docProps/core.xml"
_NO_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator></dc:creator></cp:coreProperties>\n'
)
_UNIX = 3  # the system that the archive names as its maker, whichever it was
_READABLE = 0o100644 << 16  # a plain file, in the half of the attributes that Unix reads


def normalise_zip(path: str | Path) -> None:
    """Rewrite the archive at `path` so that equal contents give equal bytes on every machine.

    Entries are sorted by name and dated 1980-01-01, the first day that a zip knows. The properties of an Office
    document, which name its author and the time of writing, are emptied. Entries are stored without compression,
    because the releases of zlib compress the same text to different bytes. Raises zipfile.BadZipFile where there is
    no archive. The file is rewritten in place: call it on the temporary path inside `files.whole_file`.
    """
    path = Path(path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    if CORE_PROPERTIES in contents:
        contents[CORE_PROPERTIES] = _NO_PROPERTIES.encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            archive.writestr(entry, contents[name])
    path.write_bytes(written.getvalue())
