"""The Lorenz sweep from the shell and from Python, turn by turn."""

import csv
import json
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402


def shell(command, runs, threads, *options):
    """Seconds of the solve by its report, and of the whole process."""
    words = ["--sweep", f"rho=0:21:{runs}", "--until", 1, "--method", "tsit5", "--rtol", 1e-8, "--atol", 1e-8, "--save", "final"]
    report = common.solve(command, common.EXAMPLES / "lorenz.model", *words, *options, threads=threads)
    return report["solve_seconds"], report["process_seconds"]


def python(program, runs, threads, solves):
    """Seconds of each solve, of the import and of the whole process, and some results."""
    begin = time.perf_counter()
    found = json.loads(common.run([program, HERE / "sweep.py", runs, solves, threads], threads))
    return found["seconds"], found["import"], time.perf_counter() - begin, found["x"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    command, program = common.rubie(), common.peers_python("rubie")
    print(common.machine())

    # The same runs; steps of rho differ in their last digit.
    file = common.BUILD / "python.csv"
    common.BUILD.mkdir(parents=True, exist_ok=True)
    shell(command, runs, 1, "--out", file)
    with open(file, newline="", encoding="utf-8") as handle:
        written = [float(row["x"]) for row in list(csv.DictReader(handle))[:: runs // 10]]
    if max(abs(a - b) for a, b in zip(written, python(program, runs, 1, 1)[3])) > 1e-9:
        sys.exit("the shell and Python do not agree")

    rows = []
    for threads in (1, 2):
        solves, processes, ours, whole, imports = [], [], [], [], []
        for _ in range(rounds):
            solve, process = shell(command, runs, threads)
            seconds, imported, all_of_it, _ = python(program, runs, threads, 3)
            solves.append(solve)
            processes.append(process)
            ours += seconds
            whole.append(all_of_it - sum(seconds[1:]))
            imports.append(imported)
        for what, one, other in (("solve", solves, ours), ("whole process", processes, whole)):
            rows.append([threads, what, *(f"{1e3 * value:.1f}" for value in (min(one), min(other))), f"{min(other) / min(one):.2f}",
                         f"{statistics.median(other) / statistics.median(one):.2f}"])  # fmt: skip
        rows.append([threads, "import rubie, NumPy not counted", "", f"{1e3 * min(imports):.1f}", "", ""])
    header = ["threads", "what", "shell, ms, best", "Python, ms, best", "ratio", "of medians"]
    print(f"\n{runs:,} Lorenz runs, tsit5, tolerance 1e-8, final states\n\n" + common.table(header, rows))


main()
