"""What layers do differently while they are trained: Dropout and BatchNormalization."""

import numpy as np
import pytest

from app.nn.layers import LAYERS, Layer
from app.nn.layers.dense import Dense
from app.nn.layers.normalization import BatchNormalization
from app.nn.layers.reshaping import Dropout, SpatialDropout2D
from app.nn.reading import Array
from tests.nn.numerical import numerical_gradient

BATCH_SHAPES = [(5, 3), (4, 3, 2), (3, 2, 4, 3)]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn_parameters(layer: Layer, shape: tuple[int, ...]) -> dict[str, Array]:
    random = generator(7)
    return {name: random.uniform(0.5, 1.5, spec.shape) for name, spec in layer.parameter_specs([shape]).items()}


@pytest.mark.parametrize("shape", BATCH_SHAPES)
@pytest.mark.parametrize(
    "layer",
    [
        BatchNormalization(),
        BatchNormalization(axis=(1,), epsilon=1e-5),
        BatchNormalization(center=False, scale=False),
        BatchNormalization(trainable=False),
        Dropout(rate=0.4),
        Dropout(rate=0.0),
        Dense(units=4),
    ],
    ids=["batch", "first_axis", "bare", "frozen", "dropout", "no_dropout", "dense"],
)
def test_training_gradients_equal_finite_differences(layer: Layer, shape: tuple[int, ...]) -> None:
    parameters = drawn_parameters(layer, shape[1:])
    inputs = [generator(1).normal(0.5, 2.0, shape)]
    values = layer.training_forward(inputs, parameters, generator(3))
    weight = np.asarray(generator(2).normal(size=values.output.shape))

    def total() -> float:
        return float((weight * layer.training_forward(inputs, parameters, generator(3)).output).sum())

    gradient = layer.training_backward(inputs, parameters, values, weight)
    assert gradient.inputs[0] is not None
    np.testing.assert_allclose(gradient.inputs[0], numerical_gradient(total, inputs[0]), rtol=1e-5, atol=1e-7)
    for name, spec in layer.parameter_specs([shape[1:]]).items():
        if spec.trainable:
            expected = numerical_gradient(total, parameters[name])
            np.testing.assert_allclose(gradient.parameters[name], expected, rtol=1e-5, atol=1e-7)


def test_batch_normalization_uses_the_batch_and_moves_the_stored_statistics() -> None:
    layer = BatchNormalization(momentum=0.9, epsilon=0.0)
    inputs = [generator().normal(5.0, 3.0, (50, 2))]
    parameters = {
        "gamma": np.ones(2),
        "beta": np.zeros(2),
        "moving_mean": np.array([1.0, 2.0]),
        "moving_variance": np.array([3.0, 4.0]),
    }
    values = layer.training_forward(inputs, parameters, None)
    np.testing.assert_allclose(values.output.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(values.output.std(axis=0), 1.0)
    moved = layer.moving_updates(inputs, parameters, values)
    np.testing.assert_allclose(moved["moving_mean"], 0.9 * np.array([1.0, 2.0]) + 0.1 * inputs[0].mean(axis=0))
    np.testing.assert_allclose(moved["moving_variance"], 0.9 * np.array([3.0, 4.0]) + 0.1 * inputs[0].var(axis=0))


def test_a_batch_normalization_that_is_not_trainable_evaluates() -> None:
    layer = BatchNormalization(trainable=False)
    inputs = [generator().normal(5.0, 3.0, (6, 3))]
    parameters = drawn_parameters(layer, (3,))
    values = layer.training_forward(inputs, parameters, None)
    np.testing.assert_array_equal(values.output, layer.forward(inputs, parameters).output)
    assert not layer.moving_updates(inputs, parameters, values)


def test_dropout_keeps_sums_and_its_mask() -> None:
    layer = Dropout(rate=0.25)
    inputs = [np.ones((200, 50))]
    values = layer.training_forward(inputs, {}, generator(1))
    mask = values.named["mask"]
    assert set(np.unique(mask)) == {0.0, 1.0 / 0.75}
    assert abs(float((mask == 0).mean()) - 0.25) < 0.02
    assert abs(float(values.output.mean()) - 1.0) < 0.03
    np.testing.assert_array_equal(values.output, mask)


def test_dropout_drops_the_same_nodes_at_either_precision() -> None:
    layer = Dropout(rate=0.5)
    masks = [
        layer.training_forward([np.ones((4, 6), dtype=dtype)], {}, generator(4)).named["mask"]
        for dtype in (np.float32, np.float64)
    ]
    assert masks[0].dtype == np.float32
    np.testing.assert_array_equal(masks[0], masks[1])


def test_only_kinds_that_draw_are_given_a_generator() -> None:
    assert {kind for kind, layer in LAYERS.items() if layer.random_in_training} >= {"Dropout"}
    assert {kind for kind, layer in LAYERS.items() if layer.couples_examples} >= {"BatchNormalization"}


def test_spatial_dropout_drops_whole_maps() -> None:
    layer = SpatialDropout2D(rate=0.5)
    inputs = [np.ones((4, 3, 2, 8))]
    values = layer.training_forward(inputs, {}, generator(1))
    maps = values.output.reshape(4, 6, 8)
    assert (maps == maps[:, :1]).all()
    assert set(np.unique(maps)) == {0.0, 2.0}
    back = layer.training_backward(inputs, {}, values, np.ones_like(inputs[0]))
    np.testing.assert_array_equal(back.inputs[0], values.output)
    np.testing.assert_array_equal(layer.forward(inputs, {}).output, inputs[0])
