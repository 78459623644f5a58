"""The programs of examples/python in their short form, beside the answers that are known."""

import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "python"


def run(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(short=True)


def test_first_sweep():
    assert run("first_sweep").max() < 1e-6


def test_summary_statistics():
    peak, left = run("summary_statistics")
    # The peak lies between samples 0.25 apart.
    assert peak.max() < 3e-4 and left.max() < 1e-8


def test_sensitivity():
    pytest.importorskip("SALib")
    first, total = run("sensitivity")
    assert first.max() < 0.02 and total.max() < 0.01


def test_inference():
    pytest.importorskip("emcee")
    found = run("inference")
    value, exact = found["mean of mu"]
    assert abs(value - exact) < 0.3 * found["spread of mu"][1]
    for name in ("spread of mu", "median of omega"):
        value, exact = found[name]
        assert abs(value / exact - 1.0) < 0.2
