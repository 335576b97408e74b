"""How many voxels resources/predict_onnx.py and `organ-mosaic predict` disagree on, as a row of docs/results/models-out.md.

usage: python check-onnx.py MODEL.onnx IMAGE.nii.gz LABELMAP.nii.gz [IMAGE LABELMAP ...]
"""
import json
import sys
from pathlib import Path

import nibabel
import numpy as np
import onnxruntime

sys.path.insert(0, str(Path(__file__).parents[2] / "resources"))
from predict_onnx import segment


def main(model, *files):
    session = onnxruntime.InferenceSession(model)
    about = json.loads(session.get_modelmeta().custom_metadata_map["organ_mosaic"])
    differing, voxels = 0, 0
    for image, label_map in zip(files[::2], files[1::2]):
        codes = segment(session, about, nibabel.load(image))
        theirs = np.asarray(nibabel.load(label_map).dataobj)
        differing += int((codes != theirs).sum())
        voxels += codes.size
    organs = len(about["classes"])
    print(f"{about['run']}, stage {about['stage']}, {organs} organs, {len(files) // 2} images: {differing} of {voxels} voxels differ")


if __name__ == "__main__":
    main(*sys.argv[1:])
