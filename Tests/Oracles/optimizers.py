# python Tests/Oracles/optimizers.py > Tests/ConvNetTests/Golden/optimizers.json
# in a virtual environment with torch: six steps of each rule on one kernel.
import json

import numpy as np
import torch

N = 8
START = ((np.arange(N) * 37 % 11) / 5 - 1).astype(np.float32)
GRADIENTS = [(((np.arange(N) * 13 + s * 7) % 17) / 8 - 1).astype(np.float32) for s in range(6)]
RATES = [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]


def with_torch(make, scale=1.0, clip=None):
    w = torch.nn.Parameter(torch.tensor(START))
    optimizer = make([w])
    for gradient, rate in zip(GRADIENTS, RATES):
        optimizer.param_groups[0]["lr"] = rate * scale
        w.grad = torch.tensor(gradient)
        if clip:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimizer.step()
    return w.detach().numpy()


def deepmedic(normalized):
    """The rule of DeepMedic's RmsPropOptimizer, in float64."""
    w, a, v = START.astype(float), 0.0, 0.0
    for g, r in zip(GRADIENTS, RATES):
        r = 0.1 * r
        g = g.astype(float) + 1e-2 * np.sign(w) + 2 * 3e-2 * w
        a = 0.9 * a + 0.1 * g * g
        s = (1 - 0.6 if normalized else 1) * r * g / np.sqrt(a + 1e-4)
        v = 0.6 * v - s
        w = w + 0.6 * v - s
    return w


sgd = torch.optim.SGD
rows = {
    "sgd": with_torch(lambda p: sgd(p, 0.1, momentum=0.9)),
    "nesterov": with_torch(lambda p: sgd(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.06)),
    "clipped": with_torch(lambda p: sgd(p, 0.1, momentum=0.9), clip=0.5),
    "adamW": with_torch(lambda p: torch.optim.AdamW(p, 0.1, weight_decay=0.2)),
    # Without momentum and with a tiny epsilon the two programs' rules agree.
    "rmsprop": with_torch(lambda p: torch.optim.RMSprop(p, 0.1, alpha=0.9, eps=1e-12)),
    "deepMedic": deepmedic(False),
    "deepMedicNormalized": deepmedic(True),
}
print(json.dumps({name: [round(float(x), 8) for x in row] for name, row in rows.items()}, indent=1))
