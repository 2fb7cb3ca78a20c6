from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.api.client import Client, connect


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def app() -> Iterator[FastAPI]:
    app = create_app(Settings())
    yield app
    app.state.services.networks.database.close()


@pytest.fixture
async def client(app: FastAPI, anyio_backend: str) -> AsyncIterator[Client]:  # noqa: ARG001 - the fixture is async
    async with connect(app) as http:
        yield Client(http)
