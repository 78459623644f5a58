"""Work and precision on initial value problems with reference digits; Markdown tables on standard output.

The file is a list of problems: name, states, parameters, initial, assignments, rhs (all in text), t0, t1, breaks, stiff, reference_end.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

METHODS = ["rodas5p", "kvaerno5", "radau-iia-5"]
TOLERANCES = ["1e-4", "1e-6", "1e-8", "1e-10"]
# Equal runs that are timed together, so that all lanes of the vectors are at work: they differ in a parameter that nothing depends on.
RUNS = 128
# The absolute tolerance for a relative one of 1: below the smallest size that matters in the problem's states.
SMALLEST = {"rober": 1e-14, "ds_f3": 1e-14, "ds_e5": 1e-13, "ds_f5": 1e-8, "ds_f1": 1e-8, "ds_e1": 1e-8}
OTHERS = 1e-4


def text(words):
    """An expression in the model language, which reserves `pi` and writes `if` for `where`."""
    return re.sub(r"\bpi\b", "pi_", words).replace("where(", "if(")


def model(problem, initial):
    lines = ["param copy = 0"]
    lines += [f"param {text(name)} = {text(value)}" for name, value in problem["parameters"].items()]
    lines += [f"state {state} = {text(value)}" for state, value in zip(problem["states"], initial)]
    lines += [f"{name} = {text(value)}" for name, value in problem["assignments"]]
    lines += [f"{state}' = {text(rate)}" for state, rate in zip(problem["states"], problem["rhs"])]
    return "\n".join(lines)


def solve(command, problem, method, tolerance):
    """The largest error in tolerances, and the reports' sums over the parts between breaks."""
    smallest = SMALLEST.get(problem["name"], OTHERS)
    rtol, atol = float(tolerance), float(tolerance) * smallest
    initial, begin = list(problem["initial"]), problem["t0"]
    total = dict.fromkeys(("accepted_steps", "rejected_steps", "newton_iterations", "jacobians", "failed_runs"), 0)
    seconds = 0.0
    file, out = common.BUILD / "problem.model", common.BUILD / "problem.csv"
    for end in [*problem["breaks"], problem["t1"]]:
        file.write_text(model(problem, initial))
        options = ["--method", method, "--rtol", rtol, "--atol", atol, "--t0", begin, "--until", end, "--save", "final"]
        report = common.solve(command, file, *options, "--out", out)
        names, values = (line.split(",") for line in out.read_text().splitlines()[:2])
        total = {name: total[name] + report[name] for name in total}
        seconds += common.solve(command, file, *options, "--sweep", f"copy=1:{RUNS}:{RUNS}")["solve_seconds"] / RUNS
        initial, begin = [values[names.index(state)] for state in problem["states"]], end
    exact = [float(value) for value in problem["reference_end"]]
    found = [float(value) for value in initial]
    error = max(abs(f - e) / (rtol * (abs(e) + smallest)) for f, e in zip(found, exact))
    return error, total, seconds


def cell(error, total, seconds):
    if total["failed_runs"]:
        return "failed"
    steps = total["accepted_steps"] + total["rejected_steps"]
    work = f"{steps}" if total["jacobians"] == steps else f"{steps} / {total['jacobians']}"
    return f"{error:.2g}, {work}, {1e6 * seconds:.3g} us"


def main():
    if len(sys.argv) < 2:
        sys.exit(Path(HERE / "run").read_text().split("\n", 5)[3])
    problems = json.loads(Path(sys.argv[1]).read_text())
    methods = sys.argv[2:] or METHODS
    command = common.rubie()
    common.BUILD.mkdir(parents=True, exist_ok=True)
    print(common.machine())
    print("\nA cell: largest error in tolerances, attempted steps (/ Jacobian matrices, where another number), time per run.\n")
    rows = []
    for problem in problems:
        for method in methods:
            cells = [cell(*solve(command, problem, method, tolerance)) for tolerance in TOLERANCES]
            rows.append([f"`{problem['name']}`", f"`{method}`", *cells])
    print(common.table(["problem", "method", *TOLERANCES], rows))


main()
