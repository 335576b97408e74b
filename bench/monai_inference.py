"""The same CT through the same network with MONAI's sliding window on PyTorch.

usage: python monai_inference.py SETTING VOXELS    JSON in, InferenceTimes out, as bench/measure-inference.ts
SETTING may also hold "transforms": resampling by MONAI's Spacing and its inverse, over all classes at once; else by
PyTorch's own interpolation, one class after the other, which is faster and takes less memory.
"""
import contextlib
import json
import resource
import sys
import time

import numpy as np
import torch
from monai.data import MetaTensor
from monai.inferers import sliding_window_inference
from monai.transforms import CropForeground, Spacing
from torch.nn.functional import interpolate
from torch_unet import UNet


def crop_to_body(image, spacing):
    margin = [round(10 / mm) for mm in spacing]
    cropper = CropForeground(select_fn=lambda voxels: voxels > -500, margin=margin, allow_smaller=True)
    start, end = cropper.compute_bounding_box(image)
    return tuple(slice(int(first), int(last)) for first, last in zip(start, end))


def restore(probabilities, box, shape):
    """Class numbers on the image's grid: the running maximum over the classes."""
    size = [part.stop - part.start for part in box]
    best = torch.full(size, -1.0)
    codes = torch.zeros(size, dtype=torch.uint8)
    for number, one in enumerate(probabilities[0]):
        up = interpolate(one[None, None], size, mode="trilinear")[0, 0]
        codes[up > best] = number
        best = torch.maximum(best, up)
    whole = torch.zeros(shape, dtype=torch.uint8)
    whole[box] = codes
    return whole


def main(setting, voxels):
    torch.set_num_threads(setting["threads"])
    torch.manual_seed(1)
    shape, spacing, planned = setting["shape"], setting["spacingMm"], setting["plannedMm"]
    network = UNet(setting["channels"], setting["classes"]).eval()
    if setting.get("channelsLast"):
        network = network.to(memory_format=torch.channels_last_3d)
    raw = torch.from_numpy(np.fromfile(voxels, "<i2").reshape(shape))
    windows = 0

    def predict(patches):
        nonlocal windows
        windows += len(patches)
        return network(patches).softmax(1)

    laps = [time.perf_counter()]
    with torch.inference_mode():
        box = crop_to_body(raw[None], spacing)
        cropped = raw[box].float()[None]
        if setting.get("transforms"):
            resample = Spacing(planned, mode="bilinear", dtype=torch.float32)
            image = resample(MetaTensor(cropped, affine=torch.diag(torch.tensor([*spacing, 1.0]))))
        else:
            size = [round(n * mm / to) for n, mm, to in zip(cropped.shape[1:], spacing, planned)]
            image = interpolate(cropped[None], size, mode="trilinear")[0]
        image = torch.asinh((image.clip(-200, 300) - 40) / 80)[None]
        laps.append(time.perf_counter())
        probabilities = sliding_window_inference(
            image, setting["patch"], 4, predict, overlap=setting["overlap"], mode="gaussian"
        )
        laps.append(time.perf_counter())
        if setting.get("transforms"):
            probabilities = probabilities[0]
            probabilities.applied_operations = image[0].applied_operations
            codes = torch.zeros(shape, dtype=torch.uint8)
            codes[box] = resample.inverse(probabilities).argmax(0).to(torch.uint8)
        else:
            codes = restore(probabilities, box, shape)
        laps.append(time.perf_counter())
    pre, net, post = (1000 * (after - before) for before, after in zip(laps, laps[1:]))
    return {
        "windows": windows,
        "preprocessMs": pre,
        "networkMs": net,
        "restoreMs": post,
        "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main(json.loads(sys.argv[1]), sys.argv[2])
    print(json.dumps(result))
