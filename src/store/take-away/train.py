#!/usr/bin/env python3
"""Repeats the first steps of a training on onnxruntime, compares them with what the run had, and trains on.

    pip install numpy onnxruntime
    python train.py                                     # lists the trainings that are here
    python train.py ARM --seed 1                        # repeats the recorded steps
    python train.py ARM --seed 1 --steps 500 --save trained.safetensors

Beyond the recorded steps their batches and scalars come round again, in order: to train on data of your own, change `feeds_of`.
"""
import argparse
import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
DTYPES = {"F32": np.float32, "I32": np.int32, "BOOL": np.bool_}
NUMPY = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}


def read_safetensors(path):
    """Name -> array. Format: an 8-byte length, a JSON header, the numbers."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return arrays


def write_safetensors(path, arrays):
    """float32 arrays by name."""
    header, at = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(a, np.float32).tobytes() for a in arrays.values()))


def zeros(info):
    return np.zeros(info["shape"], NUMPY[info["dtype"]])


def feeds_of(batches, step):
    """What step number `step` is fed with: the batch, and the optimiser's scalars (`step.NAME`)."""
    recorded = len(next(iter(batches.values()))) if batches else 1
    return {name: array[step % recorded] for name, array in batches.items()}


def params_of(state, layout):
    """The named params within the flat vector theta (and the buffers within theirs)."""
    named = {}
    for vector, places in (("theta", layout["theta"]), ("buffers", layout["buffers"])):
        for place in places:
            flat = state[vector][place["offset"] : place["offset"] + place["size"]]
            named[place["name"]] = flat.reshape(place["shape"])
    return named


def main():
    about = json.loads((HERE / "take-away.json").read_text())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arm", nargs="?", help="one of: " + ", ".join(sorted({t["arm"] for t in about["trainings"]})))
    parser.add_argument("--seed", type=int, help="default: the first")
    parser.add_argument("--which", type=int, default=-1, help="where an arm has several trainings: which of them, from 0; default: the last")
    parser.add_argument("--steps", type=int, help="default: as many as were recorded")
    parser.add_argument("--save", help="writes the trained params to this safetensors file")
    asked = parser.parse_args()
    if asked.arm is None:
        for t in about["trainings"]:
            print(f'{t["arm"]} --seed {t["seed"]}: {t["label"]}, {t["taken"]} of {t["steps"]} steps, {t["step"]}')
        return 0
    found = [t for t in about["trainings"] if t["arm"] == asked.arm and asked.seed in (None, t["seed"])]
    if not found:
        parser.error(f"there is no training of {asked.arm} with that seed; without an arm, this lists them")
    training = found[asked.which] if asked.seed is not None else [t for t in found if t["seed"] == found[0]["seed"]][asked.which]
    step = next(s for s in about["steps"] if s["file"] == training["step"])

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC  # as in the run
    session = onnxruntime.InferenceSession(str(HERE / step["file"]), sess_options=options, providers=["CPUExecutionProvider"])
    batches = read_safetensors(HERE / training["batches"])
    state = {name: zeros(info) for name, info in step["state"].items()}
    state.update(read_safetensors(HERE / training["initial"]))
    constants = read_safetensors(HERE / training["frozen"]) if "frozen" in training else {}
    outputs = list(step["outputs"])
    reported = training["reported"]
    recorded = len(next(iter(reported.values()))) if reported else 0
    wanted = asked.steps if asked.steps is not None else max(1, recorded)
    worst = 0.0
    for i in range(wanted):
        values = session.run(outputs + [f"{name}.next" for name in state], {**constants, **state, **feeds_of(batches, i)})
        came = {name: float(np.asarray(value).reshape(-1)[0]) for name, value in zip(outputs, values)}
        state = dict(zip(state, values[len(outputs) :]))
        shown = ", ".join(f"{name} {value:.6g}" for name, value in came.items())
        if i < recorded:
            differences = [abs(came[name] - reported[name][i]) / max(abs(reported[name][i]), 1e-6) for name in outputs if name in reported]
            worst = max([worst, *differences])
            shown += " (in the run: " + ", ".join(f"{reported[name][i]:.6g}" for name in outputs if name in reported) + ")"
        if i < max(recorded, 3) or i % 50 == 0 or i == wanted - 1:
            print(f"step {i}: {shown}")
    if recorded:
        print(f"Largest relative difference from the run, over {min(recorded, wanted)} steps: {worst:.2g}.")
    if asked.save:
        write_safetensors(asked.save, params_of(state, step["layout"]))
        print(f"Params after {wanted} steps: {asked.save}")
    return 0 if worst < 1e-2 else 1


if __name__ == "__main__":
    sys.exit(main())
