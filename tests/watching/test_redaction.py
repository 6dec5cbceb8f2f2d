"""A log line keeps what helps and loses what names: with either way of logging, in either form."""

from __future__ import annotations

import io
import itertools
import json
import logging
import logging.config
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from config import logs

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS = "ada.example@mail.example.test"
SECRET = "k3y-Of_an_unguessable_link_0123456789abcdefgh"

_numbers = itertools.count()


@pytest.fixture
def written() -> Callable[[Callable[[Any], object]], str]:
    """What a call with a logger writes, as the site's own formatter puts it."""

    def write(call: Callable[[Any], object], *, as_json: bool = True, plain: bool = True) -> str:
        described = logs.configuration(level="DEBUG", as_json=as_json)["formatters"]["line"]
        options = {name: value for name, value in described.items() if name != "()"}
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(structlog.stdlib.ProcessorFormatter(**options))
        name = f"tests.redaction.{next(_numbers)}"
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel("DEBUG")
        logger.addHandler(handler)
        call(logger if plain else structlog.get_logger(name))
        return stream.getvalue()

    return write


def _fail(logger: Any) -> None:
    """Log an error that came of another, both with an address in their texts."""
    try:
        try:
            dict[str, str]()[ADDRESS]
        except KeyError as error:
            message = f"no {ADDRESS}"
            raise ValueError(message) from error
    except ValueError:
        logger.exception("It failed.")


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_says_where_and_of_what_kind_and_no_more(
    written: Callable[..., str], *, plain: bool, as_json: bool
) -> None:
    text = written(_fail, as_json=as_json, plain=plain)
    assert "test_redaction.py" in text
    assert text.index("builtins.KeyError") < text.index("builtins.ValueError")
    assert "ada" not in text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"to {ADDRESS}.", "to [address]"),
        (f"<{ADDRESS.upper()}>", "<[address]>"),
        (f"opened {SECRET}", "opened [secret]"),
        (f"/answer/{SECRET}/x", "/answer/[secret]/x"),
        ("from 203.0.113.9:443", "from [address]:443"),
        ("case DSR-2026-8GBXPYEVA3", "case DSR-2026-8GBXPYEVA3"),
        (
            "request 1a1f3c61-d390-4cfb-8035-619d9289efa1",
            "request 1a1f3c61-d390-4cfb-8035-619d9289efa1",
        ),
        (
            "in test_a_long_name_of_a_function_is_no_secret",
            "in test_a_long_name_of_a_function_is_no_secret",
        ),
    ],
)
def test_what_looks_like_an_address_or_a_secret_is_struck_out(
    written: Callable[..., str], said: str, kept: str
) -> None:
    """In the event, and in values however deep they stand; references stay."""
    assert json.loads(written(lambda logger: logger.info(said)))["event"].startswith(kept)
    deep = written(lambda logger: logger.info("it", inside={"list": [said]}), plain=False)
    assert json.loads(deep)["inside"]["list"][0].startswith(kept)


def test_what_clients_say_of_themselves_is_left_out(written: Callable[..., str]) -> None:
    line = written(
        lambda logger: logger.info("it", user_agent="Mozilla", user_id=7, error="text", kept=1),
        plain=False,
    )
    found = json.loads(line)
    assert found["kept"] == 1
    assert not {"user_agent", "user_id", "error"} & set(found)
