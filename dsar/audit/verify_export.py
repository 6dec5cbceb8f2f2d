"""Check an export for audit without the system that made it: Python's own library and `cryptography`, nothing else.

    python3 verify_export.py EXPORT.zip --key PUBLIC-KEY [--since checkpoint.txt]

The keys (several where they changed) and a checkpoint of an earlier year come from your own files. Every entry is hashed
anew, the tree over them is held to the signed checkpoints, and each row is told again from the entries. The first
thing that differs is named; exit status 0 says that all of it holds. docs/auditing.md tells what is compared.
"""
# fmt: off
import argparse, base64, contextlib, csv, hashlib, heapq, io, json, re, sqlite3, sys, tempfile, zipfile
from datetime import date, datetime
from itertools import zip_longest
from xml.etree.ElementTree import iterparse
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

compact = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")) if value else ""
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
TOLD, OVER = {"sent", "confirmed"}, {"sent", "confirmed", "impossible", "disproportionate"}
# What of an entry's detail is kept, and as what; the last entry of a kind counts.
KEPT = {"request.verified": {"method": "method", "verified": "at"}, "request.decided": {"grounds": "grounds"},
        "request.extended": {"extended": "grounds", "extension": "letter"}, "request.owned": {"owner": "role"},
        "request.approved": {"approver": "role"}, "package.sealed": {"manifest": "manifest_sha256"}}
OF_CASE = {"case.regimes_changed": {"regimes": "regimes"}, "identity.tried": {"tried": "result"},
           "complaint.filed": {"complaint": "filed"}, "complaint.answered": {"complaint": "outcome"}}
BOTH, ASKED = "A.1.3.7 A.1.3.8 A.1.3.10", "A.1.3.10"
REFS = {"access": "A.1.3.7 A.1.3.9 A.1.3.10 P5.1", "correction": f"{BOTH} P5.2", "deletion": BOTH, "enquiry": ASKED,
        "portability": "A.1.3.9 A.1.3.10 P5.1", "objection": "A.1.3.6 A.1.3.10",
        "restriction": "A.1.3.6 A.1.3.8 A.1.3.10", "consent_withdrawal": "A.1.3.5 A.1.3.10"}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}row"

class Refused(Exception):
    """Something differs; the text says what."""
def known_key(text):
    """Name, id and key of NAME+ID+KEY."""
    name, said, raw = text.split("+", 2)
    raw = base64.b64decode(raw)
    if raw[:1] != b"\x01" or sha(name.encode(), b"\n", raw)[:4].hex() != said:
        raise Refused(f"{text} is no public key of a ledger.")
    return name, bytes.fromhex(said), Ed25519PublicKey.from_public_bytes(raw[1:])

def opened(note, keys, what):
    """Size and root of a signed checkpoint; one known key at least must have signed, and none of them wrongly."""
    (text, _, signatures), signed = note.partition("\n\n"), 0
    for name, mark, key in keys:
        for by, value in re.findall(r"— (\S+) (\S+)\n", signatures):
            value = base64.b64decode(value)
            if (by, value[:4]) == (name, mark):
                try:
                    key.verify(value[4:], f"{text}\n".encode())
                except InvalidSignature:
                    raise Refused(f"{what}: the signature of {name} is false.") from None
                signed += 1
    origin, size, root = text.split("\n")
    if not signed or origin not in [name for name, *_ in keys]:
        raise Refused(f"{what}: signed by none of the keys that you gave.")
    return int(size), base64.b64decode(root)

class Tree:
    """RFC 9162: the roots of the complete trees over what came so far, largest first."""

    size, peaks = 0, ()

    def add(self, leaf):
        peaks, at = [*self.peaks], self.size
        while at & 1:
            leaf, at = sha(b"\x01", peaks.pop(), leaf), at >> 1
        self.peaks, self.size = (*peaks, leaf), self.size + 1

    def root(self):
        found, *rest = reversed(self.peaks or (sha(),))
        for peak in rest:
            found = sha(b"\x01", peak, found)
        return found

def included(leaf, place, size, proof):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3)."""
    if size == 1:
        return b"" if proof else leaf
    half, (*rest, last) = 1 << (size - 1).bit_length() - 1, proof
    if place < half:
        return sha(b"\x01", included(leaf, place, half, rest), last)
    return sha(b"\x01", last, included(leaf, place - half, size - half, rest))

def lines(archive, name):
    with archive.open(name) as file:
        yield from io.TextIOWrapper(file, "utf-8", newline="")

def check_files(archive):
    """The manifest names every file with its digest, and there is no other."""
    said = {one["path"]: one["sha256"] for one in json.loads(archive.read("manifest.json"))["members"]}
    for name in {*said, *archive.namelist()} - {"manifest.json"}:
        if name not in said or hashlib.file_digest(archive.open(name), "sha256").hexdigest() != said[name]:
            raise Refused(f"{name} is not the file that the manifest names.")

def check_tree(archive, scope, keys, since, keep):
    """Every index is there, every text has its hash, and the tree is the signed one at each checkpoint."""
    tree, marks, before = Tree(), lines(archive, "checkpoints.jsonl"), 0
    ahead, (first, end) = next(marks, None), scope["window"]
    for number, line in enumerate(lines(archive, "entries.jsonl")):
        said = json.loads(line)
        if said["index"] != number:
            raise Refused(f"Entry {number} is missing or out of order; {said['index']} stands in its place.")
        if said["entry"] is None:
            if first <= number < end:
                raise Refused(f"Entry {number} lies in the period, and its text is not shown.")
        else:
            if sha(b"\x00", said["entry"].encode()).hex() != said["hash"]:
                raise Refused(f"Entry {number} is not the one that was sealed: {said['entry'][:320]}")
            keep(number, said["hash"], json.loads(said["entry"]))
        tree.add(bytes.fromhex(said["hash"]))
        if since and tree.size == since[0] and tree.root() != since[1]:
            raise Refused(f"The first {since[0]} entries are not those of your earlier checkpoint.")
        while ahead is not None and (mark := json.loads(ahead))["size"] == tree.size:
            if opened(mark["note"], keys, f"The checkpoint at {tree.size}") != (tree.size, tree.root()):
                raise Refused(f"Entries {before} to {tree.size - 1} are not what was signed at {tree.size}.")
            before, ahead = tree.size, next(marks, None)
    if since and tree.size < since[0]:
        raise Refused(f"There are {tree.size} entries; your earlier checkpoint had {since[0]} already.")
    return tree.size, tree.root()

def check_evidence(archive, size, root, keep):
    """Each entry leads to the checkpoint's root by its proof."""
    for said in map(json.loads, lines(archive, "evidence.jsonl")):
        leaf, proof = sha(b"\x00", said["entry"].encode()), [*map(bytes.fromhex, said["proof"])]
        if leaf.hex() != said["hash"] or included(leaf, said["index"], size, proof) != root:
            raise Refused(f"Entry {said['index']} does not lie under the checkpoint: {said['entry'][:320]}")
        keep(said["index"], said["hash"], json.loads(said["entry"]))

def local(scope, moment):
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(scope["time_zone"]))

def within(scope, moment):
    day = local(scope, moment).date().isoformat() if moment else ""
    return scope["kind"] == "evidence" or (day and (scope["first_day"] or day) <= day <= (scope["last_day"] or day))

def kept_in(store, scope):
    """Put entries aside by case, on disk: memory does not grow with the history."""
    store.executescript("PRAGMA journal_mode = OFF; CREATE TABLE entry (case_id, number INTEGER, hash, text);"
        "CREATE TABLE filed (request PRIMARY KEY, case_id, number INTEGER); CREATE TABLE policy (day, version);")

    def keep(number, leaf, entry):
        said, about, tag = entry["detail"], entry["request"], entry["tag"]
        if tag == "policy.published":
            store.execute("INSERT INTO policy VALUES (?, ?)", (said["effective"], said["version"]))
        if tag in {"request.submitted", "enquiry.filed"} or (tag == "request.reopened" and "of" in said):
            store.execute("INSERT OR IGNORE INTO filed VALUES (?, ?, ?)", (about, said["case"], number))
        found = store.execute("SELECT case_id FROM filed WHERE request = ?", (about,)).fetchone()
        if said.get("to") == "closed" and scope["by"] == "closed" and not found and within(scope, entry["at"]):
            raise Refused(f"Request {about} was closed in the period, and its filing is not shown.")
        case = found[0] if found else said.get("case")
        store.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", (case, number, leaf, json.dumps(entry)))

    return keep

def told(entries):
    """What the entries of one case say: each of its requests, and what holds for all of them."""
    items, beside = {}, {"sent": {}}
    for leaf, entry in entries:
        said, at, tag, about = entry["detail"], entry["at"], entry["tag"], entry["request"]
        if tag in {"request.submitted", "enquiry.filed"} or (tag == "request.reopened" and said.get("of") in items):
            first = {**items.get(said.get("of"), {"said": {}})["said"], **said}
            beside.setdefault("regimes", first["regimes"])
            items[about] = {"said": first, "received": first.get("received", at), "due": said.get("strict", ""),
                            "start": said.get("start", ""), "number": len(items) + 1, "pauses": [], "interim": [],
                            "fee": [], "results": [], "told": {}, "events": 0}
        item, kind = items.get(about, {"events": 0}), said.get("kind") if tag == "letter.written" else None
        item.update(events=item["events"] + 1, head=leaf)
        known = {"at": at, "role": said.get("actor"), "filed": "filed", **said}
        item.update({name: known[key] for name, key in KEPT.get(tag, {}).items()})
        beside.update({name: known[key] for name, key in OF_CASE.get(tag, {}).items()})
        if "from" in said and "to" in said:
            over = said["to"] == "closed"
            item.update(outcome=said.get("outcome", "") if over else "", closed=at if over else "")
        if tag == "request.paused":
            item["pauses"].append({"from": at, "kind": said["kind"], "to": ""})
        elif tag == "request.resumed":
            item["pauses"] = [one | {"to": one["to"] or at} for one in item["pauses"]]
        elif tag == "request.due_changed":
            item.update(due=said["strict"][1], start=said.get("start", item["start"]))
        elif tag in {"step.done", "deletion.verified"}:
            item["results"].append(said)
        elif tag in {"recipient.tasks_opened", "recipient.told", "recipient.task_changed"}:
            opened = dict.fromkeys(said.get("recipients", ()), "open")
            item["told"].update(opened or {said["recipient"]: said.get("state", "sent")})
        elif tag == "letter.sent":
            beside["sent"].setdefault(said["letter"], at)
        elif kind == "receipt":
            beside.setdefault("receipt", said["letter"])
        elif tag == "enquiry.answered" or kind in {"answer", "refusal", "withdrawn", "forwarded", "not_verified"}:
            item["answered"] = at
        elif kind in {"interim", "fee"}:
            item[kind].append(at)
    return items.values(), beside

def row_of(case, item, beside, scope, policies):
    """The row of one request."""
    said, received, get = item["said"], item["received"], lambda name: item.get(name, "")
    answered, outcome, relation = get("answered"), get("outcome"), said.get("relation", "")
    identity = ("verified" if get("verified") else "not_verified" if outcome == "identity_not_verified"
                else beside.get("tried") or ("not_needed" if outcome else "open"))
    late = item["due"] and local(scope, answered or scope["at"]).date() > date.fromisoformat(item["due"])
    timely = ("not_applicable" if outcome in {"spam", "duplicate"} else "" if not item["due"]
              else "no" if late else "yes" if answered else "")
    in_force = [one for one in policies if one[0] <= local(scope, received).date().isoformat()]
    states, sent = sorted(item["told"].items()), beside["sent"]
    values = [
        said.get("reference", ""), case, item["number"], said["right"], relation,
        "yes" if relation in {"guardian", "agent", "representative", "deceased", "company"} else "no",
        " ".join(beside["regimes"]), " ".join(said["rules"]), said["channel"], received.replace("+00:00", "Z"),
        sent.get(beside.get("receipt"), ""), get("method"), identity, get("verified"), item["start"],
        compact(item["pauses"]), said.get("strict", ""), item["due"] if get("extended") else "",
        compact(get("extended")), sent.get(get("extension"), ""), compact(item["interim"]), answered,
        (local(scope, answered).date() - local(scope, received).date()).days if answered else "", timely, outcome,
        compact(get("grounds")), "yes" if outcome == "partially_fulfilled" else "no", compact(item["results"]),
        " ".join(who for who, state in states if state in TOLD),
        " ".join(who for who, state in states if state not in OVER), "asked" if item["fee"] else "none", get("owner"),
        get("approver"), beside.get("complaint", ""), max(in_force, default=("", ""))[1], get("manifest"),
        item["events"], item["head"], REFS[said["right"]],
        *(local(scope, one).isoformat(timespec="seconds") if one else "" for one in (received, answered)),
    ]
    return [" ".join(str(one).split()) for one in values]

def expected(store, scope):
    """The rows that there must be, in order."""
    policies = store.execute("SELECT day, version FROM policy ORDER BY rowid").fetchall()
    store.execute("CREATE INDEX by_case ON entry (case_id, number)")

    for (case,) in store.execute("SELECT case_id FROM filed GROUP BY case_id ORDER BY min(number)").fetchall():
        found = store.execute("SELECT hash, text FROM entry WHERE case_id = ? ORDER BY number", (case,))
        items, beside = told((leaf, json.loads(text)) for leaf, text in found)
        for item in items:
            if within(scope, item.get("closed") if scope["by"] == "closed" else item["received"]):
                yield row_of(case, item, beside, scope, policies)

def sheets(archive, width):
    """The workbook's rows; its cells are texts that stand where they are shown."""
    with tempfile.TemporaryFile() as copy:
        copy.write(archive.read("history.xlsx"))
        book = zipfile.ZipFile(copy)
        for number in range(1, 1 + sum(name.startswith("xl/worksheets/sheet") for name in book.namelist())):
            with book.open(f"xl/worksheets/sheet{number}.xml") as sheet:
                for place, row in enumerate(one for _, one in iterparse(sheet) if one.tag == SHEET):
                    cells = {cell.get("r").rstrip("0123456789"): "".join(cell.itertext()) for cell in row}
                    if place:
                        yield [cells.get("A" * (at // 26) + chr(65 + at % 26), "") for at in range(width)]
                    row.clear()

def check_rows(archive, store, scope):
    """The three forms of the history, row by row, against what the entries say, and the sample; how many rows."""
    columns, count, drawn = scope["columns"], 0, []
    table = csv.reader(lines(archive, "history.csv"))
    if next(table) != columns:
        raise Refused("history.csv has other columns than the export says.")
    forms = {"history.csv": ([cell.removeprefix("'") for cell in row] for row in table),
             "history.jsonl": ([*json.loads(line).values()] for line in lines(archive, "history.jsonl")),
             "history.xlsx": sheets(archive, len(columns))}
    for wanted, *found in zip_longest(expected(store, scope), *forms.values()):
        count += 1
        for name, row in zip(forms, found):
            if row != wanted:
                where = next((c for c, a, b in zip(columns, row or [], wanted or []) if a != b), "the row")
                which = " ".join((wanted or row)[0:3:2])
                raise Refused(f"{name}, row {count} ({which}): {where} is not what the entries say.")
        draw = hashlib.sha256(f"{scope['seed']}\n{wanted[0]}\n{wanted[2]}".encode()).hexdigest()
        drawn = heapq.nsmallest(scope["sample_size"], [*drawn, (draw, wanted[0], wanted[2])])
    sample = [[str(rank), *one[1:], one[0]] for rank, one in enumerate(drawn, 1)]
    if scope["kind"] == "history" and [*csv.reader(lines(archive, "sample.csv"))][1:] != sample:
        raise Refused("sample.csv is not what the seed draws.")
    return count

def verify(path, keys, since=None):
    """Check an export; how many entries and rows it stands on. Raises Refused."""
    known = [known_key(one) for one in keys]
    earlier = opened(since, known, "Your earlier checkpoint") if since else None
    with (zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as aside,
          contextlib.closing(sqlite3.connect(f"{aside}/entries")) as store):
        check_files(archive)
        scope = json.loads(archive.read("scope.json"))
        size, root = opened(archive.read("checkpoint.txt").decode(), known, "checkpoint.txt")
        if scope["kind"] == "evidence":
            check_evidence(archive, size, root, kept_in(store, scope))
        elif check_tree(archive, scope, known, earlier, kept_in(store, scope)) != (size, root):
            raise Refused("The entries do not make up the signed checkpoint.")
        return size, check_rows(archive, store, scope)

if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("export")
    words.add_argument("--key", action="append", required=True, help="a public key of the ledger: NAME+ID+KEY")
    words.add_argument("--since", type=argparse.FileType(encoding="utf-8"), help="a checkpoint that you kept")
    given = words.parse_args()
    try:
        size, rows = verify(given.export, given.key, given.since and given.since.read())
    except (Refused, LookupError, ValueError, OSError, zipfile.BadZipFile) as error:
        sys.exit(f"REFUSED. {error if isinstance(error, Refused) else f'This is no whole export: {error!r}'}")
    sys.stdout.write(f"It holds. {rows} rows follow from the entries; {size} entries lie under the signed checkpoint.\n")
