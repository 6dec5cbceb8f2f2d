"""What is posted goes once, over TLS, to a public address that was looked at, and nowhere else."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from dsar.dispatch import posting
from dsar.dispatch.posting import NotTakenError, RefusedAddressError, UnsureError
from tests import webhooks


@pytest.fixture
def server(tmp_path, monkeypatch):
    with webhooks.running(tmp_path, monkeypatch) as found:
        yield found


def _post(url):
    return posting.post(url, body=b'{"a":1}', headers={"Dsar-Id": "7"})


def test_a_post_arrives_whole_and_its_answer_is_told(server):
    answer = _post(server.url + "?q=1")
    assert (answer.status, answer.is_taken) == (200, True)
    ((path, headers, body),) = server.arrived
    assert (path, body) == ("/hook?q=1", b'{"a":1}')
    assert headers["Dsar-Id"] == "7"
    assert headers["Host"].startswith(webhooks.HOST)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed(server, status):
    server.answer = webhooks.answering(status, Location=server.url + "/elsewhere")
    answer = _post(server.url)
    assert (answer.status, answer.is_taken) == (status, False)
    assert len(server.arrived) == 1


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_an_answer_that_is_no_yes_is_no_yes(server, status):
    server.answer = webhooks.answering(status)
    assert not _post(server.url).is_taken


def test_no_answer_is_not_taken_for_one(server):
    server.answer = webhooks.silent
    with pytest.raises(UnsureError):
        _post(server.url)
    assert len(server.arrived) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/hook",
        "ftp://hooks.example/hook",
        "https:///hook",
        "https://user:secret@hooks.example/hook",
        "https://hooks.example:99999/hook",
        "https://hooks.example/hook\r\nX: y",
        "https://hooks.example/a b",
        "hooks.example",
        "",
    ],
)
def test_what_is_no_https_address_is_refused_before_a_name_is_looked_up(monkeypatch, url):
    asked = webhooks.resolve_to(monkeypatch, "93.184.215.14")
    with pytest.raises(RefusedAddressError):
        _post(url)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - to be refused.
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_an_inner_address_is_refused_even_beside_a_public_one(monkeypatch, address):
    assert not posting.is_public(address)
    webhooks.resolve_to(monkeypatch, "93.184.215.14", address)
    with pytest.raises(RefusedAddressError):
        _post("https://hooks.example/hook")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_one(address):
    assert posting.is_public(address)


def test_a_name_is_looked_up_once_so_that_it_cannot_lead_elsewhere_then(server, monkeypatch):
    asked = webhooks.resolve_to(monkeypatch, "127.0.0.1")
    _post(server.url)
    assert asked == [webhooks.HOST]


def test_a_certificate_of_another_name_or_that_nobody_believes_is_not_trusted(server, monkeypatch):
    with pytest.raises(NotTakenError):
        _post(server.url.replace(webhooks.HOST, "other.example"))
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotTakenError):
        _post(server.url)
    assert server.arrived == []


def test_nobody_there_is_known_not_to_have_taken_it(server):
    with pytest.raises(NotTakenError):
        _post(f"https://{webhooks.HOST}:1/hook")


CHUNK, CHUNKS = b"x" * 262_144, 128
LENGTH = len(CHUNK) * CHUNKS


def _stream(url, chunks=None, *, length=LENGTH, seconds=60):
    found = (CHUNK for _ in range(CHUNKS)) if chunks is None else chunks
    return posting.stream(url, chunks=found, length=length, headers={"A": "b"}, seconds=seconds)


def test_a_long_body_arrives_whole_and_only_a_chunk_of_it_is_held(server):
    _stream(server.url, [b"warm"], length=4)
    read = []
    tracemalloc.start()
    try:
        server.reads = False
        server.answer = lambda handler: read.append(_drained(handler))
        answer = _stream(server.url)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (answer.status, answer.is_taken) == (200, True)
    assert server.arrived[0][2] == b"warm"
    headers = server.arrived[1][1]
    assert (headers["Content-Length"], headers["A"]) == (str(LENGTH), "b")
    assert read == [LENGTH]
    assert held < 4 * 1024 * 1024


def _drained(handler):
    """Read a long body and keep nothing of it but how long it was."""
    left = int(handler.headers["Content-Length"])
    seen = 0
    while seen < left:
        seen += len(handler.rfile.read(min(65_536, left - seen)))
    webhooks.answering(200)(handler)
    return seen


def test_who_answers_before_the_end_that_it_is_too_much_is_heard(server):
    server.reads = False
    server.answer = webhooks.answering(413)
    assert _stream(server.url).status == 413


def test_what_fails_while_it_is_read_is_told_and_not_taken_for_the_other_sides_fault(server):
    def broken():
        yield CHUNK
        raise KeyError("damaged")

    with pytest.raises(KeyError):
        _stream(server.url, broken())


def test_a_long_post_ends_after_its_time(server):
    server.answer = lambda _handler: time.sleep(5)
    begun = time.monotonic()
    with pytest.raises(UnsureError):
        _stream(server.url, [b"abcd"], length=4, seconds=1)
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3"])
def test_a_long_post_goes_to_public_addresses_alone(monkeypatch, address):
    asked = webhooks.resolve_to(monkeypatch, "93.184.215.14", address)
    with pytest.raises(RefusedAddressError):
        _stream("https://hooks.example/hook", [b"abcd"], length=4)
    assert asked == ["hooks.example"]


def test_a_long_post_follows_no_redirection_and_trusts_no_wrong_certificate(server):
    server.answer = webhooks.answering(307, Location=server.url + "/elsewhere")
    assert _stream(server.url, [b"abcd"], length=4).status == 307
    with pytest.raises(NotTakenError):
        _stream(server.url.replace(webhooks.HOST, "other.example"), [b"abcd"], length=4)
    assert len(server.arrived) == 1
