"""The network of trainer/network/unet.ts in PyTorch, and the time of its training step.

usage: python torch_unet.py SETTING    JSON in, StepTimes out, as bench/measure-step.ts
SETTING may also hold "channelsLast" (memory format channels_last_3d) and "compile" (torch.compile).
"""
import contextlib
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn

def block(inputs, outputs, stride):
    layers = []
    for i in range(2):
        first = i == 0
        layers += [
            nn.Conv3d(inputs if first else outputs, outputs, 3, stride if first else 1, 1, bias=False),
            nn.InstanceNorm3d(outputs, affine=True),
            nn.LeakyReLU(0.01, inplace=True),
        ]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.channels = channels
        levels = range(len(channels))
        inputs = [1, *channels]
        self.encoder = nn.ModuleList(block(inputs[i], channels[i], 1 if i == 0 else 2) for i in levels)
        up = [nn.ConvTranspose3d(channels[i + 1], channels[i], 2, 2, bias=False) for i in levels[:-1]]
        self.up = nn.ModuleList(up)
        self.decoder = nn.ModuleList(block(2 * channels[i], channels[i], 1) for i in levels[:-1])
        self.head = nn.Conv3d(channels[0], classes, 1)

    def forward(self, x):
        skips = []
        for stage in self.encoder:
            x = stage(x)
            skips.append(x)
        for i in reversed(range(len(self.channels) - 1)):
            x = self.decoder[i](torch.cat([skips[i], self.up[i](x)], 1))
        return self.head(x)


def dice_and_cross_entropy(logits, codes):
    classes = logits.shape[1]
    probabilities = logits.softmax(1)
    truth = nn.functional.one_hot(codes, classes).movedim(-1, 1).float()
    overlap = (probabilities * truth).sum((0, 2, 3, 4))[1:]
    volume = (probabilities + truth).sum((0, 2, 3, 4))[1:]
    return 1 - ((2 * overlap + 1) / (volume + 1)).mean() + nn.functional.cross_entropy(logits, codes)


def main(setting):
    patch, classes = setting["patch"], setting["classes"]
    torch.set_num_threads(setting["threads"])
    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = UNet(setting["channels"], classes).to(device)
    image = torch.randn(1, 1, *patch, device=device)
    if setting.get("channelsLast"):
        network = network.to(memory_format=torch.channels_last_3d)
        image = image.contiguous(memory_format=torch.channels_last_3d)
    run = torch.compile(network) if setting.get("compile") else network
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4)
    codes = torch.randint(0, classes, (1, *patch), device=device)
    times = {"forwardMs": [], "forwardBackwardMs": [], "updateMs": []}
    for step in range(setting["warmup"] + setting["steps"]):
        start = time.perf_counter()
        with torch.no_grad():
            run(image).sum().item()
        after_forward = time.perf_counter()
        loss = dice_and_cross_entropy(run(image), codes)
        loss.backward()
        loss.item()
        after_backward = time.perf_counter()
        nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        # A card works on after the call; reading waits for it, as in measure-step.ts.
        network.head.bias.sum().item()
        if step < setting["warmup"]:
            continue
        times["forwardMs"].append(1000 * (after_forward - start))
        times["forwardBackwardMs"].append(1000 * (after_backward - after_forward))
        times["updateMs"].append(1000 * (time.perf_counter() - after_backward))
    result = {name: statistics.median(values) for name, values in times.items()}
    result["parameters"] = sum(parameter.numel() for parameter in network.parameters())
    result["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


if __name__ == "__main__":
    # Compilers talk on standard output; the result alone belongs there.
    with contextlib.redirect_stdout(sys.stderr):
        result = main(json.loads(sys.argv[1]))
    print(json.dumps(result))
