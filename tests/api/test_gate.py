import anyio
import anyio.lowlevel
import pytest
from starlette.types import Message

from app.api.gate import Gate, Holding
from app.errors import Busy
from app.main import create_app
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client, connect

pytestmark = pytest.mark.anyio


async def test_work_is_admitted_in_its_order() -> None:
    gate = Gate(workers=1, waiting=8, memory_bytes=100)
    order: list[int] = []

    async def work(number: int) -> None:
        await gate.enter(10)
        order.append(number)
        await anyio.lowlevel.checkpoint()
        gate.leave(10)

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(work, number)
    assert order == [0, 1, 2, 3, 4]
    assert (gate.free_workers, gate.free_bytes) == (1, 100)


async def test_the_queue_is_bounded() -> None:
    gate = Gate(workers=1, waiting=0, memory_bytes=100)
    await gate.enter(1)
    with pytest.raises(Busy) as caught:
        await gate.enter(1)
    assert caught.value.retry_after == 1
    gate.leave(1)
    await gate.enter(1)


async def test_work_waits_for_memory() -> None:
    gate = Gate(workers=4, waiting=4, memory_bytes=100)
    await gate.enter(80)
    inside: list[int] = []

    async def work(size: int) -> None:
        await gate.enter(size)
        inside.append(size)

    async with anyio.create_task_group() as group:
        group.start_soon(work, 30)
        group.start_soon(work, 10)
        await anyio.wait_all_tasks_blocked()
        assert inside == []
        gate.leave(80)
    assert inside == [30, 10]
    assert gate.free_bytes == 60


async def test_work_inside_never_waits_for_more() -> None:
    gate = Gate(workers=2, waiting=4, memory_bytes=100)
    await gate.enter(50)
    gate.grow(50)
    with pytest.raises(Busy):
        gate.grow(1)


async def test_cancelled_work_leaves_the_queue() -> None:
    gate = Gate(workers=1, waiting=1, memory_bytes=100)
    await gate.enter(1)
    with anyio.move_on_after(0.01):
        await gate.enter(1)
    gate.leave(1)
    assert (gate.free_workers, gate.free_bytes) == (1, 100)
    await gate.enter(100)


async def test_waiting_is_bounded_in_time() -> None:
    gate = Gate(workers=1, waiting=2, memory_bytes=100, wait_seconds=0.01)
    await gate.enter(60)
    with pytest.raises(Busy, match=r"0\.01 seconds") as caught:
        await gate.enter(60)
    assert caught.value.retry_after > 1
    gate.leave(60)
    assert (gate.free_workers, gate.free_bytes) == (1, 100)
    await gate.enter(100)


async def test_one_who_gives_up_lets_the_next_one_in() -> None:
    gate = Gate(workers=2, waiting=2, memory_bytes=100, wait_seconds=0.05)
    await gate.enter(60)
    async with anyio.create_task_group() as group:

        async def large() -> None:
            with pytest.raises(Busy):
                await gate.enter(60)

        group.start_soon(large)
        await anyio.wait_all_tasks_blocked()
        with anyio.fail_after(5):
            await gate.enter(40)  # behind the large one, until that one goes
    assert gate.free_bytes == 0


def test_what_is_held_is_bounded() -> None:
    holding = Holding(100, "bodies")
    holding.take(70)
    with pytest.raises(Busy, match="bodies"):
        holding.take(31)
    holding.take(30)
    holding.give_back(70)
    holding.give_back(30)
    assert holding.held_bytes == 0
    holding.take(1000)  # alone


@pytest.mark.parametrize("there", [True, False])
async def test_nothing_is_computed_for_a_client_that_has_gone_while_it_waited(there: bool) -> None:
    app = create_app(Settings(workers=1))
    gate = app.state.services.gate
    sent: list[Message] = []

    async def receive() -> Message:
        if there:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/openapi.json",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    await gate.enter(1)
    async with anyio.create_task_group() as group:
        group.start_soon(app, scope, receive, send)
        await anyio.wait_all_tasks_blocked()
        gate.leave(1)
    assert bool(sent) is there
    assert gate.free_workers == 1
    app.state.services.networks.database.close()


async def test_bodies_are_held_together_until_their_calls_end() -> None:
    app = create_app(Settings(body_bytes=10_000, bodies_bytes=1))
    bodies = app.state.services.bodies
    asked = {"network": WALKTHROUGH, "inputs": [0.5, 0.7]}
    async with connect(app) as http:
        client = Client(http)
        await client.post("/api/v1/forward", asked)
        assert bodies.held_bytes == 0
        bodies.take(9_900)
        problem = await client.problem("POST", "/api/v1/forward", 503, json=asked)
        assert "bodies" in problem["detail"]
        assert bodies.held_bytes == 9_900
    app.state.services.networks.database.close()
