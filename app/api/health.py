"""Whether the server is there."""

from fastapi import APIRouter
from starlette.responses import Response

from app import __version__
from app.api.route import json_response
from app.api.schemas import HealthAnswer

router = APIRouter(tags=["Service"], generate_unique_id_function=lambda route: route.name)


@router.get("/health", response_model=HealthAnswer)
async def get_health() -> Response:
    """Tell that the server is there, and its version."""
    return json_response({"status": "ok", "version": __version__})
