"""Hand a package out over HTTP: verified first, resumable, counted when the person has all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from dsar.crashpoints import effect
from dsar.ledger import log
from dsar.ledger.tags import Tag
from dsar.packages import fetched, vault
from dsar.packages.models import Download, Package

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class _UnsatisfiableError(Exception):
    """The range starts behind the end."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Which bytes of the archive a response carries: from `first` up to, but without, `end`."""

    first: int
    end: int
    total: int
    asked: bool = False
    """Whether a range was asked for and is answered as one."""


def response(http_request: HttpRequest, package: Package, *, by: Any) -> HttpResponseBase:
    """Answer with the archive, or the one range asked for (RFC 9110 section 14).

    Permission and re-authentication are the caller's. Raises PackageUnavailableError (answer 404 or 410), among them
    FetchedOutError, and PackageDamagedError (500, and tell staff) before the first byte leaves. `by` is the user who
    fetches, or None.
    """
    package = Package.objects.select_related("key").get(pk=package.pk)
    try:
        part = _part(http_request, package)
    except _UnsatisfiableError:
        return _headed(_unsatisfiable(package), package)
    chunks = vault.open_(package, first_byte=part.first)
    if http_request.method == "HEAD":
        return _ranged(HttpResponse(content_type="application/zip"), package, part)
    fetched.allow(package)
    vault.verify(package)
    download = _started(package, part, by=by)
    return _ranged(
        StreamingHttpResponse(_counted(chunks, download, part), content_type="application/zip"),
        package,
        part,
    )


def _part(http_request: HttpRequest, package: Package) -> _Part:
    """The range asked for; everything where none is, several are, or the file is not the one begun with."""
    total = package.archive_bytes
    everything = _Part(first=0, end=total, total=total)
    found = _ONE_RANGE.fullmatch(http_request.headers.get("Range", "").strip())
    condition = http_request.headers.get("If-Range")
    if found is None or http_request.method != "GET" or condition not in {None, _etag(package)}:
        return everything
    return _asked(*found.groups(), total=total) or everything


def _asked(first: str, last: str, *, total: int) -> _Part | None:
    if not first:
        return _suffix(last, total=total)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= total:
        raise _UnsatisfiableError
    end = min(int(last) + 1, total) if last else total
    return _Part(first=start, end=end, total=total, asked=True)


def _suffix(length: str, *, total: int) -> _Part | None:
    """`bytes=-500`: the last 500."""
    if not length:
        return None
    if int(length) == 0:
        raise _UnsatisfiableError
    return _Part(first=max(total - int(length), 0), end=total, total=total, asked=True)


def _etag(package: Package) -> str:
    return f'"{package.archive_sha256}"'


def _unsatisfiable(package: Package) -> HttpResponse:
    answer = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    answer["Content-Range"] = f"bytes */{package.archive_bytes}"
    return answer


def _ranged(
    answer: HttpResponse | StreamingHttpResponse, package: Package, part: _Part
) -> HttpResponseBase:
    answer["Content-Length"] = str(part.end - part.first)
    answer["Content-Disposition"] = content_disposition_header(True, package.filename)  # noqa: FBT003
    if part.asked:
        answer.status_code = HTTPStatus.PARTIAL_CONTENT
        answer["Content-Range"] = f"bytes {part.first}-{part.end - 1}/{part.total}"
    return _headed(answer, package)


def _headed(answer: HttpResponse | StreamingHttpResponse, package: Package) -> HttpResponseBase:
    answer["ETag"] = _etag(package)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _started(package: Package, part: _Part, *, by: Any) -> Download:
    with effect("download.start"), transaction.atomic():
        download = Download.objects.create(
            package=package, by=by, first_byte=part.first, next_byte=part.first
        )
        _say(Tag.PACKAGE_DOWNLOAD_STARTED, download, first_byte=part.first)
    return download


def _counted(
    chunks: Generator[bytes, None, None], download: Download, part: _Part
) -> Iterator[bytes]:
    """The part's chunks. Whatever ends the response early, what was handed over until then is kept."""
    position = part.first
    try:
        for chunk in chunks:
            wanted = chunk[: part.end - position]
            position += len(wanted)
            yield wanted
            if position == part.end:
                _finished(download, next_byte=position, total=part.total)
                return
    except BaseException:
        # Of the piece in flight some may have arrived, and a resumed fetch may start inside it; but
        # the last byte counts only when the server came back for more.
        _finished(download, next_byte=min(position, part.total - 1), total=part.total)
        raise
    finally:
        chunks.close()


def _finished(download: Download, *, next_byte: int, total: int) -> None:
    """Note how far a fetch came; it counts if the person has the whole archive with it."""
    with effect("download.finish"), transaction.atomic():
        # Two parts may end at the same time; the second must see the first.
        Package.objects.select_for_update().get(pk=download.package_id)
        download.next_byte = max(next_byte, download.first_byte)
        download.save(update_fields=["next_byte"])
        if not _covered(_parts_of(download), total=total):
            return
        download.completed_at = timezone.now()
        download.save(update_fields=["completed_at"])
        _say(Tag.PACKAGE_DOWNLOADED, download)


def _parts_of(download: Download) -> Iterable[tuple[int, int]]:
    """What this person was handed of this package, in order."""
    parts = Download.objects.filter(package=download.package_id, by=download.by_id)
    return parts.order_by("first_byte", "next_byte").values_list("first_byte", "next_byte")


def _covered(parts: Iterable[tuple[int, int]], *, total: int) -> bool:
    reached = 0
    for first, following in parts:
        if first > reached:
            return False
        reached = max(reached, following)
    return reached >= total


def _say(tag: Tag, download: Download, **detail: int) -> None:
    package = download.package
    log.append(
        tag,
        request=package.request_reference,
        package=str(package.pk),
        download=str(download.pk),
        **detail,
    )
