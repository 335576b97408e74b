"""Segments an image with an ONNX file of `organ-mosaic export-model`. Research use only, no medical device.

usage: python predict_onnx.py MODEL.onnx IMAGE.nii.gz OUTPUT.nii.gz
       python predict_onnx.py MODEL.onnx FIRST.nii.gz SECOND.nii.gz ... OUTPUT.nii.gz   (a file a channel, in their order)
needs: onnxruntime, nibabel, numpy, scipy

The same steps as OrganMosaic: axes to LPS order, crop to the body, planned spacing, normalisation, overlapping windows with
Gaussian weights, back to the image's grid, small parts removed. Mirrored prediction (inference.mirror) is left out.
"""
import itertools
import json
import sys

import nibabel
import numpy as np
import onnxruntime
from scipy import ndimage

MARGIN_MM, SEARCH_MM, AIR_HU = 10, 4, -500


def canonical(image):
    """Voxels [superior, posterior, left], their spacing in that order, and the way back."""
    lps = nibabel.orientations.axcodes2ornt(("L", "P", "S"))
    own = nibabel.io_orientation(image.affine)
    there = nibabel.orientations.ornt_transform(own, lps)
    back = nibabel.orientations.ornt_transform(lps, own)
    voxels = nibabel.orientations.apply_orientation(image.get_fdata(dtype=np.float32), there)
    spacing = np.sqrt((image.affine[:3, :3] ** 2).sum(0))
    order = np.argsort(there[:, 0])
    return voxels.transpose(2, 1, 0), spacing[order][::-1], lambda codes: nibabel.orientations.apply_orientation(
        codes.transpose(2, 1, 0), back
    )


def whole_body_box(channels, spacing, about):
    """What one of the channels shows of the body."""
    boxes = [
        body_box(voxels, spacing, channel["normalisation"]["kind"] == "ct")
        for voxels, channel in zip(channels, about["channels"])
    ]
    return np.min([first for first, _ in boxes], 0), np.max([last for _, last in boxes], 0)


def body_box(voxels, spacing, is_ct):
    """First and last voxel along each axis: of CT the largest region that is no air, else all that is not zero."""
    if not is_ct:
        found = np.argwhere(voxels != 0)
        return (found.min(0), found.max(0)) if len(found) else (np.zeros(3, int), np.array(voxels.shape) - 1)
    step = np.maximum(1, np.round(SEARCH_MM / spacing).astype(int))
    regions, count = ndimage.label(voxels[:: step[0], :: step[1], :: step[2]] > AIR_HU)
    if count == 0:
        return np.zeros(3, int), np.array(voxels.shape) - 1
    largest = 1 + np.argmax(np.bincount(regions.ravel())[1:])
    found = np.argwhere(regions == largest)
    margin = np.ceil(MARGIN_MM / spacing).astype(int)
    first, last = found.min(0) * step, np.minimum((found.max(0) + 1) * step - 1, np.array(voxels.shape) - 1)
    return np.maximum(0, first - margin), np.minimum(last + margin, np.array(voxels.shape) - 1)


def axis_matrix(source, target, offset, step, smooth, nearest):
    """[target, source] weights: linear, averaged over a wider voxel where the grid gets coarser."""
    exact = offset + step * np.arange(target)
    inside = (exact >= -0.5 - 1e-6) & (exact <= source - 0.5 + 1e-6)
    place = np.clip(exact, 0, source - 1)
    if nearest:
        weights = np.eye(source)[np.clip(np.floor(exact + 0.5).astype(int), 0, source - 1)]
        return weights, inside
    distance = np.arange(source)[None, :] - place[:, None]
    width = max(0.0, step - 1) if smooth else 0.0
    if width > 0:
        weights = hat_integral(width / 2 - distance) - hat_integral(-width / 2 - distance)
    else:
        weights = np.maximum(0, 1 - np.abs(distance))
    return weights / weights.sum(1, keepdims=True), inside


def hat_integral(t):
    t = np.clip(t, -1, 1)
    return np.where(t < 0, (1 + t) ** 2 / 2, 1 - (1 - t) ** 2 / 2)


def resample(volume, matrices):
    """volume [D, H, W, ...]; zero where a voxel's centre lies outside."""
    for axis, (weights, inside) in enumerate(matrices):
        masked = (weights * inside[:, None]).astype(np.float32)
        volume = np.moveaxis(np.tensordot(masked, volume, (1, axis)), 0, axis)
    return volume


def normalise(voxels, how):
    if how["kind"] == "ct":
        return np.arcsinh((np.clip(voxels, how["low"], how["high"]) - how["centre"]) / how["knee"])
    low, high = np.percentile(voxels, [0.5, 99.5])
    clipped = np.clip(voxels, low, high)
    return (clipped - clipped.mean()) / (clipped.std() or 1)


def window_starts(size, window, overlap):
    if size <= window:
        return [-((window - size) // 2)]
    count = int(np.ceil((size - window) / max(1, window * (1 - overlap)))) + 1
    return [int(np.floor(i * (size - window) / (count - 1) + 0.5)) for i in range(count)]


def predict(session, image, patch, classes, overlap):
    """image [channels, D, H, W] -> probabilities [D, H, W, classes]"""
    shape = image.shape[1:]
    bells = [np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / (n / 8)) ** 2) for n in patch]
    weights = np.maximum(bells[0][:, None, None] * bells[1][:, None] * bells[2], 1e-3).astype(np.float32)
    sums = np.zeros((*shape, classes), np.float32)
    total = np.zeros((*shape, 1), np.float32)
    outside = image.min((1, 2, 3))[:, None, None, None]
    for start in itertools.product(*(window_starts(n, w, overlap) for n, w in zip(shape, patch))):
        low = [max(0, s) for s in start]
        high = [min(n, s + w) for n, s, w in zip(shape, start, patch)]
        there = tuple(slice(a, b) for a, b in zip(low, high))
        here = tuple(slice(a - s, b - s) for a, b, s in zip(low, high, start))
        window = np.broadcast_to(outside, (len(image), *patch)).copy()
        window[(slice(None), *here)] = image[(slice(None), *there)]
        (found,) = session.run(["probabilities"], {"image": window[None]})
        sums[there] += (weights * found[0])[(slice(None), *here)].transpose(1, 2, 3, 0)
        total[there] += weights[here][..., None]
    return sums / total


def remove_small_parts(codes, keep_parts):
    for value, share in keep_parts.items():
        regions, count = ndimage.label(codes == int(value))
        if count > 1:
            sizes = np.bincount(regions.ravel())[1:]
            small = 1 + np.flatnonzero(sizes < share * sizes.max())
            codes[np.isin(regions, small)] = 0


def prepare(voxels, box, matrices, how):
    finite = np.where(np.isfinite(voxels), voxels, voxels[np.isfinite(voxels)].min())
    return normalise(resample(finite[box], matrices), how).astype(np.float32)


def segment(session, about, images):
    """images: one a channel -> class numbers on their grid, its axes as in the first file."""
    plan = about["plan"]
    (voxels, spacing, back), *others = [canonical(image) for image in images]
    channels = [voxels, *(other for other, _, _ in others)]
    first, last = np.zeros(3, int), np.array(voxels.shape) - 1
    if plan["cropToBody"]:
        first, last = whole_body_box(channels, spacing, about)
    box = tuple(slice(a, b + 1) for a, b in zip(first, last))
    planned, size = np.array(plan["spacingMm"]), last - first + 1
    grid = np.maximum(1, np.floor(size * spacing / planned + 0.5).astype(int))
    step = planned / spacing
    offset = (size - 1) / 2 - (grid - 1) / 2 * step
    thick = plan["thickAxis"]
    down = [axis_matrix(size[a], grid[a], offset[a], step[a], True, a == thick) for a in range(3)]
    prepared = np.stack([prepare(each, box, down, c["normalisation"]) for each, c in zip(channels, about["channels"])])
    classes = len(about["classes"]) + 1
    probabilities = predict(session, prepared, plan["patch"], classes, about["overlap"])
    shift = -(first + offset) / step
    up = [axis_matrix(grid[a], voxels.shape[a], shift[a], 1 / step[a], False, a == thick) for a in range(3)]
    best = np.full(voxels.shape, -1, np.float32)
    codes = np.zeros(voxels.shape, np.uint8)
    for value in range(classes):
        organ = resample(probabilities[..., value], up)
        codes[organ > best] = value
        best = np.maximum(best, organ)
    remove_small_parts(codes, about["keepParts"])
    return back(codes)


def main(model, *sources, target):
    session = onnxruntime.InferenceSession(model)
    about = json.loads(session.get_modelmeta().custom_metadata_map["organ_mosaic"])
    names = [channel["name"] for channel in about["channels"]]
    if len(sources) != len(names):
        sys.exit(f"The model takes {len(names)} image(s), in this order: {', '.join(names)}; got {len(sources)}.")
    images = [nibabel.load(source) for source in sources]
    image = images[0]
    for other, source in zip(images, sources):
        if other.shape != image.shape or not np.allclose(other.affine, image.affine, atol=1e-2):
            sys.exit(f"{source} does not lie on the voxels of {sources[0]}; resample it to that grid.")
    codes = segment(session, about, images)
    nibabel.save(nibabel.Nifti1Image(codes, image.affine), target)
    voxel_ml = abs(np.linalg.det(image.affine[:3, :3])) / 1000
    for organ in about["classes"]:
        print(f"{organ['value']:3} {organ['name']}: {(codes == organ['value']).sum() * voxel_ml:.1f} ml")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:-1], target=sys.argv[-1])
