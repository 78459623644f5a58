from rubie import distributed as distributed
from rubie._engine import __version__ as __version__
from rubie.drivers import DriverSamples as DriverSamples
from rubie.errors import EquationWarning as EquationWarning, TranslationError as TranslationError
from rubie.device import DeviceSolveResult as DeviceSolveResult
from rubie.result import SolveResult as SolveResult
from rubie.sampling import sample as sample
from rubie.shortcuts import solve as solve, solve_ivp as solve_ivp
from rubie.solver import Solver as Solver
from rubie.status import CUBIE_RESULT_CODES as CUBIE_RESULT_CODES, RESULT_CODES as RESULT_CODES
from rubie.system import (
    OdeSystem as OdeSystem,
    SymbolicODE as SymbolicODE,
    create_ODE_system as create_ODE_system,
    load_cellml_model as load_cellml_model,
    load_model as load_model,
    methods as methods,
    metrics as metrics,
)
