"""Records a training with recurrent batch normalization in PyTorch, in elementary operations.

Writes recurrent-batch-norm.json beside itself: python3 recurrent_batch_norm.py
Data and initial weights are formulas, which RecurrentParityTest repeats.
"""
import json
import os

import torch

SEQUENCES, INPUTS, OUTPUTS, LENGTH, CLASSES, STEPS, TRAININGS = 8, 3, 5, 6, 3, 4, 20
RATE, DECAY, EPSILON = 0.1, 0.9, 1e-5


def weights(rows, columns, phase):
    i = torch.arange(rows, dtype=torch.float64).reshape(-1, 1)
    j = torch.arange(columns, dtype=torch.float64).reshape(1, -1)
    return 0.4 * torch.cos(1.1 * i + 2.3 * j + phase)


def batch(training):
    n = torch.arange(SEQUENCES, dtype=torch.float64).reshape(-1, 1, 1)
    i = torch.arange(INPUTS, dtype=torch.float64).reshape(1, -1, 1)
    t = torch.arange(LENGTH, dtype=torch.float64).reshape(1, 1, -1)
    features = torch.sin(1.7 * n + 0.9 * i + 1.3 * t + 0.03 * training) * (1 + t)
    labels = ((n + 2 * t).reshape(SEQUENCES, LENGTH) % CLASSES).long()
    return features, labels


trained = {
    "W": weights(INPUTS, 4 * OUTPUTS, 0),
    "RW": weights(OUTPUTS, 4 * OUTPUTS, 1),
    "b": torch.zeros(4 * OUTPUTS, dtype=torch.float64),
    "gammaInput": torch.full((4 * OUTPUTS,), 0.1, dtype=torch.float64),
    "gammaState": torch.full((4 * OUTPUTS,), 0.1, dtype=torch.float64),
    "gammaCell": torch.full((OUTPUTS,), 0.1, dtype=torch.float64),
    "betaCell": torch.zeros(OUTPUTS, dtype=torch.float64),
    "outW": weights(OUTPUTS, CLASSES, 2),
    "outb": torch.zeros(CLASSES, dtype=torch.float64),
}
trained["b"][OUTPUTS : 2 * OUTPUTS] = 1  # of the forget gate
widths = {"Input": 4 * OUTPUTS, "State": 4 * OUTPUTS, "Cell": OUTPUTS}
running = {}
for what, width in widths.items():
    running["mean" + what] = torch.zeros(STEPS, width, dtype=torch.float64)
    running["variance" + what] = torch.ones(STEPS, width, dtype=torch.float64)
for value in trained.values():
    value.requires_grad_(True)


def normalized(what, z, found):
    mean = z.mean(0)
    variance = ((z - mean) ** 2).mean(0)
    found[what].append((mean.detach(), variance.detach()))
    return trained["gamma" + what] * (z - mean) / torch.sqrt(variance + EPSILON)


losses = []
for training in range(TRAININGS):
    features, labels = batch(training)
    found = {what: [] for what in widths}
    h = torch.zeros(SEQUENCES, OUTPUTS, dtype=torch.float64)
    c = torch.zeros(SEQUENCES, OUTPUTS, dtype=torch.float64)
    loss = 0
    for t in range(LENGTH):
        a = normalized("Input", features[:, :, t] @ trained["W"], found)
        a = a + normalized("State", h @ trained["RW"], found) + trained["b"]
        g, f, o, i = a.split(OUTPUTS, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(normalized("Cell", c, found) + trained["betaCell"])
        scores = torch.log_softmax(h @ trained["outW"] + trained["outb"], dim=1)
        loss = loss - scores.gather(1, labels[:, t : t + 1]).sum() / SEQUENCES
    gradients = torch.autograd.grad(loss, list(trained.values()))
    losses.append(loss.item())
    with torch.no_grad():
        for value, gradient in zip(trained.values(), gradients):
            value -= RATE * gradient
        for what, moments in found.items():
            for row in range(STEPS):
                last = LENGTH if row == STEPS - 1 else row + 1
                for name, k in (("mean", 0), ("variance", 1)):
                    average = sum(step[k] for step in moments[row:last]) / (last - row)
                    statistic = running[name + what]
                    statistic[row] = DECAY * statistic[row] + (1 - DECAY) * average

result = {"pytorch": torch.__version__, "losses": losses, "parameters": {}}
for name, value in list(trained.items()) + list(running.items()):
    result["parameters"][name] = value.detach().flatten().tolist()
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recurrent-batch-norm.json")
with open(path, "w") as file:
    json.dump(result, file)
    file.write("\n")
