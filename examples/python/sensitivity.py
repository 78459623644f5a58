"""Global sensitivity analysis with SALib: which parameter decides the concentration of a drug?

The amount of a drug in one compartment is `dose*exp(-k t)`, its concentration that over the volume. It is a product of three independent
factors, so that Sobol's indices are known: with relative variances v of the factors, the first-order index of a factor is its v over
V = (1 + v1)(1 + v2)(1 + v3) - 1, and its total index is v (1 + V)/(1 + v)/V.

    python examples/python/sensitivity.py [--short]
"""

import sys

import numpy as np
from SALib.analyze import sobol
from SALib.sample import sobol as sampling

import rubie

RANGES = {"dose": (50.0, 150.0), "volume": (10.0, 40.0), "k": (0.05, 0.5)}
TIME = 4.0


def relative_variances() -> np.ndarray:
    """Variance over squared mean of each factor, for parameters that are uniform over their ranges."""
    (a, b), (c, d), (e, f) = RANGES.values()
    mean = [(a + b) / 2, np.log(d / c) / (d - c), (np.exp(-e * TIME) - np.exp(-f * TIME)) / TIME / (f - e)]
    square = [(a * a + a * b + b * b) / 3, 1 / (c * d), (np.exp(-2 * e * TIME) - np.exp(-2 * f * TIME)) / (2 * TIME) / (f - e)]
    return np.array(square) / np.square(mean) - 1.0


def main(short: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the first-order and of the total indices."""
    model = rubie.OdeSystem(
        """
        param dose = 100 [mg], volume = 25 [L], k = 0.2 [1/h]
        state amount = dose [mg]
        observe concentration = amount/volume [mg/L]
        amount' = -k*amount
        """
    )
    problem = {"num_vars": len(RANGES), "names": list(RANGES), "bounds": list(RANGES.values())}
    rows = sampling.sample(problem, 1024 if short else 65536, calc_second_order=False, seed=1)
    solver = rubie.Solver(model, save="final", save_variables=["concentration"], rtol=1e-9, atol=1e-9)
    # One row of SALib is one run.
    result = solver.solve(parameters=dict(zip(RANGES, rows.T)), duration=TIME)
    print(result)
    indices = sobol.analyze(problem, result["concentration"][0], calc_second_order=False, seed=1)

    variances = relative_variances()
    whole = np.prod(1.0 + variances) - 1.0
    first, total = variances / whole, variances * (1.0 + whole) / (1.0 + variances) / whole
    for i, name in enumerate(RANGES):
        print(f"{name:8} first order {indices['S1'][i]:.3f} (exactly {first[i]:.3f}), total {indices['ST'][i]:.3f} (exactly {total[i]:.3f})")
    return np.abs(indices["S1"] - first), np.abs(indices["ST"] - total)


if __name__ == "__main__":
    main("--short" in sys.argv[1:])
