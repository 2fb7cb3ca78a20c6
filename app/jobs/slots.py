"""Where jobs run: so many slots for all servers of a data directory, and so much memory for the jobs in them."""

from pathlib import Path

from app.jobs.files import read_json, replace_file
from app.jobs.locks import FileLock, try_lock


class Slots:
    """The slots in a folder, each a lock and a file that says how much memory its job takes.

    All methods may raise `OSError`.
    """

    def __init__(self, folder: Path, count: int, memory_bytes: int) -> None:
        self._folder = folder
        self._count = count
        self._memory_bytes = memory_bytes

    def take(self, needed_bytes: int) -> FileLock | None:
        """Return a free slot for a job; `None` if there is none, or too little memory beside the jobs in the others.

        A job that is alone gets one, whatever it needs.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found, taken_bytes = None, 0
        for number in range(self._count):
            slot, memory = try_lock(self._folder / f"{number}.lock"), self._folder / f"{number}.memory"
            if slot is None:
                taken_bytes += read_json(memory) or 0
            elif found is None:
                found = slot, memory
            else:
                slot.release()
        if found is None:
            return None
        slot, memory = found
        if taken_bytes and taken_bytes + needed_bytes > self._memory_bytes:
            slot.release()
            return None
        replace_file(memory, b"%d" % needed_bytes, durable=False)
        return slot

    def take_to_stop(self) -> FileLock | None:
        """Return the slot for a job that only writes down what it has; `None` while another does."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return try_lock(self._folder / "stopping.lock")
