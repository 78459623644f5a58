/* The Lorenz sweep by hand, as someone who knows the processor would write it for this one system, method and
 * controller: AVX-512, 8 runs per vector, UNITS vectors in flight, first same as last, fused multiply-adds, a lane
 * gets the next run the moment its run ends.
 *
 *   lorenz adaptive|shortcut|fixed RUNS      solve once; prints seconds, accepted and rejected attempts
 *   lorenz check KIND RUNS FILE              compares with x, y, z of a CSV file, and both with a tight reference
 *
 * sigma = 10, beta = 8/3, rho from 0 to 21 in RUNS even steps, (x, y, z) = (1, 0, 0), t from 0 to 1.
 * `shortcut` replaces the three divisions of the error norm by 14-bit reciprocals, which a controller does not mind. */
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
#ifndef FIXED_UNITS
#define FIXED_UNITS 2
#endif
#define EACH _Pragma("GCC unroll 8") for (int u = 0; u < UNITS; u++)

static const double TOLERANCE = 1e-8, END = 1.0, LANDING = 1.0 + 1e-7;
static const double SIGMA = 10.0, BETA = 8.0 / 3.0;

typedef struct { vec x, y, z; } state;
typedef struct { double *x, *y, *z, *rho, *first_dt; long runs; long accepted, rejected, failed; } sweep;

static inline __attribute__((always_inline)) state derivative(state s, vec rho) {
    state d = {ALL(SIGMA) * (s.y - s.x), FMS(s.x, rho - s.z, s.y), FNMA(ALL(BETA), s.z, s.x * s.y)};
    return d;
}

#define COMBINE1(c, p) (ALL(c##1) * k1.p)
#define COMBINE2(c, p) FMA(ALL(c##2), k2.p, COMBINE1(c, p))
#define COMBINE3(c, p) FMA(ALL(c##3), k3.p, COMBINE2(c, p))
#define COMBINE4(c, p) FMA(ALL(c##4), k4.p, COMBINE3(c, p))
#define COMBINE5(c, p) FMA(ALL(c##5), k5.p, COMBINE4(c, p))
#define COMBINE6(c, p) FMA(ALL(c##6), k6.p, COMBINE5(c, p))
#define COMBINE7(c, p) FMA(ALL(c##7), k7.p, COMBINE6(c, p))
#define STAGE(n, c) \
    (state) { FMA(h, COMBINE##n(c, x), s.x), FMA(h, COMBINE##n(c, y), s.y), FMA(h, COMBINE##n(c, z), s.z) }

/* (error / tolerance)^2 of one state. */
static inline vec square(vec error, vec old, vec new, int shortcut) {
    vec size = _mm512_range_pd(old, new, 0x0b); /* the larger absolute value */
    vec tolerance = FMA(ALL(TOLERANCE), size, ALL(TOLERANCE));
    vec ratio = shortcut ? error * _mm512_rcp14_pd(tolerance) : error / tolerance;
    return ratio * ratio;
}

/* First steps of all runs: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, section II.4. */
static void first_steps(sweep *w) {
    const vec third = ALL(1.0 / 3.0);
    const state s = {ALL(1.0), ALL(0.0), ALL(0.0)};
    const vec tx = ALL(1.0 / (2 * TOLERANCE)), t0 = ALL(1.0 / TOLERANCE);
    const vec d0 = _mm512_sqrt_pd((s.x * tx) * (s.x * tx) * third);
    for (long i = 0; i < w->runs; i += 8) {
        vec rho = _mm512_loadu_pd(w->rho + i);
        state f0 = derivative(s, rho);
        vec a = f0.x * tx, b = f0.y * t0, c = f0.z * t0;
        vec d1 = _mm512_sqrt_pd((a * a + b * b + c * c) * third);
        vec h0 = ALL(0.01) * d0 / d1;
        state moved = {FMA(h0, f0.x, s.x), FMA(h0, f0.y, s.y), FMA(h0, f0.z, s.z)};
        state f1 = derivative(moved, rho);
        a = (f1.x - f0.x) * tx, b = (f1.y - f0.y) * t0, c = (f1.z - f0.z) * t0;
        vec d2 = _mm512_sqrt_pd((a * a + b * b + c * c) * third) / h0;
        vec h1 = exp2_short((ALL(-6.643856189774724) - log2_short(_mm512_max_pd(d1, d2))) * ALL(0.2));
        _mm512_storeu_pd(w->first_dt + i, _mm512_min_pd(ALL(100.0) * h0, h1));
    }
}

static inline __attribute__((always_inline)) void adaptive(sweep *w, const int shortcut) {
    first_steps(w);
    const vec end = ALL(END);
    state at[UNITS], slope[UNITS];
    vec rho[UNITS], t[UNITS], dt[UNITS];
    int64_t run[UNITS][8];
    mask busy[UNITS];
    long next = 0, accepted = 0, attempts = 0, failed = 0;
    EACH {
        long left = w->runs - next;
        busy[u] = left >= 8 ? 0xff : left > 0 ? (1 << left) - 1 : 0;
        at[u] = (state){ALL(1.0), ALL(0.0), ALL(0.0)};
        rho[u] = _mm512_loadu_pd(w->rho + next);
        dt[u] = _mm512_loadu_pd(w->first_dt + next);
        t[u] = ALL(0.0);
        slope[u] = derivative(at[u], rho[u]);
        for (int lane = 0; lane < 8; lane++) run[u][lane] = next + lane;
        next += __builtin_popcount(busy[u]);
    }
    for (;;) {
        mask ended[UNITS], stuck[UNITS], any = 0;
        EACH {
            const state s = at[u], k1 = slope[u];
            const vec left = end - t[u];
            const mask landing = _mm512_cmp_pd_mask(left, dt[u] * ALL(LANDING), _CMP_LE_OQ);
            const vec h = BLEND(landing, left, dt[u]), after = BLEND(landing, end, t[u] + dt[u]);
            const state k2 = derivative(STAGE(1, A2), rho[u]);
            const state k3 = derivative(STAGE(2, A3), rho[u]);
            const state k4 = derivative(STAGE(3, A4), rho[u]);
            const state k5 = derivative(STAGE(4, A5), rho[u]);
            const state k6 = derivative(STAGE(5, A6), rho[u]);
            const state new = STAGE(6, B);
            const state k7 = derivative(new, rho[u]);

            vec sum = square(h * COMBINE7(D, x), s.x, new.x, shortcut);
            sum += square(h * COMBINE7(D, y), s.y, new.y, shortcut);
            sum += square(h * COMBINE7(D, z), s.z, new.z, shortcut);
            const vec norm = sum * ALL(1.0 / 3.0);
            const mask accept = _mm512_cmp_pd_mask(norm, ALL(1.0), _CMP_LE_OQ);
            /* NaN in the first operand gives the second. */
            const vec bounded = _mm512_min_pd(_mm512_max_pd(norm, ALL(1e-30)), ALL(1e16));
            vec factor = ALL(0.9) * exp2_short(ALL(-1.2 / 10) * log2_short(bounded));
            factor = _mm512_min_pd(_mm512_max_pd(factor, ALL(0.2)), ALL(10.0));
            dt[u] = h * factor;
            t[u] = BLEND(accept, after, t[u]);
            at[u] = (state){BLEND(accept, new.x, s.x), BLEND(accept, new.y, s.y), BLEND(accept, new.z, s.z)};
            slope[u] = (state){BLEND(accept, k7.x, k1.x), BLEND(accept, k7.y, k1.y), BLEND(accept, k7.z, k1.z)};
            stuck[u] = ~accept & busy[u] & _mm512_cmp_pd_mask(t[u] + dt[u], t[u], _CMP_NGT_UQ);
            ended[u] = (accept & busy[u] & _mm512_cmp_pd_mask(after, end, _CMP_GE_OQ)) | stuck[u];
            any |= ended[u];
            accepted += __builtin_popcount(accept & busy[u]);
            attempts += __builtin_popcount(busy[u]);
        }
        if (__builtin_expect(!any, 1)) continue;
        mask working = 0;
        EACH {
            if (ended[u]) {
                double x[8], y[8], z[8];
                _mm512_storeu_pd(x, at[u].x), _mm512_storeu_pd(y, at[u].y), _mm512_storeu_pd(z, at[u].z);
                failed += __builtin_popcount(stuck[u]);
                long left = w->runs - next;
                mask fresh = 0;
                long taken = next;
                for (unsigned bits = ended[u]; bits; bits &= bits - 1) {
                    int lane = __builtin_ctz(bits);
                    int64_t id = run[u][lane];
                    w->x[id] = x[lane], w->y[id] = y[lane], w->z[id] = z[lane];
                    if (left > 0) fresh |= 1 << lane, run[u][lane] = next++, left--;
                }
                busy[u] &= ~ended[u] | fresh;
                rho[u] = _mm512_mask_expand_pd(rho[u], fresh, _mm512_loadu_pd(w->rho + taken));
                dt[u] = _mm512_mask_expand_pd(dt[u], fresh, _mm512_loadu_pd(w->first_dt + taken));
                t[u] = _mm512_mask_mov_pd(t[u], ended[u], ALL(0.0));
                at[u].x = _mm512_mask_mov_pd(at[u].x, ended[u], ALL(1.0));
                at[u].y = _mm512_mask_mov_pd(at[u].y, ended[u], ALL(0.0));
                at[u].z = _mm512_mask_mov_pd(at[u].z, ended[u], ALL(0.0));
                state first = derivative(at[u], rho[u]);
                slope[u].x = _mm512_mask_mov_pd(slope[u].x, ended[u], first.x);
                slope[u].y = _mm512_mask_mov_pd(slope[u].y, ended[u], first.y);
                slope[u].z = _mm512_mask_mov_pd(slope[u].z, ended[u], first.z);
            }
            working |= busy[u];
        }
        if (!working) break;
    }
    w->accepted = accepted, w->rejected = attempts - accepted, w->failed = failed;
}

static __attribute__((noinline)) void adaptive_exact(sweep *w) { adaptive(w, 0); }
static __attribute__((noinline)) void adaptive_shortcut(sweep *w) { adaptive(w, 1); }

/* A thousand steps of 0.001; dt is part of the coefficients. */
#define DT 0.001
#define REACH1(c, p) FMA(ALL(DT * c##1), k1.p, s.p)
#define REACH2(c, p) FMA(ALL(DT * c##2), k2.p, REACH1(c, p))
#define REACH3(c, p) FMA(ALL(DT * c##3), k3.p, REACH2(c, p))
#define REACH4(c, p) FMA(ALL(DT * c##4), k4.p, REACH3(c, p))
#define REACH5(c, p) FMA(ALL(DT * c##5), k5.p, REACH4(c, p))
#define REACH6(c, p) FMA(ALL(DT * c##6), k6.p, REACH5(c, p))
#define FIXED(n, c) (state) { REACH##n(c, x), REACH##n(c, y), REACH##n(c, z) }

static __attribute__((noinline)) void fixed(sweep *w) {
    for (long first = 0; first < w->runs; first += 8 * FIXED_UNITS) {
        state at[FIXED_UNITS];
        vec rho[FIXED_UNITS];
        _Pragma("GCC unroll 8") for (int u = 0; u < FIXED_UNITS; u++) {
            rho[u] = _mm512_loadu_pd(w->rho + first + 8 * u);
            at[u] = (state){ALL(1.0), ALL(0.0), ALL(0.0)};
        }
        for (int step = 0; step < 1000; step++) {
            _Pragma("GCC unroll 8") for (int u = 0; u < FIXED_UNITS; u++) {
                const state s = at[u], k1 = derivative(s, rho[u]);
                const state k2 = derivative(FIXED(1, A2), rho[u]);
                const state k3 = derivative(FIXED(2, A3), rho[u]);
                const state k4 = derivative(FIXED(3, A4), rho[u]);
                const state k5 = derivative(FIXED(4, A5), rho[u]);
                const state k6 = derivative(FIXED(5, A6), rho[u]);
                at[u] = FIXED(6, B);
            }
        }
        _Pragma("GCC unroll 8") for (int u = 0; u < FIXED_UNITS; u++) {
            _mm512_storeu_pd(w->x + first + 8 * u, at[u].x);
            _mm512_storeu_pd(w->y + first + 8 * u, at[u].y);
            _mm512_storeu_pd(w->z + first + 8 * u, at[u].z);
        }
    }
    w->accepted = 1000 * w->runs;
}

#include "check.h"

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static sweep allocate(long runs) {
    long padded = runs + 16 * FIXED_UNITS + 16 * UNITS;
    sweep w = {.runs = runs};
    for (double **column = &w.x; column <= &w.first_dt; column++) {
        *column = aligned_alloc(64, (padded * sizeof(double) + 63) & ~63L);
        memset(*column, 0, padded * sizeof(double));
    }
    for (long i = 0; i < runs; i++) w.rho[i] = 21.0 * i / (runs - 1);
    return w;
}

int main(int count, char **words) {
    int compare = count == 5 && !strcmp(words[1], "check");
    if (count != 3 && !compare) {
        fprintf(stderr, "usage: lorenz adaptive|shortcut|fixed RUNS, or lorenz check KIND RUNS FILE\n");
        return 2;
    }
    const char *kind = words[1 + compare];
    sweep w = allocate(atol(words[2 + compare]));
    void (*solve)(sweep *) = !strcmp(kind, "fixed") ? fixed : !strcmp(kind, "shortcut") ? adaptive_shortcut : adaptive_exact;
    double start = seconds();
    solve(&w);
    double spent = seconds() - start;
    printf("{\"seconds\": %.6f, \"accepted\": %ld, \"rejected\": %ld, \"failed\": %ld", spent, w.accepted, w.rejected, w.failed);
    if (compare) check(&w, words[4]);
    printf("}\n");
    return 0;
}
