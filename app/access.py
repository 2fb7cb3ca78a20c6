"""Who may use the server: the names that it answers to, and the token that it asks for."""

import re
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from app.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ANY_NAME = "*"

_HOST = re.compile(r"(?:\[(?P<literal>[0-9a-f:.]+)\]|(?P<name>[^\s:/@\[\]\\]+))(?::(?P<port>\d{1,5}))?")


def is_loopback(host: str) -> bool:
    """Tell whether what listens on `host` can be reached from this machine only. A name that is not known is not."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


@lru_cache(maxsize=64)
def split_host(host: str) -> tuple[str, str]:
    """Return the name and the port in a Host header or an origin, each "" where there is none.

    A name is in lower case, an IPv6 address without brackets. What is no host has no name.
    """
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return "", ""
    return match["literal"] or match["name"].removesuffix("."), match["port"] or ""


@dataclass(frozen=True)
class Access:
    """What a request must show.

    `token`: None if none is asked for. `names`: the host names that are served; one that begins with a dot stands
    for all below it, "*" for any. `addresses`: whether any IP address is served as well. `drawn`: whether the token
    was made up at the start.
    """

    token: str | None = field(repr=False)
    names: frozenset[str]
    addresses: bool
    drawn: bool = False

    def serves(self, name: str) -> bool:
        """Tell whether requests for the host `name` are served.

        A page of another site can have its own name resolve to this machine and so pass for a page of this server
        (DNS rebinding), but it cannot give itself an address for a name.
        """
        if name in self.names or ANY_NAME in self.names:
            return bool(name)
        if any(name.endswith(end) for end in self.names if end.startswith(".")):
            return True
        return self.addresses and _is_address(name)

    def opens(self, token: str) -> bool:
        """Tell whether `token` is the right one, in a time that does not depend on how much of it is right."""
        return self.token is not None and secrets.compare_digest(token.encode(), self.token.encode())


def decide_access(settings: Settings) -> Access:
    """Return what `settings` ask of a request; a token that is needed and not set is drawn.

    With a token every name is served unless some are listed: another site's page has no token, so it gains nothing
    by a name of its own.
    """
    needed = settings.authentication == "on" or (
        settings.authentication == "auto" and (settings.token is not None or not is_loopback(settings.host))
    )
    token = (settings.token or secrets.token_urlsafe(24)) if needed else None
    listed = frozenset(
        stripped.lower().strip("[]") for name in (settings.allowed_hosts or "").split(",") if (stripped := name.strip())
    )
    drawn = needed and settings.token is None
    if listed:
        return Access(token, LOOPBACK_NAMES | listed, addresses=False, drawn=drawn)
    if needed:
        return Access(token, frozenset({ANY_NAME}), addresses=True, drawn=drawn)
    return Access(None, LOOPBACK_NAMES | {settings.host.lower()} - {""}, addresses=True)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
