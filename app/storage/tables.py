"""The tables of the database, as the newest migration leaves them; a test compares the two."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

REVISION = "0001"
"""The newest migration: a database that is there is used without loading what migrates."""

metadata = MetaData()

networks = Table(
    "networks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("deleted", BigInteger),
    Column("title", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    # The last column, because SQLite reads a row up to the last one that is asked for.
    Column("document", LargeBinary, nullable=False),
    Index("networks_by_change", "deleted", "changed"),
)
