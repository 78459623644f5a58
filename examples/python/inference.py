"""Likelihood-free inference with emcee: how fast do patients clear a drug, and how much do they differ?

Each of twelve patients clears a drug at a rate of his own, `k = mu + omega z` with a standard normal z. Measured is the logarithm of
what is left at one time. The program does not use that this is normal: for every proposal (mu, log omega) it simulates a few hundred
studies of twelve patients, reduces each to two statistics, and takes the statistics of the real study as normal about those of the
simulated ones (the synthetic likelihood of Wood, Nature 466 (2010) 1102-1104). One step of emcee's walkers is one batch of some
ten thousand runs.

The answer is known: with a flat prior of mu and log omega, mu is distributed about the mean as Student's t with 11 degrees of freedom, and
11 s^2/omega^2 as chi squared with 11.

    python examples/python/inference.py [--short]
"""

import sys

import emcee
import numpy as np
from scipy import stats

import rubie

PATIENTS, TIME = 12, 2.0
TRUTH = 0.8, 0.15


class Study:
    """Statistics of simulated studies, for any number of proposals at once."""

    def __init__(self, studies: int, seed: int):
        model = rubie.create_ODE_system("dx = -k*x", states={"x": 1.0}, parameters={"k": 1.0})
        self.solver = rubie.Solver(model, "tsit5", save="final", rtol=1e-7, atol=1e-12)
        self.studies, self.random = studies, np.random.default_rng(seed)

    def simulate(self, mu: np.ndarray, omega: np.ndarray) -> np.ndarray:
        """Statistics, of shape (proposal, study, 2): the mean, and the logarithm of the standard deviation over patients."""
        normal = self.random.standard_normal((len(mu), self.studies, PATIENTS))
        rates = mu[:, None, None] + omega[:, None, None] * normal
        result = self.solver.solve(parameters={"k": rates.ravel()}, duration=TIME)
        return self.statistics(np.log(result["x"][0]).reshape(normal.shape))

    @staticmethod
    def statistics(measured: np.ndarray) -> np.ndarray:
        """The mean and the logarithm of the standard deviation along the last axis."""
        return np.stack([measured.mean(axis=-1), np.log(measured.std(axis=-1, ddof=1))], axis=-1)

    def log_probability(self, proposals: np.ndarray, observed: np.ndarray) -> np.ndarray:
        """Logarithm of the synthetic likelihood of each proposal (mu, log omega)."""
        inside = (np.abs(proposals[:, 0]) < 3.0) & (np.abs(proposals[:, 1]) < 5.0)
        values = np.full(len(proposals), -np.inf)
        simulated = self.simulate(proposals[inside, 0], np.exp(proposals[inside, 1]))
        centre = simulated.mean(axis=1)
        away = simulated - centre[:, None]
        covariance = np.einsum("psi,psj->pij", away, away) / (self.studies - 1)
        difference = observed - centre
        solved = np.linalg.solve(covariance, difference[..., None])[..., 0]
        values[inside] = -0.5 * (np.sum(difference * solved, axis=1) + np.linalg.slogdet(covariance)[1])
        return values


def main(short: bool = False) -> dict[str, tuple[float, float]]:
    """Found and exact: mean and spread of mu, median of omega."""
    rng = np.random.default_rng(11)
    measured = -TIME * (TRUTH[0] + TRUTH[1] * rng.standard_normal(PATIENTS))
    observed = Study.statistics(measured)

    study = Study(200 if short else 400, seed=5)
    walkers, steps, dropped = (24, 120, 30) if short else (32, 600, 100)
    start = np.array([-observed[0] / TIME, observed[1] - np.log(TIME)]) + 0.05 * rng.standard_normal((walkers, 2))
    sampler = emcee.EnsembleSampler(walkers, 2, lambda p: study.log_probability(p, observed), vectorize=True)
    sampler.random_state = np.random.RandomState(3).get_state()
    sampler.run_mcmc(start, steps, progress=not short and sys.stderr.isatty())
    mu, omega = sampler.get_chain(discard=dropped, flat=True).T * 1.0
    omega = np.exp(omega)

    spread = np.exp(observed[1]) / TIME
    exact = stats.t(PATIENTS - 1, -observed[0] / TIME, spread / np.sqrt(PATIENTS))
    median = spread * np.sqrt((PATIENTS - 1) / stats.chi2(PATIENTS - 1).median())
    found = {
        "mean of mu": (mu.mean(), exact.mean()),
        "spread of mu": (mu.std(), exact.std()),
        "median of omega": (np.median(omega), median),
    }
    print(f"{walkers} walkers, {steps} steps, acceptance {sampler.acceptance_fraction.mean():.2f}")
    for name, (value, exactly) in found.items():
        print(f"{name:16} {value:.4f}, exactly {exactly:.4f}")
    return found


if __name__ == "__main__":
    main("--short" in sys.argv[1:])
