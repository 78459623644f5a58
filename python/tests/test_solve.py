"""Solutions against closed forms and SciPy."""

import pickle
import threading

import numpy as np
import pytest
from scipy.integrate import solve_ivp as scipy_solve_ivp

import rubie

TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def test_samples_against_scipy(lorenz):
    rhos = [10.0, 15.0, 21.0]
    result = rubie.solve(lorenz, {"rho": rhos}, until=2.0, save_every=0.25, **TIGHT)
    for run, rho in enumerate(rhos):

        def right(t, y, rho=rho):
            return [10 * (y[1] - y[0]), y[0] * (rho - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]]

        reference = scipy_solve_ivp(right, (0, 2), [1, 0, 0], "DOP853", result.time, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(result.time_domain_array[:, :, run], reference.y.T, atol=1e-8)


def test_a_stiff_system_by_every_family():
    system = rubie.create_ODE_system("dx = -k*(x - cos(t)) - sin(t)", states={"x": 1.0}, parameters={"k": 1e6})
    for method in ("rodas5p", "kvaerno5", "radau_iia_5", "auto"):
        result = rubie.solve(system, {"k": [1e5, 1e6]}, until=3.0, method=method, save="final", rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(result["x"], np.cos(3.0), atol=1e-7)


def test_the_shapes_of_a_grid(lorenz):
    result = rubie.solve(lorenz, {"rho": [1.0, 2.0, 3.0], "x": [0.5, 0.6]}, until=1.0, save_every=0.5)
    assert result.time_domain_array.shape == (3, 3, 6)
    # States vary slowest, as in CuBIE.
    assert result["rho"].tolist() == [1, 2, 3, 1, 2, 3]
    assert result.sweep["x"].tolist() == [0.5, 0.5, 0.5, 0.6, 0.6, 0.6]
    np.testing.assert_array_equal(result.time_domain_array[0, 0], result.sweep["x"])


def test_verbatim_rows_and_arrays(decay):
    solver = rubie.Solver(decay, save_every=1.0, **TIGHT)
    by_name = solver.solve({"x": [1.0, 2.0]}, {"k": [1.0, 3.0]}, duration=1.0)
    np.testing.assert_allclose(by_name["x"][-1], [np.exp(-1), 2 * np.exp(-3)], rtol=1e-9)
    by_array = solver.solve(np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]]), duration=1.0)
    np.testing.assert_array_equal(by_name.time_domain_array, by_array.time_domain_array)
    states, parameters = solver.build_grid({"x": [1.0, 2.0]}, {"k": [1.0, 3.0]}, "combinatorial")
    assert states.tolist() == [[1, 1, 2, 2]] and parameters.tolist() == [[1, 3, 1, 3]]
    with pytest.raises(ValueError, match="verbatim"):
        solver.solve({"x": [1.0, 2.0]}, {"k": [1.0, 2.0, 3.0]})


def test_settling_and_start(decay):
    result = rubie.Solver(decay, save_every=0.5, **TIGHT).solve(duration=1.0, settling_time=2.0, t0=1.0)
    assert result.time.tolist() == [3.0, 3.5, 4.0]
    np.testing.assert_allclose(result["x"][:, 0], np.exp(-(result.time - 1.0)), rtol=1e-9)


def test_summaries_against_numpy(lorenz):
    settings = dict(save_every=0.01, sample_summaries_every=0.01, output_types=["state", "mean", "max", "rms"])
    result = rubie.solve(lorenz, {"rho": [10.0, 20.0]}, until=1.0, summarise_every=0.5, **settings)
    assert result.summaries_array.shape == (2, 9, 2)
    x = result["x"]
    for window, rows in enumerate((slice(1, 51), slice(51, 101))):
        np.testing.assert_allclose(result["x_mean"][window], x[rows].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(result["x_max"][window], x[rows].max(axis=0), rtol=0)
    per_metric = result.as_numpy_per_summary
    assert per_metric["rms"].shape == (2, 3, 2) and per_metric["summary_legend"] == ["mean", "max", "rms"]
    np.testing.assert_array_equal(per_metric["mean"][:, 1, :], result["y_mean"])


def test_float32(lorenz):
    narrow = rubie.OdeSystem(lorenz.text, precision=np.float32)
    result = rubie.solve(narrow, until=0.5)
    assert result.time_domain_array.dtype == np.float32
    np.testing.assert_allclose(result["x"], rubie.solve(lorenz, until=0.5)["x"], rtol=1e-4)


def test_arrays_belong_to_numpy(decay):
    array = rubie.solve(decay, {"k": [1.0, 2.0]}).time_domain_array
    assert array.flags.writeable and array.flags.c_contiguous
    array[:] = 0.0


def test_failed_runs_warn_and_keep_what_they_had():
    system = rubie.create_ODE_system("dx = x**2", states={"x": 1.0})
    with pytest.warns(UserWarning, match="1 of 2 runs failed"):
        result = rubie.solve(system, {"x": [0.1, 1.0]}, until=2.0, save_every=0.5)
    assert list(result.status_messages) == [1]
    # The pole is at t = 1.
    assert np.isfinite(result["x"][:2, 1]).all() and np.isnan(result["x"][3:, 1]).all()
    with pytest.warns(UserWarning):
        result = rubie.solve(system, {"x": [0.1, 1.0]}, until=2.0, save_every=0.5, nan_error_trajectories=True)
    assert np.isnan(result["x"][:, 1]).all() and np.isfinite(result["x"][:, 0]).all()


def test_threads_share_a_solver_and_pickles_come_back(lorenz):
    solver = rubie.Solver(pickle.loads(pickle.dumps(lorenz)), save_every=0.5)
    expected = solver.solve(parameters={"rho": np.linspace(1, 20, 500)}).time_domain_array
    found = [None] * 4

    def work(i):
        found[i] = solver.solve(parameters={"rho": np.linspace(1, 20, 500)}).time_domain_array

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for array in found:
        np.testing.assert_array_equal(array, expected)
    result = pickle.loads(pickle.dumps(solver.solve()))
    assert result.num_runs == 1 and result.system.parameters["rho"] == 28.0


def test_progress_is_told(lorenz):
    told = []
    rubie.solve(lorenz, {"rho": np.linspace(1, 20, 1000)}, progress=lambda done, runs: told.append((done, runs)))
    assert told[-1] == (1000, 1000)


def test_an_exception_in_progress_stops_the_solve(lorenz):
    class Stop(Exception):
        pass

    def stop(done, runs):
        raise Stop

    with pytest.raises(Stop):
        rubie.solve(lorenz, {"rho": np.linspace(1, 20, 20000)}, until=1000.0, progress=stop)


def test_files(tmp_path, lorenz):
    pytest.importorskip("pandas")
    solver = rubie.Solver(lorenz, save_every=0.5)
    report = solver.solve_into(tmp_path / "r.csv", parameters={"rho": [1.0, 2.0]})
    table = np.loadtxt(tmp_path / "r.csv", delimiter=",", skiprows=1)
    assert report["runs"] == 2 and len(table) == 6
    memory = solver.solve(parameters={"rho": [1.0, 2.0]}).to_pandas()
    assert (tmp_path / "r.csv").read_text().startswith("run,rho,time,x,y,z\n")
    np.testing.assert_array_equal(table, memory[["run", "rho", "time", "x", "y", "z"]])
    with pytest.raises(ValueError, match="parquet"):
        solver.solve_into(tmp_path / "r.xyz")


def test_tables_and_data_sets(lorenz):
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    result = rubie.solve(lorenz, {"rho": [1.0, 2.0]}, until=1.0, save_every=0.5)
    frame = result.as_pandas["time_domain"]
    assert frame.shape == (3, 6) and frame[("run_1", "z")].tolist() == result["z"][:, 1].tolist()
    data = result.to_xarray()
    assert data["x"].dims == ("time", "run")
    assert float(data["x"].where(data.rho == 2.0, drop=True).sel(time=0.5).item()) == result["x"][1, 1]
    assert "2 runs" in repr(result) and "rodas" not in result._repr_html_()


def test_an_events_model_from_text():
    ball = rubie.OdeSystem("state h = 1, v = 0, n = 0; param g = 9.81; h' = v; v' = -g; n' = 0\nwhen h < 0: h = 0, v = -v, n = n + 1")
    period = 2 * np.sqrt(2 / 9.81)
    result = rubie.solve(ball, until=5.2 * period, save="final", **TIGHT)
    assert result["n"][0, 0] == 5


def test_samples_from_scipy(decay):
    from scipy.stats import qmc

    values = rubie.sample({"k": (0.1, 10.0, "log"), "x": (1.0, 2.0)}, 64, qmc.Sobol(2, seed=1))
    result = rubie.solve(decay, values, until=1.0, save="final", grid_type="verbatim", **TIGHT)
    np.testing.assert_allclose(result["x"][0], values["x"] * np.exp(-values["k"]), rtol=1e-8)
    assert (values["k"] < 1.0).sum() == 32
    with pytest.raises(ValueError, match="0 < low < high"):
        rubie.sample({"k": (0.0, 1.0, "log")}, 4)


def test_files_hold_what_is_in_memory(decay, tmp_path):
    result = rubie.solve(decay, {"k": [1.0, 2.0, 3.0]}, until=1.0, save_every=0.25, output_types=["state", "max"], sample_summaries_every=0.1)
    result.save(tmp_path / "r.npz")
    arrays = np.load(tmp_path / "r.npz")
    np.testing.assert_array_equal(arrays["samples"], result.time_domain_array)
    np.testing.assert_array_equal(arrays["summaries"], result.summaries_array)
    np.testing.assert_array_equal(arrays["swept"], [[1.0, 2.0, 3.0]])
    result.to_parquet(tmp_path / "r.parquet")
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    table = pandas.read_parquet(tmp_path / "r.parquet")
    np.testing.assert_array_equal(table.sort_values(["run", "time"])["x"], result.to_pandas()["x"])
    # The same bits as a solve into a file.
    solver = rubie.Solver(decay, save_every=0.25, output_types=["state", "max"], sample_summaries_every=0.1)
    solver.solve_into(tmp_path / "direct.parquet", parameters={"k": [1.0, 2.0, 3.0]}, grid_type="combinatorial")
    assert (tmp_path / "direct.parquet").read_bytes() == (tmp_path / "r.parquet").read_bytes()
    with pytest.raises(ValueError, match=r"\.parquet"):
        result.to_parquet(tmp_path / "r.csv")
    with pytest.raises(ValueError, match="must end in"):
        result.save(tmp_path / "r.xyz")


def test_tables_for_others(decay):
    result = rubie.solve(decay, {"k": [1.0, 2.0]}, until=1.0, save_every=0.5)
    expected = result.to_pandas()
    pyarrow = pytest.importorskip("pyarrow")
    # Anything that reads Arrow's streams takes a result as it is.
    assert pyarrow.table(result).to_pandas().equals(expected)
    polars = pytest.importorskip("polars")
    assert result.to_polars().columns == list(expected.columns)
    assert polars.DataFrame(result)["x"].to_list() == expected["x"].to_list()


def test_a_solver_shows_its_last_result(decay):
    solver = rubie.Solver(decay, save_every=0.5, output_types=["state", "mean"], sample_summaries_every=0.1)
    with pytest.raises(RuntimeError, match="nothing"):
        solver.state
    solver.compile(parameters={"k": [1.0, 2.0]})
    result = solver.solve(parameters={"k": [1.0, 2.0]})
    assert solver.state is result.state or np.array_equal(solver.state, result.state)
    assert solver.state_summaries.shape == (1, 1, 2) and solver.num_runs == 2 and not solver.status_messages
