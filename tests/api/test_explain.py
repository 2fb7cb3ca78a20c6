import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

ASKED = {"network": WALKTHROUGH, "inputs": [0.5, 0.7], "node": {"layer": "hidden", "index": [0]}}


async def test_the_terms_of_a_node_are_the_design_s(client: Client) -> None:
    answer = await client.post("/api/v1/explain", ASKED)
    assert (answer["layer"], answer["index"], answer["kind"]) == ("hidden", [0], "Dense")
    assert answer["operation"] == "weighted_sum"
    assert [term["source"] for term in answer["terms"]] == [
        {"layer": "input", "index": [1]},
        {"layer": "input", "index": [0]},
    ]
    assert [term["product"] for term in answer["terms"]] == pytest.approx([0.21, 0.1], abs=1e-12)
    assert answer["others"] == {"count": 0, "sum": 0.0}
    assert answer["bias"] == 0.1
    assert answer["value"] == pytest.approx(0.41, abs=1e-12)
    assert answer["exact"] is True
    assert answer["pinned"] is False


async def test_terms_add_up_for_every_node_of_every_example(client: Client) -> None:
    for stored in await client.get("/api/v1/networks"):
        if not stored["read_only"] or stored["parameters"] > 1000:
            continue  # other tests store networks too
        document = await client.get(f"/api/v1/networks/{stored['id']}")
        body = {"network": stored["id"], "inputs": document["input"]["default"]}
        forward = await client.post("/api/v1/forward", body)
        for layer in forward["layers"]:
            if len(layer["shape"]) != 1:
                continue
            for node, value in enumerate(layer["output"]):
                asked = {**body, "node": {"layer": layer["name"], "index": [node]}}
                answer = await client.post("/api/v1/explain", asked)
                assert answer["value"] == value
                assert answer["exact"] is not isinstance(value, str)
                if answer["pre_activation"] is not None and not isinstance(value, str):
                    total = sum(term["product"] for term in answer["terms"]) + (answer["bias"] or 0.0)
                    assert total == pytest.approx(answer["pre_activation"], rel=1e-9, abs=1e-12)


async def test_top_leaves_the_rest_in_others(client: Client) -> None:
    answer = await client.post("/api/v1/explain", {**ASKED, "top": 1})
    assert len(answer["terms"]) == 1
    assert answer["others"]["count"] == 1
    assert answer["others"]["sum"] == pytest.approx(0.1, abs=1e-12)
    assert (await client.post("/api/v1/explain", {**ASKED, "top": 0}))["terms"] == []


async def test_example_picks_one_of_a_batch(client: Client) -> None:
    body = {**ASKED, "inputs": [[0.0, 0.0], [0.5, 0.7]]}
    assert (await client.post("/api/v1/explain", body))["value"] == pytest.approx(0.1)
    assert (await client.post("/api/v1/explain", {**body, "example": 1}))["value"] == pytest.approx(0.41)


async def test_pinned_node_says_so(client: Client) -> None:
    pins = [{"layer": "hidden", "index": [0], "value": 9.0}]
    answer = await client.post("/api/v1/explain", {**ASKED, "overrides": pins})
    assert answer["pinned"] is True
    assert answer["value"] == 9.0
    assert answer["recomputed"] == pytest.approx(0.41)


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"example": 1}, 422, "/example"),
        ({"example": -1}, 422, "/example"),
        ({"example": 0.0}, 422, "/example"),
        ({"example": True}, 422, "/example"),
        ({"top": -1}, 422, "/top"),
        ({"top": 10_000_000}, 422, "/top"),
        ({"top": "5"}, 422, "/top"),
        ({"node": None}, 422, "/node"),
        ({"node": {"layer": "hidden"}}, 422, "/node"),
        ({"node": {"layer": "hidden", "index": [3]}}, 422, "/node/index/0"),
        ({"node": {"layer": "hidden", "index": [-1]}}, 422, "/node/index/0"),
        ({"node": {"layer": "hidden", "index": 0}}, 422, "/node/index"),
        ({"node": {"layer": "hidden", "index": [0.5]}}, 422, "/node/index"),
        ({"node": {"layer": "hidden", "index": [0, 0]}}, 422, "/node/index"),
        ({"node": {"layer": 5, "index": [0]}}, 422, "/node/layer"),
        ({"node": {"layer": "nowhere", "index": [0]}}, 404, "/node/layer"),
        ({"node": {"layer": "hidden", "index": [0], "value": 1}}, 422, "/node/value"),
    ],
)
async def test_wrong_nodes_and_numbers(client: Client, change: dict[str, object], status: int, pointer: str) -> None:
    problem = await client.problem("POST", "/api/v1/explain", status, json={**ASKED, **change})
    assert problem["pointer"] == pointer


async def test_values_that_are_not_finite(client: Client) -> None:
    kernel = {"kernel": [[1e308], [1e308]], "bias": [0.0]}
    network = {"input": {"shape": [2]}, "layers": [{"name": "huge", "kind": "Dense", "units": 1, "parameters": kernel}]}
    body = {"network": network, "inputs": [10.0, 10.0], "node": {"layer": "huge", "index": [0]}}
    answer = await client.post("/api/v1/explain", body)
    assert answer["value"] == "Infinity"
    assert answer["difference"] == "NaN"
    assert answer["exact"] is False
