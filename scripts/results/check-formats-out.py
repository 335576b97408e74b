"""What other people's readers find in the files of write-formats-out.ts, as the tables of docs/results/formats-out.md.

usage: python check-formats-out.py OUTPUT    with pydicom, highdicom, nibabel, pynrrd, scikit-image and trimesh; dciodvfy in the PATH
"""
import json
import re
import subprocess
import sys
from pathlib import Path

import highdicom
import nibabel
import nrrd
import numpy as np
import pydicom
import trimesh
from skimage.draw import polygon2mask


class Case:
    def __init__(self, folder):
        self.folder, self.id = folder, folder.name
        truth = json.loads((folder / "truth.json").read_text())
        self.slices, self.geometry = truth["slices"], truth["geometry"]
        shape = self.geometry["shape"]
        self.labels = np.fromfile(folder / "truth.raw", np.uint8).reshape(shape)
        self.found = [segment for segment in truth["segments"] if segment["voxels"]]
        # Columns: the step of a voxel along width, height, depth, in LPS millimetres.
        spacing = np.array(self.geometry["spacingMm"])[::-1]
        self.steps = np.array(self.geometry["direction"]).reshape(3, 3) * spacing
        self.origin = np.array(self.geometry["origin"])

    def mask(self, segment):
        return self.labels == segment["value"]

    def matrix(self):
        return np.vstack([np.column_stack([self.steps, self.origin]), [0, 0, 0, 1]])


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def stored(name):
    return re.sub("[^A-Za-z0-9._-]+", "_", name)


def dicom_seg(case):
    seg = pydicom.dcmread(case.folder / f"{case.id}.seg.dcm")
    pixels = seg.pixel_array.astype(bool).reshape(-1, *case.labels.shape[1:])
    place = {(s["sopInstance"], s["frame"]): k for k, s in enumerate(case.slices)}
    read = {}
    for frame, group in enumerate(seg.PerFrameFunctionalGroupsSequence):
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        number = int(source.ReferencedFrameNumber) if "ReferencedFrameNumber" in source else None
        k = place[(source.ReferencedSOPInstanceUID, number)]
        position = group.PlanePositionSequence[0].ImagePositionPatient
        if not np.allclose(position, case.slices[k]["position"], atol=1e-4):
            return "a frame lies elsewhere"
        of = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        read.setdefault(of, np.zeros(case.labels.shape, bool))[k] |= pixels[frame]
    wrong = [s["name"] for n, s in enumerate(case.found) if not (read[n + 1] == case.mask(s)).all()]
    return f"{len(case.found)} segments identical" if not wrong else f"differs: {wrong}"


def highdicom_seg(case):
    seg = highdicom.seg.segread(case.folder / f"{case.id}.seg.dcm")
    # Slices without any organ are not stored.
    options = {"assert_missing_frames_are_empty": True, "ignore_spatial_locations": True}
    uids = [s["sopInstance"] for s in case.slices]
    if case.slices[0]["frame"] is None:
        pixels = seg.get_pixels_by_source_instance(uids, **options)
    else:
        pixels = seg.get_pixels_by_source_frame(uids[0], [s["frame"] for s in case.slices], **options)
    wrong = [s["name"] for n, s in enumerate(case.found) if not (pixels[..., n] == case.mask(s)).all()]
    return f"{len(case.found)} segments identical" if not wrong else f"differs: {wrong}"


def rtstruct(case):
    structures = pydicom.dcmread(case.folder / f"{case.id}.rtstruct.dcm")
    lowest = 1.0
    inverse = np.linalg.inv(case.steps)
    for n, segment in enumerate(case.found):
        read = np.zeros(case.labels.shape, bool)
        for contour in structures.ROIContourSequence[n].ContourSequence:
            points = (np.array(contour.ContourData, float).reshape(-1, 3) - case.origin) @ inverse.T
            k = int(round(points[:, 2].mean()))
            read[k] ^= polygon2mask(case.labels.shape[1:], points[:, [1, 0]])
        lowest = min(lowest, dice(read, case.mask(segment)))
    return f"lowest Dice {lowest:.4f}"


def nifti(case):
    image = nibabel.load(case.folder / f"{case.id}.nii.gz")
    same = (np.asarray(image.dataobj).transpose(2, 1, 0) == case.labels).all()
    ras = np.diag([-1, -1, 1, 1]) @ case.matrix()
    return placed(same, np.allclose(image.affine, ras, atol=1e-3))


def nifti_masks(case):
    files = [case.folder / f"{case.id}_masks" / f"{stored(s['organ'])}.nii.gz" for s in case.found]
    read = [np.asarray(nibabel.load(file).dataobj).transpose(2, 1, 0) for file in files]
    same = all((mask == case.mask(s)).all() for mask, s in zip(read, case.found))
    return placed(same, True) + f", {len(files)} files"


def slicer(case):
    data, header = nrrd.read(str(case.folder / f"{case.id}.seg.nrrd"))
    codes = data.transpose(2, 1, 0)
    named = {header[f"Segment{n}_Name"]: int(header[f"Segment{n}_LabelValue"]) for n in range(len(case.found))}
    # pynrrd leaves out what is not ASCII.
    value = {s["value"]: named[s["name"].encode("ascii", "ignore").decode()] for s in case.found}
    same = all(((codes == value[s["value"]]) == case.mask(s)).all() for s in case.found)
    place = np.allclose(header["space directions"], case.steps.T, atol=1e-4)
    return placed(same, place and np.allclose(header["space origin"], case.origin, atol=1e-4))


def placed(same, place):
    return ("identical" if same else "voxels differ") + ("" if place else ", lies elsewhere")


def surfaces(kind):
    def check(case):
        voxel = abs(np.linalg.det(case.steps))
        worst, open_ones, touching = 0.0, 0, 0
        for segment in case.found:
            mesh = trimesh.load(case.folder / f"{case.id}_surfaces" / f"{stored(segment['organ'])}.{kind}")
            # Closed: an even number of triangles at every edge; four where two parts of an organ touch.
            _, triangles = np.unique(mesh.edges_sorted, axis=0, return_counts=True)
            open_ones += bool((triangles % 2).any())
            touching += bool((triangles > 2).any())
            worst = max(worst, abs(mesh.volume / (segment["voxels"] * voxel) - 1))
        return f"{open_ones} open, {touching} touching themselves, volumes within {100 * worst:.2f} %"

    return check


def probabilities(case):
    files = list((case.folder / f"{case.id}_probabilities").glob("*.nii.gz"))
    values = [np.asarray(nibabel.load(file).dataobj) for file in files]
    inside = all(0 <= v.min() and v.max() <= 1 and v.shape[::-1] == case.labels.shape for v in values)
    return f"{len(files)} maps from 0 to 1" if inside else "out of range, or of another shape"


def nnunet(case):
    folder = case.folder / "Dataset001_OrganMosaic"
    about = json.loads((folder / "dataset.json").read_text())
    labels = np.asarray(nibabel.load(folder / "labelsTr" / f"{case.id}.nii.gz").dataobj).transpose(2, 1, 0)
    image = nibabel.load(folder / "imagesTr" / f"{case.id}_0000.nii.gz")
    consecutive = sorted(about["labels"].values()) == list(range(len(about["labels"])))
    named = all((labels == about["labels"][s["organ"]]).sum() == s["voxels"] for s in case.found)
    fits = image.shape[::-1] == labels.shape and about["numTraining"] == 1
    return placed(named and consecutive, fits)


def dciodvfy(case):
    counts = []
    for kind in ("seg", "rtstruct"):
        said = subprocess.run(["dciodvfy", str(case.folder / f"{case.id}.{kind}.dcm")], capture_output=True, text=True)
        lines = (said.stdout + said.stderr).splitlines()
        errors, warnings = (sum(line.startswith(word) for line in lines) for word in ("Error", "Warning"))
        counts.append(f"{errors} errors, {warnings} warnings")
    return "; ".join(counts)


CHECKS = {
    "DICOM SEG, pydicom": dicom_seg,
    "DICOM SEG, highdicom": highdicom_seg,
    "RTSTRUCT, pydicom and scikit-image": rtstruct,
    "SEG; RTSTRUCT, dciodvfy": dciodvfy,
    "NIfTI, nibabel": nifti,
    "NIfTI masks, nibabel": nifti_masks,
    ".seg.nrrd, pynrrd": slicer,
    "STL, trimesh": surfaces("stl"),
    "OBJ, trimesh": surfaces("obj"),
    "probabilities, nibabel": probabilities,
    "nnU-Net dataset, nibabel": nnunet,
}


def main(output):
    cases = [Case(folder) for folder in sorted(Path(output).iterdir()) if (folder / "truth.json").exists()]
    print("| format, reader | " + " | ".join(case.id for case in cases) + " |")
    print("| --- |" + " --- |" * len(cases))
    for name, check in CHECKS.items():
        print(f"| {name} | " + " | ".join(check(case) for case in cases) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
