"""What other people's readers make of files: nibabel (NIfTI), SimpleITK (NRRD, DICOM), pydicom, highdicom.

stdin: a JSON list of {"path", "kind"}, kind image or segments. stdout: a JSON object, path -> answer.
Used by list-formats.ts alone; nothing of OrganMosaic needs Python.
"""
import json
import sys
import warnings

import highdicom
import nibabel
import numpy
import pydicom
import SimpleITK

warnings.filterwarnings("ignore")
DOSE_GRID_SCALING = "3004|000e"
SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)


def read_nifti(path):
    image = nibabel.load(path)
    affine = numpy.diag([-1, -1, 1]) @ image.affine[:3]
    values = numpy.asanyarray(image.dataobj).astype(float)
    return {"by": "nibabel", "shape": list(image.shape), "affine": affine.tolist(), "sum": float(values.sum())}


def read_itk(path):
    image = SimpleITK.ReadImage(path)
    directions = numpy.array(image.GetDirection()).reshape(image.GetDimension(), -1)[:3, :3]
    columns = directions * numpy.array(image.GetSpacing())[:3]
    affine = numpy.column_stack([columns, numpy.array(image.GetOrigin())[:3]])
    # A dose grid is stored in units of its own, which SimpleITK leaves to its caller.
    dose = float(image.GetMetaData(DOSE_GRID_SCALING)) if image.HasMetaDataKey(DOSE_GRID_SCALING) else 1
    values = SimpleITK.GetArrayFromImage(image).astype(float) * dose
    return {"by": "SimpleITK", "shape": list(image.GetSize()), "affine": affine.tolist(), "sum": float(values.sum())}


def read_pixels(path):
    dataset = pydicom.dcmread(path)
    slope = float(getattr(dataset, "RescaleSlope", 1)) * float(getattr(dataset, "DoseGridScaling", 1))
    intercept = float(getattr(dataset, "RescaleIntercept", 0))
    values = dataset.pixel_array.astype(float) * slope + intercept
    return {"by": "pydicom", "sum": float(values.sum())}


def read_segments(path):
    segmentation = highdicom.seg.segread(path)
    voxels = []
    for number in segmentation.segment_numbers:
        if number == 0:  # of a label map: the background
            continue
        volume = segmentation.get_volume(segment_numbers=[number], combine_segments=False, rescale_fractional=True)
        voxels.append(int((volume.array[..., 0] >= 0.5).sum()))
    return {"by": "highdicom", "voxels": voxels}


def read(path, kind):
    readers = [read_segments] if kind == "segments" else [read_nifti] if ".nii" in path else [read_itk, read_pixels]
    answers, problems = [], []
    for reader in readers:
        try:
            answers.append(reader(path))
        except Exception as error:  # whatever another reader cannot do is an answer too
            problems.append(str(error)[-120:])
    return {"answers": answers, "problems": problems}


def finite(value):
    """JSON has no NaN."""
    if isinstance(value, float):
        return value if numpy.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list) else value


json.dump(finite({each["path"]: read(**each) for each in json.load(sys.stdin)}), sys.stdout)
