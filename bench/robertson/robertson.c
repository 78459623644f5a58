/* Robertson's reaction by hand: rodas5p, AVX-512 (8 runs per vector) or AVX2 (4), UNITS vectors in flight, analytic
 * Jacobian, LU factors of 3 x 3 written out (the entry that is 0 left out), integral controller, a lane gets the next run at once.
 *
 *   robertson RUNS [FILE]      solve once; prints seconds and attempts; writes the final states to FILE (CSV)
 *
 * k1 = 0.04, k3 = 1e4, k2 from 1e7 to 1e8 in RUNS steps of its logarithm, (A, B, C) = (1, 0, 0), t from 0 to 1e5,
 * rtol 1e-6, atol 1e-9. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../vector.h"
#include "rodas5p.h"

#ifndef UNITS
#define UNITS 2
#endif
#define EACH _Pragma("GCC unroll 8") for (int u = 0; u < UNITS; u++)

static const double RTOL = 1e-6, ATOL = 1e-9, END = 1e5, LANDING = 1.0 + 1e-7;
static const double K1 = 0.04, K3 = 1e4;

typedef struct { vec a, b, c; } state;
typedef struct { double *a, *b, *c, *k2, *first_dt; long runs, accepted, attempts, failed; } sweep;

static inline __attribute__((always_inline)) state derivative(state s, vec k2) {
    const vec bb = k2 * (s.b * s.b), forth = FMS(ALL(K1), s.a, ALL(K3) * (s.b * s.c));
    state d = {ALL(0.0) - forth, forth - bb, bb};
    return d;
}

/* The factors of W; the diagonal inverted. */
typedef struct { vec w12, w13, u23, l21, l32, i1, i2, i3; } factors;

static inline __attribute__((always_inline)) factors factorise(state s, vec k2, vec g) {
    factors f;
    const vec m = ALL(2.0) * k2 * s.b, k3c = ALL(K3) * s.c, k3b = ALL(K3) * s.b;
    f.w12 = ALL(0.0) - k3c, f.w13 = ALL(0.0) - k3b;
    f.i1 = ALL(1.0) / (g + ALL(K1));
    f.l21 = ALL(-K1) * f.i1;
    f.i2 = ALL(1.0) / FNMA(f.l21, f.w12, g + k3c + m);
    f.u23 = FNMA(f.l21, f.w13, k3b);
    f.l32 = ALL(0.0) - m * f.i2;
    f.i3 = ALL(1.0) / FNMA(f.l32, f.u23, g);
    return f;
}

static inline __attribute__((always_inline)) state substitute(factors f, state r) {
    const vec y2 = FNMA(f.l21, r.a, r.b), y3 = FNMA(f.l32, y2, r.c);
    state u;
    u.c = y3 * f.i3;
    u.b = FNMA(f.u23, u.c, y2) * f.i2;
    u.a = FNMA(f.w12, u.b, FNMA(f.w13, u.c, r.a)) * f.i1;
    return u;
}

#define SUM1(row, p) (ALL(row##1) * u1.p)
#define SUM2(row, p) FMA(ALL(row##2), u2.p, SUM1(row, p))
#define SUM3(row, p) FMA(ALL(row##3), u3.p, SUM2(row, p))
#define SUM4(row, p) FMA(ALL(row##4), u4.p, SUM3(row, p))
#define SUM5(row, p) FMA(ALL(row##5), u5.p, SUM4(row, p))
#define SUM6(row, p) FMA(ALL(row##6), u6.p, SUM5(row, p))
#define SUM7(row, p) FMA(ALL(row##7), u7.p, SUM6(row, p))
#define AT(n, row) (state) { s.a + SUM##n(row, a), s.b + SUM##n(row, b), s.c + SUM##n(row, c) }
#define PLUS(s, u) (state) { s.a + u.a, s.b + u.b, s.c + u.c }
/* The increment of a stage at `at`, with the row C of n earlier increments. */
#define INCREMENT(at, n, row) \
    increment(f, derivative(at, k2), per_h, (state){SUM##n(row, a), SUM##n(row, b), SUM##n(row, c)})

static inline __attribute__((always_inline)) state increment(factors f, state d, vec per_h, state sum) {
    return substitute(f, (state){FMA(per_h, sum.a, d.a), FMA(per_h, sum.b, d.b), FMA(per_h, sum.c, d.c)});
}

static inline vec square(vec error, vec old, vec new) {
    const vec ratio = error * RECIPROCAL(FMA(ALL(RTOL), LARGER(old, new), ALL(ATOL)));
    return ratio * ratio;
}

/* First steps: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4. */
static void first_steps(sweep *w) {
    const vec third = ALL(1.0 / 3.0), ta = ALL(1.0 / (RTOL + ATOL)), t0 = ALL(1.0 / ATOL);
    const state s = {ALL(1.0), ALL(0.0), ALL(0.0)};
    const vec d0 = SQRT(ta * ta * third);
    for (long i = 0; i < w->runs; i += LANES) {
        const vec k2 = LOAD(w->k2 + i);
        const state f0 = derivative(s, k2);
        vec a = f0.a * ta, b = f0.b * t0, c = f0.c * t0;
        const vec d1 = SQRT((a * a + b * b + c * c) * third);
        const vec h0 = ALL(0.01) * d0 / d1;
        const state f1 = derivative((state){FMA(h0, f0.a, s.a), FMA(h0, f0.b, s.b), FMA(h0, f0.c, s.c)}, k2);
        a = (f1.a - f0.a) * ta, b = (f1.b - f0.b) * t0, c = (f1.c - f0.c) * t0;
        const vec d2 = SQRT((a * a + b * b + c * c) * third) / h0;
        const vec h1 = exp2_short((ALL(-6.643856189774724) - log2_short(MAX(d1, d2))) * ALL(0.2));
        STORE(w->first_dt + i, MIN(ALL(100.0) * h0, h1));
    }
}

static __attribute__((noinline)) void solve(sweep *w) {
    first_steps(w);
    const vec end = ALL(END);
    state at[UNITS];
    vec rate[UNITS], t[UNITS], dt[UNITS];
    int64_t run[UNITS][LANES];
    mask busy[UNITS];
    long next = 0, accepted = 0, attempts = 0, failed = 0;
    EACH {
        const long left = w->runs - next;
        busy[u] = left >= LANES ? (1 << LANES) - 1 : left > 0 ? (1 << left) - 1 : 0;
        at[u] = (state){ALL(1.0), ALL(0.0), ALL(0.0)};
        rate[u] = LOAD(w->k2 + next);
        dt[u] = LOAD(w->first_dt + next);
        t[u] = ALL(0.0);
        for (int lane = 0; lane < LANES; lane++) run[u][lane] = next + lane;
        next += __builtin_popcount(busy[u]);
    }
    for (;;) {
        mask ended[UNITS], stuck[UNITS], any = 0;
        EACH {
            const state s = at[u];
            const vec k2 = rate[u], left = end - t[u];
            const truth landing = LE(left, dt[u] * ALL(LANDING));
            const vec h = BLEND(landing, left, dt[u]), after = BLEND(landing, end, t[u] + dt[u]);
            const vec per_h = ALL(1.0) / h;
            const factors f = factorise(s, k2, ALL(1.0 / GAMMA) * per_h);

            const state u1 = substitute(f, derivative(s, k2));
            const state u2 = INCREMENT(AT(1, A2), 1, C2);
            const state u3 = INCREMENT(AT(2, A3), 2, C3);
            const state u4 = INCREMENT(AT(3, A4), 3, C4);
            const state u5 = INCREMENT(AT(4, A5), 4, C5);
            const state y6 = AT(5, A6), u6 = INCREMENT(y6, 5, C6);
            const state y7 = PLUS(y6, u6), u7 = INCREMENT(y7, 6, C7);
            const state y8 = PLUS(y7, u7), u8 = INCREMENT(y8, 7, C8);
            const state new = PLUS(y8, u8);

            const vec sum = square(u8.a, s.a, new.a) + square(u8.b, s.b, new.b) + square(u8.c, s.c, new.c);
            const truth accept = LE(sum, ALL(3.0));
            /* log2 of the factor: 0.9 (sum/3)^(-1/10), from 0.2 to 10. NaN in the first operand gives the second. */
            vec change = FNMA(ALL(0.1), log2_pairs(sum), ALL(-0.15200309344504996 + 0.1 * 1.584962500721156));
            change = MIN(MAX(change, ALL(-2.321928094887362)), ALL(3.321928094887362));
            dt[u] = h * exp2_pairs(change);
            t[u] = BLEND(accept, after, t[u]);
            at[u] = (state){BLEND(accept, new.a, s.a), BLEND(accept, new.b, s.b), BLEND(accept, new.c, s.c)};
            stuck[u] = ~BITS(accept) & busy[u] & BITS(NGT(t[u] + dt[u], t[u]));
            ended[u] = (BITS(accept) & busy[u] & BITS(GE(after, end))) | stuck[u];
            any |= ended[u];
            accepted += __builtin_popcount(BITS(accept) & busy[u]);
            attempts += __builtin_popcount(busy[u]);
        }
        if (__builtin_expect(!any, 1)) continue;
        mask working = 0;
        EACH {
            if (ended[u]) {
                double a[LANES], b[LANES], c[LANES];
                STORE(a, at[u].a), STORE(b, at[u].b), STORE(c, at[u].c);
                failed += __builtin_popcount(stuck[u]);
                mask fresh = 0;
                const long taken = next;
                for (unsigned bits = ended[u]; bits; bits &= bits - 1) {
                    const int lane = __builtin_ctz(bits);
                    const int64_t id = run[u][lane];
                    w->a[id] = a[lane], w->b[id] = b[lane], w->c[id] = c[lane];
                    if (next < w->runs) fresh |= 1 << lane, run[u][lane] = next++;
                }
                busy[u] &= ~ended[u] | fresh;
                rate[u] = EXPAND(rate[u], fresh, w->k2 + taken);
                dt[u] = EXPAND(dt[u], fresh, w->first_dt + taken);
                t[u] = BLEND(TRUTH(ended[u]), ALL(0.0), t[u]);
                at[u].a = BLEND(TRUTH(ended[u]), ALL(1.0), at[u].a);
                at[u].b = BLEND(TRUTH(ended[u]), ALL(0.0), at[u].b);
                at[u].c = BLEND(TRUTH(ended[u]), ALL(0.0), at[u].c);
            }
            working |= busy[u];
        }
        if (!working) break;
    }
    w->accepted = accepted, w->attempts = attempts, w->failed = failed;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(int count, char **words) {
    if (count < 2) {
        fprintf(stderr, "usage: robertson RUNS [FILE]\n");
        return 2;
    }
    sweep w = {.runs = atol(words[1])};
    for (double **column = &w.a; column <= &w.first_dt; column++) {
        *column = aligned_alloc(64, ((w.runs + 2 * LANES * UNITS) * sizeof(double) + 63) & ~63L);
        for (long i = 0; i < w.runs + 2 * LANES * UNITS; i++) (*column)[i] = 0;
    }
    for (long i = 0; i < w.runs; i++) w.k2[i] = pow(10, 7 + (double)i / (w.runs - 1));
    double start = seconds();
    solve(&w);
    printf("{\"seconds\": %.6f, \"accepted\": %ld, \"rejected\": %ld, \"failed\": %ld}\n", seconds() - start, w.accepted,
           w.attempts - w.accepted, w.failed);
    if (count > 2) {
        FILE *file = fopen(words[2], "w");
        if (!file) return 1;
        fprintf(file, "run,k2,A,B,C\n");
        for (long i = 0; i < w.runs; i++)
            fprintf(file, "%ld,%.17g,%.17g,%.17g,%.17g\n", i, w.k2[i], w.a[i], w.b[i], w.c[i]);
        fclose(file);
    }
    return 0;
}
