"""Summaries without samples: the peak of an epidemic for many rates of infection.

Of each run only the largest number of infected, its time and the last number of susceptible are kept: twelve numbers in place of
thousands. With N = S + I = 1 at the start and R0 = beta/gamma, the peak is 1 - (1 + log(R0 S0))/R0, and what is left at the end
solves log(S/S0) = R0 (S - 1) (Kermack and McKendrick, Proc. R. Soc. A 115 (1927) 700-721).

    python examples/python/summary_statistics.py [--short]
"""

import sys

import numpy as np
from scipy.special import lambertw

import rubie

INFECTED = 1e-3
GAMMA = 0.1


def main(short: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the peak and of the final size, one for each run."""
    epidemic = rubie.create_ODE_system(
        ["infection = beta*s*i", "ds = -infection", "di = infection - gamma*i"],
        states={"s": 1.0 - INFECTED, "i": INFECTED},
        parameters={"beta": 0.3, "gamma": GAMMA},
    )
    solver = rubie.Solver(
        epidemic,
        "vern7",
        output_types=["max", "time_of_max", "final"],
        sample_summaries_every=0.25,
        rtol=1e-10,
        atol=1e-12,
    )
    ratio = np.linspace(1.5, 6.0, 200 if short else 10_000)
    result = solver.solve(parameters={"beta": ratio * GAMMA}, duration=1000.0, progress=not short)
    print(result)
    print("columns:", result.summary_names)

    # The columns as arrays of shape (window, run); one window where nothing else is said.
    start = 1.0 - INFECTED
    peak = 1.0 - (1.0 + np.log(ratio * start)) / ratio
    left = -lambertw(-ratio * start * np.exp(-ratio)).real / ratio
    errors = np.abs(result["i_max"][0] - peak), np.abs(result["s_final"][0] - left)
    print(f"largest error of the peak {errors[0].max():.1e}, of what is left {errors[1].max():.1e}")
    print(result.to_pandas()[["beta", "i_max", "i_time_of_max", "s_final"]].describe())
    return errors


if __name__ == "__main__":
    main("--short" in sys.argv[1:])
