/* The Lorenz sweep by hand, as someone who knows the processor would write it for this one system, method and
 * controller: AVX-512 (8 runs per vector) or AVX2 (4), UNITS vectors in flight, first same as last, fused multiply-adds,
 * a lane gets the next run the moment its run ends.
 *
 *   lorenz KIND RUNS                solve once; prints seconds, accepted and rejected attempts
 *   lorenz check KIND RUNS FILE     compares with x, y, z of a CSV file, and both with a tight reference
 *
 * KIND is adaptive or fixed (plain.h: the model as it is written), adaptive-tuned or fixed-tuned (tuned.h: all
 * tricks).
 * sigma = 10, beta = 8/3, rho from 0 to 21 in RUNS even steps, (x, y, z) = (1, 0, 0), t from 0 to 1. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tsit5.h"
#include "../vector.h"

#ifndef UNITS
#define UNITS 2
#endif
#define EACH _Pragma("GCC unroll 8") for (int u = 0; u < UNITS; u++)

#define SIGMA 10.0
#define BETA (8.0 / 3.0)
#define DT 0.001
static const double TOLERANCE = 1e-8, END = 1.0, LANDING = 1.0 + 1e-7;

typedef struct { vec x, y, z; } state;
typedef struct { double *x, *y, *z, *rho, *first_dt; long runs; long accepted, rejected, failed; } sweep;

static inline __attribute__((always_inline)) state derivative(state s, vec rho) {
    state d = {ALL(SIGMA) * (s.y - s.x), FMS(s.x, rho - s.z, s.y), FNMA(ALL(BETA), s.z, s.x * s.y)};
    return d;
}

/* First steps of all runs: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, II.4. */
static void first_steps(sweep *w) {
    const vec third = ALL(1.0 / 3.0);
    const state s = {ALL(1.0), ALL(0.0), ALL(0.0)};
    const vec tx = ALL(1.0 / (2 * TOLERANCE)), t0 = ALL(1.0 / TOLERANCE);
    const vec d0 = SQRT((s.x * tx) * (s.x * tx) * third);
    for (long i = 0; i < w->runs; i += LANES) {
        vec rho = LOAD(w->rho + i);
        state f0 = derivative(s, rho);
        vec a = f0.x * tx, b = f0.y * t0, c = f0.z * t0;
        vec d1 = SQRT((a * a + b * b + c * c) * third);
        vec h0 = ALL(0.01) * d0 / d1;
        state moved = {FMA(h0, f0.x, s.x), FMA(h0, f0.y, s.y), FMA(h0, f0.z, s.z)};
        state f1 = derivative(moved, rho);
        a = (f1.x - f0.x) * tx, b = (f1.y - f0.y) * t0, c = (f1.z - f0.z) * t0;
        vec d2 = SQRT((a * a + b * b + c * c) * third) / h0;
        vec h1 = exp2_short((ALL(-6.643856189774724) - log2_short(MAX(d1, d2))) * ALL(0.2));
        STORE(w->first_dt + i, MIN(ALL(100.0) * h0, h1));
    }
}

#include "plain.h"
#include "tuned.h"
#include "check.h"

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static sweep allocate(long runs) {
    long padded = runs + 2 * LANES * UNITS;
    sweep w = {.runs = runs};
    for (double **column = &w.x; column <= &w.first_dt; column++) {
        *column = aligned_alloc(64, (padded * sizeof(double) + 63) & ~63L);
        memset(*column, 0, padded * sizeof(double));
    }
    for (long i = 0; i < runs; i++) w.rho[i] = 21.0 * i / (runs - 1);
    return w;
}

static const struct { const char *name; void (*solve)(sweep *); } KINDS[] = {
    {"adaptive", adaptive}, {"fixed", fixed}, {"adaptive-tuned", adaptive_tuned}, {"fixed-tuned", fixed_tuned}};

int main(int count, char **words) {
    int compare = count == 5 && !strcmp(words[1], "check");
    if (count != 3 && !compare) {
        fprintf(stderr, "usage: lorenz [check] adaptive|fixed|adaptive-tuned|fixed-tuned RUNS [FILE]\n");
        return 2;
    }
    const char *kind = words[1 + compare];
    sweep w = allocate(atol(words[2 + compare]));
    void (*solve)(sweep *) = NULL;
    for (unsigned i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (!strcmp(kind, KINDS[i].name)) solve = KINDS[i].solve;
    if (!solve) {
        fprintf(stderr, "no kind %s\n", kind);
        return 2;
    }
    double start = seconds();
    solve(&w);
    double spent = seconds() - start;
    printf("{\"seconds\": %.6f, \"accepted\": %ld, \"rejected\": %ld, \"failed\": %ld", spent, w.accepted, w.rejected,
           w.failed);
    if (compare) check(&w, words[4]);
    printf("}\n");
    return 0;
}
