"""Dividing examples into a training and a test split, as scikit-learn's `train_test_split` does, number for number."""

import math

import numpy as np

from app.nn.reading import Array


def split_sizes(count: int, share: float) -> tuple[int, int]:
    """Return how many of `count` examples are for training and for testing: the test split is rounded up."""
    test = math.ceil(count * share)
    return count - test, test


def split(count: int, share: float, seed: int, classes: Array | None = None) -> tuple[Array, Array]:
    """Return the places of the training and of the test examples, shuffled from `seed`.

    `share` is that of the test split. With `classes` (a number for each example) every class has about the same
    share in both (stratified). The generator is NumPy's legacy one, whose numbers never change.
    """
    training, test = split_sizes(count, share)
    random = np.random.RandomState(seed)
    if classes is None:
        order = random.permutation(count)
        return order[test:], order[:test]
    _, numbers, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    members = np.split(np.argsort(numbers, kind="stable"), np.cumsum(sizes)[:-1])
    of_training = _shares(sizes, training, random)
    of_test = _shares(sizes - of_training, test, random)
    chosen: tuple[list[Array], list[Array]] = ([], [])
    for places, in_training, in_test in zip(members, of_training, of_test, strict=True):
        shuffled = places[random.permutation(len(places))]
        chosen[0].append(shuffled[:in_training])
        chosen[1].append(shuffled[in_training : in_training + in_test])
    return random.permutation(np.concatenate(chosen[0])), random.permutation(np.concatenate(chosen[1]))


def can_stratify(classes: Array, share: float) -> bool:
    """Tell whether every class can stand in both splits: two examples of each, and room for all in either."""
    _, sizes = np.unique(classes, return_counts=True)
    return bool(sizes.min() >= 2 and min(split_sizes(len(classes), share)) >= len(sizes))


def _shares(sizes: Array, count: int, random: np.random.RandomState) -> Array:
    """Divide `count` among classes by their sizes; what rounding leaves goes to the largest remainders."""
    exact = sizes / sizes.sum() * count
    shares = np.floor(exact)
    missing = int(count - shares.sum())
    remainders = exact - shares
    for remainder in np.sort(np.unique(remainders))[::-1]:
        if missing == 0:
            break
        (candidates,) = np.where(remainders == remainder)
        taken = random.choice(candidates, size=min(len(candidates), missing), replace=False)
        shares[taken] += 1
        missing -= len(taken)
    result: Array = shares.astype(np.int64)
    return result
