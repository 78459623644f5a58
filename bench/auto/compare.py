"""The choices of the method `auto` beside the times of all candidates; a Markdown table on standard output."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

CANDIDATES = ["rodas5p", "tsit5", "vern7"]
# Runs that take this many steps by an explicit method are left to the stiff one.
MOST_STEPS = 20_000
# Seconds after which a candidate is not asked again.
PATIENCE = 1.0


def sweeps():
    """Title, model, sweep, end, relative and absolute tolerance."""
    for mu in (1, 3, 10, 30, 100, 300, 1000):
        yield f"Van der Pol, mu = {mu} to {1.1 * mu:g}", "van_der_pol", f"mu={mu}:{1.1 * mu}:400", max(20, 2 * mu), "1e-6", "1e-6"
    yield "Van der Pol, mu = 1 to 1000", "van_der_pol", "mu=log:1:1000:400", 200, "1e-6", "1e-6"
    for tolerance in ("1e-4", "1e-6", "1e-9"):
        yield f"Lorenz, {tolerance}", "lorenz", "rho=0:28:4000", 2, tolerance, tolerance
        yield f"Robertson, {tolerance}", "robertson", "k2=log:1e7:1e8:2000", 1e5, tolerance, float(tolerance) / 1000
    yield "Beeler and Reuter", "beeler_reuter", "g_s=0.05:0.12:64", 400, "1e-6", "1e-6"
    yield "Hodgkin and Huxley", "hodgkin_huxley", "g_Na=80:140:200", 50, "1e-6", "1e-6"
    yield "Lotka and Volterra", "lotka_volterra", "alpha=0.5:2:2000", 20, "1e-6", "1e-6"
    yield "SIR", "sir", "beta=1e-3:3e-3:2000", 40, "1e-6", "1e-6"


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    command = common.rubie()
    print(common.machine(), end="\n\n")
    rows = []
    for title, model, sweep, end, rtol, atol in sweeps():

        def solve(method, *more):
            options = ["--sweep", sweep, "--until", end, "--rtol", rtol, "--atol", atol, "--save", "final", "--method", method]
            return common.solve(command, common.EXAMPLES / f"{model}.model", *options, *more)

        report = solve("auto")
        work = {trial["method"]: trial["attempts"] * trial["instructions"] for trial in report["choice"]["trials"]}
        times = {}
        for _ in range(rounds):
            for method in CANDIDATES:
                if times.get(method, 0) > PATIENCE:
                    continue
                found = solve(method, "--max-steps", MOST_STEPS)
                seconds = found["solve_seconds"] if found["failed_runs"] == 0 else float("inf")
                times[method] = min(times.get(method, float("inf")), seconds)
        best = min(times.values())
        cells = [f"{times[method] / best:.2f} ({work[method] / min(work.values()):.2f})" for method in CANDIDATES]
        rows.append([title, f"`{report['method']}`", f"{times[report['method']] / best:.2f}", *cells])
    print("Time over that of the fastest candidate (work as the pilot counted it, over the least):\n")
    print(common.table(["sweep", "chosen", "its time", *CANDIDATES], rows))


main()
