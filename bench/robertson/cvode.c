/* SUNDIALS CVODE on the same runs: BDF, dense matrix, analytic Jacobian, one solver object used again for every run,
 * stop time at the end so that the last value is a step's and not an interpolant's.
 *
 *   cvode PROBLEM RUNS [FILE [RTOL ATOL]] */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <time.h>

typedef double real;
#include "problem.h"

typedef struct { const problem *p; double swept; } run_data;

static int rhs(realtype t, N_Vector y, N_Vector f, void *data) {
    const run_data *run = data;
    (void)t;
    derivatives(run->p, run->swept, NV_DATA_S(y), NV_DATA_S(f));
    return 0;
}

static int jac(realtype t, N_Vector y, N_Vector f, SUNMatrix out, void *data, N_Vector a, N_Vector b, N_Vector c) {
    const run_data *run = data;
    real j[3][3];
    (void)t, (void)f, (void)a, (void)b, (void)c;
    jacobian(run->p, run->swept, NV_DATA_S(y), j);
    for (int row = 0; row < run->p->states; row++)
        for (int column = 0; column < run->p->states; column++) SM_ELEMENT_D(out, row, column) = j[row][column];
    return 0;
}

static void must(int flag, const char *what) {
    if (flag < 0) {
        fprintf(stderr, "%s: error %d\n", what, flag);
        exit(1);
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(int count, char **words) {
    if (count < 3) {
        fprintf(stderr, "usage: cvode PROBLEM RUNS [FILE [RTOL ATOL]]\n");
        return 2;
    }
    const problem *p = named(words[1]);
    const long runs = atol(words[2]);
    const double rtol = count > 5 ? atof(words[4]) : p->rtol, atol_ = count > 5 ? atof(words[5]) : p->atol;
    SUNContext context;
    must(SUNContext_Create(NULL, &context), "SUNContext_Create");
    N_Vector y = N_VNew_Serial(p->states, context);
    SUNMatrix matrix = SUNDenseMatrix(p->states, p->states, context);
    SUNLinearSolver solver = SUNLinSol_Dense(y, matrix, context);
    void *cvode = CVodeCreate(CV_BDF, context);
    double *out = calloc(runs * 3, sizeof(double));
    long steps = 0, failed = 0;
    run_data run = {p, 0};

    const double start = seconds();
    for (long i = 0; i < runs; i++) {
        run.swept = swept_value(p, i, runs);
        for (int s = 0; s < p->states; s++) NV_Ith_S(y, s) = p->start[s];
        if (i == 0) {
            must(CVodeInit(cvode, rhs, 0, y), "CVodeInit");
            must(CVodeSStolerances(cvode, rtol, atol_), "CVodeSStolerances");
            must(CVodeSetUserData(cvode, &run), "CVodeSetUserData");
            must(CVodeSetLinearSolver(cvode, solver, matrix), "CVodeSetLinearSolver");
            must(CVodeSetJacFn(cvode, jac), "CVodeSetJacFn");
            must(CVodeSetMaxNumSteps(cvode, 10000000), "CVodeSetMaxNumSteps");
        } else {
            must(CVodeReInit(cvode, 0, y), "CVodeReInit");
        }
        must(CVodeSetStopTime(cvode, p->end), "CVodeSetStopTime");
        double t;
        failed += CVode(cvode, p->end, y, &t, CV_NORMAL) < 0;
        for (int s = 0; s < p->states; s++) out[3 * i + s] = NV_Ith_S(y, s);
        long own;
        must(CVodeGetNumSteps(cvode, &own), "CVodeGetNumSteps");
        steps += own;
    }
    printf("{\"seconds\": %.6f, \"accepted\": %ld, \"failed\": %ld, \"version\": \"%s\"}\n", seconds() - start, steps,
           failed, SUNDIALS_VERSION);

    if (count > 3) {
        FILE *file = fopen(words[3], "w");
        if (!file) return 1;
        fprintf(file, "%s\n", p->header);
        for (long i = 0; i < runs; i++) {
            fprintf(file, "%ld,%.17g", i, swept_value(p, i, runs));
            for (int s = 0; s < p->states; s++) fprintf(file, ",%.17g", out[3 * i + s]);
            fprintf(file, "\n");
        }
        fclose(file);
    }
    return 0;
}
