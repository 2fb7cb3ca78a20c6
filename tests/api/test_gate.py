import anyio
import anyio.lowlevel
import pytest

from app.api.gate import Gate
from app.errors import Busy

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
