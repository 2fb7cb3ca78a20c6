import math
import struct
from typing import Any

import orjson
import pytest

from app.errors import Conflict, NotFound, ReadOnly, TooLarge
from app.nn.network import Network
from app.storage import Networks, Selection, pack, unpack
from tests.storage.conftest import Open
from tests.storage.documents import document, packed


def titles(store: Networks, **selection: Any) -> list[str]:
    return [record.facts["title"] for record in store.find(Selection(**selection)).records if not record.read_only]


def read(store: Networks, network_id: str) -> Any:
    return orjson.loads(unpack(store.read(network_id).document))


def test_what_is_stored_comes_back_bit_for_bit(store: Networks) -> None:
    numbers = [0.1, 1 / 3, -0.0, 5e-324, 1.7976931348623157e308, math.pi * 1e-200, 2**53 + 1]
    layer = {"kind": "Dense", "units": 1, "parameters": {"kernel": [[number] for number in numbers]}}
    given = document("«Ω» <script>\u0000\ud7ff", input={"shape": [7]}, layers=[layer])
    record = store.create(pack(Network.from_document(given)))
    stored = read(store, record.id)
    assert stored == given
    assert list(stored) == list(given)
    kernel = [row[0] for row in stored["layers"][0]["parameters"]["kernel"]]
    assert struct.pack("7d", *kernel) == struct.pack("7d", *numbers)
    assert type(kernel[6]) is int
    assert store.read(record.id).record.facts["title"] == given["title"]


def test_a_change_needs_the_version_that_is_stored(store: Networks) -> None:
    record = store.create(packed("one"))
    assert (record.version, record.created) == (1, record.changed)
    assert store.replace(record.id, packed("two"), {1}).version == 2
    for versions in ({1}, {3, 4}, ()):
        with pytest.raises(Conflict, match="its version is 2 now") as raised:
            store.replace(record.id, packed("lost"), versions)
        assert raised.value.version == 2
        with pytest.raises(Conflict):
            store.delete(record.id, versions)
    assert read(store, record.id)["title"] == "two"
    assert store.replace(record.id, packed("three"), {1, 2}).version == 3
    assert store.replace(record.id, packed("four"), None).version == 4
    assert store.version(record.id) == 4


def test_deleting_can_be_undone(store: Networks) -> None:
    record = store.create(packed("one"))
    deleted = store.delete(record.id, {1})
    assert (deleted.version, deleted.deleted is None) == (2, False)
    assert titles(store) == []
    assert titles(store, deleted=True) == ["one"]
    for call in (
        lambda: store.read(record.id),
        lambda: store.version(record.id),
        lambda: store.delete(record.id, {2}),
        lambda: store.replace(record.id, packed(), None),
    ):
        with pytest.raises(NotFound, match="can still be restored"):
            call()
    restored = store.restore(record.id)
    assert (restored.version, restored.deleted, restored.changed) == (3, None, record.changed)
    assert store.restore(record.id) == restored
    assert read(store, record.id)["title"] == "one"


def test_what_was_deleted_is_purged_after_a_while(address: str, open_store: Open) -> None:
    now = [1e9]
    store = open_store(address, clock=lambda: now[0])
    first, second = store.create(packed("first")), store.create(packed("second"))
    store.delete(first.id, None)
    now[0] += 20 * 86_400
    store.delete(second.id, None)
    now[0] += 11 * 86_400
    store.create(packed("third"))
    with pytest.raises(NotFound, match="no network has the id"):
        store.restore(first.id)
    assert store.restore(second.id).version == 3


def test_a_full_store_first_purges_what_was_deleted(address: str, open_store: Open) -> None:
    now = [1e9]
    store = open_store(address, most=3, clock=lambda: now[0])
    records = [store.create(packed(title)) for title in ("a", "b", "c")]
    with pytest.raises(TooLarge, match="3 networks are stored"):
        store.create(packed("d"))
    for record in (records[1], records[0]):
        now[0] += 1
        store.delete(record.id, None)
    store.create(packed("d"))
    with pytest.raises(NotFound):
        store.restore(records[1].id)
    store.restore(records[0].id)
    assert titles(store, sort="title") == ["a", "c", "d"]
    store.replace(records[0].id, packed("e"), None)


def test_lists_are_searched_sorted_and_cut(address: str, open_store: Open) -> None:
    now = [1e9]
    store = open_store(address, clock=lambda: now[0])
    ids = {}
    for title, description in (("Straße", "100%"), ("äpfel_1", "x"), ("Zebra", "ÄPFEL")):
        now[0] += 1
        ids[title] = store.create(packed(title, description=description)).id
    now[0] += 1
    store.replace(ids["äpfel_1"], packed("äpfel_1", description="x"), None)
    assert titles(store) == ["äpfel_1", "Zebra", "Straße"]
    assert titles(store, sort="changed") == ["Straße", "Zebra", "äpfel_1"]
    assert titles(store, sort="created") == ["Straße", "äpfel_1", "Zebra"]
    assert titles(store, search="STRASSE") == ["Straße"]
    assert titles(store, search="äpfel") == ["äpfel_1", "Zebra"]
    assert titles(store, search="äpfel zeb") == ["Zebra"]
    for wild in ("%", "100%"):
        assert titles(store, search=wild) == ["Straße"]
    assert titles(store, search="_") == ["äpfel_1"]
    assert titles(store, search="\\") == titles(store, search="' OR 1=1 --") == titles(store, search="q\0b") == []
    examples = len(list(store.examples))
    page = store.find(Selection(limit=examples + 1))
    assert page.total == examples + 3
    assert [record.read_only for record in page.records] == [True] * examples + [False]
    assert titles(store, offset=examples + 1) == ["Zebra", "Straße"]
    assert titles(store, offset=examples + 1, limit=1) == ["Zebra"]
    assert titles(store, offset=100) == []
    found = store.find(Selection(search="first steps"))
    assert [record.id for record in found.records] == ["walkthrough"]
    assert found.total == 1


def test_titles_are_sorted_without_their_case(store: Networks) -> None:
    for title in ("b", "A", "C"):
        store.create(packed(title))
    assert titles(store, sort="title") == ["A", "b", "C"]
    assert titles(store, sort="-title") == ["C", "b", "A"]


@pytest.mark.parametrize("unknown", ["nowhere", "", "%", "a\0b", "\ud800", "ä", "x" * 10_000])
def test_unknown_ids(store: Networks, unknown: str) -> None:
    for call in (
        lambda: store.read(unknown),
        lambda: store.restore(unknown),
        lambda: store.version(unknown),
        lambda: store.delete(unknown, {1}),
    ):
        with pytest.raises(NotFound, match="no network has the id"):
            call()


def test_examples_stay_as_they_are(store: Networks) -> None:
    for call in (
        lambda: store.replace("deep", packed(), None),
        lambda: store.delete("deep", None),
        lambda: store.version("deep"),
    ):
        with pytest.raises(ReadOnly, match="store a copy"):
            call()
    assert store.restore("deep").read_only


def test_a_known_document_is_not_read_again(store: Networks) -> None:
    record = store.create(packed())
    assert store.read(record.id, known=1).document == b""
    assert store.read(record.id, known=2).document
    assert store.read(record.id).size == len(unpack(store.read(record.id).document))


def test_an_id_that_is_taken_is_not_used_again(store: Networks, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("a" * 20 + "b" * 10)
    monkeypatch.setattr("app.ids.secrets.choice", lambda _: next(letters))
    assert store.create(packed("one")).id == "a" * 10
    assert store.create(packed("two")).id == "b" * 10
    assert read(store, "a" * 10)["title"] == "one"
