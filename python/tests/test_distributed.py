"""A sweep over processes, some of which are killed."""

import os
import signal

import numpy as np
import pytest

import rubie

distributed = pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture(scope="module")
def client():
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            yield client


def test_the_same_bits_as_on_one_machine(client, lorenz):
    from rubie import distributed as over_cluster

    solver = rubie.Solver(lorenz, save_every=0.25, output_types=["state", "mean"], sample_summaries_every=0.05)
    sweep = {"rho": np.linspace(1, 21, 503)}
    alone = solver.solve(parameters=sweep)
    spread = over_cluster.solve(client, solver, parameters=sweep, parts=7)
    np.testing.assert_array_equal(spread.time_domain_array, alone.time_domain_array)
    np.testing.assert_array_equal(spread.summaries_array, alone.summaries_array)
    np.testing.assert_array_equal(spread["rho"], alone["rho"])
    assert spread.report["accepted_steps"] == alone.report["accepted_steps"]
    seen = np.zeros(503, int)
    for runs, part in over_cluster.as_completed(client, solver, parameters=sweep):
        np.testing.assert_array_equal(part["x"], alone["x"][:, runs])
        seen[runs] += 1
    assert (seen == 1).all()


def test_a_killed_worker_loses_nothing(client, lorenz):
    from rubie import distributed as over_cluster

    solver = rubie.Solver(lorenz, save="final", rtol=1e-8, atol=1e-8)
    sweep = {"rho": np.linspace(1, 21, 4000)}
    expected = solver.solve(parameters=sweep, duration=200.0).time_domain_array
    victim = next(iter(client.run(os.getpid).values()))
    found = np.full_like(expected, np.nan)
    parts = over_cluster.as_completed(client, solver, parameters=sweep, duration=200.0, parts=40)
    for count, (runs, part) in enumerate(parts):
        if count == 1:
            os.kill(victim, signal.SIGKILL)
        found[..., runs] = part.time_domain_array
    assert count == 39
    np.testing.assert_array_equal(found, expected)


def test_a_choice_by_the_batch_is_refused(client, lorenz):
    from rubie import distributed as over_cluster

    with pytest.raises(ValueError, match="name the method"):
        over_cluster.solve(client, rubie.Solver(lorenz, "auto"))
