from pathlib import Path

import numpy as np

from app.nn.training import TrainingState
from app.trainings.checkpoints import Checkpoints


def state(value: float) -> TrainingState:
    arrays = {f"parameters/layer/{name}": np.full((300, 300), value) for name in ("kernel", "bias")}
    values = {"step": int(value), "history": {}, "watches": []}
    return TrainingState({**arrays, "optimizer/velocity": np.zeros(5)}, values)


def test_parameters_stay_what_they_were_when_another_checkpoint_is_written(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.read_parameters() is None
    checkpoints.write(state(1.0))
    found = checkpoints.read_parameters()
    checkpoints.write(state(2.0))
    assert found is not None
    assert set(found) == {"layer/kernel", "layer/bias"}
    assert (found["layer/kernel"] == 1.0).all()
    later = checkpoints.read_parameters()
    assert later is not None
    assert (later["layer/kernel"] == 2.0).all()
    assert checkpoints.steps() == [1, 2]
