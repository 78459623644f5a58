"""What saving costs: 500 samples per run beside the final state alone, per step taken."""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

MODEL = common.EXAMPLES / "lorenz.model"
SAMPLES = 500
SPANS = (1, 7)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    command = common.rubie()
    print(common.machine(), flush=True)
    rows = []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        for span in SPANS:
            common_words = [
                MODEL,
                "--sweep",
                f"rho=0:21:{runs}",
                "--until",
                span,
                "--method",
                "tsit5",
                "--rtol",
                "1e-8",
                "--atol",
                "1e-8",
            ]
            every = ["--save-every", span / SAMPLES]
            ways = {
                "final state": ["--save", "final"],
                f"{SAMPLES} samples": every,
                f"{SAMPLES} samples, NPY file in memory": [*every, "--out", Path(folder) / "saved.npy"],
            }
            reports = {way: [] for way in ways}
            for _ in range(rounds):
                for way, words in ways.items():
                    reports[way].append(common.solve(command, *common_words, *words))
            least = {}
            for way, found in reports.items():
                least[way] = min(report["solve_seconds"] for report in found)
                accepted, rejected = found[0]["accepted_steps"], found[0]["rejected_steps"]
                bare = least["final state"]
                samples = 1 if way == "final state" else SAMPLES + 1
                rows.append(
                    [
                        span,
                        way,
                        f"{1e3 * least[way]:,.1f}",
                        f"{accepted / runs:.1f}",
                        f"{1e9 * least[way] / (accepted + rejected):.2f}",
                        f"{least[way] / bare:.2f}",
                        "" if samples == 1 else f"{1e9 * (least[way] - bare) / runs / samples:.2f}",
                    ]
                )
    print(f"\nLorenz, {runs:,} runs, tsit5, 1e-8, best of {rounds}\n")
    print(
        common.table(
            [
                "t to",
                "saved",
                "ms",
                "accepted steps per run",
                "ns per attempted step",
                "beside final state",
                "ns more per sample (3 numbers)",
            ],
            rows,
        )
    )


main()
