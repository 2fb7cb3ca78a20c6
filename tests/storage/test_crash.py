import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.conftest import Open
from tests.storage.documents import packed

WRITER = """
import sys
from app.storage import Database, Examples, Networks, read_url
from pathlib import Path
from tests.storage.documents import packed
store = Networks(Examples(Path("nowhere")), Database(read_url(sys.argv[1])), 1000, 30)
record = store.create(packed("counted", 0))
for number in range(1, 100_000):
    store.replace(record.id, packed("counted", number, description="x" * (number % 50) * 100), {number})
    print(record.id, number, store.create(packed("new", number)).id, flush=True)
"""


@pytest.mark.parametrize("writes", [1, 20, 60])
def test_what_was_acknowledged_survives_a_kill(file: Path, open_store: Open, writes: int) -> None:
    address = f"sqlite:///{file}"
    acknowledged = []
    with subprocess.Popen([sys.executable, "-c", WRITER, address], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            acknowledged.append(line.split())
            if len(acknowledged) == writes:
                process.kill()
    store = open_store(address)
    for _, number, new in acknowledged:
        assert store.read(new).record.version == 1
        counted = int(number) + 1
    current = store.version(acknowledged[0][0])
    assert current >= counted
    assert store.replace(acknowledged[0][0], packed(), {current}).version == current + 1
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
