"""The Lorenz sweep by one solver in Python: `lorenz.py rubie|scipy|diffrax|heyoka RUNS SAMPLES`.

JSON on standard output: seconds, compile_seconds, version, final states of SAMPLES + 1 evenly spaced runs."""

import json
import sys
import time

import numpy as np

TOLERANCE = 1e-8


def rubie(rho):
    import rubie as package

    begin = time.perf_counter()
    system = package.create_ODE_system(
        "dx = 10*(y - x)\ndy = x*(r - z) - y\ndz = x*y - 8/3*z",
        states={"x": 1.0, "y": 0.0, "z": 0.0},
        parameters={"r": 1.0},
    )
    solver = package.Solver(system, "tsit5", rtol=TOLERANCE, atol=TOLERANCE, save="final", threads=1)
    solver.compile(parameters={"r": rho})
    compile_seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    final = solver.solve(parameters={"r": rho}).time_domain_array[0].T
    return final, time.perf_counter() - begin, compile_seconds, package.__version__


def scipy(rho):
    import scipy as package
    from scipy.integrate import solve_ivp

    def f(t, y, r):
        x, y, z = y
        return [10.0 * (y - x), x * (r - z) - y, x * y - 8.0 / 3.0 * z]

    begin = time.perf_counter()
    final = np.array(
        [
            solve_ivp(f, (0.0, 1.0), [1.0, 0.0, 0.0], "RK45", args=(r,), rtol=TOLERANCE, atol=TOLERANCE).y[
                :, -1
            ]
            for r in rho
        ]
    )
    return final, time.perf_counter() - begin, 0.0, package.__version__


def diffrax(rho):
    import jax

    jax.config.update("jax_enable_x64", True)
    import diffrax as package
    import jax.numpy as jnp

    def f(t, y, r):
        x, y, z = y
        return jnp.stack([10.0 * (y - x), x * (r - z) - y, x * y - 8.0 / 3.0 * z])

    control = package.PIDController(rtol=TOLERANCE, atol=TOLERANCE)

    @jax.jit
    @jax.vmap
    def solve(r):
        return package.diffeqsolve(
            package.ODETerm(f),
            package.Tsit5(),
            0.0,
            1.0,
            None,
            jnp.array([1.0, 0.0, 0.0]),
            args=r,
            stepsize_controller=control,
            saveat=package.SaveAt(t1=True),
            max_steps=None,
            adjoint=package.ForwardMode(),
        ).ys[-1]

    begin = time.perf_counter()
    compiled = solve.lower(jnp.asarray(rho)).compile()
    compile_seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    final = np.asarray(compiled(jnp.asarray(rho)))
    return final, time.perf_counter() - begin, compile_seconds, package.__version__


def heyoka(rho):
    import heyoka as package

    begin = time.perf_counter()
    x, y, z = package.make_vars("x", "y", "z")
    batch = package.recommended_simd_size()
    equations = [(x, 10.0 * (y - x)), (y, x * (package.par[0] - z) - y), (z, x * y - 8.0 / 3.0 * z)]
    integrator = package.taylor_adaptive_batch(
        equations, np.zeros((3, batch)), tol=TOLERANCE, pars=np.zeros((1, batch))
    )
    compile_seconds = time.perf_counter() - begin
    blocks = np.append(rho, np.full(-len(rho) % batch, rho[-1])).reshape(-1, batch)
    final = np.empty((len(blocks), batch, 3))
    begin = time.perf_counter()
    for i, block in enumerate(blocks):
        integrator.pars[0] = block
        integrator.state[:] = [[1.0], [0.0], [0.0]]
        integrator.set_time(0.0)
        integrator.propagate_until(1.0)
        final[i] = integrator.state.T
    return final.reshape(-1, 3)[: len(rho)], time.perf_counter() - begin, compile_seconds, package.__version__


def main():
    solver, runs, samples = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rho = np.linspace(0.0, 21.0, runs)
    final, seconds, compile_seconds, version = globals()[solver](rho)
    chosen = final[:: (runs - 1) // samples].tolist()
    print(
        json.dumps(
            {"seconds": seconds, "compile_seconds": compile_seconds, "version": version, "final": chosen}
        )
    )


main()
