"""What users give that is no mistake, and mistakes, which are told with their place and how to mend them."""

import numpy as np
import pytest

import rubie

#: Options of a solve that make no sense, the exception, and what its message has.
OPTIONS = [
    ({"method": "tsit6"}, ValueError, "did you mean `tsit5`"),
    ({"rtoll": 1e-3}, KeyError, "did you mean 'rtol'"),
    ({"rtol": -1.0}, ValueError, "rtol"),
    ({"rtol": float("nan")}, ValueError, "rtol"),
    ({"rtol": [1e-3, 1e-3]}, ValueError, "2 values for 1 states"),
    ({"dt": "small"}, TypeError, "dt: must be real number"),
    ({"threads": 0}, ValueError, "threads: "),
    ({"threads": 1.5}, TypeError, "threads: "),
    ({"memory_limit": "much"}, TypeError, "memory_limit: "),
    ({"jumps": 0.5}, TypeError, "jumps: "),
    ({"device": "gpu"}, ValueError, "device: `gpu` is none of auto, cpu, cuda"),
    ({"backend": "llvm"}, ValueError, "backend: `llvm` is none of auto, jit, interpreter"),
    ({"vectors": "sse"}, ValueError, "vectors: `sse` is none of auto, portable, avx2, avx512"),
    ({"precision": "float16"}, ValueError, "precision is float64 or float32, not 'float16'"),
    ({"until": float("inf")}, ValueError, "the duration must be positive and finite"),
    ({"until": 1.0, "settle": 2.0}, ValueError, "the duration must be positive"),
    ({"save_every": 0.0}, ValueError, "interval between samples must be positive"),
    ({"save_every": 10.0}, ValueError, "longer than the recorded span"),
    ({"save": [0.5, 0.2]}, ValueError, "must increase"),
    ({"save": "finale"}, ValueError, "save: `finale` is none of none, final, ends"),
    ({"save": "final", "save_every": 0.1}, ValueError, "give one"),
    ({"method": "tsit5", "algorithm": "vern7"}, ValueError, "'algorithm' is given twice"),
    ({"newton": "exact", "inexact_newton": True}, ValueError, "'inexact_newton' is another name"),
    ({"output_types": ["states"]}, ValueError, "did you mean 'state'"),
    ({"output_types": ["state", "quantiles[0.5]"]}, ValueError, "did you mean"),
    ({"filter_coefficients": (1.0, 2.0)}, ValueError, "or three numbers"),
    ({"max_steps": 1.5}, TypeError, "max_steps: "),
    ({"saved_state_indices": [0.5]}, TypeError, "saved_state_indices are whole numbers"),
    ({"record_events": 3}, ValueError, "the model has none"),
    ({"dae_initialisation": "maybe"}, ValueError, "dae_initialisation: .*brown, shampine"),
    ({"grid_type": "product"}, ValueError, "grid_type"),
]

#: Values that make no sense.
VALUES = [
    ({"kk": 1.0}, KeyError, "unknown name 'kk'"),
    ({"k": np.ones((2, 2))}, ValueError, "'k' have 2 dimensions"),
    ({"k": ["a"]}, TypeError, "'k' are numbers"),
    ({"k": 1j}, TypeError, "'k' are numbers"),
    ({"k": (i for i in range(3))}, TypeError, "'k' are numbers"),
    ({"k": np.ma.masked_array([1.0, 2.0], mask=[False, True])}, ValueError, "'k' have a mask"),
    ({"k": [1.0, np.nan]}, ValueError, "`k`: NaN is not a finite number"),
    ({"x": [1.0, np.inf]}, ValueError, "`x`: inf is not a finite number"),
    ([1.0, 2.0], TypeError, "a sweep is a dictionary"),
]


@pytest.mark.parametrize(("options", "exception", "message"), OPTIONS, ids=[repr(options) for options, _, _ in OPTIONS])
def test_options_that_make_no_sense(decay, options, exception, message):
    with pytest.raises(exception, match=message):
        rubie.solve(decay, {"k": 1.0}, **options)


@pytest.mark.parametrize(("values", "exception", "message"), VALUES)
def test_values_that_make_no_sense(decay, values, exception, message):
    with pytest.raises(exception, match=message):
        rubie.solve(decay, values)


def test_arrays_without_runs(decay):
    solver = rubie.Solver(decay)
    for arrays in ({"parameters": np.zeros((1, 0))}, {"initial_values": np.zeros((1, 0))}):
        with pytest.raises(ValueError, match="has no runs"):
            solver.solve(**arrays)
    # As in CuBIE, an empty list is a default.
    assert solver.solve(parameters={"k": []}).num_runs == 1


def test_what_is_no_system_and_no_equation():
    for wrong in (None, "dx = -x"):
        with pytest.raises(TypeError, match="a system is needed, from create_ODE_system"):
            rubie.Solver(wrong)
    with pytest.raises(TypeError, match="equations are needed: .* not int"):
        rubie.create_ODE_system(3)
    with pytest.raises(ValueError, match="'x' needs a default"):
        rubie.create_ODE_system("dx = -x", states={"x": []})
    with pytest.raises(TypeError, match="'x' are numbers"):
        rubie.create_ODE_system("dx = -x", states={"x": "one"})


def test_batches_beyond_all_memory(lorenz):
    with pytest.raises(MemoryError, match="27000000000 runs"):
        rubie.solve(lorenz, {name: np.linspace(0.0, 1.0, 3000) for name in ("sigma", "rho", "beta")})
    with pytest.raises(ValueError, match="too many runs"):
        rubie.solve(lorenz, {name: np.linspace(0.0, 1.0, 100_000) for name in ("sigma", "rho", "beta", "x")})


def test_arrays_of_every_kind(decay):
    """Other types, strides and containers of the same numbers."""
    values = np.array([1.0, 2.0, 3.0])
    expected = rubie.solve(decay, {"k": values}).time_domain_array
    same = [[1, 2, 3], (1.0, 2.0, 3.0), range(1, 4), values.astype(np.float32), values.astype(">f8"), values.astype(object)]
    same += [np.array([1, 2, 3], dtype=np.uint8), np.repeat(values, 2)[::2], values[::-1].copy()[::-1], np.asfortranarray(np.tile(values, (2, 1)))[1]]
    for form in same:
        np.testing.assert_array_equal(rubie.solve(decay, {"k": form}).time_domain_array, expected)
    wide = np.asfortranarray(np.tile(values.astype(np.float32), (2, 1)))[1:]
    np.testing.assert_array_equal(rubie.Solver(decay).solve(parameters=wide).time_domain_array, expected)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_tables_of_runs(decay, library):
    """A column for each name, whatever the number of rows."""
    rows = {"x": [1.0, 2.0], "k": [1.0, 3.0]}
    made = pytest.importorskip(library)
    table = made.table(rows) if library == "pyarrow" else made.DataFrame(rows)
    expected = rubie.solve(decay, rows, grid_type="verbatim")
    np.testing.assert_array_equal(rubie.solve(decay, table, grid_type="verbatim")["x"], expected["x"])
    solved = rubie.Solver(decay).solve(table[["x"]] if library != "pyarrow" else table.select(["x"]), {"k": table["k"]})
    np.testing.assert_array_equal(solved["x"], expected["x"])


def test_metrics_see_a_hundred_samples_where_nothing_is_said(decay):
    said = rubie.solve(decay, output_types=["mean"], summarise_every=0.5, sample_summaries_every=0.005)
    np.testing.assert_array_equal(rubie.solve(decay, output_types=["mean"], summarise_every=0.5)["x_mean"], said["x_mean"])


def test_the_later_of_two_options_that_say_the_same(decay):
    solver = rubie.Solver(decay, method="vern7", save="final")
    assert solver.algorithm == "vern7" and solver.is_given("method")
    assert solver.update(algorithm="tsit5", save_every=0.5) == {"algorithm", "save_every"}
    assert solver.solve().time.tolist() == [0.0, 0.5, 1.0] and solver.algorithm == "tsit5"
    solver.update(save="ends")
    assert solver.solve().time.tolist() == [0.0, 1.0] and solver.save_every is None


def test_one_name_stands_for_a_list_of_one():
    system = rubie.create_ODE_system("dcell = -rate*cell*u\ntwice = 2*cell", states="cell", parameters="rate", observables="twice", drivers="u")
    assert list(system.states) == ["cell"] and list(system.parameters) == ["rate"]
    assert system.observables == ["twice"] and system.drivers == ["u"]
    for wrong in ("two words", "1x", ["a", "b\nc"]):
        with pytest.raises(ValueError, match="is no name"):
            rubie.create_ODE_system("dx = -x", states=wrong)


def test_sums_of_many_terms():
    """As reaction networks have them; far more than Python's recursion goes deep."""
    for terms in (500, 2_500, 10_000):
        system = rubie.create_ODE_system(["dx = " + " - ".join(["x"] * (terms + 2))], states={"x": 1.0})
        result = rubie.solve(system, until=1.0 / terms, save="final", rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(result["x"], np.exp(-1.0), rtol=1e-7)


def test_results_have_names(decay):
    result = rubie.solve(decay, {"k": [1.0, 2.0]}, output_types=["state", "mean"])
    assert list(result) == result.keys() == ["x", "x_mean", "k"] and "k" in result and "q" not in result
    assert {name: array.shape for name, array in dict(result).items()} == {"x": (2, 2), "x_mean": (1, 2), "k": (2,)}
    with pytest.raises(KeyError, match="'q' is none of x, x_mean, k"):
        result["q"]
    pytest.importorskip("matplotlib").use("agg")
    with pytest.raises(ValueError, match="no samples to draw"):
        rubie.solve(decay, output_types=["mean"]).plot()


def test_samples_of_drivers_that_make_no_sense():
    times = [0.0, 1.0, 2.0]
    for samples, exception, message in [
        ({"u": 3.0}, ValueError, r"shape \(\) for 3 times"),
        ({"u": [1.0, 2.0]}, ValueError, "for 3 times"),
        ({"u": ["a", "b", "c"]}, TypeError, "the driver 'u' are numbers"),
        ({"u": [0.0, np.nan, 1.0]}, ValueError, "sample 1 of the driver `u` is NaN"),
        ({}, ValueError, "no driver is given"),
    ]:
        with pytest.raises(exception, match=message):
            rubie.DriverSamples(samples, time=times)
    pump = rubie.DriverSamples({"u": [0.0, 1.0, 0.0]}, time=times)
    tank = rubie.create_ODE_system("dx = u - x", states=["x"], drivers=["u"])
    with pytest.raises(ValueError, match="'u' follows the samples of a driver"):
        rubie.Solver(tank).solve(parameters={"u": 1.0}, drivers=pump)


def test_numbers_of_sympy():
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    for factor in (sympy.E, sympy.EulerGamma, sympy.GoldenRatio, sympy.pi, sympy.sqrt(2)):
        system = rubie.create_ODE_system([(sympy.Symbol("dx"), -factor * x)], states={x: 1.0}, strict=True)
        result = rubie.solve(system, save="final", rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(result["x"], np.exp(-float(factor)), rtol=1e-8)
    for strange in (sympy.I, sympy.oo, sympy.zoo, sympy.nan):
        with pytest.raises(rubie.TranslationError, match="no real number"):
            rubie.create_ODE_system([(sympy.Symbol("dx"), strange * x)], states={"x": 1.0})
    with pytest.raises(rubie.TranslationError, match=r"a sympy.Eq or a pair \(left, right\), not -x"):
        rubie.create_ODE_system([-x], states={"x": 1.0})


def test_numbers_that_equations_know_by_name():
    known = rubie.create_ODE_system("dx = -E*x*EulerGamma", states=["x"], strict=True)
    assert known.parameters == {}
    assert rubie.create_ODE_system("dx = -E*x", states=["x"], parameters={"E": 2.0}).parameters == {"E": 2.0}
