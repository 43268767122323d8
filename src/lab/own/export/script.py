"""Runs a training of Stipple again with onnxruntime and numpy alone, step by step, and compares the losses.

    python3 THIS_FILE.py [DATA.npz]

It reads the training step as an ONNX graph, the state that it starts from as safetensors, and the examples as a NumPy archive,
all named below and looked for beside this file. Exit status 1 if a loss differs by more than 1e-4 (relative, or absolute below 1).
"""
import json
import os
import struct
import sys

import numpy as np
import onnxruntime

SETTINGS = json.loads('''SETTINGS_HERE''')
HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = 1e-4


def read_safetensors(path):
    """Eight bytes of length, a JSON header, the numbers: https://github.com/huggingface/safetensors."""
    with open(path, 'rb') as file:
        content = file.read()
    length = struct.unpack('<Q', content[:8])[0]
    header = json.loads(content[8:8 + length])
    kinds = {'F32': np.float32, 'I32': np.int32, 'BOOL': np.bool_}
    tensors = {}
    for name, entry in header.items():
        if name != '__metadata__':
            start, end = (8 + length + offset for offset in entry['data_offsets'])
            tensors[name] = np.frombuffer(content[start:end], kinds[entry['dtype']]).reshape(entry['shape'])
    return tensors


def arrays_by_feed(path):
    """Each feed's array, whole; a model's only input may be stored as x."""
    stored = np.load(path)
    arrays = {}
    for feed in SETTINGS['feeds']:
        array = stored[feed['array']] if feed['array'] in stored.files else stored['x']
        arrays[feed['name']] = array.astype({'float32': np.float32, 'int32': np.int32, 'bool': np.bool_}[feed['dtype']])
    return arrays


def batch_of(arrays, step):
    """Consecutive examples, wrapping round at the end."""
    count, size = SETTINGS['examples'], SETTINGS['batch']
    rows = (step * size + np.arange(size)) % count
    batch = {}
    for feed in SETTINGS['feeds']:
        array = arrays[feed['name']]
        batch[feed['name']] = array if feed.get('whole') else array[rows].reshape([size] + feed['row'])
    return batch


def scalars_of(step):
    """What the optimiser's update is fed with, folded on the host: learning rate, decay, Adam's bias corrections."""
    optimizer = SETTINGS['optimizer']
    rate, decay = optimizer['learningRate'], optimizer['weightDecay']
    if optimizer['name'] == 'sgd':
        return {'step.learningRate': rate, 'step.keep': 1, 'step.l2': decay}
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8
    correction = np.sqrt((1 - beta2 ** (step + 1)) / (1 - beta2))  # m and v are kept divided by 1 - beta1 and 1 - beta2
    keep = 1 - rate * decay if optimizer['name'] == 'adamw' else 1
    return {'step.rate': rate * correction * (1 - beta1) / (1 - beta1 ** (step + 1)), 'step.epsilon': epsilon * correction, 'step.keep': keep, 'step.l2': decay}


def main():
    session = onnxruntime.InferenceSession(os.path.join(HERE, SETTINGS['step_graph']), providers=['CPUExecutionProvider'])
    taken = [value.name for value in session.get_inputs()]
    names = [value.name for value in session.get_outputs()]
    state = read_safetensors(os.path.join(HERE, SETTINGS['state']))
    arrays = arrays_by_feed(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, SETTINGS['data']))
    worst = 0.0
    for step, expected in enumerate(SETTINGS['losses']):
        scalars = {name: np.array(value, np.float32) for name, value in scalars_of(step).items()}
        feeds = {name: value for name, value in {**state, **batch_of(arrays, step), **scalars}.items() if name in taken}
        outputs = dict(zip(names, session.run(None, feeds)))
        state = {name: outputs[name + '.next'] for name in state if name + '.next' in outputs}
        loss = float(outputs['loss'])
        worst = max(worst, abs(loss - expected) / max(1.0, abs(expected)))
        print(f'step {step} loss {loss:.7g} expected {expected:.7g}')
    print(f'largest difference {worst:.3g}')
    return 0 if worst <= TOLERANCE else 1


if __name__ == '__main__':
    sys.exit(main())
