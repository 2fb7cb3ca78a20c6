"""The media types of bodies, and which of them a client would rather have."""

JSON = "application/json"
SAFETENSORS = "application/vnd.safetensors"


def prefers_safetensors(accept: str) -> bool:
    """Tell whether an `Accept` header asks for safetensors: by name, and not less than for JSON by name."""
    if SAFETENSORS not in accept.lower():
        return False
    wanted = {JSON: 0.0, SAFETENSORS: 0.0}
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        if media_type in wanted:
            wanted[media_type] = _quality(parameters)
    return 0.0 < wanted[SAFETENSORS] >= wanted[JSON]


def _quality(parameters: list[str]) -> float:
    """Return the weight among a media type's parameters, 1 by default (RFC 9110, 12.4.2)."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
