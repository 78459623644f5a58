"""Every construct that a model cannot say is refused, with file, line and reason."""

import functools
import linecache
import math

import numpy as np
import pytest

import rubie

#: The line that is refused ends in `# here`.
REFUSED = {
    "while": ("    while y[0] > 1:  # here\n        pass\n    return [0.0]", "while"),
    "try": ("    try:  # here\n        pass\n    except ValueError:\n        pass\n    return [0.0]", "try"),
    "with": ("    with open('f') as f:  # here\n        pass\n    return [0.0]", "with"),
    "match": ("    match y[0]:  # here\n        case 1:\n            pass\n    return [0.0]", "match"),
    "def": ("    def inner(x):  # here\n        return x\n    return [inner(y[0])]", "functiondef"),
    "class": ("    class A:  # here\n        pass\n    return [0.0]", "classdef"),
    "import": ("    import math  # here\n    return [math.sin(y[0])]", "import"),
    "delete": ("    a = 1.0\n    del a  # here\n    return [0.0]", "delete"),
    "assert": ("    assert y[0] > 0  # here\n    return [0.0]", "assert"),
    "raise": ("    raise ValueError  # here\n    return [0.0]", "raise"),
    "global": ("    global a  # here\n    return [0.0]", "global"),
    "call alone": ("    print(y)  # here\n    return [0.0]", "expr"),
    "break": ("    for i in range(3):\n        break  # here\n    return [0.0]", "break"),
    "continue": ("    for i in range(3):\n        continue  # here\n    return [0.0]", "continue"),
    "several targets": ("    a = b = y[0]  # here\n    return [a]", "assign"),
    "comprehension": ("    return [\n        sum(k for k in y)  # here\n    ]", "GeneratorExp|`sum`"),
    "list comprehension": ("    a = [k for k in y]  # here\n    return [a[0]]", "ListComp"),
    "lambda": ("    f = lambda x: x  # here\n    return [y[0]]", "Lambda"),
    "walrus": ("    return [(a := y[0])]  # here", "NamedExpr"),
    "star": ("    return [*y]  # here", "Starred"),
    "string": ("    return ['a']  # here", "'a' is not a real number"),
    "f-string": ("    return [f'{y[0]}']  # here", "JoinedStr"),
    "complex": ("    return [1j*y[0]]  # here", "1j is not a real number"),
    "too large": ("    return [1e999*y[0]]  # here", "range of float64"),
    "too large, integer": (f"    return [{10**400}*y[0]]  # here", "range of float64"),
    "infinity": ("    return [np.inf*y[0]]  # here", "range of float64"),
    "None": ("    return [None]  # here", "None is not a real number"),
    "slice": ("    a = y[0:1]  # here\n    return [a[0]]", "no element|Slice"),
    "place that is not known": ("    a = [1.0, 2.0]\n    return [a[y[0]]]  # here", "no element"),
    "place beyond": ("    return [y[5]]  # here", "there are 1 elements"),
    "place before": ("    return [y[-2]]  # here", "there are 1 elements"),
    "name of no state": ("    return [y['q']]  # here", "`q` is no state"),
    "attribute": ("    return [y.shape]  # here", "`shape` is no state"),
    "parameter by number": ("    return [p[0]]  # here", "name the parameter"),
    "product of matrices": ("    return [y @ y]  # here", "is a list|matrices"),
    "matrix from outside": ("    return [TABLE]  # here", "`TABLE` is ndarray; a model computes with numbers"),
    "list of unknown length": ("    return [0.0] * y[0]  # here", "how many elements"),
    "shift": ("    return [y[0] << 2]  # here", "bits"),
    "bits": ("    return [~y[0]]  # here", "bits"),
    "is": ("    return [1.0 if y[0] is 1.0 else 0.0]  # here", "compares by"),
    "in": ("    return [1.0 if y[0] in (1.0, 2.0) else 0.0]  # here", "compares by|Tuple"),
    "whole vector": ("    return -y  # here", "`y` is a list"),
    "whole list": ("    a = [1.0, 2.0]\n    return [a*2]  # here", "`a` is a list"),
    "unknown function": ("    return [sni(y[0])]  # here", "did you mean `sin`"),
    "method": ("    return [y.sum()]  # here", "`y.sum` is not a function"),
    "function of an unknown module": ("    return [functools.reduce(max, y)]  # here", "`functools.reduce` is not"),
    "own function": ("    return [helper(y[0])]  # here", "`helper` is a function of yours: name it in user_functions"),
    "own function with a known name": ("    return [sqrt(y[0])]  # here", "`sqrt` is a function of yours"),
    "name of an argument": ("    return [np.exp(x=y[0])]  # here", "without names"),
    "too many arguments": ("    return [math.sin(y[0], 1)]  # here", "`sin` takes 1 numbers, not 2"),
    "too few arguments": ("    return [\n        math.atan2(y[0])  # here\n    ]", "`atan2` takes 2 numbers, not 1"),
    "unknown name": ("    return [nowhere*y[0]]  # here", "unknown name `nowhere`"),
    "value in one branch": ("    if y[0] > 1:  # here\n        a = 1.0\n    return [a]", "`a` has a value in one branch only"),
    "return in a branch": ("    if y[0] > 1:\n        return [0.0]  # here\n    return [y[0]]", "behind the branches"),
    "return in a loop": ("    for i in range(2):\n        return [0.0]  # here\n    return [y[0]]", "behind the loop"),
    "return in between": ("    return [0.0]  # here\n    return [y[0]]", "the last line"),
    "return of nothing": ("    return  # here", "the last line"),
    "wrong number": ("    return [y[0], 1.0]  # here", "2 derivatives are returned for 1 states"),
    "wrong name": ("    return {'z': y[0]}  # here", "`z` is no state"),
    "loop over the states": ("    a = 0.0\n    for k in y:  # here\n        a += k\n    return [a]", "known here"),
    "loop over two": ("    for i, j in [(1, 2)]:  # here\n        pass\n    return [0.0]", "one name"),
    "loop with else": ("    for i in range(2):  # here\n        pass\n    else:\n        pass\n    return [0.0]", "no else"),
    "loop to a value": ("    for i in range(y[0]):  # here\n        pass\n    return [0.0]", "known here"),
    "change of the states": ("    y[0] = 1.0  # here\n    return [y[0]]", "list that the function has made"),
    "change of the states by another name": ("    z = np.asarray(y)\n    z[0] = 1.0  # here\n    return [y[0]]", "are the states"),
    "second name": ("    a = np.zeros(2)\n    b = a  # here\n    b[0] = y[0]\n    return [a[0]]", "second name for `a`"),
    "element without a value": ("    a = np.empty(2)\n    return [a[0]]  # here", "no value yet"),
    "derivative without a value": ("    a = np.empty(1)\n    return a  # here", "derivative 0 has no value"),
    "array of unknown length": ("    a = np.zeros(p.n)  # here\n    return [a[0]]", "must be a number that is known"),
    "division by zero in a place": ("    return [y[1//0]]  # here", "zero"),
    "pieces without an end": ("    return [np.where(y[0] > 1, 1.0)]  # here", "`where` is not a function"),
}

SPACE = {"np": np, "math": math, "functools": functools, "TABLE": np.eye(2), "__name__": "refused"}
exec("def helper(x): return x\ndef sqrt(x): return x + 1", SPACE)


def made(body, head="def right(t, y, p):"):
    """A function with a source, and the line that is refused."""
    text = f"{head}\n{body}\n"
    file = f"<refused {abs(hash(text))}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = dict(SPACE)
    exec(compile(text, file, "exec"), space)
    return space["right"], file, 1 + next(i for i, line in enumerate(text.splitlines()) if line.endswith("# here"))


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    body, words = REFUSED[name]
    function, file, line = made(body)
    with pytest.raises(rubie.TranslationError, match=words) as caught:
        rubie.create_ODE_system(function, states={"x": 1.0})
    assert (caught.value.filename, caught.value.lineno) == (file, line)
    assert caught.value.text.rstrip().endswith("# here") and caught.value.offset >= 1


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("def right(t, y, *rest):  # here", "cannot be known"),
        ("def right(t, y, **rest):  # here", "cannot be known"),
        ("def right(t, y, k=None):  # here", "default of `k`"),
        ("def right(t):  # here", "takes the time and the states"),
        ("@functools.lru_cache  # here\ndef right(t, y):", "decorator"),
        ("async def right(t, y):  # here", "with `def`"),
    ],
)
def test_refused_heads(head, words):
    function, file, line = made("    return [0.0]", head)
    with pytest.raises(rubie.TranslationError, match=words) as caught:
        rubie.create_ODE_system(function, states={"x": 1.0})
    assert (caught.value.filename, caught.value.lineno) == (file, line)


def test_without_a_source():
    for function in (lambda t, y: [-y[0]], math.sin, functools.partial(max, 1), eval("lambda t, y: -y")):
        with pytest.raises(rubie.TranslationError, match="def|source"):
            rubie.create_ODE_system(function, states={"x": 1.0})


def test_a_method_and_defaults():
    class Model:
        def right(self, t, y, k=2.0, *, c=-0.5):
            return [-k * y[0] + c]

    system = rubie.create_ODE_system(Model().right, states={"x": 1.0})
    assert system.parameters == {"k": 2.0, "c": -0.5}


def test_local_derivatives_have_any_name():
    """`dx` in a function is a value; in a model it would be the derivative of a state x."""

    def right(t, y):
        x, v = y
        dx = v
        dv = -x
        return [dx, dv]

    def by_name(t, y):
        dx = y["v"]
        return {"x": dx, "v": -y["x"]}

    def by_number(t, y):
        dy0 = y[1]
        dydt = np.empty_like(y)
        dydt[0] = dy0
        dydt[1] = -y[0]
        return dydt

    for function, states in ((right, {"x": 1.0, "v": 0.0}), (by_name, {"x": 1.0, "v": 0.0}), (by_number, {"a": 1.0, "b": 0.0})):
        result = rubie.solve(rubie.create_ODE_system(function, states=states), until=1.0, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(result.time_domain_array[-1, :, 0], [np.cos(1.0), -np.sin(1.0)], rtol=1e-8)


def test_large_systems_by_loops():
    """Lorenz 96 with places that are computed and a length from outside."""
    count, force = 12, 8.0

    def right(t, x):
        dxdt = np.zeros(count)
        for i in range(count):
            dxdt[i] = (x[(i + 1) % count] - x[i - 2]) * x[i - 1] - x[i] + force
        return dxdt

    start = np.full(count, force)
    start[3] += 0.01
    system = rubie.create_ODE_system(right, states={f"x{i}": value for i, value in enumerate(start)})
    result = rubie.solve(system, until=1.0, method="vern9", rtol=1e-12, atol=1e-12)
    from scipy.integrate import solve_ivp

    reference = solve_ivp(right, (0, 1), start, "DOP853", rtol=1e-12, atol=1e-12).y[:, -1]
    np.testing.assert_allclose(result.time_domain_array[-1, :, 0], reference, rtol=1e-8)
