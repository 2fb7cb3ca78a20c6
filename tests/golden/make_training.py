"""Make training.npz: what Keras computes in training, and scikit-learn and Keras for metrics.

Run with `make golden`, which sets KERAS_BACKEND=torch. Everything is drawn from fixed seeds, in float64. `cases` is a
JSON text with the documents of network and training that each case belongs to:

    case/<name>/start/<layer>/<parameter>, inputs, targets, and after 1 and 10 steps on the whole batch
    case/<name>/<steps>/<layer>/<parameter>; case/<name>/loss, one number a step
    fit/history/<key>: a `fit` over several batches and epochs without shuffling; metrics and schedules: JSON texts
"""

import json
import os
from pathlib import Path
from typing import Any
from zlib import crc32

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import sklearn.metrics
from keras.src.backend.common import dtypes

keras.config.set_floatx("float64")
# Keras computes float64 layers in float32, except on TensorFlow; this is the table by which it does.
dtypes.BIT64_TO_BIT32_DTYPE.update({"float64": "float64", "int64": "int64"})

EXAMPLES = 12
FEATURES = 3
STEPS = (1, 10)

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {"name": "sgd"},
    "sgd_momentum": {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9},
    "sgd_nesterov": {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "sgd_clipnorm": {"name": "sgd", "learning_rate": 0.5, "clipnorm": 0.05},
    "sgd_clipvalue": {"name": "sgd", "learning_rate": 0.5, "clipvalue": 0.02},
    "sgd_global_clipnorm": {"name": "sgd", "learning_rate": 0.5, "global_clipnorm": 0.1},
    "sgd_weight_decay": {"name": "sgd", "learning_rate": 0.1, "weight_decay": 0.1},
    "rmsprop": {"name": "rmsprop"},
    "rmsprop_centered": {"name": "rmsprop", "learning_rate": 0.01, "momentum": 0.5, "centered": True, "rho": 0.8},
    "adagrad": {"name": "adagrad", "learning_rate": 0.1},
    "adam": {"name": "adam"},
    "adam_fast": {"name": "adam", "learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3},
    "adam_amsgrad": {"name": "adam", "learning_rate": 0.1, "amsgrad": True},
    "adamw": {"name": "adamw", "learning_rate": 0.05, "weight_decay": 0.1},
    "exponential_decay": {
        "name": "sgd",
        "learning_rate": {
            "name": "exponential_decay",
            "initial_learning_rate": 0.2,
            "decay_steps": 3,
            "decay_rate": 0.5,
        },
    },
}

# loss, output activation, outputs, what the targets are
LOSSES: dict[str, tuple[Any, str, int, str]] = {
    "mean_squared_error": ("mean_squared_error", "linear", 2, "values"),
    "mean_absolute_error": ("mean_absolute_error", "linear", 2, "values"),
    "huber": ({"name": "huber", "delta": 0.7}, "linear", 2, "values"),
    "binary_crossentropy": ("binary_crossentropy", "sigmoid", 1, "binary"),
    "binary_crossentropy_several": (
        {"name": "binary_crossentropy", "label_smoothing": 0.1},
        "sigmoid",
        3,
        "binary",
    ),
    "binary_crossentropy_logits": ({"name": "binary_crossentropy", "from_logits": True}, "linear", 2, "binary"),
    "categorical_crossentropy": ("categorical_crossentropy", "softmax", 3, "one_hot"),
    "categorical_crossentropy_smooth": (
        {"name": "categorical_crossentropy", "label_smoothing": 0.2},
        "softmax",
        3,
        "one_hot",
    ),
    "categorical_crossentropy_apart": ("categorical_crossentropy", "softplus", 3, "one_hot"),
    "categorical_crossentropy_logits": (
        {"name": "categorical_crossentropy", "from_logits": True},
        "linear",
        3,
        "one_hot",
    ),
    "sparse_categorical_crossentropy": ("sparse_categorical_crossentropy", "softmax", 3, "classes"),
    "sparse_categorical_crossentropy_apart": ("sparse_categorical_crossentropy", "softplus", 3, "classes"),
    "sparse_categorical_crossentropy_logits": (
        {"name": "sparse_categorical_crossentropy", "from_logits": True},
        "linear",
        3,
        "classes",
    ),
    "hinge": ("hinge", "tanh", 2, "binary"),
    "kl_divergence": ("kl_divergence", "softmax", 3, "shares"),
}

LOSS_CLASSES = {
    "huber": "Huber",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}


def keras_optimizer(document: dict[str, Any]) -> Any:
    """Make Keras' optimiser of a document."""
    arguments = {key: value for key, value in document.items() if key != "name"}
    rate = arguments.get("learning_rate")
    if isinstance(rate, dict):
        arguments["learning_rate"] = keras_schedule(rate)
    classes = {"sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "adam": "Adam", "adamw": "AdamW"}
    return getattr(keras.optimizers, classes[document["name"]])(**arguments)


def keras_schedule(document: dict[str, Any]) -> Any:
    """Make Keras' schedule of a document."""
    name = "".join(word.title() for word in document["name"].split("_"))
    arguments = {key: value for key, value in document.items() if key != "name"}
    return getattr(keras.optimizers.schedules, name)(**arguments)


def keras_loss(document: Any) -> Any:
    """Make Keras' loss of a document."""
    if isinstance(document, str):
        return document
    arguments = {key: value for key, value in document.items() if key != "name"}
    return getattr(keras.losses, LOSS_CLASSES[document["name"]])(**arguments)


def draw_targets(generator: np.random.Generator, outputs: int, kind: str, count: int = EXAMPLES) -> Any:
    """Draw targets of a kind."""
    match kind:
        case "values":
            return generator.normal(size=(count, outputs))
        case "binary":
            return generator.integers(0, 2, (count, outputs)).astype(np.float64)
        case "one_hot":
            return np.eye(outputs)[generator.integers(0, outputs, count)]
        case "classes":
            return generator.integers(0, outputs, count)
    shares = generator.random((count, outputs))
    return shares / shares.sum(axis=1, keepdims=True)


def network_document(outputs: int, activation: str, *, normalised: bool = False) -> dict[str, Any]:
    """Describe the network of a case."""
    layers: list[dict[str, Any]] = [{"name": "hidden", "kind": "Dense", "units": 4, "activation": "tanh"}]
    if normalised:
        layers.append({"name": "even", "kind": "BatchNormalization", "momentum": 0.8})
    layers.append({"name": "output", "kind": "Dense", "units": outputs, "activation": activation})
    return {"input": {"shape": [FEATURES]}, "layers": layers}


def keras_model(document: dict[str, Any], training: dict[str, Any], generator: np.random.Generator) -> Any:
    """Build the Keras model with its regularisers and drawn parameters."""
    layers = [keras.Input((FEATURES,))]
    for one in document["layers"]:
        arguments = {key: value for key, value in one.items() if key != "kind"}
        for rule in training.get("regularizers", []):
            if one["name"] in (rule.get("layers") or [one["name"]]) and one["kind"] == "Dense":
                penalty = keras.regularizers.L1L2(rule.get("l1", 0.0), rule.get("l2", 0.0))
                arguments[f"{rule.get('parameter', 'kernel')}_regularizer"] = penalty
        layers.append(getattr(keras.layers, one["kind"])(**arguments))
    model = keras.Sequential(layers)
    for layer in model.layers:
        for variable in layer.variables:
            if not variable.name.startswith("moving"):
                variable.assign(generator.normal(0.0, 0.7, variable.shape))
    model.compile(
        optimizer=keras_optimizer(training["optimizer"]),
        loss=keras_loss(training["loss"]),
        metrics=training.get("metrics"),
    )
    return model


def parameters_of(model: Any) -> dict[str, Any]:
    """Return all parameters by layer/name."""
    return {
        f"{layer.name}/{variable.name}": np.array(keras.ops.convert_to_numpy(variable))
        for layer in model.layers
        for variable in layer.variables
    }


def cases() -> dict[str, tuple[dict[str, Any], dict[str, Any], str]]:
    """Return every case: the network's document, the training's, and what the targets are."""
    result: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {}
    regression = network_document(2, "linear")
    for name, optimizer in OPTIMIZERS.items():
        result[f"optimizer_{name}"] = (regression, {"loss": "mean_squared_error", "optimizer": optimizer}, "values")
    descent = {"name": "sgd", "learning_rate": 0.1}
    for name, (loss, activation, outputs, kind) in LOSSES.items():
        training: dict[str, Any] = {"loss": loss, "optimizer": descent}
        result[f"loss_{name}"] = (network_document(outputs, activation), training, kind)
    classifier = network_document(3, "softmax")
    adam = {"name": "adam", "learning_rate": 0.05}
    sparse: dict[str, Any] = {"loss": "sparse_categorical_crossentropy", "optimizer": adam}
    rules = [{"l1": 0.01, "l2": 0.02}, {"parameter": "bias", "layers": ["hidden"], "l2": 0.1}]
    result["regularizers"] = (classifier, {**sparse, "regularizers": rules}, "classes")
    result["class_weight"] = (classifier, {**sparse, "class_weight": {"0": 0.3, "2": 4.0}}, "classes")
    result["batch_normalization"] = (network_document(3, "softmax", normalised=True), sparse, "classes")
    return result


def run_case(name: str, document: dict[str, Any], training: dict[str, Any], kind: str) -> dict[str, Any]:
    """Train on one batch, and keep the parameters."""
    generator = np.random.default_rng(crc32(name.encode()))
    model = keras_model(document, training, generator)
    inputs = generator.normal(0.0, 1.5, (EXAMPLES, FEATURES))
    targets = draw_targets(generator, document["layers"][-1]["units"], kind)
    arrays = {"inputs": inputs, "targets": targets}
    arrays |= {f"start/{key}": value for key, value in parameters_of(model).items()}
    weights = training.get("class_weight")
    losses = []
    for step in range(1, max(STEPS) + 1):
        model.reset_metrics()
        weighting = {int(key): value for key, value in weights.items()} if weights else None
        losses.append(float(model.train_on_batch(inputs, targets, class_weight=weighting)))
        if step in STEPS:
            arrays |= {f"{step}/{key}": value for key, value in parameters_of(model).items()}
    arrays["loss"] = np.array(losses)
    return {f"case/{name}/{key}": value for key, value in arrays.items()}


FIT: dict[str, Any] = {
    "loss": "sparse_categorical_crossentropy",
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "metrics": ["accuracy"],
    "epochs": 4,
    "batch_size": 8,
    "validation_split": 0.25,
    "shuffle": False,
    "regularizers": [{"l2": 0.01}],
}


def run_fit() -> dict[str, Any]:
    """Fit over several batches, the last smaller than the others."""
    generator = np.random.default_rng(11)
    model = keras_model(network_document(3, "softmax"), FIT, generator)
    start = parameters_of(model)
    inputs = generator.normal(0.0, 1.5, (50, FEATURES))
    targets = draw_targets(generator, 3, "classes", 50)
    settings = {key: FIT[key] for key in ("epochs", "batch_size", "validation_split", "shuffle")}
    history = model.fit(inputs, targets, verbose=0, **settings).history
    arrays = {"inputs": inputs, "targets": targets}
    arrays |= {f"start/{key}": value for key, value in start.items()}
    arrays |= {f"end/{key}": value for key, value in parameters_of(model).items()}
    arrays |= {f"history/{key}": np.array(values) for key, values in history.items()}
    return {f"fit/{key}": value for key, value in arrays.items()}


SCHEDULES: dict[str, dict[str, Any]] = {
    "exponential": {
        "name": "exponential_decay",
        "initial_learning_rate": 0.1,
        "decay_steps": 7,
        "decay_rate": 0.6,
    },
    "stairs": {
        "name": "exponential_decay",
        "initial_learning_rate": 0.1,
        "decay_steps": 7,
        "decay_rate": 0.6,
        "staircase": True,
    },
    "piecewise": {"name": "piecewise_constant_decay", "boundaries": [3, 10], "values": [1.0, 0.5, 0.1]},
    "cosine": {"name": "cosine_decay", "initial_learning_rate": 0.1, "decay_steps": 12, "alpha": 0.1},
    "cosine_warm": {
        "name": "cosine_decay",
        "initial_learning_rate": 0.01,
        "decay_steps": 12,
        "warmup_target": 0.3,
        "warmup_steps": 4,
    },
}


def run_schedules() -> dict[str, Any]:
    """Evaluate Keras' schedules at the first steps."""
    return {
        name: {
            "document": document,
            "rates": [float(keras.ops.convert_to_numpy(keras_schedule(document)(step))) for step in range(20)],
        }
        for name, document in SCHEDULES.items()
    }


def run_metrics() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Compute metrics of drawn predictions; each entry names its arrays, the metric's document, and the value."""
    generator = np.random.default_rng(21)
    count, outputs = 60, 4
    raw = generator.random((count, outputs))
    classes = generator.integers(0, outputs, count)
    raw[np.arange(count), classes] += 0.3
    arrays = {
        "shares": raw / raw.sum(axis=1, keepdims=True),
        "classes": classes,
        "one_hot": np.eye(outputs)[classes],
        "chance": generator.random((count, 1)),
        "answers": generator.integers(0, 2, (count, 1)).astype(np.float64),
        "values": generator.normal(1.0, 2.0, (count, 3)),
    }
    arrays["guesses"] = arrays["values"] + generator.normal(0.0, 0.7, (count, 3))
    said = arrays["shares"].argmax(axis=1)
    entries: list[dict[str, Any]] = []

    def add(document: Any, predictions: str, targets: str, value: Any) -> None:
        value = np.asarray(value).tolist()
        entries.append({"metric": document, "predictions": predictions, "targets": targets, "value": value})

    def keras_value(metric: Any, predictions: str, targets: str) -> float:
        metric.update_state(arrays[targets], arrays[predictions])
        return float(keras.ops.convert_to_numpy(metric.result()))

    metrics = keras.metrics
    add("accuracy", "shares", "classes", keras_value(metrics.SparseCategoricalAccuracy(), "shares", "classes"))
    add("accuracy", "shares", "one_hot", keras_value(metrics.CategoricalAccuracy(), "shares", "one_hot"))
    add("accuracy", "chance", "answers", keras_value(metrics.BinaryAccuracy(), "chance", "answers"))
    add("binary_accuracy", "shares", "one_hot", keras_value(metrics.BinaryAccuracy(), "shares", "one_hot"))
    for k in (1, 2, 3):
        document = {"name": "top_k_categorical_accuracy", "k": k}
        add(document, "shares", "classes", keras_value(metrics.SparseTopKCategoricalAccuracy(k=k), "shares", "classes"))
    for name, function in (
        ("precision", sklearn.metrics.precision_score),
        ("recall", sklearn.metrics.recall_score),
        ("f1_score", sklearn.metrics.f1_score),
    ):
        for average in ("macro", "micro", "weighted"):
            value = function(classes, said, average=average)
            add({"name": name, "average": average}, "shares", "classes", value)
            add({"name": name, "average": average}, "shares", "one_hot", value)
            many = {"name": name, "average": average, "multi_label": True, "threshold": 0.3}
            add(many, "shares", "one_hot", function(arrays["one_hot"], arrays["shares"] > 0.3, average=average))
        yes = arrays["chance"][:, 0] > 0.5
        add(name, "chance", "answers", function(arrays["answers"][:, 0], yes))
    add("precision", "chance", "answers", keras_value(metrics.Precision(), "chance", "answers"))
    add("recall", "chance", "answers", keras_value(metrics.Recall(), "chance", "answers"))
    add("confusion_matrix", "shares", "classes", sklearn.metrics.confusion_matrix(classes, said))
    for name, metric in (
        ("mae", metrics.MeanAbsoluteError()),
        ("mse", metrics.MeanSquaredError()),
        ("rmse", metrics.RootMeanSquaredError()),
        ("r2_score", metrics.R2Score()),
    ):
        add(name, "guesses", "values", keras_value(metric, "guesses", "values"))
    add("r2_score", "guesses", "values", sklearn.metrics.r2_score(arrays["values"], arrays["guesses"]))
    return {f"metric/{key}": value for key, value in arrays.items()}, entries


def main() -> None:
    """Compute everything and write the file beside this script."""
    arrays: dict[str, Any] = {}
    documents = {}
    for name, (document, training, kind) in cases().items():
        arrays |= run_case(name, document, training, kind)
        documents[name] = {"network": document, "training": training}
    arrays |= run_fit()
    metric_arrays, metrics = run_metrics()
    arrays |= metric_arrays
    texts = {
        "versions": {"keras": keras.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "cases": documents,
        "fit": {"network": network_document(3, "softmax"), "training": FIT},
        "metrics": metrics,
        "schedules": run_schedules(),
    }
    arrays |= {name: np.array(json.dumps(value)) for name, value in texts.items()}
    np.savez_compressed(Path(__file__).with_name("training.npz"), allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
