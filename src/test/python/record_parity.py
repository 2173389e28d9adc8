"""Trains small networks in TensorFlow and records what another implementation must find.

Run it with TensorFlow 2 installed:

    python record_parity.py ../resources/io/bnzoo/parity/recorded.json

Weights and images come from a formula (SplitMix64, below), so that only results are recorded. The
activation is tanh: a network of ReLUs amplifies rounding until no two libraries agree.
"""

import json
import sys

import numpy as np
import tensorflow as tf

EPSILON = 0.001
DECAY = 0.99
LEARNING_RATE = 0.05
VALUES_KEPT = 8


def uniform(seed, count):
    """The first values of SplitMix64, in [0, 1), as doubles."""
    with np.errstate(over="ignore"):
        steps = np.arange(1, count + 1, dtype=np.uint64)
        z = np.uint64(seed) + steps * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) / 2.0**53


def weights(seed, shape):
    """Glorot uniform, in the order of the shape."""
    area = int(np.prod(shape[:-2]))
    bound = np.sqrt(6.0 / (area * (shape[-2] + shape[-1])))
    values = (2 * uniform(seed, int(np.prod(shape))) - 1) * bound
    return tf.Variable(values.reshape(shape).astype(np.float32))


def images(seed, count, side):
    pixels = np.floor(256 * uniform(seed, count * side * side)) / 255
    return tf.constant(pixels.reshape(count, side, side, 1).astype(np.float32))


def labels(count, classes):
    return tf.one_hot([i % classes for i in range(count)], classes)


class Network:
    """The plain, moments or fused variant of one of the two architectures."""

    def __init__(self, kind, batch_norm, side, classes):
        self.batch_norm = batch_norm
        self.kind = kind
        self.stages = 0
        self.trained = {}
        self.statistics = {}
        if kind == "cnn":
            depth = {0: 1}
            for d in range(1, 20):
                depth[d] = 4 * d
                self.affine(f"conv{d:02d}", [3, 3, depth[d - 1], depth[d]])
                side = -(-side // 2) if d % 3 == 0 else side
            self.affine("fc1", [side * side * 76, 100])
        else:
            self.affine("fc1", [side * side, 100])
            self.affine("fc2", [100, 100])
            self.affine("fc3", [100, 100])
        self.trained["output.W"] = weights(1000, [100, classes])
        self.trained["output.b"] = tf.Variable(tf.zeros([classes]))

    def affine(self, name, shape):
        units = shape[-1]
        self.stages += 1
        self.trained[name + ".W"] = weights(self.stages, shape)
        if self.batch_norm == "none":
            self.trained[name + ".b"] = tf.Variable(tf.zeros([units]))
            return
        self.trained[name + "-bn.gamma"] = tf.Variable(tf.ones([units]))
        self.trained[name + "-bn.beta"] = tf.Variable(tf.zeros([units]))
        self.statistics[name + "-bn.populationMean"] = tf.Variable(tf.zeros([units]))
        self.statistics[name + "-bn.populationVariance"] = tf.Variable(tf.ones([units]))

    def normalize(self, name, x, mode, moved):
        if self.batch_norm == "none":
            return x + self.trained[name + ".b"]
        gamma = self.trained[name + "-bn.gamma"]
        beta = self.trained[name + "-bn.beta"]
        mean = self.statistics[name + "-bn.populationMean"]
        variance = self.statistics[name + "-bn.populationVariance"]
        if mode == "inference":
            return tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)
        if self.batch_norm == "fused" and len(x.shape) == 4:
            y, batch_mean, batch_variance = tf.compat.v1.nn.fused_batch_norm(
                x, gamma, beta, epsilon=EPSILON, is_training=True
            )
        else:
            batch_mean, batch_variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
            y = tf.nn.batch_normalization(x, batch_mean, batch_variance, beta, gamma, EPSILON)
        moved[name + "-bn.populationMean"] = mean * DECAY + batch_mean * (1 - DECAY)
        moved[name + "-bn.populationVariance"] = variance * DECAY + batch_variance * (1 - DECAY)
        return y

    def logits(self, x, mode, moved):
        if self.kind == "cnn":
            for d in range(1, 20):
                stride = 2 if d % 3 == 0 else 1
                name = f"conv{d:02d}"
                x = tf.nn.conv2d(x, self.trained[name + ".W"], stride, "SAME")
                x = tf.tanh(self.normalize(name, x, mode, moved))
        x = tf.reshape(x, [x.shape[0], -1])
        for name in ["fc1"] if self.kind == "cnn" else ["fc1", "fc2", "fc3"]:
            x = tf.tanh(self.normalize(name, x @ self.trained[name + ".W"], mode, moved))
        return x @ self.trained["output.W"] + self.trained["output.b"]

    def loss(self, logits, wanted):
        if self.kind == "cnn":
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=wanted, logits=logits)
        else:
            losses = tf.nn.softmax_cross_entropy_with_logits(labels=wanted, logits=logits)
        return tf.reduce_mean(losses)


def sample(array):
    """Some of an array's values, evenly spread, in TensorFlow's order."""
    values = np.asarray(array).ravel()
    stride = max(1, len(values) // VALUES_KEPT)
    return {"stride": stride, "values": [number(v) for v in values[::stride]]}


def number(value):
    """A float in as many digits as it has."""
    return float(f"{float(value):.9g}")


def record(kind, batch_norm, side, batch, steps, classes):
    network = Network(kind, batch_norm, side, classes)
    wanted = labels(batch, classes)
    result = {
        "model": kind,
        "batchNorm": batch_norm,
        "side": side,
        "batchSize": batch,
        "classes": classes,
        "learningRate": LEARNING_RATE,
        "losses": [],
    }
    for step in range(steps):
        moved = {}
        with tf.GradientTape() as tape:
            loss = network.loss(network.logits(images(2000 + step, batch, side), "training", moved), wanted)
        result["losses"].append(number(loss))
        names = list(network.trained)
        gradients = tape.gradient(loss, [network.trained[name] for name in names])
        if step == 0:
            result["gradients"] = {name: sample(g) for name, g in zip(names, gradients)}
        for name, gradient in zip(names, gradients):
            network.trained[name].assign_sub(LEARNING_RATE * gradient)
        for name, value in moved.items():
            network.statistics[name].assign(value)
    result["statistics"] = {name: sample(v) for name, v in network.statistics.items()}
    logits = network.logits(images(3000, 4, side), "inference", {})
    result["inferenceLogits"] = [[number(v) for v in row] for row in logits.numpy()]
    return result


def main():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    runs = [record("mlp", b, side=8, batch=12, steps=10, classes=5) for b in ("none", "moments")]
    runs += [
        record("cnn", b, side=12, batch=32, steps=4, classes=5) for b in ("none", "moments", "fused")
    ]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(run) for run in runs)
        file.write(f'{{"tensorflow": "{tf.__version__}", "runs": [\n{lines}\n]}}\n')


main()
