"""The Lorenz sweep from Python: `sweep.py RUNS TIMES THREADS`. JSON on standard output: seconds of the import and of each solve."""

import json
import sys
import time

import numpy as np

begin = time.perf_counter()
import rubie  # noqa: E402

imported = time.perf_counter() - begin

runs, times, threads = map(int, sys.argv[1:])
model = rubie.load_model(f"{__file__.rsplit('bench', 1)[0]}examples/lorenz.model")
solver = rubie.Solver(model, "tsit5", rtol=1e-8, atol=1e-8, save="final", threads=threads)
sweep = {"rho": np.linspace(0.0, 21.0, runs)}
solver.compile(parameters=sweep)
seconds = []
for _ in range(times):
    begin = time.perf_counter()
    result = solver.solve(parameters=sweep)
    seconds.append(time.perf_counter() - begin)
print(json.dumps({"import": imported, "seconds": seconds, "x": result["x"][0, :: runs // 10].tolist()}))
