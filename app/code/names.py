"""Names in code: what users call things becomes valid, unique identifiers, file names and comments."""

import builtins
import keyword
import re
from collections.abc import Iterable

LONGEST_IDENTIFIER = 60
LONGEST_FILE_NAME = 40
LONGEST_COMMENT = 100


class Identifiers:
    """Hands out Python identifiers, each once.

    Never a keyword, a built-in function, or one of the `reserved` names that the code needs for itself.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *reserved}
        self._next: dict[str, int] = {}

    def make(self, name: str) -> str:
        """Return an identifier that reads like `name`: `a.b-c` becomes `a_b_c`, a second one `a_b_c_2`."""
        base = re.sub(r"[^A-Za-z0-9_]", "_", name)[:LONGEST_IDENTIFIER]
        if not base[:1].isalpha():
            base = f"layer_{base.lstrip('_')}"  # private names mean something to Python and to PyTorch
        number = self._next.get(base, 1)
        result = base if number == 1 else f"{base}_{number}"
        while result in self._taken:
            number += 1
            result = f"{base}_{number}"
        self._next[base] = number + 1
        self._taken.add(result)
        return result


def file_stem(name: str | None) -> str:
    """Return a name for a file, of small letters, digits and hyphens."""
    stem = re.sub(r"[^a-z0-9]+", "-", (name or "").lower())[:LONGEST_FILE_NAME].strip("-")
    return stem or "network"


def comment(text: str) -> str:
    """Return text as one comment line: whatever could end the line, or turn its direction, becomes a space."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST_COMMENT])
    words = " ".join(plain.split())
    return f"# {words}" if len(words) <= LONGEST_COMMENT else f"# {words[: LONGEST_COMMENT - 1]}…"


def quoted(text: str) -> str:
    """Return a Python string literal."""
    return f'"{text}"' if text.isascii() and text.isprintable() and not set(text) & {'"', "\\"} else repr(text)
