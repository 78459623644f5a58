"""A sweep whose output is 20 times the memory limit, beside the same sweep without a limit: time and peak memory.

Usage: python bench/memory/large_sweep.py PATH_TO_RUBIE [FORMAT ...] [--limit MIB] [--repeat N]

Takes the fastest of the repetitions, which alternate between the two. Peak memory is that of the process as the kernel
counts it (`ru_maxrss`, the same number as VmHWM).
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

MODEL = """state x = 1, y = 1, z = 1
param sigma = 10, rho = 28, beta = 8/3
x' = sigma*(y - x)
y' = x*(rho - z) - y
z' = x*y - beta*z
"""


def solve(rubie: str, folder: str, name: str, runs: int, more: list[str]) -> tuple[float, float, int, dict]:
    """Seconds, peak MiB, bytes of output, report."""
    words = f"solve lorenz.model --sweep rho=0:21:{runs} --until 1 --save-every 0.01 --report json --quiet --device cpu --out {name}"
    read, write = os.pipe()
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        os.dup2(write, 1)
        os.execv(rubie, [rubie, *words.split(), *more])
    os.close(write)
    report = json.loads(os.fdopen(read).read())
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    assert status == 0, status
    path = Path(folder) / name
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    os.system(f"rm -r {path}")
    return seconds, usage.ru_maxrss / 1024, size, report


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rubie")
    parser.add_argument("formats", nargs="*", default=["npy", "zarr", "parquet"])
    parser.add_argument("--limit", type=int, default=64, help="MiB")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", default=None)
    arguments = parser.parse_args()
    rubie = os.path.abspath(arguments.rubie)
    runs = 20 * arguments.limit * 2**20 // (101 * 3 * 8) + 1
    print("| file | output MiB | limit MiB | chunks | peak MiB | seconds | unlimited: peak MiB | seconds | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        (Path(folder) / "lorenz.model").write_text(MODEL)
        for kind in arguments.formats:
            limited, unlimited = [], []
            for _ in range(arguments.repeat):
                unlimited.append(solve(rubie, folder, f"a.{kind}", runs, []))
                limited.append(solve(rubie, folder, f"a.{kind}", runs, ["--memory-limit", f"{arguments.limit}MiB"]))
            fast, free = min(limited, key=lambda r: r[0]), min(unlimited, key=lambda r: r[0])
            peak = max(r[1] for r in limited)
            print(
                f"| {kind} | {fast[2] / 2**20:.0f} | {arguments.limit} | {fast[3]['chunks']} | {peak:.0f} | {fast[0]:.2f}"
                f" | {free[1]:.0f} | {free[0]:.2f} | {fast[0] / free[0]:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
