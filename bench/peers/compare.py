"""The Lorenz sweep in RuBIE, from the shell and from Python, and three solvers for Python, one core: compile time, run time, true error."""

import csv
import json
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

SAMPLES = 20
# Label, name in lorenz.py or method and tolerance of RuBIE, runs: few where a run takes long. Tolerances are
# 1e-8, but heyoka's method does better than asked; the second line of RuBIE has about its accuracy.
CONTESTANTS = [
    ("RuBIE, tsit5", ("tsit5", "1e-8"), 400_001),
    ("RuBIE from Python, tsit5", "rubie", 400_001),
    ("RuBIE, vern9, 1e-9", ("vern9", "1e-9"), 400_001),
    ("heyoka, Taylor, batch", "heyoka", 100_001),
    ("diffrax, Tsit5, vmap + jit", "diffrax", 20_001),
    ("SciPy, RK45, loop", "scipy", 201),
]


def exact(rho):
    """x, y, z at t = 1 to 30 digits: the Taylor series of order 40, twenty steps."""
    with localcontext() as context:
        context.prec = 50
        x, y, z, h = Decimal(1), Decimal(0), Decimal(0), Decimal("0.05")
        sigma, beta, rho = Decimal(10), Decimal(8) / 3, Decimal(rho)
        for _ in range(20):
            a, b, c = [x], [y], [z]
            for n in range(40):
                ac = sum(a[i] * c[n - i] for i in range(n + 1))
                ab = sum(a[i] * b[n - i] for i in range(n + 1))
                a.append(sigma * (b[n] - a[n]) / (n + 1))
                b.append((rho * a[n] - ac - b[n]) / (n + 1))
                c.append((ab - beta * c[n]) / (n + 1))
            x, y, z = (sum(term * h**n for n, term in enumerate(series)) for series in (a, b, c))
    return [float(x), float(y), float(z)]


def rubie(command, method, tolerance, runs, first):
    """The report of a solve without a file, as writing takes time; final states by another solve, once."""
    options = [
        common.EXAMPLES / "lorenz.model",
        "--sweep",
        f"rho=0:21:{runs}",
        "--until",
        1,
        "--method",
        method,
        "--rtol",
        tolerance,
        "--atol",
        tolerance,
        "--save",
        "final",
    ]
    report = common.solve(command, *options)
    final = []
    if first:
        file = common.BUILD / "peers.csv"
        common.solve(command, *options, "--out", file)
        with open(file, newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        final = [[float(row[name]) for name in "xyz"] for row in rows[:: (runs - 1) // SAMPLES]]
    return {
        "seconds": report["solve_seconds"],
        "compile_seconds": report["compile_seconds"],
        "final": final,
        "version": common.version([str(command), "--version"]).removeprefix("rubie "),
    }


def measure(command, rounds):
    """One record per contestant; they take turns."""
    common.BUILD.mkdir(parents=True, exist_ok=True)
    tasks = []
    for label, name, runs in CONTESTANTS:
        try:
            python = None if isinstance(name, tuple) else common.peers_python(name)
            tasks.append((label, name, runs, python, []))
        except common.Unavailable as reason:
            print(f"left out: {label}: {reason}", file=sys.stderr)
    for _ in range(rounds):
        for label, name, runs, python, found in tasks:
            if isinstance(name, tuple):
                found.append(rubie(command, *name, runs, not found))
            else:
                found.append(json.loads(common.run([python, HERE / "lorenz.py", name, runs, SAMPLES])))
    truth = [exact(repr(21.0 * i / SAMPLES)) for i in range(SAMPLES + 1)]
    for label, _, runs, _, found in tasks:
        times = sorted(one["seconds"] / runs for one in found)
        yield {
            "label": label,
            "version": found[0]["version"],
            "runs": runs,
            "best": times[0],
            "median": times[len(times) // 2],
            "compile": min(one["compile_seconds"] for one in found),
            "error": max(
                abs(a - b) for one, other in zip(found[0]["final"], truth) for a, b in zip(one, other)
            ),
        }


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    command = common.rubie()
    machine = common.machine()
    print(machine)
    records = list(measure(command, rounds))
    ours = records[0]["best"]
    rows = [
        [
            one["label"],
            one["version"],
            f"{one['runs']:,}",
            f"{1e3 * one['compile']:,.1f}",
            f"{1 / one['best']:,.0f}",
            f"{1 / one['median']:,.0f}",
            f"{one['best'] / ours:,.1f}",
            f"{one['error']:.1e}",
        ]
        for one in records
    ]
    header = [
        "solver",
        "version",
        "runs",
        "compile, ms",
        "runs/s, best",
        "median",
        "time beside the first's",
        "largest true error",
    ]
    print(
        "\nLorenz, rho from 0 to 21, t to 1, tolerance 1e-8 unless said otherwise\n\n"
        + common.table(header, rows)
    )
    data = common.BUILD / "peers.json"
    data.write_text(json.dumps({"machine": machine, "records": records}, indent=1))
    try:
        figure = [
            common.peers_python("matplotlib"),
            HERE.parent / "figure.py",
            "peers",
            data,
            common.FIGURES / "peers.svg",
        ]
        subprocess.run([str(word) for word in figure], check=True)
    except common.Unavailable as reason:
        print(f"no figure: {reason}", file=sys.stderr)


main()
