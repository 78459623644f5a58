"""RuBIE against vector C by hand on the Lorenz sweep."""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

MODEL = common.EXAMPLES / "lorenz.model"
ADAPTIVE = ["--method", "tsit5", "--rtol", "1e-8", "--atol", "1e-8"]
FIXED = ["--method", "tsit5", "--controller", "fixed", "--dt", "0.001"]
# Label, kind of lorenz.c, options of RuBIE, part of the runs.
VARIANTS = [
    ("adaptive, plain C", "adaptive", ADAPTIVE, 1),
    ("adaptive, tuned C", "adaptive-tuned", ADAPTIVE, 1),
    ("1,000 fixed steps, plain C", "fixed", FIXED, 4),
    ("1,000 fixed steps, tuned C", "fixed-tuned", FIXED, 4),
]


def sweep(runs, options):
    return [*options, "--sweep", f"rho=0:21:{runs}", "--until", "1", "--save", "final"]


def by_hand(program, kind, runs, *check):
    words = [program, "check", kind, runs, *check] if check else [program, kind, runs]
    begin = time.perf_counter()
    return json.loads(common.run(words)) | {"process_seconds": time.perf_counter() - begin}


def fastest(programs, kind, runs):
    """The compilation that suits this processor best, and its vectors in flight."""
    best = {program: min(by_hand(program, kind, runs)["seconds"] for _ in range(3)) for program in programs}
    chosen = min(best, key=best.get)
    return chosen, programs[chosen]


def check(rubie, program, kind, options):
    """Differences and true errors, on 20,000 runs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lorenz.csv"
        report = common.solve(rubie, MODEL, *sweep(20_000, options), "--out", file)
        return report, by_hand(program, kind, 20_000, file)


def measure(rubie, programs, label, kind, options, runs, rounds):
    program, units = fastest(programs, kind, runs // 4)
    found = {"rubie": [], "c": []}
    for _ in range(rounds):
        found["rubie"].append(common.solve(rubie, MODEL, *sweep(runs, options)))
        found["c"].append(by_hand(program, kind, runs))
    seconds = {
        "rubie": [report["solve_seconds"] for report in found["rubie"]],
        "c": [one["seconds"] for one in found["c"]],
    }
    whole = {name: min(one["process_seconds"] for one in reports) for name, reports in found.items()}
    rate = {name: [runs / min(values), runs / statistics.median(values)] for name, values in seconds.items()}
    middle, low, high = common.ratio(seconds, "rubie", "c")
    report, one = check(rubie, program, kind, options)
    steps = [
        (facts[a] + facts[r]) / 20_000
        for facts, a, r in [(report, "accepted_steps", "rejected_steps"), (one, "accepted", "rejected")]
    ]
    return [
        label,
        units,
        *(f"{value:,.0f}" for value in (*rate["rubie"], *rate["c"])),
        f"{rate['rubie'][0] / rate['c'][0]:.2f}",
        f"{middle:.2f} ({low:.2f} to {high:.2f})",
        f"{1000 * whole['rubie']:.0f} / {1000 * whole['c']:.0f}",
        f"{steps[0]:.2f} / {steps[1]:.2f}",
        f"{one['error_there']:.1e} / {one['error']:.1e}",
        f"{one['apart']:.1e}",
    ], found["rubie"][0]["backend"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    if not common.vectors():
        sys.exit("this processor has neither AVX-512 (f, dq) nor AVX2 with FMA, so the C program cannot run here")
    rubie, programs = common.rubie(), common.compile_by_hand(HERE / "lorenz.c")
    print(common.machine())
    rows = []
    for label, kind, options, share in VARIANTS:
        row, backend = measure(rubie, programs, label, kind, options, runs // share, rounds)
        rows.append(row)
    print(
        f"backend     {backend}; C by hand with {common.vectors()}; {runs:,} runs ({runs // 4:,} with fixed steps), {rounds} rounds in turns\n"
    )
    print(
        common.table(
            [
                "variant",
                "C: vectors in flight",
                "RuBIE, runs/s: best",
                "median",
                "C, runs/s: best",
                "median",
                "RuBIE/C: best",
                "median of pairs",
                "whole process, ms: RuBIE / C",
                "attempted steps per run: RuBIE / C",
                "true error: RuBIE / C",
                "largest difference",
            ],
            rows,
        )
    )
    print(
        "\nRuBIE's seconds are `solve_seconds` of its report (compiled kernel to last result), the C program's those\n"
        "of its solve; the whole process has start, compiling the model, allocation and end as well."
    )


main()
