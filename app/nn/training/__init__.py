"""Training: `Training` is a training's document, `Trainer` does it batch by batch, `fit` to the end.

The loop knows no files, no clock and no data sets: it takes arrays, and gives reports, arrays and numbers.
"""

from app.nn.training.apart import StepApart, read_weight, take_apart
from app.nn.training.evaluation import evaluate
from app.nn.training.health import Health
from app.nn.training.reports import EpochReport, History, StepReport
from app.nn.training.settings import Training, training_schema
from app.nn.training.state import TrainingState
from app.nn.training.trainer import Trainer, fit

__all__ = [
    "EpochReport",
    "Health",
    "History",
    "StepApart",
    "StepReport",
    "Trainer",
    "Training",
    "TrainingState",
    "evaluate",
    "fit",
    "read_weight",
    "take_apart",
    "training_schema",
]
