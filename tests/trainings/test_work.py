from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from app.trainings import work


def threads_of_products() -> int:
    np.ones((2, 2)) @ np.ones((2, 2))
    return max(int(library["num_threads"]) for library in threadpool_info() if library["user_api"] == "blas")


@pytest.mark.parametrize("in_blocks", [True, False])
def test_products_leave_the_threads_to_blocks_where_there_are_some(
    monkeypatch: pytest.MonkeyPatch, in_blocks: bool
) -> None:
    run: Any = SimpleNamespace(
        trainer=SimpleNamespace(in_blocks=in_blocks), run=lambda: {"threads": threads_of_products()}
    )
    plan: Any = SimpleNamespace(arrays={})
    monkeypatch.setattr(work, "read_job", lambda arguments, context: (None, plan))
    monkeypatch.setattr(work, "load_data", lambda plan, network, folders, arrays: None)
    monkeypatch.setattr(work, "Run", lambda plan, data, network_id, context: run)
    settings = SimpleNamespace(data_dir=Path(), datasets_dir=None)
    context: Any = SimpleNamespace(settings=settings, progress=lambda *_: None)
    before = threads_of_products()
    assert work.train({"network_id": None}, context) == {"threads": 1 if in_blocks else before}
    assert threads_of_products() == before
