"""Results in the tools of others: NumPy, pandas, xarray, Arrow, Matplotlib, notebooks; threads, signals, pickles."""

import io
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types

import numpy as np
import pytest

import rubie
from rubie import progress

WINDOWS = dict(save_every=0.5, output_types=["state", "mean"], sample_summaries_every=0.1, summarise_every=0.5)


@pytest.fixture
def tank():
    """A model with units, swept in its parameter, with summaries."""
    model = rubie.OdeSystem("state x = 1 [mol]\nparam k = 1 [1/s], c = 3 [m]\nobserve y = c*x\nx' = -k*x", name="tank")
    return rubie.solve(model, {"k": [1.0, 2.0, 3.0]}, until=1.0, **WINDOWS)


def test_no_copies(tank):
    assert tank["x"].base is not None and np.shares_memory(tank["x"], tank.time_domain_array)
    assert np.shares_memory(tank.state, tank.time_domain_array)


def test_other_libraries_take_arrays_without_a_copy(tank):
    """By the protocol of torch.from_dlpack and jax.numpy.from_dlpack."""
    narrow = rubie.solve(tank.system, {"k": [1.0, 2.0]}, precision=np.float32)
    for array in (tank["x"], tank.time_domain_array, tank["x_mean"], tank["k"], tank.status_codes, narrow["x"]):
        taken = np.from_dlpack(array)
        assert np.shares_memory(taken, array) and taken.dtype == array.dtype
        np.testing.assert_array_equal(taken, array)


def test_data_sets_have_coordinates_and_units(tank):
    xarray = pytest.importorskip("xarray")
    data = tank.to_xarray()
    assert isinstance(data, xarray.Dataset) and data.attrs["model"] == "tank" and data.attrs["c"] == "3.0"
    assert data.k.dims == ("run",) and data.k.attrs["units"] == "1/s" and data.x.attrs["units"] == "mol"
    assert data.window_start.values.tolist() == [0.0, 0.5] and data.x_mean.dims == ("window", "run")
    by_k = data.swap_dims(run="k")
    np.testing.assert_allclose(by_k.x.sel(k=2.0, time=1.0), np.exp(-2.0), rtol=1e-5)


def test_tables_of_samples_and_summaries(tank):
    pytest.importorskip("pandas")
    samples, summaries = tank.to_pandas(), tank.to_pandas("summaries")
    assert list(samples.columns) == ["run", "k", "time", "x"] and len(samples) == 9
    assert list(summaries.columns) == ["run", "k", "window_start", "window_end", "x_mean"] and len(summaries) == 6
    assert summaries.query("k == 2 and window_end == 1")["x_mean"].item() == tank["x_mean"][1, 1]
    polars = pytest.importorskip("polars")
    assert tank.to_polars("summaries").equals(polars.from_pandas(summaries))


def test_plots(tank, lorenz):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    axes = tank.plot()
    assert axes.shape == (1, 1) and axes[0, 0].get_ylabel() == "x [mol]" and len(axes[0, 0].lines) == 3
    np.testing.assert_array_equal(axes[0, 0].lines[1].get_ydata(), tank["x"][:, 1])
    many = rubie.solve(lorenz, {"rho": np.linspace(5.0, 20.0, 50)}, save_every=0.1)
    (axis,) = many.plot(["z"])[:, 0]
    np.testing.assert_allclose(axis.lines[0].get_ydata(), np.median(many["z"], axis=1))
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["90 %", "50 %", "median"]


def test_notebooks_show_tables(tank):
    shown = tank._repr_html_()
    assert "<b>tank</b>" in shown and "<td>runs</td><td>3</td>" in shown and shown.count("<tr>") == shown.count("</tr>") == 9


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_bars_in_terminals_and_nothing_in_pipes(lorenz, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    rubie.solve(lorenz, {"rho": np.linspace(1, 20, 1000)}, progress=True)
    assert sys.stderr.getvalue().split("\r")[-1].startswith("[########################################] 1,000 of 1,000 runs")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    rubie.solve(lorenz, {"rho": np.linspace(1, 20, 1000)}, progress=True)
    assert sys.stderr.getvalue() == ""


def test_bars_in_notebooks(lorenz, monkeypatch):
    bars = []

    class ProgressBar:
        def __init__(self, total):
            self.total, self.progress, self.displayed = total, 0, 0
            bars.append(self)

        def display(self):
            self.displayed += 1

    display = types.ModuleType("IPython.display")
    display.ProgressBar = ProgressBar
    for name, module in (("ipykernel", types.ModuleType("ipykernel")), ("IPython", types.ModuleType("IPython")), ("IPython.display", display)):
        monkeypatch.setitem(sys.modules, name, module)
    rubie.solve(lorenz, {"rho": np.linspace(1, 20, 1000)}, progress=True)
    (bar,) = bars
    assert bar.displayed == 1 and bar.total == bar.progress == 1000
    assert callable(progress.watcher(True)) and progress.watcher(False) is None


def test_pickled_results_and_solvers(tank):
    again = pickle.loads(pickle.dumps(tank))
    np.testing.assert_array_equal(again.time_domain_array, tank.time_domain_array)
    assert again.solve_settings == tank.solve_settings and again.windows == tank.windows and again.status_messages == {}
    assert again["x_mean"].tolist() == tank["x_mean"].tolist()
    solver = rubie.Solver(tank.system, **WINDOWS)
    solver.solve()
    other = pickle.loads(pickle.dumps(solver))
    np.testing.assert_array_equal(other.solve(parameters={"k": [1.0, 2.0, 3.0]})["x"], tank["x"])
    assert solver.result is not None


def test_other_threads_go_on(lorenz):
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    watcher = threading.Thread(target=tick)
    watcher.start()
    begin = time.perf_counter()
    rubie.solve(lorenz, {"rho": np.linspace(1, 20, 20000)}, until=200.0, threads=1)
    took = time.perf_counter() - begin
    done.set()
    watcher.join()
    # A thread that could not run would tick once. How often it does depends on what else the machine does.
    during = [at for at in ticks if begin < at < begin + took]
    assert took > 0.05 and len(during) > 5


def test_an_interrupt_stops_the_solve():
    program = """
        import sys, rubie
        system = rubie.OdeSystem("state x = 1, v = 0\\nx' = v\\nv' = -x")
        print("ready", flush=True)
        rubie.solve(system, {"x": [1.0, 2.0]}, until=1e9, max_steps=10**12)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0 and "KeyboardInterrupt" in errors
