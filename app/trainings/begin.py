"""Beginning a training: its job, with everything that it will need."""

from collections.abc import Mapping

from app.errors import TooLarge
from app.ids import draw_id
from app.jobs import Job, Jobs
from app.jobs.payload import pack_network
from app.nn.layers.values import NOTHING
from app.nn.network import Network
from app.nn.reading import Array
from app.settings import Settings
from app.trainings.examples import memory_of
from app.trainings.plan import Plan
from app.trainings.storing import check_size
from app.trainings.work import pack_plan

KIND = "training"


def begin(jobs: Jobs, settings: Settings, network: Network, plan: Plan, given: Mapping[str, Array] = NOTHING) -> Job:
    """Submit a training; `given` are parameters, by `<layer>/<name>`, that the network's document does not hold.

    Raises `TooLarge` for one over a limit, `Busy` and `Unavailable`.
    """
    if plan.store:
        check_size(network, settings)
    memory = memory_of(plan, network)
    if memory > settings.memory_bytes:
        detail = (
            f"this would take about {memory // 2**20:,} MiB of memory; there are {settings.memory_bytes // 2**20:,}"
        )
        raise TooLarge(f"{detail} MiB for it (VITRINE_MEMORY_BYTES): train on fewer examples, or in float32")
    network_id = draw_id() if plan.store else None
    description, arrays = pack_network(network, given)
    arguments = {"network": description, "plan": pack_plan(plan), "network_id": network_id}
    data = plan.source.name or "examples of one's own"
    title = plan.title or f"{network.document.get('title') or network.name or 'A network'}, trained on {data}"
    facts = {"network": network_id, "training": plan.to_document(), "epochs": plan.training.epochs}
    return jobs.submit(KIND, arguments, title[:200], facts, {**arrays, **plan.arrays}, memory)
