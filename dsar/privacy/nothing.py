"""Tables that hold nothing about anybody, each with the reason."""

from __future__ import annotations

from dsar.cases.delays import Holiday
from dsar.dispatch.models import Wake
from dsar.engine.models import Heartbeat, Removal, Sweep
from dsar.keys.models import Key
from dsar.ledger.models import Checkpoint, Entry, Leaf, Node, Placement, Unsealed
from dsar.registers import models as registers
from dsar.registers.recipient_models import RecipientRecord
from dsar.registry import holds_nothing
from dsar.tally.models import Count

# A keyed digest is pseudonymous, yet it leads to nobody by itself: it answers only "may this address be
# written to?", to whoever already holds the address, and forgetting it would undo an objection for good.
holds_nothing(
    registers.Suppression,
    because="Only an HMAC of an address under a key that stands elsewhere; it must outlive the person's data so "
    "that nobody writes to the address again (GDPR Art. 21(3), 17(3)(b)).",
)
holds_nothing(
    registers.NumberCheck,
    because="Only an HMAC of a telephone number, as above, with the day on which a public register was asked about it "
    "and its answer (PDPA s 43).",
)
holds_nothing(
    RecipientRecord,
    because="It speaks of organisations that receive data: their name, an address of an office or of a machine.",
)
holds_nothing(Holiday, because="A day on which nobody works, whoever asks; its name is the day's.")
holds_nothing(Key, because="Random key material, wrapped; it speaks of nobody.")
holds_nothing(
    Entry,
    because="Identifiers and free text stand in it only as HMAC under a key that dies with the case (GDPR Art. 5(2)).",
)
holds_nothing(Unsealed, because="The number of an entry that waits for its place in the tree.")
holds_nothing(Leaf, because="The SHA-256 of an entry, which itself holds nothing personal.")
holds_nothing(Node, because="A hash over hashes.")
holds_nothing(Checkpoint, because="A root hash and its signatures.")
holds_nothing(Placement, because="Which checkpoint stands in the second place, named by a hash.")
holds_nothing(
    Removal,
    because="The name of a stored file that a deletion is removing; the row goes when the file has gone.",
)
holds_nothing(
    Sweep,
    because="How many rows of which tables a search has found for which deletions; the row goes with the search.",
)
holds_nothing(Heartbeat, because="It says when a worker was last alive.")
holds_nothing(
    Wake, because="The name of a task and the identifiers of the work, gone once published."
)
holds_nothing(
    Count,
    because="How often something happened to anybody; its name is the kind of happening, of a fixed list.",
)
