"""Status words of runs."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from rubie._engine import status_flags

_FLAGS = status_flags()

#: CuBIE's names of flags that have others here.
_OLD = {"SUCCESS": 0, "MAX_NEWTON_ITERATIONS_EXCEEDED": 2, "MAX_LOOP_ITERS_EXCEEDED": 32}

if TYPE_CHECKING:

    class RESULT_CODES(enum.IntFlag):
        """The flags of a status word; 0 is success. Bits that CuBIE has keep their meaning."""

        SUCCESS = 0
        NEWTON_ITERATIONS = 2
        MAX_NEWTON_ITERATIONS_EXCEEDED = 2
        STEP_TOO_SMALL = 8
        STEP_LIMIT = 32
        MAX_LOOP_ITERS_EXCEEDED = 32
        NEWTON_DIVERGENCE = 256
        NON_FINITE = 2048
        STOPPED = 4096

else:
    RESULT_CODES = enum.IntFlag("RESULT_CODES", {**{name.upper(): bit for bit, name, _, _ in _FLAGS}, **_OLD}, module=__name__)

#: The same by CuBIE's name.
CUBIE_RESULT_CODES = RESULT_CODES

#: A run that an event of the model has ended has not failed.
STOPPED = int(RESULT_CODES.STOPPED)


def names(word: int) -> list[str]:
    """The names of the flags of a status word."""
    return [name for bit, name, _, _ in _FLAGS if word & bit]


def explain(word: int) -> str:
    """What a status word means, and what can be done about it."""
    parts = [f"{name}: {meaning}; {mend}" for bit, name, meaning, mend in _FLAGS if word & bit]
    return "\n".join(parts) or "success"
