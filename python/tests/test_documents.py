"""The programs that stand in the documents run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = [(page, number, block) for page in ("README.md", "docs/python.md")
          for number, block in enumerate(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S))]  # fmt: skip


@pytest.mark.parametrize(("page", "number", "block"), BLOCKS, ids=[f"{page}-{number}" for page, number, _ in BLOCKS])
def test_block(page, number, block, monkeypatch):
    pytest.importorskip("matplotlib").use("agg")
    pytest.importorskip("xarray")
    monkeypatch.chdir(ROOT)
    exec(compile(block, f"{page}, block {number}", "exec"), {})


def test_links_lead_somewhere():
    for page in ("docs/python.md", "docs/from-cubie.md"):
        for target in re.findall(r"\]\(([^)#]+)", (ROOT / page).read_text(encoding="utf-8")):
            assert target.startswith("https://") or (ROOT / "docs" / target).exists(), f"{page}: {target}"
