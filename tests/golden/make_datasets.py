"""Compute what the built-in tables are compared with: scikit-learn's data sets, and its splits of them.

Run with: python tests/golden/make_datasets.py (needs scikit-learn; see requirements/golden.txt). With `--tables` it
also writes the tables themselves again, from scikit-learn's copies, into app/datasets/data.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
TABLES = HERE.parents[1] / "app" / "datasets" / "data"
LOADERS = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "diabetes": lambda: load_diabetes(scaled=False),
    "digits": load_digits,
}


def write_table(name: str) -> None:
    """Write a table as gzipped CSV: a line of names, then the numbers, the target last."""
    bunch = LOADERS[name]()
    lines = [",".join([*(str(one) for one in bunch.feature_names), "target"])]
    lines += [
        ",".join(_shortest(number) for number in (*row, target))
        for row, target in zip(bunch.data, bunch.target, strict=True)
    ]
    packed = gzip.compress("\n".join([*lines, ""]).encode(), 9, mtime=0)
    (TABLES / f"{name}.csv.gz").write_bytes(packed)


def _shortest(number: float) -> str:
    """Return the shortest text that reads back as the same float64."""
    return str(int(number)) if number == int(number) else repr(float(number))


def main() -> None:
    """Write datasets.npz."""
    results = {}
    for name, loader in LOADERS.items():
        if "--tables" in sys.argv:
            write_table(name)
        bunch = loader()
        stratify = None if name == "diabetes" else bunch.target
        for seed, share in ((0, 0.2), (3, 0.37)):
            train, test = train_test_split(
                np.arange(len(bunch.target)), test_size=share, random_state=seed, stratify=stratify
            )
            results[f"{name}/train/{seed}"] = train.astype(np.int16)
            results[f"{name}/test/{seed}"] = test.astype(np.int16)
        results[f"{name}/data"] = bunch.data.astype(np.uint8) if name == "digits" else bunch.data
        results[f"{name}/target"] = bunch.target
    np.savez_compressed(HERE / "datasets.npz", **results)


if __name__ == "__main__":
    main()
