import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS
from tests.api.client import Client

pytestmark = pytest.mark.anyio


async def test_every_record(client: Client) -> None:
    records = await client.get("/api/v1/activations")
    assert [record["name"] for record in records] == list(ACTIVATIONS)
    for record in records:
        assert record == await client.get(f"/api/v1/activations/{record['name']}")
        for alias in record["aliases"]:
            assert record == await client.get(f"/api/v1/activations/{alias}")


async def test_types_of_parameters(client: Client) -> None:
    slope = (await client.get("/api/v1/activations/leaky_relu"))["parameters"][0]
    assert (slope["name"], slope["type"]) == ("negative_slope", "number")
    form = (await client.get("/api/v1/activations/gelu"))["parameters"][0]
    assert (form["name"], form["type"], form["default"]) == ("approximate", "boolean", False)
    axis = (await client.get("/api/v1/activations/softmax"))["parameters"][0]
    assert axis["type"] == "integer"


async def test_curve_has_the_design_s_defaults(client: Client) -> None:
    curve = await client.get("/api/v1/activations/relu/curve")
    assert list(curve) == ["x", "y", "dy"]
    assert (curve["x"][0], curve["x"][-1], len(curve["x"])) == (-10.0, 10.0, 201)
    assert curve["y"] == [max(x, 0.0) for x in curve["x"]]


async def test_curve_of_tanh_to_the_last_digit(client: Client) -> None:
    curve = await client.get("/api/v1/activations/tanh/curve?start=5&stop=6&num=2")
    assert curve["y"][0] == 0.9999092042625951


async def test_curve_takes_the_activation_s_parameters(client: Client) -> None:
    curve = await client.get("/api/v1/activations/leaky_relu/curve?start=-10&stop=0&num=2&negative_slope=0.5")
    assert curve == {"x": [-10.0, 0.0], "y": [-5.0, 0.0], "dy": [0.5, curve["dy"][1]]}
    exact = await client.get("/api/v1/activations/gelu/curve?approximate=false")
    close = await client.get("/api/v1/activations/gelu/curve?approximate=true")
    assert exact["y"] != close["y"]
    assert np.allclose(exact["y"], close["y"], atol=1e-3)


async def test_curve_that_leaves_float64(client: Client) -> None:
    curve = await client.get("/api/v1/activations/exponential/curve?start=0&stop=1000&num=2")
    assert curve["y"] == [1.0, "Infinity"]


@pytest.mark.parametrize(
    ("name", "query", "pointer"),
    [
        ("relu", "start=1&stop=1", "/start"),
        ("relu", "start=2&stop=1", "/start"),
        ("relu", "start=-1e308&stop=1.7e308", "/stop"),
        ("relu", "start=abc", "/start"),
        ("relu", "start=", "/start"),
        ("relu", "start=nan", "/start"),
        ("relu", "stop=inf", "/stop"),
        ("relu", "stop=1e999", "/stop"),
        ("relu", "num=1", "/num"),
        ("relu", "num=10001", "/num"),
        ("relu", "num=2.5", "/num"),
        ("relu", "num=5&num=6", "/num"),
        ("relu", "foo=1", "/foo"),
        ("relu", "negative_slope=0.5", "/negative_slope"),
        ("leaky_relu", "negative_slope=x", "/negative_slope"),
        ("leaky_relu", "negative_slope=nan", "/negative_slope"),
        ("leaky_relu", "negative_slope=1e999", "/negative_slope"),
        ("gelu", "approximate=1", "/approximate"),
        ("softmax", "", ""),
        ("glu", "", ""),
    ],
)
async def test_bad_curves(client: Client, name: str, query: str, pointer: str) -> None:
    problem = await client.problem("GET", f"/api/v1/activations/{name}/curve?{query}", 422)
    assert problem["pointer"] == pointer


async def test_evaluate_keeps_the_shape(client: Client) -> None:
    path = "/api/v1/activations/relu/evaluate"
    assert await client.post(path, {"inputs": -5}) == {"outputs": 0.0, "derivatives": 0.0}
    assert await client.post(path, {"inputs": [[-5, 5]]}) == {"outputs": [[0.0, 5.0]], "derivatives": [[0.0, 1.0]]}


async def test_evaluate_along_an_axis(client: Client) -> None:
    answer = await client.post("/api/v1/activations/softmax/evaluate", {"inputs": [[1.0, 1.0], [0.0, 1000.0]]})
    assert answer["outputs"] == [[0.5, 0.5], [0.0, 1.0]]
    assert answer["derivatives"] == [[0.25, 0.25], [0.0, 0.0]]
    answer = await client.post("/api/v1/activations/glu/evaluate", {"inputs": [1.0, 2.0, 0.0, 0.0]})
    assert answer == {"outputs": [0.5, 1.0], "derivatives": None}


async def test_evaluate_takes_parameters(client: Client) -> None:
    body = {"inputs": [-2.0], "parameters": {"negative_slope": 0.25}}
    answer = await client.post("/api/v1/activations/leaky_relu/evaluate", body)
    assert answer == {"outputs": [-0.5], "derivatives": [0.25]}


@pytest.mark.parametrize(
    ("name", "body", "pointer"),
    [
        ("relu", {}, "/inputs"),
        ("relu", {"inputs": None}, "/inputs"),
        ("relu", {"inputs": "1.5"}, "/inputs"),
        ("relu", {"inputs": True}, "/inputs"),
        ("relu", {"inputs": [1.0, True]}, "/inputs/1"),
        ("relu", {"inputs": [1.0, "NaN"]}, "/inputs/1"),
        ("relu", {"inputs": []}, "/inputs"),
        ("relu", {"inputs": [[1.0], [1.0, 2.0]]}, "/inputs/1"),
        ("relu", {"inputs": 1.0, "extra": 1}, "/extra"),
        ("relu", {"inputs": 1.0, "parameters": {"slope": 1.0}}, "/parameters/slope"),
        ("relu", {"inputs": 1.0, "parameters": []}, "/parameters"),
        ("leaky_relu", {"inputs": 1.0, "parameters": {"negative_slope": "0.1"}}, "/parameters/negative_slope"),
        ("leaky_relu", {"inputs": 1.0, "parameters": {"negative_slope": True}}, "/parameters/negative_slope"),
        ("softmax", {"inputs": 1.0}, "/inputs"),
        ("softmax", {"inputs": [1.0], "parameters": {"axis": -2}}, "/inputs"),
        ("glu", {"inputs": [1.0, 2.0, 3.0]}, "/inputs"),
    ],
)
async def test_bad_evaluations(client: Client, name: str, body: object, pointer: str) -> None:
    problem = await client.problem("POST", f"/api/v1/activations/{name}/evaluate", 422, json=body)
    assert problem["pointer"] == pointer


async def test_unknown_activation(client: Client) -> None:
    for path in ("/api/v1/activations/nope", "/api/v1/activations/nope/curve"):
        assert "relu" in (await client.problem("GET", path, 404))["detail"]
    await client.problem("POST", "/api/v1/activations/nope/evaluate", 404, json={"inputs": 1.0})
