"""The figures of the house in Prometheus' form, for who holds the token; nobody else learns that they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from dsar import conf
from dsar.duties import watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from prometheus_client import Metric

    from dsar.duties.watching import Figure


class _House(Collector):
    """What stands in the database, read at each scrape; no process keeps a figure of its own."""

    def collect(self) -> Iterator[Metric]:
        for figure in watching.figures():
            yield _family(figure)


def _family(figure: Figure) -> Metric:
    family = CounterMetricFamily if figure.counts else GaugeMetricFamily
    made = family(f"dsar_{figure.name}", figure.says, labels=[figure.label] if figure.label else [])
    for value, amount in figure.values.items():
        made.add_metric([value] if figure.label else [], amount)
    return made


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures; 404 without the token of `METRICS_TOKEN`, or where none is set."""
    if not _is_known(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House())
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=kind)


def _is_known(request: HttpRequest) -> bool:
    token = str(conf.get("METRICS_TOKEN"))
    return bool(token) and constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {token}"
    )
