"""Stored networks on the command line: the same database that the server uses."""

from app.errors import NotFound
from app.settings import Settings
from app.storage import Database, Examples, Networks, database_url, unpack


def read_stored(network_id: str) -> bytes:
    """Return a stored network's document as JSON; raises `NotFound` and `Unavailable`."""
    settings = Settings.from_environment()
    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not settings.data_dir.exists() and not settings.database_url:
        raise NotFound(f'nothing is stored under "{network_id}"')  # and no directory is made to find that out
    database = Database(url)
    examples = Examples(settings.data_dir / "no-examples")
    try:
        return unpack(Networks(examples, database, settings.networks, settings.deleted_days).read(network_id).document)
    finally:
        database.close()
