"""Machine code and interpreter, AVX-512 and AVX2, f64 and f32, one thread and two: time per step."""

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402
import models  # noqa: E402

WAYS = [
    (backend, vectors, precision)
    for backend in ("jit", "interpreter")
    for vectors in ("avx512", "avx2")
    for precision in ("f64", "f32")
]
# Oscillators of the ring of about 1,000 instructions per attempted step.
RING = 8


def cases(folder):
    """Label, model, runs, options."""
    ring = Path(folder) / "ring.model"
    ring.write_text(models.ring(RING))
    return [
        ("Lorenz", common.EXAMPLES / "lorenz.model", 200_000, ["--sweep", "rho=0:21:{runs}", "--until", 1]),
        (
            "Beeler-Reuter",
            common.EXAMPLES / "beeler_reuter.model",
            1_000,
            ["--sweep", "V=-90:-60:{runs}", "--until", 20],
        ),
        ("ring", ring, 20_000, ["--sweep", "k=1:2:{runs}", "--until", 5]),
    ]


def words(runs, options):
    filled = [option.format(runs=runs) if isinstance(option, str) else option for option in options]
    return [*filled, "--rtol", "1e-5", "--atol", "1e-6", "--method", "tsit5", "--save", "final"]


def choices(backend, vectors, precision):
    return ["--backend", backend, "--vectors", vectors, "--precision", precision]


def final(command, model, options, way, folder):
    """The bytes of the final states of 200 runs."""
    file = Path(folder) / "final.npy"
    common.solve(command, model, *words(200, options), *choices(*way), "--out", file)
    return file.read_bytes()


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    command = common.rubie()
    print(common.machine(), flush=True)
    ways = [way for way in WAYS if way[1] == "avx2" or common.vectors() == "AVX-512"]
    header = [
        "model",
        "backend",
        "vectors",
        "precision",
        "runs/s, best",
        "ns per attempted step",
        "beside the first",
        "same bits",
    ]
    table, threads = [], []
    with tempfile.TemporaryDirectory() as folder:
        for label, model, runs, options in cases(folder):
            count = models.instructions(command, model)["attempt"]
            least, steps, bits = {}, {}, {}
            for _ in range(rounds):
                for way in ways:
                    report = common.solve(command, model, *words(runs, options), *choices(*way))
                    least[way] = min(report["solve_seconds"], least.get(way, 1e9))
                    steps[way] = report["accepted_steps"] + report["rejected_steps"]
            for way in ways:
                first = next(other for other in ways if other[2] == way[2])
                bits[way] = final(command, model, options, way, folder)
                cost = {w: least[w] / steps[w] for w in (way, ways[0])}
                table.append(
                    [
                        f"{label}, {count:,} instructions",
                        *way,
                        f"{runs / least[way]:,.0f}",
                        f"{1e9 * cost[way]:,.2f}",
                        f"{cost[way] / cost[ways[0]]:.2f}",
                        "yes" if bits[way] == bits[first] else "NO",
                    ]
                )
            if (os.cpu_count() or 1) > 1:
                seconds = {1: [], 2: []}
                for _ in range(rounds):
                    for n, found in seconds.items():
                        report = common.solve(
                            command, model, *words(runs * 2, options), *choices(*ways[0]), threads=n
                        )
                        found.append(report["solve_seconds"])
                threads.append(
                    [
                        label,
                        *(f"{2 * runs / min(seconds[n]):,.0f}" for n in (1, 2)),
                        f"{min(seconds[1]) / min(seconds[2]):.2f}",
                    ]
                )
    print(
        "\ntsit5, rtol 1e-5, atol 1e-6; `same bits`: final states of 200 runs, as the first of that precision has them\n"
    )
    print(common.table(header, table))
    if threads:
        print(f"\n{ways[0][0]}, {ways[0][1]}, {ways[0][2]}\n")
        print(common.table(["model", "1 thread, runs/s", "2 threads", "ratio"], threads))


main()
