"""RuBIE on a GPU: kernels beside one by hand, whole solves beside the CPU and diffrax, chunks, overlap. Standard library only."""

import array
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

LORENZ, ROBERTSON = common.EXAMPLES / "lorenz.model", common.EXAMPLES / "robertson.model"
FIXED = ["--method", "tsit5", "--controller", "fixed", "--dt", "0.001"]
ADAPTIVE = ["--method", "tsit5", "--rtol", "1e-8", "--atol", "1e-8"]
STIFF = ["--method", "rodas5p", "--rtol", "1e-6", "--atol", "1e-9"]
# Name, model, options, runs.
SWEEPS = [
    ("Lorenz, 1,000 fixed steps", LORENZ, [*FIXED, "--until", "1"], "rho=0:21:{}", 4_000_000),
    ("Lorenz, adaptive, 1e-8", LORENZ, [*ADAPTIVE, "--until", "1"], "rho=0:21:{}", 16_000_000),
    ("Lorenz, adaptive, 1e-5, f32", LORENZ, ["--method", "tsit5", "--rtol", "1e-5", "--atol", "1e-5", "--precision", "f32", "--until", "1"], "rho=0:21:{}", 16_000_000),
    ("Robertson, rodas5p", ROBERTSON, [*STIFF, "--until", "1e5"], "k2=log:1e7:1e8:{}", 4_000_000),
]
# Operations of f64 in a step of the kernel by hand: multiply-adds count as two.
BY_HAND = 6 * 8 + 2 * 63


def solve(command, model, *options):
    words = [command, "solve", model, *options, "--quiet", "--report", "json"]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stderr}")
    return json.loads(done.stdout)


def best(command, model, *options, rounds):
    """The report of the fastest of several solves."""
    return min((solve(command, model, *options) for _ in range(rounds)), key=lambda r: r["solve_seconds"])


def numbers(path, header=0):
    values = array.array("d")
    values.frombytes(path.read_bytes()[header:])
    return values


def beside_by_hand(command, rounds, folder):
    nvcc = shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc"
    program = common.BUILD / "lorenz-gpu"
    common.BUILD.mkdir(parents=True, exist_ok=True)
    built = subprocess.run([nvcc, "-O3", "-arch=native", "-o", program, HERE / "lorenz.cu"], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        print(f"left out: the kernel by hand ({built.stderr.strip()})", file=sys.stderr)
        return
    runs, rows = 1_000_000, []
    file, other = folder / "hand.f64", folder / "rubie.npy"
    options = [*FIXED, "--until", "1", "--sweep", f"rho=0:21:{runs}", "--save", "final", "--device", "cuda"]
    hand, mine = [], []
    for _ in range(rounds):
        hand.append(json.loads(subprocess.run([program, str(runs), "3", file], capture_output=True, text=True, check=True).stdout))
        mine.append(solve(command, LORENZ, *options, "--out", other))
    one, two = min(h["seconds"] for h in hand), min(m["device_seconds"] for m in mine)
    raw = other.read_bytes()
    values = numbers(other, len(raw) - 24 * runs)
    apart = max(abs(a - b) for a, b in zip(numbers(file), values))
    rows.append([f"{runs:,}", f"{1e3 * one:.2f}", hand[0]["block"], hand[0]["registers"], f"{1e3 * two:.2f}", f"{one / two:.2f}", f"{BY_HAND * 1e3 * runs / one / 1e12:.1f}", f"{apart:.1e}"])
    print("\nKernel time, Lorenz with 1,000 fixed steps of tsit5, f64\n")
    print(common.table(["runs", "by hand, ms", "block", "registers", "RuBIE, ms", "by hand / RuBIE", "by hand, Tflop/s", "largest difference"], rows))


def beside_cpu(command, rounds, scale, folder):
    rows = []
    for name, model, options, sweep, runs in SWEEPS:
        runs = int(runs * scale)
        options = [*options, "--sweep", sweep.format(runs), "--save", "final"]
        gpu = best(command, model, *options, "--device", "cuda", rounds=rounds)
        cpu = best(command, model, *options, "--device", "cpu", rounds=1)
        files = [folder / "gpu.npy", folder / "cpu.npy"]
        for device, file in zip(["cuda", "cpu"], files):
            solve(command, model, *options, "--device", device, "--out", file)
        same = files[0].read_bytes() == files[1].read_bytes()
        [file.unlink() for file in files]
        rows.append([
            name, f"{runs:,}",
            f"{runs / gpu['device_seconds'] / 1e6:.1f}", f"{runs / gpu['solve_seconds'] / 1e6:.1f}",
            f"{runs / cpu['solve_seconds'] / 1e6:.2f}", f"{cpu['solve_seconds'] / gpu['solve_seconds']:.1f}",
            "yes" if same else "NO",
        ])
    print(f"\nMillions of runs per second; {gpu['backend']}, beside {cpu['backend']} on {cpu['threads']} threads\n")
    print(common.table(["sweep", "runs", "GPU, kernels alone", "GPU, with transfers", "CPU", "with transfers / CPU", "same bits"], rows))


def chunks(command, folder):
    """A sweep of more than 10 times the memory allowed, and how copying and computing overlap."""
    runs = 200_000
    options = [*ADAPTIVE, "--until", "1", "--sweep", f"rho=0:21:{runs}", "--save-every", "0.01", "--device", "cuda"]
    files = [folder / "whole.npy", folder / "chunks.npy"]
    whole = solve(command, LORENZ, *options, "--out", files[0])
    small = solve(command, LORENZ, *options, "--out", files[1], "--memory-limit", "48MB")
    bytes_ = files[0].stat().st_size
    same = files[0].read_bytes() == files[1].read_bytes()
    print(f"\n{bytes_ / 1e6:.0f} MB of results with 48 MB allowed: {small['chunks']} chunks instead of {whole['chunks']}, same bits: {'yes' if same else 'NO'}; "
          f"{small['solve_seconds']:.2f} s and {whole['solve_seconds']:.2f} s")
    [file.unlink() for file in files]
    options = [*ADAPTIVE, "--until", "4", "--sweep", "rho=0:21:2000000", "--save-every", "0.2", "--device", "cuda"]
    rows = []
    for slots in ["1", "2", "3"]:
        os.environ["RUBIE_PARTS_IN_FLIGHT"] = slots
        report = best(command, LORENZ, *options, rounds=3)
        rows.append([slots, f"{report['solve_seconds']:.3f}", f"{report['device_seconds']:.3f}"])
    del os.environ["RUBIE_PARTS_IN_FLIGHT"]
    print("\nOverlap: 2,000,000 runs, t to 4, 21 samples each (1 GB), nothing written\n")
    print(common.table(["parts in flight", "solve, s", "of it computing, s"], rows))


def beside_diffrax(command, rounds, folder):
    """diffrax by vmap and jit on the same GPU, where its JAX has one: Lorenz with tsit5, Robertson with kvaerno5."""
    peers, rows, version = HERE.parent / "peers", [], ""
    for runs in (100_000, 1_000_000):
        peer = by_peer(peers / "lorenz.py", "diffrax", runs, 20)
        if peer is None:
            return
        version = peer["version"]
        words = [*ADAPTIVE, "--until", "1", "--sweep", f"rho=0:21:{runs}", "--save", "final", "--device", "cuda"]
        mine = best(command, LORENZ, *words, rounds=rounds)
        rows.append(["Lorenz", "Tsit5", f"{runs:,}", *speeds(runs, peer, mine), ""])
    ours, theirs = folder / "ours.csv", folder / "theirs.csv"
    stiff = [*STIFF[2:], "--until", "1e5", "--save", "final", "--device", "cuda"]
    for runs in (10_000, 100_000):
        peer = by_peer(peers / "stiff.py", "kvaerno5", "robertson", runs, theirs)
        for method in ("kvaerno5", "rodas5p") if peer is not None else ():
            words = ["--method", method, *stiff, "--sweep", f"k2=log:1e7:1e8:{runs}"]
            mine = best(command, ROBERTSON, *words, rounds=rounds)
            solve(command, ROBERTSON, *words, "--out", ours)
            apart = max(abs(a - b) / b for a, b in zip(column(ours, "A"), column(theirs, "A")))
            rows.append([f"Robertson, RuBIE by {method}", "Kvaerno5", f"{runs:,}", *speeds(runs, peer, mine), f"{apart:.1e}"])
    print(f"\ndiffrax {version} (vmap, jit, float64) and RuBIE on the same GPU, transfers included, compiling left out\n")
    print(common.table(["sweep", "diffrax's method", "runs", "diffrax, thousand runs/s", "compiling, s", "RuBIE, thousand runs/s", "ratio", "A apart, relative"], rows))


def by_peer(script, *words):
    """What a solver in Python says of itself; `None`, with the reason on standard error, where it does not run."""
    python = os.environ.get("PEERS_PYTHON", "python3")
    done = subprocess.run([str(word) for word in (python, script, *words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"left out: {script.name} {words[0]} ({done.stderr.strip().splitlines()[-1:]})", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def speeds(runs, peer, mine):
    ours = mine["solve_seconds"]
    return [f"{runs / peer['seconds'] / 1e3:,.1f}", f"{peer['compile_seconds']:.1f}", f"{runs / ours / 1e3:,.0f}", f"{peer['seconds'] / ours:,.0f}"]


def column(file, name):
    with open(file, newline="", encoding="utf-8") as handle:
        return [float(row[name]) for row in csv.DictReader(handle)]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    scale = float(os.environ.get("SCALE", 1))
    command = common.rubie()
    print(common.machine())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        parts = {
            "hand": lambda: beside_by_hand(command, rounds, folder),
            "cpu": lambda: beside_cpu(command, rounds, scale, folder),
            "chunks": lambda: chunks(command, folder),
            "diffrax": lambda: beside_diffrax(command, rounds, folder),
        }
        chosen = sys.argv[2:] or list(parts)
        if unknown := [name for name in chosen if name not in parts]:
            sys.exit(f"no part {unknown[0]}; there are {', '.join(parts)}")
        for name in chosen:
            parts[name]()


main()
