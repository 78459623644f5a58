"""RuBIE against AVX-512 C by hand on the Lorenz sweep."""

import json
import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

MODEL = common.EXAMPLES / "lorenz.model"
ADAPTIVE = ["--method", "tsit5", "--rtol", "1e-8", "--atol", "1e-8"]
FIXED = ["--method", "tsit5", "--controller", "fixed", "--dt", "0.001"]
UNITS = (1, 2, 3, 4)


def sweep(runs, options):
    return [*options, "--sweep", f"rho=0:21:{runs}", "--until", "1", "--save", "final"]


def by_hand(program, kind, runs, *check):
    words = [program, "check", kind, runs, *check] if check else [program, kind, runs]
    return json.loads(common.run(words))


def fastest(kind, runs):
    """The C program with the number of vectors in flight that suits this processor best."""
    programs = [
        common.compile_c(HERE / "lorenz.c", f"-DUNITS={n}", f"-DFIXED_UNITS={n}", name=f"lorenz{n}") for n in UNITS
    ]
    best = {p: min(by_hand(p, kind, runs)["seconds"] for _ in range(3)) for p in programs}
    chosen = min(best, key=best.get)
    return chosen, UNITS[programs.index(chosen)]


def check(rubie, program, kind, options):
    """Differences and true errors, on 20,000 runs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lorenz.csv"
        common.run([rubie, "solve", MODEL, *sweep(20_000, options), "--threads", 1, "--quiet", "--out", file])
        return by_hand(program, kind, 20_000, file)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    if not common.has_avx512():
        sys.exit("this processor has no AVX-512 (f, dq): the C program cannot run here, so there is nothing to compare")
    rubie = common.rubie()
    print(common.machine(), end="\n\n")
    rows = []
    for label, kind, options, share in [
        ("adaptive, same arithmetic", "adaptive", ADAPTIVE, 1),
        ("adaptive, 14-bit reciprocals in the error norm", "shortcut", ADAPTIVE, 1),
        ("1,000 fixed steps", "fixed", FIXED, 4),
    ]:
        count = runs // share
        program, units = fastest(kind, count // 4)
        seconds = common.alternate(
            rounds,
            rubie=lambda: common.solve(rubie, MODEL, *sweep(count, options))["solve_seconds"],
            c=lambda: by_hand(program, kind, count)["seconds"],
        )
        rate = {name: [count / min(values), count / statistics.median(values)] for name, values in seconds.items()}
        middle, low, high = common.ratio(seconds, "rubie", "c")
        found = check(rubie, program, kind, options)
        report = common.solve(rubie, MODEL, *sweep(20_000, options))
        same = (report["accepted_steps"], report["rejected_steps"]) == (found["accepted"], found["rejected"])
        rows.append([
            label, units,
            *(f"{rate['rubie'][i]:,.0f}" for i in (0, 1)), *(f"{rate['c'][i]:,.0f}" for i in (0, 1)),
            f"{rate['rubie'][0] / rate['c'][0]:.2f}", f"{middle:.2f} ({low:.2f} to {high:.2f})",
            f"{found['apart']:.1e}", f"{found['error_there']:.1e}", f"{found['error']:.1e}", "yes" if same else "no",
        ])
    print(common.table([
        "variant", "C: vectors in flight", "RuBIE, best, runs/s", "median", "C, best, runs/s", "median",
        "RuBIE/C, best", "RuBIE/C, pairs", "largest difference", "true error, RuBIE", "true error, C",
        "same steps taken",
    ], rows))


main()
