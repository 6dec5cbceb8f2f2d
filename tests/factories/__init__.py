"""Rows of the company's apps for tests, one factory a model."""

from __future__ import annotations

from typing import Any

from factory.django import DjangoModelFactory

_Untyped: Any = DjangoModelFactory


class Factory(_Untyped):  # type: ignore[misc]  # see the docstring
    """Calling a factory gives a row; factory-boy's types say that it gives a factory, so none are taken over."""

    class Meta:
        abstract = True
