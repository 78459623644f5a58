"""What can go wrong with equations."""


class EquationWarning(UserWarning):
    """Equations were understood, but perhaps not as they were meant."""


class TranslationError(SyntaxError, ValueError):
    """A construct of Python that has no counterpart in a model; file, line and column say where it stands."""
