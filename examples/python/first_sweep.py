"""A first sweep: where does the Lorenz system go for a thousand values of rho?

For 1 < rho < 24 a run that starts near the origin settles on one of two fixed points, whose z is rho - 1.

    python examples/python/first_sweep.py [--short]
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import rubie


def main(short: bool = False, folder: str | None = None) -> np.ndarray:
    """Distances of z at the end from rho - 1, one for each run."""
    lorenz = rubie.create_ODE_system(
        """
        dx = sigma*(y - x)
        dy = x*(rho - z) - y
        dz = x*y - beta*z
        """,
        states={"x": 1.0, "y": 0.0, "z": 0.0},
        parameters={"sigma": 10.0, "rho": 28.0, "beta": 8 / 3},
    )
    runs = 100 if short else 1000
    result = rubie.solve(lorenz, {"rho": np.linspace(2.0, 12.0, runs)}, until=60.0, save_every=0.5, rtol=1e-9, atol=1e-9)
    print(result)

    # Arrays of NumPy: times first, runs last.
    print("samples of z:", result["z"].shape, " values of rho:", result["rho"].shape)
    distance = np.abs(result["z"][-1] - (result["rho"] - 1.0))
    print(f"largest distance from the fixed point: {distance.max():.1e}")

    # The same as a data set with rho as a coordinate, as a table, and in a file.
    print(result.to_xarray()["z"].sel(time=60.0).median().item())
    print(result.to_pandas().tail(3))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(folder or scratch) / "lorenz.parquet"
        result.to_parquet(path)
        print(path.name, path.stat().st_size, "bytes")

    if not short:
        result.plot(["z"])[0, 0].figure.savefig("lorenz.png", dpi=150)
        print("lorenz.png")
    return distance


if __name__ == "__main__":
    main("--short" in sys.argv[1:])
