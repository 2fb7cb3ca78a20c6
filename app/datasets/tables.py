"""Small tables that come with Vitrine, as scikit-learn has them: iris, wine, breast cancer, diabetes, digits.

Their numbers stand in `data/*.csv.gz`: a line of names, then a line an example with the target last. They were
written from scikit-learn's copies by `tests/golden/make_datasets.py`; each of them comes from the UCI repository, but
for diabetes, which comes with Efron, Hastie, Johnstone and Tibshirani (2004), "Least Angle Regression".
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from app.datasets.record import Dataset, Folders, Option, Options, Samples
from app.datasets.splitting import split, split_sizes
from app.nn.reading import Array, Shape

DATA = Path(__file__).parent / "data"
UCI = "https://archive.ics.uci.edu/dataset"
CC_BY = "CC BY 4.0"

SPLIT_OPTIONS = (
    Option("test_split", "number", 0.2, 0.05, 0.95, "The share of the examples that is kept for testing."),
    Option("seed", "integer", 0, 0, 2**32 - 1, "What the division into training and test examples is drawn from."),
)
"""The default is the definition of the splits: shuffled with seed 0, and stratified where there are classes."""


@lru_cache(maxsize=8)
def read_table(name: str) -> tuple[Array, Array]:
    """Return the inputs (n, features) and targets (n,) of a table, as float64; they must not be changed."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        numbers = np.loadtxt(file, delimiter=",", skiprows=1)
    numbers.setflags(write=False)
    return numbers[:, :-1], numbers[:, -1]


def _read(dataset: Dataset, split_name: str, start: int, stop: int, options: Options, _folders: Folders) -> Samples:
    inputs, targets = read_table(dataset.name)
    classes = targets if dataset.task == "classification" else None
    training, test = split(len(targets), float(options["test_split"]), int(options["seed"]), classes)
    chosen = (training if split_name == "train" else test)[start:stop]
    values = inputs[chosen].reshape(-1, *dataset.shape)
    if dataset.task == "regression":
        return Samples(values, targets[chosen][:, np.newaxis])
    numbers = targets[chosen].astype(np.int64)
    if dataset.levels is None:
        return Samples(values, numbers)
    return Samples(values.astype(np.uint8), numbers, float(dataset.levels))


def _sizes(count: int, options: Options) -> Mapping[str, int]:
    training, test = split_sizes(count, float(options["test_split"]))
    return {"train": training, "test": test}


def _table(
    name: str,
    count: int,
    shape: Shape,
    title: str,
    description: str,
    source: str,
    licence: str = CC_BY,
    classes: tuple[str, ...] = (),
    features: tuple[str, ...] = (),
    target: str = "",
    levels: int | None = None,
) -> Dataset:
    return Dataset(
        name=name,
        title=title,
        description=description,
        task="classification" if classes else "regression",
        shape=shape,
        sizes=partial(_sizes, count),
        read=_read,
        source=source,
        licence=licence,
        classes=classes,
        features=features,
        target=target,
        levels=levels,
        options=SPLIT_OPTIONS,
    )


_MEASURED = (
    *("radius", "texture", "perimeter", "area", "smoothness", "compactness"),
    *("concavity", "concave points", "symmetry", "fractal dimension"),
)

DIGITS = _table(
    "digits",
    1797,
    (8, 8, 1),
    "Handwritten digits, 8×8",
    "1,797 small pictures of handwritten digits, as they come with scikit-learn; grey from 0 to 16, divided by 16.",
    f"{UCI}/80/optical+recognition+of+handwritten+digits",
    classes=tuple("0123456789"),
    target="digit",
    levels=16,
)
IRIS = _table(
    "iris",
    150,
    (4,),
    "Iris flowers",
    "Four lengths of 150 flowers of three species of iris (Fisher 1936).",
    f"{UCI}/53/iris",
    classes=("setosa", "versicolor", "virginica"),
    features=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
    target="species",
)
WINE = _table(
    "wine",
    178,
    (13,),
    "Wines",
    "A chemical analysis of 178 wines from three growers of one region; the scales differ a lot.",
    f"{UCI}/109/wine",
    classes=("class_0", "class_1", "class_2"),
    features=(
        *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
        *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines"),
        "proline",
    ),
    target="grower",
)
BREAST_CANCER = _table(
    "breast_cancer",
    569,
    (30,),
    "Breast cancer, Wisconsin",
    "Thirty measures of cell nuclei in 569 samples of breast tissue, malignant or benign.",
    f"{UCI}/17/breast+cancer+wisconsin+diagnostic",
    classes=("malignant", "benign"),
    features=(
        *(f"mean {one}" for one in _MEASURED),
        *(f"{one} error" for one in _MEASURED),
        *(f"worst {one}" for one in _MEASURED),
    ),
    target="diagnosis",
)
DIABETES = _table(
    "diabetes",
    442,
    (10,),
    "Diabetes progression",
    "Ten measures of 442 patients, in their own units, and how far the disease had progressed a year later.",
    "https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
    "as published with Least Angle Regression (2004); no licence stated",
    features=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
    target="progression",
)
TABLES = (DIGITS, IRIS, WINE, BREAST_CANCER, DIABETES)
