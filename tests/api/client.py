from typing import Any

import httpx
from fastapi import FastAPI

WALKTHROUGH: dict[str, Any] = {
    "name": "walkthrough",
    "dtype": "float64",
    "seed": 0,
    "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
    "layers": [
        {
            "name": "hidden",
            "kind": "Dense",
            "units": 3,
            "activation": "relu",
            "parameters": {"kernel": [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]], "bias": [0.1, 0.2, 0.3]},
        },
        {
            "name": "output",
            "kind": "Dense",
            "units": 1,
            "activation": "linear",
            "parameters": {"kernel": [[0.1], [0.3], [0.5]], "bias": [0.4]},
        },
    ],
}


class Client:
    """A client that answers with a status and the decoded body, and holds every error to the format of errors."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **options: Any) -> Any:
        """Return the answer to a GET that must succeed."""
        return self._answer(await self.http.get(path, **options))

    async def post(self, path: str, body: Any) -> Any:
        """Return the answer to a POST that must succeed."""
        return self._answer(await self.http.post(path, json=body))

    async def problem(self, method: str, path: str, status: int, **options: Any) -> Any:
        """Return the problem document of a request that must fail with `status`."""
        response = await self.http.request(method, path, **options)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        assert problem["type"].startswith("urn:vitrine:problem:")
        assert problem["title"]
        assert problem["detail"]
        if status == 422:
            assert problem["errors"]
            assert problem["errors"][0]["pointer"] == problem["pointer"]
        return problem

    @staticmethod
    def _answer(response: httpx.Response) -> Any:
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/json"
        return response.json()


def connect(app: FastAPI, **options: Any) -> httpx.AsyncClient:
    """Return an HTTP client of an application in this process."""
    transport = httpx.ASGITransport(app, **options)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60)
