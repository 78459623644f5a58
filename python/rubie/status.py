"""Status words of runs."""

from __future__ import annotations

import enum

from rubie._engine import status_flags

_FLAGS = status_flags()

#: The flags of a status word; 0 is success. Bits that CuBIE has keep their meaning.
RESULT_CODES = enum.IntFlag("RESULT_CODES", {name.upper(): bit for bit, name, _, _ in _FLAGS})

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
