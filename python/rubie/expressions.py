"""Expressions of Python as text of a model.

What a model cannot say is refused with the place where it stands.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from rubie.errors import TranslationError

#: Functions of Python, NumPy and SymPy by their name in models.
FUNCTIONS = {
    **{name: name for name in """exp expm1 log log1p log10 log2 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh
       atanh pow sqrt cbrt abs sign floor ceil min max mod erf""".split()},
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "Abs": "abs", "fabs": "abs", "absolute": "abs", "Min": "min", "Max": "max", "minimum": "min", "maximum": "max",
    "fmin": "min", "fmax": "max", "ceiling": "ceil", "ln": "log", "power": "pow", "Mod": "mod",
}  # fmt: skip

_MODULES = {"math", "np", "numpy", "sympy", "sp", "cmath", "jnp"}
#: Modules whose functions have the meaning that a model gives them.
_LIBRARIES = {"builtins", "math", "cmath", "numpy", "jax.numpy", "sympy", "scipy.special"}
_CONSTANTS = {"pi": math.pi, "e": math.e, "E": math.e, "tau": math.tau}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
#: Numbers of arguments; functions that are absent take one.
_ARITY = {"atan2": (2, 2), "pow": (2, 2), "mod": (2, 2), "min": (2, 99), "max": (2, 99)}
#: Characters that one expression may have: values that are written out in one another grow without bound.
LONGEST = 1_000_000
#: Words that a model gives a meaning of its own.
RESERVED = {"t", "pi", "true", "false", "state", "param", "const", "observe", "and", "or", "not", "if", "piecewise", *FUNCTIONS.values()}


class Source:
    """Where a piece of Python stands, for messages."""

    def __init__(self, text: str, file: str = "<equation>", line: int = 1, indent: int = 0):
        self.lines, self.file, self.line, self.indent = text.splitlines(), file, line, indent

    def refuse(self, node: ast.AST, message: str) -> NoReturn:
        row, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        text = self.lines[row - 1] if row <= len(self.lines) else ""
        place = (self.file, self.line + row - 1, self.indent + column + 1, " " * self.indent + text)
        raise TranslationError(message, place)


class Expressions:
    """Prints expressions of Python as those of a model.

    `lookup` turns a name, an attribute or a subscript into text; it answers None for what it does not know.
    """

    def __init__(
        self,
        source: Source,
        lookup: Callable[[ast.expr], str | None],
        functions: Iterable[str] = (),
        outer: Mapping[str, Any] | None = None,
    ):
        self.source, self.lookup, self.functions = source, lookup, list(functions)
        #: What names mean outside of the expression; None where they can only be guessed.
        self.outer = outer

    def text(self, node: ast.expr) -> str:
        known = self.lookup(node)
        if known is not None:
            return known
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self.source.refuse(node, f"a model has no counterpart of this ({type(node).__name__})")
        text: str = method(node)
        if len(text) > LONGEST:
            self.source.refuse(node, "this becomes too long when it is written out; give parts of it to states or parameters")
        return text

    def module(self, node: ast.expr) -> bool:
        """Whether a name is that of a library whose functions a model knows."""
        if not isinstance(node, ast.Name):
            return False
        if self.outer is None:
            return node.id in _MODULES
        return getattr(self.outer.get(node.id), "__name__", None) in _LIBRARIES and inspect.ismodule(self.outer[node.id])

    def _constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        if not isinstance(node.value, (int, float)):
            self.source.refuse(node, f"{node.value!r} is not a real number")
        try:
            return number(node.value)
        except (ValueError, OverflowError):
            self.source.refuse(node, "a model has no numbers beyond the range of float64")

    def _name(self, node: ast.Name) -> str:
        if self.outer and node.id in self.outer:
            what = type(self.outer[node.id]).__name__
            self.source.refuse(node, f"`{node.id}` is {what}; a model computes with numbers, and with elements of lists and arrays")
        self.source.refuse(node, f"unknown name `{node.id}`: neither a local value, a state, a parameter nor a number outside of the function")

    def _attribute(self, node: ast.Attribute) -> str:
        if self.module(node.value) and node.attr in _CONSTANTS:
            return number(_CONSTANTS[node.attr])
        self.source.refuse(node, f"unknown value `{ast.unparse(node)}`")

    def _subscript(self, node: ast.Subscript) -> str:
        self.source.refuse(node, f"`{ast.unparse(node)}` is no element of the states or parameters")

    def _unaryop(self, node: ast.UnaryOp) -> str:
        operand = self.text(node.operand)
        if isinstance(node.op, ast.USub):
            return f"(-{operand})"
        if isinstance(node.op, ast.Not):
            return f"(not {operand})"
        if isinstance(node.op, ast.UAdd):
            return operand
        self.source.refuse(node, "a model has no operations on bits")

    def _binop(self, node: ast.BinOp) -> str:
        # What is done from the left to the right is read so, too, without recursion: a sum may have thousands of terms.
        chain = [node]
        for alike in ((ast.Add, ast.Sub), (ast.Mult, ast.Div)):
            while isinstance(chain[-1].op, alike):
                inner = chain[-1].left
                if not isinstance(inner, ast.BinOp) or not isinstance(inner.op, alike) or self.lookup(inner) is not None:
                    break
                chain.append(inner)
        if len(chain) > 1:
            rest = "".join(f" {_BINARY[type(link.op)]} {self.text(link.right)}" for link in reversed(chain))
            return f"({self.text(chain[-1].left)}{rest})"
        if type(node.op) not in (*_BINARY, ast.Mod, ast.FloorDiv):
            self.source.refuse(node, "a model has no operations on bits or matrices; powers are written `**`")
        left, right = self.text(node.left), self.text(node.right)
        if isinstance(node.op, ast.Mod):
            return f"mod({left}, {right})"
        if isinstance(node.op, ast.FloorDiv):
            return f"floor({left}/{right})"
        return f"({left} {_BINARY[type(node.op)]} {right})"

    def _boolop(self, node: ast.BoolOp) -> str:
        values = [self.text(value) for value in node.values]
        if all(truth(value) for value in node.values):
            return "(" + (" and " if isinstance(node.op, ast.And) else " or ").join(values) + ")"
        # Of numbers Python keeps the first that decides.
        text = values.pop()
        while values:
            first = values.pop()
            text = f"if({first}, {text}, {first})" if isinstance(node.op, ast.And) else f"if({first}, {first}, {text})"
        return text

    def _compare(self, node: ast.Compare) -> str:
        sides = [self.text(side) for side in (node.left, *node.comparators)]
        parts = []
        for left, op, right in zip(sides, node.ops, sides[1:]):
            if type(op) not in _COMPARE:
                self.source.refuse(node, "a model compares by <, <=, >, >=, == and != only")
            parts.append(f"({left} {_COMPARE[type(op)]} {right})")
        return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")"

    def _ifexp(self, node: ast.IfExp) -> str:
        return f"if({self.text(node.test)}, {self.text(node.body)}, {self.text(node.orelse)})"

    def _call(self, node: ast.Call) -> str:
        name = self.called(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            self.source.refuse(node, f"write the arguments of `{name}` one by one, without names")
        if name == "Piecewise":
            return self._piecewise(node)
        arguments = [self.text(argument) for argument in node.args]
        if name == "where" and len(arguments) == 3:
            return "if({}, {}, {})".format(*arguments)
        if name == "clip" and len(arguments) == 3:
            return "min(max({}, {}), {})".format(*arguments)
        if name == "hypot" and len(arguments) == 2:
            return "sqrt({0}^2 + {1}^2)".format(*arguments)
        if name in ("heaviside", "Heaviside") and len(arguments) == 2:
            return "piecewise(0, {0} < 0, {1}, {0} == 0, 1)".format(*arguments)
        if name == "square" and len(arguments) == 1:
            return f"{arguments[0]}^2"
        if name == "float" and len(arguments) == 1:
            return arguments[0]
        if name in ("if", "piecewise"):
            return f"{name}({', '.join(arguments)})"
        if name in self.functions:
            return f"{name}({', '.join(arguments)})"
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name, [*FUNCTIONS, *self.functions], 1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; it knows {', '.join(sorted(set(FUNCTIONS.values())))}"
            self.source.refuse(node, f"`{name}` is not a function that a model knows{hint}")
        name = FUNCTIONS[name]
        if name == "log" and len(arguments) == 2:
            return "(log({0})/log({1}))".format(*arguments)
        least, most = _ARITY.get(name, (1, 1))
        if not least <= len(arguments) <= most:
            few = f"{least} or more" if most > least else str(least)
            self.source.refuse(node, f"`{name}` takes {few} numbers, not {len(arguments)}")
        return f"{name}({', '.join(arguments)})"

    def called(self, node: ast.Call) -> str:
        """The name, among those a model knows, of what is called."""
        function = node.func
        if isinstance(function, ast.Attribute) and self.module(function.value):
            return function.attr
        if not isinstance(function, ast.Name):
            self.source.refuse(node, f"`{ast.unparse(function)}` is not a function that a model knows")
        name = function.id
        if self.outer is None or name in self.functions or name not in self.outer:
            return name
        meant = self.outer[name]
        library = (getattr(meant, "__module__", None) or "").partition(".")[0]
        known = getattr(meant, "__name__", name)
        if type(meant).__name__ == "ufunc":
            return "mod" if known == "remainder" else known
        if library in {module.partition(".")[0] for module in _LIBRARIES}:
            return known
        self.source.refuse(
            node, f"`{name}` is a function of yours: name it in user_functions, as {{{name!r}: {name}}}, and its source is read too"
        )

    def _piecewise(self, node: ast.Call) -> str:
        parts: list[str] = []
        for case in node.args:
            if not isinstance(case, ast.Tuple) or len(case.elts) != 2:
                self.source.refuse(case, "a case of Piecewise is a pair: value, condition")
            value, condition = case.elts
            if isinstance(condition, ast.Constant) and condition.value is True:
                return "piecewise(" + ", ".join([*parts, self.text(value)]) + ")" if parts else self.text(value)
            parts += [self.text(value), self.text(condition)]
        self.source.refuse(node, "the last case of Piecewise must hold always: (value, True)")


def truth(node: ast.expr) -> bool:
    """Whether an expression is true or false, not a number."""
    if isinstance(node, ast.BoolOp):
        return all(truth(value) for value in node.values)
    return isinstance(node, ast.Compare) or isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def number(value: float) -> str:
    """A number as a model writes it."""
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"a model has no number {value}")
    text = repr(value)
    return f"({text})" if text.startswith("-") else text


def literal(text: str) -> float | None:
    """The number that :func:`number` wrote, a whole one as int; None for other text."""
    try:
        value = float(text.strip("()"))
    except ValueError:
        return None
    return None if not math.isfinite(value) else int(value) if value.is_integer() else value


def expression(text: str, functions: Iterable[str] = ()) -> str:
    """The right-hand side of an equation, written in Python or in the language of models.

    >>> expression("Max(a, 0)**2 if a < 1 else -k")
    'if((a < 1.0), (max(a, 0.0) ^ 2.0), (-k))'
    >>> expression("x' + y^2")               # no Python: left as it is
    "x' + y^2"
    """
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return text
    source = Source(text.strip())
    try:
        return Expressions(source, lambda node: node.id if isinstance(node, ast.Name) else None, functions).text(tree)
    except RecursionError:
        source.refuse(tree, "this is nested too deeply; give parts of it names")
