"""The project's own files, as the tests of its architecture read them."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "config", "dsar", "orders", "tests")
_TEXTS = {".css", ".html", ".in", ".json", ".md", ".py", ".toml", ".txt"}


def text(path: str) -> str:
    """A file by its path in the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def modules(*packages: str) -> list[Path]:
    """Every Python file of these packages that somebody wrote: migrations are made."""
    found = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def texts() -> list[Path]:
    """Every file of the project that people read."""
    folders = (ROOT / name for name in (*PACKAGES, "docs", ".ci"))
    inside = (path for folder in folders for path in folder.rglob("*"))
    top = (path for path in ROOT.iterdir() if not is_ignored(path))
    return sorted(
        path
        for path in (*inside, *top)
        if path.is_file() and (path.suffix in _TEXTS or not path.suffix)
    )


def documents() -> dict[str, str]:
    """Every page of documentation, by its path."""
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "dsar" / "README.md"]
    return {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages}


def named(path: Path) -> str:
    """A file's path in the project, for messages."""
    return str(path.relative_to(ROOT))


def is_ignored(path: Path) -> bool:
    """Whether git leaves an entry of the top level alone."""
    rules = text(".gitignore").split()
    return path.name == ".git" or any(fnmatch(path.name, rule.rstrip("/")) for rule in rules)
