"""Types as type checkers see them: stubs that agree with the engine, a package and a user's program without complaints."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rubie

pytest.importorskip("mypy")

PROGRAM = """
import numpy as np
import numpy.typing as npt
import rubie

system: rubie.OdeSystem = rubie.create_ODE_system("dx = -k*x", states={"x": 1.0}, parameters={"k": 1.0})
solver = rubie.Solver(system, algorithm="tsit5", save_every=0.5)
result: rubie.SolveResult = solver.solve(parameters={"k": [1.0, 2.0]}, duration=2.0)
x: npt.NDArray[np.float64] = result["x"]
names: list[str] = result.variables
count: int = result.num_runs
legend: dict[int, str] = result.summaries_legend
with rubie.Solver(system) as other:
    changed: set[str] = other.update(rtol=1e-3)
values: dict[str, np.ndarray] = rubie.sample({"k": (0.0, 1.0)}, 4)
stopped = rubie.RESULT_CODES.STOPPED
"""


def run(*arguments, folder=None):
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, check=False, cwd=folder)


def test_the_stubs_are_those_of_the_engine(tmp_path):
    done = run("mypy.stubtest", "rubie._engine", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_and_a_program_have_no_mistakes(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = run("mypy", "--strict", "-m", "program", "-p", "rubie", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "wrong.py").write_text(PROGRAM + "count = result.variables\n")
    assert "Incompatible types" in run("mypy", "--strict", "wrong.py", folder=tmp_path).stdout


def test_names_are_imported_at_first_use():
    """Importing the package takes no time: not even NumPy is imported."""

    def loaded(program):
        done = subprocess.run([sys.executable, "-c", f"{program}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True)
        return {*done.stdout.split()}

    ours = loaded("import rubie; dir(rubie)") - loaded("pass")
    assert ours == {"rubie", "rubie._engine"}
    heavy = {"pandas", "xarray", "matplotlib", "sympy", "distributed", "pyarrow", "polars", "scipy"}
    assert not heavy & loaded("from rubie import *")


def test_names_are_where_the_stub_says():
    stub = ast.parse((Path(rubie.__file__).parent / "__init__.pyi").read_text(encoding="utf-8"))
    typed = {alias.asname: node.module for node in stub.body for alias in node.names}
    assert {*typed} == {*rubie.__all__} <= {*dir(rubie)}
    for name, module in typed.items():
        assert getattr(rubie, name) is getattr(sys.modules[module], name)
    with pytest.raises(AttributeError, match="no attribute 'solv'"):
        rubie.solv


def test_flags_are_those_of_the_engine():
    for bit, name, _, _ in rubie._engine.status_flags():
        assert rubie.RESULT_CODES[name.upper()] == bit
    assert rubie.RESULT_CODES.MAX_LOOP_ITERS_EXCEEDED is rubie.RESULT_CODES.STEP_LIMIT
    assert (Path(rubie.__file__).parent / "py.typed").exists()
