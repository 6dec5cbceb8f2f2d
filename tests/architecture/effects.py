"""Find in the source every effect that is marked, and everything that has an effect and is not."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tests.architecture import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FACES = {"api", "management", "migrations", "portal", "staff"}
"""Faces only ask, and commands of the bench measure; what they ask for has its points below."""
_CALLS = {
    "delete": ("storage", "_storage"),
    "save": ("storage", "_storage"),
    "replace": ("unfinished",),
    "send": ("mail",),
    "send_task": (),
    "write_bytes": (),
    "write_text": (),
}
"""Calls that reach beyond the process, and on whom; on anybody where nobody is named."""


class Place(NamedTuple):
    """Where something stands."""

    path: str
    function: str
    what: str


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Every effect that the code marks, in order."""
    found = {name for path in _sources() for name in _marked(_parsed(path))}
    return tuple(sorted(found))


def points() -> tuple[str, ...]:
    """Every place at which a process can be made to die."""
    return tuple(f"{name}:{side}" for name in names() for side in ("before", "after"))


def unmarked() -> set[Place]:
    """Transactions, writes, removals and mail that stand in no effect."""
    return {
        Place(reading.named(path).removeprefix("dsar/"), function, what)
        for path in _sources()
        for function, what in _unmarked(_parsed(path))
    }


def repeated() -> list[str]:
    """Names that two places share: a point would not say where it is."""
    every = [name for path in _sources() for name in _marked(_parsed(path))]
    return sorted({name for name in every if every.count(name) > 1})


def found_in(code: str) -> list[tuple[str, str]]:
    """What stands unmarked in a piece of code: in which function, and what."""
    return list(_unmarked(ast.parse(code)))


def _sources() -> list[Path]:
    return [
        path
        for path in reading.modules("dsar")
        if not _FACES & set(path.relative_to(reading.ROOT).parts)
    ]


@lru_cache(maxsize=512)
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if _is_mark(node):
            (name,) = node.args  # type: ignore[attr-defined]
            yield ast.literal_eval(name)


def _is_mark(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "effect"
    )


def _unmarked(tree: ast.AST, function: str = "") -> Iterator[tuple[str, str]]:
    """Descend without entering what is marked."""
    if isinstance(tree, ast.FunctionDef):
        if any(map(_is_mark, tree.decorator_list)):
            return
        function = tree.name
    if isinstance(tree, ast.With) and any(_is_mark(item.context_expr) for item in tree.items):
        return
    if what := _effect_of(tree):
        yield function, what
    for child in ast.iter_child_nodes(tree):
        yield from _unmarked(child, function)


def _effect_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and node.attr == "atomic":
        return "transaction"
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    if isinstance(called, ast.Name):
        return "transaction" if called.id == "transaction_of_caller" else ""
    if not isinstance(called, ast.Attribute):
        return ""
    if called.attr == "open" and _writes(node):
        return "file"
    whom = _CALLS.get(called.attr)
    return called.attr if whom is not None and (not whom or _owner(called.value) in whom) else ""


def _owner(node: ast.AST) -> str:
    """The last word of whom a method is called on."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _writes(node: ast.Call) -> bool:
    """Whether a file is opened to be written."""
    words = {
        part.attr
        for argument in node.args
        for part in ast.walk(argument)
        if isinstance(part, ast.Attribute)
    }
    modes = {one.value for one in node.args if isinstance(one, ast.Constant)}
    return "O_WRONLY" in words or bool(modes & {"w", "wb", "a", "ab", "x", "xb"})
