"""Two stiff sweeps: RuBIE beside C by hand and established solvers; times, errors by 113-bit arithmetic."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

# Runs minus one are multiples of this, so that all contestants meet the same values of the parameter.
SAMPLES = 8
PROBLEMS = {
    "robertson": {
        "title": "Robertson, k2 from 1e7 to 1e8, t to 1e5, rtol 1e-6, atol 1e-9",
        "range": ("k2", 1e7, 1e8),
        "until": "1e5",
        "rtol": "1e-6",
        "atol": "1e-9",
        "states": ("A", "B", "C"),
    },
    "van_der_pol": {
        "title": "Van der Pol, mu from 1 to 1000, t to 200, rtol = atol = 1e-6",
        "range": ("mu", 1.0, 1e3),
        "until": "200",
        "rtol": "1e-6",
        "atol": "1e-6",
        "states": ("x", "v"),
    },
}


def swept(problem):
    _, low, high = PROBLEMS[problem]["range"]
    return [low * (high / low) ** (i / SAMPLES) for i in range(SAMPLES + 1)]


def reference(problem):
    """Exact final states at the sampled values; kept in the build folder, for it takes seconds per value."""
    source = b"".join((HERE / name).read_bytes() for name in ("reference.c", "problem.h", "rodas5p.h"))
    kept = common.BUILD / f"{problem}-{hashlib.sha256(source).hexdigest()[:12]}.json"
    if not kept.exists():
        program = common.compile_c(HERE / "reference.c", libraries=("-lquadmath", "-lm"), name="reference")
        values = "\n".join(repr(value) for value in swept(problem))
        done = subprocess.run(
            [program, problem, "1e-15"], input=values, capture_output=True, text=True, check=True
        )
        kept.write_text(
            json.dumps([[float(word) for word in line.split()] for line in done.stdout.splitlines()])
        )
    return json.loads(kept.read_text())


def errors(problem, file):
    """The largest error of each state over the sampled runs of a table with one row per run."""
    names = PROBLEMS[problem]["states"]
    with open(file, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    every, rest = divmod(len(rows) - 1, SAMPLES)
    assert rest == 0, "runs minus one must be a multiple of the samples"
    exact = reference(problem)
    return [
        max(abs(float(rows[i * every][name]) - exact[i][s]) for i in range(SAMPLES + 1))
        for s, name in enumerate(names)
    ]


def by_hand(problem, _):
    if problem != "robertson":
        raise common.Unavailable("there is no program by hand for this problem")
    if not common.vectors():
        raise common.Unavailable("this processor has neither AVX-512 nor AVX2 with FMA")
    programs = common.compile_by_hand(HERE / "robertson.c")
    best = min(
        programs,
        key=lambda program: min(json.loads(common.run([program, 10001]))["seconds"] for _ in range(3)),
    )
    return lambda runs, file: json.loads(common.run([best, runs, file]))


def rubie(method):
    def build(problem, command):
        if method not in common.methods(command):
            raise common.Unavailable("this RuBIE has no such method; `rubie info` lists those it has")
        facts = PROBLEMS[problem]
        name, low, high = facts["range"]

        def task(runs, file):
            options = [
                common.EXAMPLES / f"{problem}.model",
                "--method",
                method,
                "--until",
                facts["until"],
                "--sweep",
                f"{name}=log:{low:g}:{high:g}:{runs}",
                "--rtol",
                facts["rtol"],
                "--atol",
                facts["atol"],
                "--save",
                "final",
            ]
            report = common.solve(command, *options)
            # Writing takes time as well, so that is another solve.
            common.solve(command, *options, "--out", file)
            return {
                "seconds": report["solve_seconds"],
                "accepted": report["accepted_steps"],
                "failed": report["failed_runs"],
            }

        return task

    return build


def cvode(problem, _):
    root = Path(os.environ.get("SUNDIALS", "/usr"))
    if not (root / "include/cvode/cvode.h").exists():
        raise common.Unavailable(
            "SUNDIALS is not there: `apt-get install libsundials-dev`, or `apt-get download libsundials-dev`, "
            "`dpkg -x libsundials-dev*.deb FOLDER` and SUNDIALS=FOLDER/usr"
        )
    folder = next((found.parent for found in root.rglob("libsundials_cvode.a")), root / "lib")
    names = ("cvode", "nvecserial", "sunlinsoldense", "sunmatrixdense")
    libraries = [f"-L{folder}", *(f"-l:libsundials_{name}.a" for name in names), "-lm"]
    program = common.compile_c(HERE / "cvode.c", f"-I{root}/include", libraries=libraries, name="cvode")
    return lambda runs, file: json.loads(common.run([program, problem, runs, file]))


def python_peer(solver):
    def build(problem, _):
        python = common.peers_python()
        script = HERE.parent / "peers" / "stiff.py"
        return lambda runs, file: json.loads(common.run([python, script, solver, problem, runs, file]))

    return build


# Name, how it is made ready, runs of the Robertson sweep (Van der Pol: a quarter); few where slow.
PEERS = [
    ("C by hand, rodas5p", by_hand, 10_001),
    ("C by hand, rodas5p", by_hand, 400_001),
    ("SUNDIALS CVODE, BDF", cvode, 10_001),
    ("SciPy odeint (LSODA)", python_peer("lsoda"), 401),
    ("diffrax Kvaerno5, vmap + jit", python_peer("kvaerno5"), 2_001),
]
# Seconds after which a contestant is not asked again.
PATIENCE = 20.0


def contestants(methods):
    for i, method in enumerate(methods):
        yield f"RuBIE, {method}", rubie(method), 10_001
        if i == 0:
            yield f"RuBIE, {method}", rubie(method), 400_001
    yield from PEERS


def fewer(runs):
    return (runs - 1) // 4 // SAMPLES * SAMPLES + 1


def measure(problem, command, methods, rounds):
    """Rows of the table: contestants take turns."""
    ready, left_out = [], {}
    for label, build, runs in contestants(methods):
        try:
            ready.append((label, build(problem, command), runs if problem == "robertson" else fewer(runs)))
        except common.Unavailable as reason:
            left_out[label] = reason
    for label, reason in left_out.items():
        print(f"left out: {label}, {problem}: {reason}", file=sys.stderr)
    file = common.BUILD / "final.csv"
    found = [[] for _ in ready]
    wrong = [[] for _ in ready]
    for turn in range(rounds):
        for i, (_, task, runs) in enumerate(ready):
            if sum(result["seconds"] for result in found[i]) < PATIENCE:
                found[i].append(task(runs, file))
            if turn == 0:
                wrong[i] = errors(problem, file)
    for (label, _, runs), results, worst in zip(ready, found, wrong):
        times = sorted(result["seconds"] / runs for result in results)
        steps = results[0].get("accepted")
        yield [
            label,
            f"{runs:,}",
            f"{1 / times[0]:,.0f}",
            f"{1e6 * times[0]:,.2f}",
            f"{1e6 * times[len(times) // 2]:,.2f}",
            len(times),
            f"{steps / runs:,.0f}" if steps else "",
            results[0].get("failed", 0),
            *(f"{error:.1e}" for error in worst),
        ]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    methods = sys.argv[2:] or ["rodas5p", "kvaerno5", "radau_iia_5"]
    command = common.rubie()
    print(common.machine())
    for problem, facts in PROBLEMS.items():
        header = [
            "solver",
            "runs",
            "runs/s, best",
            "us per run, best",
            "median",
            "rounds",
            "steps per run",
            "failed",
        ]
        header += [f"largest error in {name}" for name in facts["states"]]
        rows = list(measure(problem, command, methods, rounds))
        print(f"\n{facts['title']}\n\n{common.table(header, rows)}", flush=True)


main()
