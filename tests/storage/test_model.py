"""Any sequence of changes does to the database what it does to a dictionary."""

import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from app.errors import Conflict, NotFound
from app.storage import Database, Examples, Networks, Selection, read_url, unpack
from tests.storage.documents import document, packed

TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


class StoredNetworks(RuleBasedStateMachine):
    """The model holds (document, version) by id, and the same of what is deleted."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        path = Path(self.directory.name)
        self.store = Networks(Examples(path), Database(read_url(f"sqlite:///{path / 'model.sqlite3'}")), 1000, 30)
        self.kept: dict[str, tuple[Any, int]] = {}
        self.deleted: dict[str, tuple[Any, int]] = {}

    @rule(target=ids, title=TITLES)
    def create(self, title: str) -> str:
        record = self.store.create(packed(title))
        assert record.id not in {*self.kept, *self.deleted}
        self.kept[record.id] = document(title), 1
        return record.id

    @rule(network_id=ids, title=TITLES, behind=st.integers(0, 2))
    def replace(self, network_id: str, title: str, behind: int) -> None:
        if network_id not in self.kept:
            with pytest.raises(NotFound):
                self.store.replace(network_id, packed(title), None)
            return
        version = self.kept[network_id][1]
        if behind:
            with pytest.raises(Conflict):
                self.store.replace(network_id, packed(title), {version - behind})
        else:
            assert self.store.replace(network_id, packed(title), {version}).version == version + 1
            self.kept[network_id] = document(title), version + 1

    @rule(network_id=ids)
    def delete(self, network_id: str) -> None:
        if network_id in self.kept:
            content, version = self.kept.pop(network_id)
            self.store.delete(network_id, {version})
            self.deleted[network_id] = content, version + 1

    @rule(target=ids, network_id=consumes(ids))
    def restore(self, network_id: str) -> Any:
        self.store.restore(network_id)
        if network_id in self.deleted:
            content, version = self.deleted.pop(network_id)
            self.kept[network_id] = content, version + 1
        return multiple(network_id)

    @rule(word=TITLES)
    def search(self, word: str) -> None:
        found = {record.id for record in self.store.find(Selection(word)).records}
        words = word.replace("\0", " ").casefold().split()
        expected = {
            key
            for key, (content, _) in self.kept.items()
            if all(one in content["title"].replace("\0", " ").casefold() for one in words)
        }
        assert found == expected

    @invariant()
    def all_is_there(self) -> None:
        for deleted, expected in ((False, self.kept), (True, self.deleted)):
            page = self.store.find(Selection(deleted=deleted, sort="title"))
            assert {record.id: record.version for record in page.records} == {
                key: version for key, (_, version) in expected.items()
            }
        for key, (content, version) in self.kept.items():
            stored = self.store.read(key)
            assert (orjson.loads(unpack(stored.document)), stored.record.version) == (content, version)

    def teardown(self) -> None:
        self.store.database.close()
        self.directory.cleanup()


TestStoredNetworks = StoredNetworks.TestCase
TestStoredNetworks.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
