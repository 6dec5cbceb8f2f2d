"""Archives as a forger would hand them over: a file changed, and the manifest made to fit."""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def altered(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of an export in which one file is another, digest and size in the manifest included."""
    forged = path.with_name(f"forged-{name.replace('/', '-')}-{path.name}")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(forged, "w") as after:
        manifest = json.loads(before.read("manifest.json"))
        for one in before.namelist():
            content = before.read(one)
            if one == "manifest.json":
                continue
            if one == name:
                changed = change(content)
                assert changed != content
                content = changed
            for member in manifest["members"]:
                if member["path"] == one:
                    member |= {
                        "sha256": hashlib.sha256(content).hexdigest(),
                        "bytes": len(content),
                    }
            after.writestr(one, content)
        after.writestr("manifest.json", json.dumps(manifest))
    return forged


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """A change of a file's lines."""
    return lambda content: b"".join(change(content.splitlines(keepends=True)))
