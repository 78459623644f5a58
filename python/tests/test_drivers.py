"""Parameters that follow samples over time."""

import pickle

import numpy as np
import pytest
from scipy.integrate import solve_ivp as scipy_solve_ivp
from scipy.interpolate import CubicSpline

import rubie

TIME = np.linspace(0.0, 6.0, 25)
SIGNAL = np.sin(2 * np.pi * TIME / 6.0) + 0.3 * np.cos(4 * np.pi * TIME / 6.0)


def driven():
    return rubie.create_ODE_system("dx = k*(u - x)", states={"x": 0.2}, parameters={"k": 1.0}, drivers=["u"])


def test_a_periodic_spline_as_in_scipy():
    SIGNAL[-1] = SIGNAL[0]
    spline = CubicSpline(TIME, SIGNAL, bc_type="periodic")
    samples = rubie.DriverSamples({"u": SIGNAL}, time=TIME)
    at = np.linspace(-3.0, 14.0, 301)
    np.testing.assert_allclose(samples.get_interpolated(at)[:, 0], spline(at % 6.0), atol=1e-12)

    result = rubie.solve_ivp(
        driven(), parameters={"k": [0.5, 2.0]}, drivers=samples, method="vern7", duration=15.0, save_every=1.5, rtol=1e-10, atol=1e-10
    )
    for run, k in enumerate([0.5, 2.0]):
        exact = scipy_solve_ivp(
            lambda t, x: k * (spline(t % 6.0) - x), (0, 15), [0.2], method="DOP853", rtol=1e-12, atol=1e-13, t_eval=result.time, max_step=0.25
        )
        np.testing.assert_allclose(result["x"][:, run], exact.y[0], atol=1e-8)


def test_once_and_other_ends():
    times = np.array([0.0, 1.0, 2.5, 3.0])
    samples = rubie.DriverSamples({"u": [1.0, 2.0, -1.0, 4.0]}, time=times)
    hold = samples.get_interpolated([-1.0, 0.5, 9.0], order=1, outside="hold")[:, 0]
    np.testing.assert_allclose(hold, [1.0, 1.5, 4.0])
    spline = CubicSpline(times, [1.0, 2.0, -1.0, 4.0], bc_type="natural")
    found = samples.get_interpolated([0.3, 1.7, 2.9, 9.0], wrap=False, boundary_condition="natural")[:, 0]
    np.testing.assert_allclose(found, [*spline([0.3, 1.7, 2.9]), 0.0], atol=1e-12)


def test_the_area_under_steps_is_exact():
    system = rubie.OdeSystem("param u = 0\nstate x = 0\nx' = u")
    solver = rubie.Solver(system, "tsit5", drivers={"u": [1.0, 3.0, 0.0], "time": [0.0, 1.0, 2.0]}, order=0, outside="hold")
    result = solver.solve(duration=5.0)
    assert abs(result["x"][-1, 0] - 4.0) < 1e-12


def test_samples_for_each_run():
    rng = np.random.default_rng(1)
    samples = rng.normal(size=(7, 300))
    drivers = rubie.DriverSamples({"u": samples}, driver_sample_period=0.5, t0=0.0)
    system = rubie.OdeSystem("param u = 0\nstate x = 0\nx' = u")
    result = rubie.Solver(system, order=1, outside="hold", drivers=drivers, rtol=1e-10, atol=1e-10).solve(
        {"x": np.arange(300.0) / 300.0}, duration=3.0
    )
    area = np.trapezoid(samples, dx=0.5, axis=0)
    np.testing.assert_allclose(result["x"][-1] - np.arange(300.0) / 300.0, area, atol=1e-8)
    with pytest.raises(ValueError, match="300 runs"):
        rubie.Solver(system, order=1, outside="hold", drivers=drivers).solve({"x": [1.0, 2.0]})


def test_functions_with_containers_of_drivers():
    def follow(t, y, p, d):
        return [p.k * (d.u - y.x)]

    system = rubie.create_ODE_system(follow, states={"x": 0.2}, parameters={"k": 1.0}, drivers=["u"])
    assert system.drivers == ["u"] and list(system.parameters) == ["k"]
    samples = rubie.DriverSamples({"u": SIGNAL}, time=TIME)
    first = rubie.Solver(system).solve(drivers=samples, boundary_condition="natural", wrap=False)
    second = rubie.Solver(driven()).solve(drivers=samples, boundary_condition="natural", wrap=False)
    assert np.array_equal(first["x"], second["x"])
    assert pickle.loads(pickle.dumps(system)).drivers == ["u"]


def test_mistakes_are_told():
    with pytest.raises(ValueError, match="declares 1 driver"):
        rubie.Solver(driven()).solve()
    with pytest.raises(ValueError, match="drivers of the system are u"):
        rubie.Solver(driven()).solve(drivers=rubie.DriverSamples({"w": SIGNAL}, time=TIME))
    with pytest.raises(ValueError, match="not both"):
        rubie.DriverSamples({"u": SIGNAL}, time=TIME, driver_sample_period=0.1)
    with pytest.raises(ValueError, match="needed"):
        rubie.DriverSamples({"u": SIGNAL})
    with pytest.raises(ValueError, match="must increase"):
        rubie.DriverSamples({"u": [1.0, 2.0]}, time=[1.0, 1.0])
    with pytest.raises(KeyError, match="time"):
        rubie.Solver(driven()).solve(drivers={"u": SIGNAL})
    with pytest.raises(ValueError, match="periodic boundary needs"):
        rubie.Solver(driven(), wrap=False, boundary_condition="periodic").solve(drivers=rubie.DriverSamples({"u": SIGNAL}, time=TIME))
