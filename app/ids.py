"""The ids of what is kept: stored networks, jobs."""

import re
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 10
"""31¹⁰ ids: no two things get the same one, and none can be guessed."""

ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def draw_id() -> str:
    """Return a new id."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
