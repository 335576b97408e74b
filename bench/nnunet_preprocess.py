"""nnU-Net v2's default preprocessor on given cases at a given spacing: read, crop, normalise, resample, store.

usage: python nnunet_preprocess.py SETTING.json    prints {"seconds": ...}, without the time that imports take
"""
import contextlib
import json
import multiprocessing
import os
import sys
import time

os.environ.setdefault("nnUNet_raw", "")
os.environ.setdefault("nnUNet_preprocessed", "")
os.environ.setdefault("nnUNet_results", "")


def plans_of(setting):
    resample = "resample_data_or_seg_to_shape"
    intensities = {"mean": 40.0, "std": 80.0, "median": 40.0, "percentile_00_5": -200.0, "percentile_99_5": 300.0}
    configuration = {
        "data_identifier": "bench",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": setting["patch"],
        "spacing": setting["spacingMm"],
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "resampling_fn_data": resample,
        "resampling_fn_data_kwargs": {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None},
        "resampling_fn_seg": resample,
        "resampling_fn_seg_kwargs": {"is_seg": True, "order": 1, "order_z": 0, "force_separate_z": None},
    }
    # Without an architecture the plans are taken for those of an older version.
    configuration["architecture"] = {"network_class_name": "none", "arch_kwargs": {}, "_kw_requires_import": []}
    return {
        "dataset_name": "bench",
        "plans_name": "bench",
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": intensities},
        "configurations": {"3d_fullres": configuration},
    }


def start(setting):
    global preprocess
    import torch
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    torch.set_num_threads(1)
    plans = PlansManager(plans_of(setting))
    labels = {"background": 0} | {f"organ_{value}": value for value in setting["values"]}
    dataset = {"channel_names": {"0": "CT"}, "labels": labels, "file_ending": ".nii.gz"}
    preprocessor = DefaultPreprocessor(verbose=False)

    def preprocess(case):
        target = os.path.join(setting["folder"], case["id"])
        configuration = plans.get_configuration("3d_fullres")
        preprocessor.run_case_save(target, [case["image"]], case["label"], plans, configuration, dataset)


def ready(_):
    time.sleep(0.2)


def work(case):
    preprocess(case)


def main(setting):
    processes = setting["processes"]
    with multiprocessing.get_context("spawn").Pool(processes, start, (setting,)) as pool:
        pool.map(ready, range(processes), 1)
        started = time.perf_counter()
        pool.map(work, setting["cases"], 1)
        return {"seconds": time.perf_counter() - started}


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        setting = json.load(file)
    with contextlib.redirect_stdout(sys.stderr):
        result = main(setting)
    print(json.dumps(result))
