"""Stands in for Python's onnxruntime in tests: InferenceSession.run is done by onnxruntime-web in a Node process beside it.

Arrays go over pipes, one JSON line and the bytes of its tensors each way, so that every line of an exported script is run.
"""
import json
import os
import subprocess

import numpy as np

KINDS = {'float32': np.float32, 'int32': np.int32, 'bool': np.bool_}


class Value:
    def __init__(self, name):
        self.name = name


class InferenceSession:
    def __init__(self, path, providers=None):
        server = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'server.mjs')
        self.process = subprocess.Popen(['node', server, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        known = json.loads(self.process.stdout.readline())
        self.inputs, self.outputs = known['inputs'], known['outputs']

    def get_inputs(self):
        return [Value(name) for name in self.inputs]

    def get_outputs(self):
        return [Value(name) for name in self.outputs]

    def run(self, names, feeds):
        missing = [name for name in self.inputs if name not in feeds]
        if missing or len(feeds) != len(self.inputs):
            raise ValueError(f'the model takes {self.inputs}, but {sorted(feeds)} came')
        arrays = {name: np.ascontiguousarray(array) for name, array in feeds.items()}
        head = [{'name': name, 'dtype': str(a.dtype), 'shape': list(a.shape), 'bytes': a.nbytes} for name, a in arrays.items()]
        self.process.stdin.write((json.dumps(head) + '\n').encode())
        for array in arrays.values():
            self.process.stdin.write(array.tobytes())
        self.process.stdin.flush()
        made = {}
        for entry in json.loads(self.process.stdout.readline()):
            made[entry['name']] = np.frombuffer(self.process.stdout.read(entry['bytes']), KINDS[entry['dtype']]).reshape(entry['shape'])
        return [made[name] for name in names or self.outputs]
