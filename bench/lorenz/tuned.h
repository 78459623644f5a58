/* Adaptive and fixed steps with everything we know about this one system.
 *
 * Other variables: X = x/sqrt(beta), Y = y/sqrt(beta), W = rho - z turn the equations into
 *     X' = sigma kx,  kx = Y - X        Y' = ky = X W - Y        W' = -beta kw,  kw = X Y + (W - rho)
 * so that sigma and -beta go into the coefficients of the method, and a derivative costs four operations.
 *
 * Short chains of dependent operations, which is what the time goes into: the newest slope enters a stage in one
 * multiply-add; the polynomials of the controller are evaluated in pairs; reciprocals of 14 bits in the error norm;
 * limits of the step factor are limits of its logarithm; tolerances and landing are computed while slopes are. */

typedef struct { vec x, y, w; } changed;

static const double ROOT_BETA = 1.6329931618554520655, LOG2_09 = -0.15200309344504996, LOG2_02 = -2.321928094887362,
                    LOG2_10 = 3.321928094887362;

static inline __attribute__((always_inline)) changed slopes(changed s, vec rho) {
    return (changed){s.y - s.x, FMS(s.x, s.w, s.y), FMA(s.x, s.y, s.w - rho)};
}

#define FACTOR_x SIGMA
#define FACTOR_y 1.0
#define FACTOR_w (-BETA)
#define TERM1(c, p) (ALL(FACTOR_##p * c##1) * k1.p)
#define TERM2(c, p) TIMES(FACTOR_##p * c##2, k2.p, TERM1(c, p))
#define TERM3(c, p) TIMES(FACTOR_##p * c##3, k3.p, TERM2(c, p))
#define TERM4(c, p) TIMES(FACTOR_##p * c##4, k4.p, TERM3(c, p))
#define TERM5(c, p) TIMES(FACTOR_##p * c##5, k5.p, TERM4(c, p))
#define TERM6(c, p) TIMES(FACTOR_##p * c##6, k6.p, TERM5(c, p))
#define TERM7(c, p) TIMES(FACTOR_##p * c##7, k7.p, TERM6(c, p))
#define BEFORE(n, c, p) FMA(h, TERM##n(c, p), s.p)
#define LAST(m, c, p, rest) FMA(h * ALL(FACTOR_##p * c##m), k##m.p, rest)
/* s + h sum c_j k_j with terms up to m = n + 1, the last one last. */
#define REACHED(n, m, c) \
    (changed) { LAST(m, c, x, BEFORE(n, c, x)), LAST(m, c, y, BEFORE(n, c, y)), LAST(m, c, w, BEFORE(n, c, w)) }

/* h / tolerance, but for the factor in which the variable was scaled. */
static inline vec weight(vec h, vec old, vec new, double atol) {
    return h * RECIPROCAL(FMA(ALL(TOLERANCE), LARGER(old, new), ALL(atol)));
}

static __attribute__((noinline)) void adaptive_tuned(sweep *w) {
    first_steps(w);
    const vec end = ALL(END), start = ALL(1.0 / ROOT_BETA), zero = ALL(0.0);
    changed at[UNITS], slope[UNITS];
    vec rho[UNITS], t[UNITS], dt[UNITS];
    int64_t run[UNITS][LANES];
    mask busy[UNITS];
    long next = 0, accepted = 0, attempts = 0, failed = 0;
    EACH {
        long left = w->runs - next;
        busy[u] = left >= LANES ? (1 << LANES) - 1 : left > 0 ? (1 << left) - 1 : 0;
        rho[u] = LOAD(w->rho + next);
        dt[u] = LOAD(w->first_dt + next);
        at[u] = (changed){start, zero, rho[u]};
        t[u] = zero;
        slope[u] = slopes(at[u], rho[u]);
        for (int lane = 0; lane < LANES; lane++) run[u][lane] = next + lane;
        next += __builtin_popcount(busy[u]);
    }
    for (;;) {
        mask ended[UNITS], stuck[UNITS], any = 0;
        EACH {
            const changed s = at[u], k1 = slope[u];
            const vec left = end - t[u];
            const truth landing = LE(left * ALL(1.0 / LANDING), dt[u]);
            const vec h = BLEND(landing, left, dt[u]), after = BLEND(landing, end, t[u] + dt[u]);
            const vec first = h * ALL(A21);
            const changed k2 = slopes((changed){FMA(first * ALL(SIGMA), k1.x, s.x), FMA(first, k1.y, s.y),
                                                FMA(first * ALL(-BETA), k1.w, s.w)}, rho[u]);
            const changed k3 = slopes(REACHED(1, 2, A3), rho[u]);
            const changed k4 = slopes(REACHED(2, 3, A4), rho[u]);
            const changed k5 = slopes(REACHED(3, 4, A5), rho[u]);
            const changed k6 = slopes(REACHED(4, 5, A6), rho[u]);
            const changed new = REACHED(5, 6, B);
            const changed k7 = slopes(new, rho[u]);

            const vec ex = TERM7(D, x) * weight(h, s.x, new.x, TOLERANCE / ROOT_BETA);
            const vec ey = TERM7(D, y) * weight(h, s.y, new.y, TOLERANCE / ROOT_BETA);
            const vec ez = TERM7(D, w) * weight(h, rho[u] - s.w, rho[u] - new.w, TOLERANCE);
            const vec three = FMA(ez, ez, FMA(ey, ey, ex * ex)); /* three times the squared norm */
            const truth accept = LE(three, ALL(3.0));
            /* NaN in the first operand gives the second: the step shrinks. */
            vec change = FNMA(ALL(0.12), log2_pairs(three), ALL(LOG2_09 + 0.12 * 1.584962500721156));
            change = MIN(MAX(change, ALL(LOG2_02)), ALL(LOG2_10));
            dt[u] = h * exp2_pairs(change);
            t[u] = BLEND(accept, after, t[u]);
            at[u] = (changed){BLEND(accept, new.x, s.x), BLEND(accept, new.y, s.y), BLEND(accept, new.w, s.w)};
            slope[u] = (changed){BLEND(accept, k7.x, k1.x), BLEND(accept, k7.y, k1.y), BLEND(accept, k7.w, k1.w)};
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
                double x[LANES], y[LANES], z[LANES];
                STORE(x, at[u].x * ALL(ROOT_BETA)), STORE(y, at[u].y * ALL(ROOT_BETA));
                STORE(z, rho[u] - at[u].w);
                failed += __builtin_popcount(stuck[u]);
                mask fresh = 0;
                const long taken = next;
                for (unsigned bits = ended[u]; bits; bits &= bits - 1) {
                    const int lane = __builtin_ctz(bits);
                    const int64_t id = run[u][lane];
                    w->x[id] = x[lane], w->y[id] = y[lane], w->z[id] = z[lane];
                    if (next < w->runs) fresh |= 1 << lane, run[u][lane] = next++;
                }
                busy[u] &= ~ended[u] | fresh;
                rho[u] = EXPAND(rho[u], fresh, w->rho + taken);
                dt[u] = EXPAND(dt[u], fresh, w->first_dt + taken);
                t[u] = BLEND(TRUTH(ended[u]), zero, t[u]);
                at[u].x = BLEND(TRUTH(ended[u]), start, at[u].x);
                at[u].y = BLEND(TRUTH(ended[u]), zero, at[u].y);
                at[u].w = BLEND(TRUTH(ended[u]), rho[u], at[u].w);
                slope[u] = slopes(at[u], rho[u]); /* of the other lanes the same as before */
            }
            working |= busy[u];
        }
        if (!working) break;
    }
    w->accepted = accepted, w->rejected = attempts - accepted, w->failed = failed;
}

/* A thousand steps; dt is part of the coefficients. */
#define STEP1(c, p) TIMES(DT * FACTOR_##p * c##1, k1.p, s.p)
#define STEP2(c, p) TIMES(DT * FACTOR_##p * c##2, k2.p, STEP1(c, p))
#define STEP3(c, p) TIMES(DT * FACTOR_##p * c##3, k3.p, STEP2(c, p))
#define STEP4(c, p) TIMES(DT * FACTOR_##p * c##4, k4.p, STEP3(c, p))
#define STEP5(c, p) TIMES(DT * FACTOR_##p * c##5, k5.p, STEP4(c, p))
#define STEP6(c, p) TIMES(DT * FACTOR_##p * c##6, k6.p, STEP5(c, p))
#define STEPPED(n, c) (changed) { STEP##n(c, x), STEP##n(c, y), STEP##n(c, w) }

static __attribute__((noinline)) void fixed_tuned(sweep *w) {
    for (long first = 0; first < w->runs; first += LANES * UNITS) {
        changed at[UNITS];
        vec rho[UNITS];
        EACH {
            rho[u] = LOAD(w->rho + first + LANES * u);
            at[u] = (changed){ALL(1.0 / ROOT_BETA), ALL(0.0), rho[u]};
        }
        for (int step = 0; step < 1000; step++) {
            EACH {
                const changed s = at[u], k1 = slopes(s, rho[u]);
                const changed k2 = slopes(STEPPED(1, A2), rho[u]);
                const changed k3 = slopes(STEPPED(2, A3), rho[u]);
                const changed k4 = slopes(STEPPED(3, A4), rho[u]);
                const changed k5 = slopes(STEPPED(4, A5), rho[u]);
                const changed k6 = slopes(STEPPED(5, A6), rho[u]);
                at[u] = STEPPED(6, B);
            }
        }
        EACH {
            STORE(w->x + first + LANES * u, at[u].x * ALL(ROOT_BETA));
            STORE(w->y + first + LANES * u, at[u].y * ALL(ROOT_BETA));
            STORE(w->z + first + LANES * u, rho[u] - at[u].w);
        }
    }
    w->accepted = 1000 * w->runs;
}
