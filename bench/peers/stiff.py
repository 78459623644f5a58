"""A stiff sweep by a solver in Python: `stiff.py lsoda|kvaerno5 robertson|van_der_pol RUNS FILE`; JSON."""

import json
import sys
import time

import numpy as np

PROBLEMS = {
    "robertson": (1e7, 1e8, 1e5, 1e-6, 1e-9, [1.0, 0.0, 0.0], "run,k2,A,B,C"),
    "van_der_pol": (1.0, 1e3, 200.0, 1e-6, 1e-6, [2.0, 0.0], "run,mu,x,v"),
}


def robertson(y, k2):
    a, b, c = y
    forth, on = 0.04 * a - 1e4 * b * c, k2 * b * b
    return [-forth, forth - on, on]


def robertson_jacobian(y, k2):
    _, b, c = y
    on = 2 * k2 * b
    return [[-0.04, 1e4 * c, 1e4 * b], [0.04, -1e4 * c - on, -1e4 * b], [0.0, on, 0.0]]


def van_der_pol(y, mu):
    x, v = y
    return [v, mu * (1 - x * x) * v - x]


def van_der_pol_jacobian(y, mu):
    x, v = y
    return [[0.0, 1.0], [-2 * mu * x * v - 1, mu * (1 - x * x)]]


def lsoda(problem, values, end, rtol, atol, start):
    from scipy.integrate import odeint

    f, jacobian = globals()[problem], globals()[f"{problem}_jacobian"]
    out = np.empty((len(values), len(start)))
    steps = 0
    begin = time.perf_counter()
    for i, value in enumerate(values):
        found, info = odeint(
            lambda y, t, p: f(y, p),
            start,
            [0.0, end],
            args=(value,),
            Dfun=lambda y, t, p: jacobian(y, p),
            rtol=rtol,
            atol=atol,
            tcrit=[end],
            mxstep=1_000_000,
            full_output=True,
        )
        out[i] = found[-1]
        steps += int(info["nst"][-1])
    return out, {"seconds": time.perf_counter() - begin, "accepted": steps}


def kvaerno5(problem, values, end, rtol, atol, start):
    import jax

    jax.config.update("jax_enable_x64", True)
    import diffrax
    import jax.numpy as jnp

    f = globals()[problem]
    term = diffrax.ODETerm(lambda t, y, p: jnp.stack(f(y, p)))
    control = diffrax.PIDController(rtol=rtol, atol=atol)

    @jax.jit
    @jax.vmap
    def solve(value):
        found = diffrax.diffeqsolve(
            term,
            diffrax.Kvaerno5(),
            0.0,
            end,
            None,
            jnp.array(start),
            args=value,
            stepsize_controller=control,
            saveat=diffrax.SaveAt(t1=True),
            max_steps=None,
            throw=False,
            adjoint=diffrax.ForwardMode(),
        )
        return found.ys[-1], found.stats["num_accepted_steps"]

    values = jnp.asarray(values)
    begin = time.perf_counter()
    jax.block_until_ready(solve(values))
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    out, steps = jax.block_until_ready(solve(values))
    seconds = time.perf_counter() - begin
    return np.asarray(out), {
        "seconds": seconds,
        "compile_seconds": first - seconds,
        "accepted": int(steps.sum()),
    }


def main():
    solver, problem, runs, file = sys.argv[1:]
    low, high, end, rtol, atol, start, header = PROBLEMS[problem]
    values = np.geomspace(low, high, int(runs))
    out, facts = globals()[solver](problem, values, end, rtol, atol, start)
    table = np.column_stack([np.arange(len(values)), values, out])
    np.savetxt(file, table, delimiter=",", header=header, comments="", fmt="%.17g")
    print(json.dumps(facts | {"failed": int((~np.isfinite(out)).any(axis=1).sum())}))


main()
