"""Solve a small sweep into a Zarr store and check what xarray reads from it.

Usage: python tools/open_zarr.py PATH_TO_RUBIE

Needs xarray and zarr 3; without them it says so and ends with success.
"""

import math
import subprocess
import sys
import tempfile
from pathlib import Path

MODEL = """state x [mol] = 1, y = 0
param k [1/s] = 2
x' = -k*x
y' = k*x
"""


def main(rubie: str) -> int:
    try:
        import numpy as np
        import xarray as xr
        import zarr  # noqa: F401  (what xarray reads Zarr with)
    except ImportError as error:
        print(f"skipped: {error}; pip install xarray zarr")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "decay.model").write_text(MODEL)
        words = "solve decay.model --sweep k=0.5:4:500 --until 2 --save-every 0.25 --rtol 1e-10 --atol 1e-12"
        words += " --summary mean --sample-summaries-every 0.25 --quiet --out decay.zarr"
        subprocess.run([rubie, *words.split()], cwd=folder, check=True)
        dataset = xr.open_zarr(Path(folder) / "decay.zarr").load()
        print(dataset)
        assert dict(dataset.sizes) == {"time": 9, "run": 500, "window": 1}
        assert dataset["x"].dims == ("time", "run") and dataset["x"].attrs == {"units": "mol"}
        assert dataset["k"].attrs == {"units": "1/s"} and "units" not in dataset["y"].attrs
        assert set(dataset.coords) == {"time", "k", "status", "window_start", "window_end"}
        assert np.array_equal(dataset["time"], np.arange(9) * 0.25)
        assert np.array_equal(dataset["k"], 0.5 + 3.5 * np.arange(500) / 499)
        assert not dataset["status"].any()
        exact = np.exp(-dataset["k"] * dataset["time"]).transpose("time", "run")
        assert float(abs(dataset["x"] - exact).max()) < 1e-8
        assert float(abs(dataset["x"] + dataset["y"] - 1).max()) < 1e-8
        near = dataset.isel(run=int(np.argmin(abs(dataset["k"].data - 2)))).sel(time=1.0)
        assert math.isclose(float(near["x"]), math.exp(-float(near["k"])), rel_tol=1e-7)
        assert dataset["x_mean"].dims == ("window", "run")
    print("as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
