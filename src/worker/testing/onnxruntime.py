"""Stands in for onnxruntime's Python package where that is not installed: the same runtime, in Node."""
import base64
import json
import pathlib
import subprocess

import numpy as np

SERVER = pathlib.Path(__file__).with_name("onnxruntime-server.mjs")


class GraphOptimizationLevel:
    ORT_ENABLE_BASIC = "basic"


class SessionOptions:
    graph_optimization_level = "all"


class InferenceSession:
    def __init__(self, path, sess_options=None, providers=None):
        self.node = subprocess.Popen(["node", str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask({"load": path, "level": (sess_options or SessionOptions()).graph_optimization_level})

    def ask(self, message):
        self.node.stdin.write(json.dumps(message) + "\n")
        self.node.stdin.flush()
        return json.loads(self.node.stdout.readline())

    def run(self, outputs, feeds):
        arrays = {name: np.asarray(array) for name, array in feeds.items()}
        sent = {name: {"dtype": str(a.dtype), "shape": list(a.shape), "data": base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()} for name, a in arrays.items()}
        return [np.frombuffer(base64.b64decode(o["data"]), o["dtype"]).reshape(o["shape"]) for o in self.ask({"feeds": sent, "outputs": outputs})]
