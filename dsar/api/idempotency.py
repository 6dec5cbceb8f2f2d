"""Do a call once, however often it is sent: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.response import Response

from dsar import conf
from dsar.api.models import Reply
from dsar.api.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

HEADER = "Idempotency-Key"
PATTERN = r'^"?[\x21\x23-\x7e]{1,200}"?$'
_KEY = re.compile(PATTERN, re.ASCII)
_ROOM = 0x4450_4944
"""First half of the advisory lock's key, so that it meets no other lock."""


def once(request: Request, act: Callable[[], Response]) -> Response:
    """Act and keep the reply, in one transaction; for a repeated key give the kept reply and do nothing.

    Raises ProblemError: 409 while the first call is under way, 422 where the same key came with something else.
    What fails keeps nothing, so that it can be mended and sent again under its key. Without key it just acts.
    """
    key, digest = _key(request), _digest(request)
    if not key:
        with transaction.atomic():
            return act()
    with transaction.atomic():
        if not _have_turn(request, key):
            raise ProblemError(
                status=409,
                code="under_way",
                title="The same call is under way",
                detail="Wait a second and send it again with the same key; you will get its reply.",
                headers={"Retry-After": "1"},
            )
        return _kept(request, key, digest) or _keep(request, key, digest, act())


def expire() -> int:
    """Forget the replies whose time is over."""
    gone, _ = Reply.objects.filter(expires_at__lte=timezone.now()).delete()
    return gone


def _key(request: Request) -> str:
    given = request.headers.get(HEADER)
    if given is None:
        return ""
    if not _KEY.fullmatch(given):
        raise ProblemError(
            status=400,
            code="bad_idempotency_key",
            title="The idempotency key cannot be read",
            detail=f"{HEADER} takes 1 to 200 visible ASCII characters, a UUID for example.",
        )
    return given.strip('"')


def _have_turn(request: Request, key: str) -> bool:
    """Hold the key until the transaction ends; False while another call holds it.

    The lock dies with its transaction, so a crashed call leaves nothing behind that has to be cleared.
    """
    with connection.cursor() as cursor:
        name = f"{request.user.pk} {key}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_ROOM, name])
        return bool(cursor.fetchone()[0])


def _kept(request: Request, key: str, digest: str) -> Response | None:
    person: Any = request.user.pk
    reply = Reply.objects.filter(user_id=person, key=key).first()
    if reply is None:
        return None
    if reply.expires_at <= timezone.now():
        reply.delete()
        return None
    if reply.digest != digest:
        raise ProblemError(
            status=422,
            code="key_used",
            title="This key was used for another call",
            detail="Take a new idempotency key for a new call.",
        )
    return Response(reply.body, status=reply.status, headers={"Idempotency-Replayed": "true"})


def _keep(request: Request, key: str, digest: str, response: Response) -> Response:
    person: Any = request.user.pk
    Reply.objects.create(
        user_id=person,
        key=key,
        digest=digest,
        status=response.status_code,
        body=response.data,
        expires_at=timezone.now() + timedelta(hours=conf.get("IDEMPOTENCY_HOURS")),
    )
    return response


def _digest(request: Request) -> str:
    """Of what was sent, before it is parsed. Keyed, because a short body could be guessed from a plain hash."""
    said = b"\n".join((str(request.method).encode(), request.path.encode(), request.body))
    return salted_hmac("dsar.api.idempotency", said, algorithm="sha256").hexdigest()
