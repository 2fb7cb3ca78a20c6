"""Bringing a database up to date, from whatever an older version left, once, however many processes start."""

from collections.abc import Sequence

from sqlalchemy import Connection, inspect, text

from app.storage.tables import REVISION

SCRIPTS = "app.storage:migrations"


class NewerSchema(Exception):
    """The database was written by a newer version of Vitrine."""


def is_current(connection: Connection) -> bool:
    """Tell whether the database is as this version needs it."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISION


def migrate(connection: Connection, revision: str = "head", versions: Sequence[str] = ()) -> None:
    """Bring the database to a revision, in the transaction that is open on `connection`.

    The caller holds a lock that keeps other processes from doing the same. `versions` are further directories
    with migrations. Raises `NewerSchema`.
    """
    # Alembic is loaded only where there is something to do: it would double the time that a start takes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    if versions:
        config.set_main_option("path_separator", "newline")
        locations = "\n".join((f"{SCRIPTS}/versions", *versions))
        config.set_main_option("version_locations", locations.replace("%", "%%"))
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        if "Can't locate revision" in str(error):
            raise NewerSchema from error
        raise
