"""Stored networks: the examples that come with Vitrine, read-only, and those that people keep, in a database."""

from app.storage.database import CONNECTIONS, Database, database_url, read_url
from app.storage.examples import Examples, StoredNetwork
from app.storage.networks import Networks, Page, Selection, Stored
from app.storage.packing import Packed, pack, unpack
from app.storage.records import Record

__all__ = [
    "CONNECTIONS",
    "Database",
    "Examples",
    "Networks",
    "Packed",
    "Page",
    "Record",
    "Selection",
    "Stored",
    "StoredNetwork",
    "database_url",
    "pack",
    "read_url",
    "unpack",
]
