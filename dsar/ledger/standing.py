"""How the sealing stands: what whoever watches wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from dsar.ledger import places

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Lags are in seconds, by the database's clock; 0 where nothing waits. Both must stay within some ticks of beat."""

    seal_lag: float
    """Since the oldest entry that no checkpoint covers."""
    place_lag: float
    """Since the oldest checkpoint that does not stand in the second place."""
    sealed: int
    """Entries under the last checkpoint."""
    placed: int
    """Entries under the last one that stands in the second place."""
    sealed_at: datetime | None
    placed_at: datetime | None


_LOOK = """
WITH placed AS (
    SELECT size, placed_at FROM dsar_ledger_placement WHERE place = %s ORDER BY size DESC LIMIT 1
), sealed AS (
    SELECT size, sealed_at FROM dsar_ledger_checkpoint ORDER BY size DESC LIMIT 1
)
SELECT
    coalesce((SELECT extract(epoch FROM now() - since) FROM dsar_ledger_unsealed ORDER BY entry LIMIT 1), 0),
    coalesce((SELECT extract(epoch FROM now() - sealed_at) FROM dsar_ledger_checkpoint
        WHERE size > coalesce((SELECT size FROM placed), 0) ORDER BY size LIMIT 1), 0),
    coalesce((SELECT size FROM sealed), 0), coalesce((SELECT size FROM placed), 0),
    (SELECT sealed_at FROM sealed), (SELECT placed_at FROM placed)
"""


def look() -> Standing:
    """Ask the database: one statement, cheap at any size."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [places.reference()])
        seal_lag, place_lag, sealed, placed, sealed_at, placed_at = cursor.fetchone()
    return Standing(
        seal_lag=max(0.0, float(seal_lag)),
        place_lag=max(0.0, float(place_lag)),
        sealed=sealed,
        placed=placed,
        sealed_at=sealed_at,
        placed_at=placed_at,
    )
