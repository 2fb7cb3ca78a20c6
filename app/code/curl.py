"""The call of the API as a shell command."""

import json
import re
from collections.abc import Mapping
from typing import Any

WIDTH = 100
BASE_URL = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?")
"""Where a server may be: nothing in such an address means anything to a shell."""

AUTHORIZATION = '  --header "Authorization: Bearer $VITRINE_TOKEN" \\\n'


def write_curl(base_url: str, path: str, body: Mapping[str, Any], *, authenticated: bool = False) -> str:
    """Return the command that posts `body`, for any POSIX shell.

    `authenticated`: whether it sends a token, which it takes from the environment variable VITRINE_TOKEN.

    The body stands in a quoted here-document, which the shell takes as it is up to a line that says `JSON`. It is
    ASCII, and JSON text on several lines begins none of them with a letter but inside of strings, which have no line
    breaks; so it never holds that line. `base_url` must match `BASE_URL`.
    """
    assert BASE_URL.fullmatch(base_url), base_url
    url = base_url.rstrip("/") + path
    # The brackets of an IPv6 address would be a pattern to curl.
    plain = " --globoff" if "[" in url else ""
    return (
        f"curl --silent --show-error{plain} '{url}' \\\n"
        "  --header 'Content-Type: application/json' \\\n"
        f"{AUTHORIZATION if authenticated else ''}"
        f"  --data-binary @- <<'JSON'\n{_json(dict(body))}\nJSON\n"
    )


def _json(value: Any, indent: int = 0) -> str:
    """Return JSON text, lists and objects on one line where they fit."""
    if isinstance(value, dict):
        ends = "{}"
        items = [f"{json.dumps(str(key))}: {_json(item, indent + 2)}" for key, item in value.items()]
    elif isinstance(value, list):
        ends = "[]"
        items = [_json(item, indent + 2) for item in value]
    else:
        return json.dumps(value, allow_nan=False)
    if sum(map(len, items)) + 2 * len(items) + indent <= WIDTH and not any("\n" in item for item in items):
        return f"{ends[0]}{', '.join(items)}{ends[1]}"
    pad = "\n" + " " * (indent + 2)
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        lines = [""]
        for position, item in enumerate(items):
            text = item + (", " if position < len(items) - 1 else "")
            if lines[-1] and indent + len(lines[-1]) + len(text) > WIDTH:
                lines.append("")
            lines[-1] += text
        return f"{ends[0]}{pad}{pad.join(line.rstrip() for line in lines)}\n{' ' * indent}{ends[1]}"
    return f"{ends[0]}{pad}{(',' + pad).join(items)}\n{' ' * indent}{ends[1]}"
