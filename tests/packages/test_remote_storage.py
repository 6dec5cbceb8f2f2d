"""The same vault over an object store: what holds for a folder holds there.

The client is the real one; moto answers it in this process, since no object store runs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from dsar.packages import vault
from dsar.packages.archive import Member
from dsar.packages.models import Package
from tests.packages import parcels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bucket")]

BUCKET = "packages"
REGION = "ap-southeast-1"


@pytest.fixture
def bucket(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, and the packages' storage in it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    settings.STORAGES = {
        **settings.STORAGES,
        "packages": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": BUCKET, "region_name": REGION},
        },
    }
    with mock_aws():
        found = boto3.resource("s3", region_name=REGION).Bucket(BUCKET)
        found.create(CreateBucketConfiguration={"LocationConstraint": REGION})
        yield found


def names(bucket: Any) -> list[str]:
    return [stored.key for stored in bucket.objects.all()]


def test_a_package_of_several_parts_opens_as_it_was_written(bucket: Any) -> None:
    package = parcels.pack([Member(name="big.bin", chunks=[parcels.noise(6_000_000)])])
    assert names(bucket) == [package.name]
    vault.verify(package)
    whole = b"".join(vault.open_(package))
    assert parcels.unzip(whole)["big.bin"] == parcels.noise(6_000_000)
    assert b"".join(vault.open_(package, first_byte=3_000_001)) == whole[3_000_001:]


def test_a_flipped_byte_and_a_cut_end_are_refused(bucket: Any) -> None:
    package = parcels.pack()
    stored = bucket.Object(package.name)
    sound = stored.get()["Body"].read()
    middle = len(sound) // 2
    for damaged in (
        sound[:middle] + bytes([sound[middle] ^ 1]) + sound[middle + 1 :],
        sound[:-1],
        b"",
    ):
        stored.put(Body=damaged)
        with pytest.raises(vault.PackageDamagedError):
            vault.verify(package)


def test_a_lost_object_is_damage(bucket: Any) -> None:
    package = parcels.pack()
    bucket.Object(package.name).delete()
    with pytest.raises(vault.PackageDamagedError):
        vault.verify(package)


def test_what_an_interrupted_writer_left_is_removed(bucket: Any) -> None:
    reference = uuid4()
    first = vault.begin(reference, filename="x.zip")
    with pytest.raises(LookupError), vault.writing(first) as file:
        parcels.write(first, file)
        raise LookupError
    vault.begin(reference, filename="x.zip")
    assert names(bucket) == []
    first.refresh_from_db()
    assert first.state == Package.State.SHREDDED


def test_revoking_removes_the_object(bucket: Any) -> None:
    package, other = parcels.pack(), parcels.pack()
    vault.revoke(package, by="staff")
    assert names(bucket) == [other.name]


def test_leaving_a_stream_early_is_clean() -> None:
    package = parcels.pack([Member(name="big.bin", chunks=[parcels.noise(6_000_000)])])
    chunks = vault.open_(package)
    next(chunks)
    chunks.close()
    vault.verify(package)
