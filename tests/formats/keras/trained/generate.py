"""Makes the models of this folder: ``python generate.py FOLDER`` with Keras 3, or with tf_keras where that is installed."""

import sys
from pathlib import Path

import numpy as np

try:
    import tf_keras as keras
except ImportError:
    import keras

layers, o = keras.layers, keras.optimizers


def three():
    rate = o.schedules
    return {
        "sgd_momentum": o.SGD(0.05, momentum=0.8),
        "sgd_clipnorm": o.SGD(0.1, clipnorm=0.05),
        "sgd_clipvalue": o.SGD(0.1, clipvalue=0.01),
        "sgd_exponential": o.SGD(rate.ExponentialDecay(0.2, 10, 0.5)),
        "sgd_staircase": o.SGD(rate.ExponentialDecay(0.2, 10, 0.5, staircase=True)),
        "sgd_inverse": o.SGD(rate.InverseTimeDecay(0.2, 10, 0.5)),
        "sgd_piecewise": o.SGD(rate.PiecewiseConstantDecay([22, 26], [0.2, 0.1, 0.01])),
        "ams_grad": o.Adam(0.01, amsgrad=True),
        "adamw": o.AdamW(0.01, weight_decay=0.05),
        "adagrad": o.Adagrad(0.1, initial_accumulator_value=1e-6, epsilon=1e-3),
        "adadelta": o.Adadelta(1.0, epsilon=1e-4),
        "adadelta_rate": o.Adadelta(0.5),
        "adamax": o.Adamax(0.01),
        "nadam": o.Nadam(0.01),
        "labels": o.Adam(0.01),
        "constraints": o.SGD(0.1),
    }


def two():
    old = o.legacy
    return {
        "legacy_sgd_nesterov": old.SGD(0.05, momentum=0.8, nesterov=True, decay=0.1),
        "legacy_adam": old.Adam(0.01, amsgrad=True, decay=0.05),
        "legacy_rmsprop": old.RMSprop(0.01),
        "legacy_adagrad": old.Adagrad(0.1),
        "legacy_adadelta": old.Adadelta(1.0, epsilon=1e-4),
        "legacy_nadam": old.Nadam(0.01),
        "k2_sgd": o.SGD(0.1),
        "k2_ams_grad": o.Adam(0.01, amsgrad=True, use_ema=True),
    }


def chain(name):
    if name == "labels":
        return [
            layers.Dense(5, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dense(3, activation="sigmoid"),
        ]
    if name == "constraints":
        c = keras.constraints
        return [
            layers.Dense(5, activation="tanh", kernel_constraint=c.MaxNorm(0.6), bias_constraint=c.NonNeg()),
            layers.Dense(4, activation="tanh", kernel_constraint=c.UnitNorm()),
            layers.Dense(3, activation="softmax", kernel_constraint=c.MinMaxNorm(0.4, 0.8, rate=0.7)),
        ]
    return [layers.Dense(5, activation="tanh"), layers.Dense(3, activation="softmax")]


def main(folder):
    folder.mkdir(exist_ok=True)
    random = np.random.RandomState(7)
    x = random.randn(400, 4).astype("f")
    scores = x @ random.randn(4, 3) + 0.3 * random.randn(400, 3)
    old = hasattr(o, "legacy") and keras.__version__.startswith("2")
    for name, optimizer in (two if old else three)().items():
        keras.utils.set_random_seed(11)
        several = name == "labels"  # several labels at once, with batch normalization
        y = (scores > 0).astype("f") if several else np.eye(3, dtype="f")[scores.argmax(1)]
        model = keras.Sequential([keras.Input((4,)), *chain(name)])
        model.compile(optimizer, loss="binary_crossentropy" if several else "categorical_crossentropy")
        batches = [slice(i, i + 16) for i in range(0, 400, 16)]
        for b in batches[:20]:
            model.train_on_batch(x[b], y[b])
        model.save(folder / f"{name}.{'h5' if old else 'keras'}")
        loss = [float(model.train_on_batch(x[b], y[b])) for b in batches[20:]]
        weights = {f"w{i}": w for i, w in enumerate(model.get_weights())}
        np.savez_compressed(folder / f"{name}.continue.npz", x=x[320:], y=y[320:], batch_size=16, loss=loss, **weights)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
