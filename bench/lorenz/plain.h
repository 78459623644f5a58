/* Adaptive and fixed steps with the operations of the model as it is written, as a good compiler would have them. */

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
static inline vec square(vec error, vec old, vec new) {
    vec size = LARGER(old, new); /* the larger absolute value */
    vec ratio = error / FMA(ALL(TOLERANCE), size, ALL(TOLERANCE));
    return ratio * ratio;
}

static __attribute__((noinline)) void adaptive(sweep *w) {
    first_steps(w);
    const vec end = ALL(END);
    state at[UNITS], slope[UNITS];
    vec rho[UNITS], t[UNITS], dt[UNITS];
    int64_t run[UNITS][LANES];
    mask busy[UNITS];
    long next = 0, accepted = 0, attempts = 0, failed = 0;
    EACH {
        long left = w->runs - next;
        busy[u] = left >= LANES ? (1 << LANES) - 1 : left > 0 ? (1 << left) - 1 : 0;
        at[u] = (state){ALL(1.0), ALL(0.0), ALL(0.0)};
        rho[u] = LOAD(w->rho + next);
        dt[u] = LOAD(w->first_dt + next);
        t[u] = ALL(0.0);
        slope[u] = derivative(at[u], rho[u]);
        for (int lane = 0; lane < LANES; lane++) run[u][lane] = next + lane;
        next += __builtin_popcount(busy[u]);
    }
    for (;;) {
        mask ended[UNITS], stuck[UNITS], any = 0;
        EACH {
            const state s = at[u], k1 = slope[u];
            const vec left = end - t[u];
            const truth landing = LE(left, dt[u] * ALL(LANDING));
            const vec h = BLEND(landing, left, dt[u]), after = BLEND(landing, end, t[u] + dt[u]);
            const state k2 = derivative(STAGE(1, A2), rho[u]);
            const state k3 = derivative(STAGE(2, A3), rho[u]);
            const state k4 = derivative(STAGE(3, A4), rho[u]);
            const state k5 = derivative(STAGE(4, A5), rho[u]);
            const state k6 = derivative(STAGE(5, A6), rho[u]);
            const state new = STAGE(6, B);
            const state k7 = derivative(new, rho[u]);

            vec sum = square(h * COMBINE7(D, x), s.x, new.x);
            sum += square(h * COMBINE7(D, y), s.y, new.y);
            sum += square(h * COMBINE7(D, z), s.z, new.z);
            const vec norm = sum * ALL(1.0 / 3.0);
            const truth accept = LE(norm, ALL(1.0));
            /* NaN in the first operand gives the second: the step shrinks. */
            const vec bounded = MAX(MIN(norm, ALL(1e16)), ALL(1e-30));
            vec factor = ALL(0.9) * exp2_short(ALL(-1.2 / 10) * log2_short(bounded));
            factor = MIN(MAX(factor, ALL(0.2)), ALL(10.0));
            dt[u] = h * factor;
            t[u] = BLEND(accept, after, t[u]);
            at[u] = (state){BLEND(accept, new.x, s.x), BLEND(accept, new.y, s.y), BLEND(accept, new.z, s.z)};
            slope[u] = (state){BLEND(accept, k7.x, k1.x), BLEND(accept, k7.y, k1.y), BLEND(accept, k7.z, k1.z)};
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
                STORE(x, at[u].x), STORE(y, at[u].y), STORE(z, at[u].z);
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
                rho[u] = EXPAND(rho[u], fresh, w->rho + taken);
                dt[u] = EXPAND(dt[u], fresh, w->first_dt + taken);
                t[u] = BLEND(TRUTH(ended[u]), ALL(0.0), t[u]);
                at[u].x = BLEND(TRUTH(ended[u]), ALL(1.0), at[u].x);
                at[u].y = BLEND(TRUTH(ended[u]), ALL(0.0), at[u].y);
                at[u].z = BLEND(TRUTH(ended[u]), ALL(0.0), at[u].z);
                state first = derivative(at[u], rho[u]);
                slope[u].x = BLEND(TRUTH(ended[u]), first.x, slope[u].x);
                slope[u].y = BLEND(TRUTH(ended[u]), first.y, slope[u].y);
                slope[u].z = BLEND(TRUTH(ended[u]), first.z, slope[u].z);
            }
            working |= busy[u];
        }
        if (!working) break;
    }
    w->accepted = accepted, w->rejected = attempts - accepted, w->failed = failed;
}

/* A thousand steps; dt is part of the coefficients. */
#define REACH1(c, p) FMA(ALL(DT * c##1), k1.p, s.p)
#define REACH2(c, p) FMA(ALL(DT * c##2), k2.p, REACH1(c, p))
#define REACH3(c, p) FMA(ALL(DT * c##3), k3.p, REACH2(c, p))
#define REACH4(c, p) FMA(ALL(DT * c##4), k4.p, REACH3(c, p))
#define REACH5(c, p) FMA(ALL(DT * c##5), k5.p, REACH4(c, p))
#define REACH6(c, p) FMA(ALL(DT * c##6), k6.p, REACH5(c, p))
#define FIXED(n, c) (state) { REACH##n(c, x), REACH##n(c, y), REACH##n(c, z) }

static __attribute__((noinline)) void fixed(sweep *w) {
    for (long first = 0; first < w->runs; first += LANES * UNITS) {
        state at[UNITS];
        vec rho[UNITS];
        EACH {
            rho[u] = LOAD(w->rho + first + LANES * u);
            at[u] = (state){ALL(1.0), ALL(0.0), ALL(0.0)};
        }
        for (int step = 0; step < 1000; step++) {
            EACH {
                const state s = at[u], k1 = derivative(s, rho[u]);
                const state k2 = derivative(FIXED(1, A2), rho[u]);
                const state k3 = derivative(FIXED(2, A3), rho[u]);
                const state k4 = derivative(FIXED(3, A4), rho[u]);
                const state k5 = derivative(FIXED(4, A5), rho[u]);
                const state k6 = derivative(FIXED(5, A6), rho[u]);
                at[u] = FIXED(6, B);
            }
        }
        EACH {
            STORE(w->x + first + LANES * u, at[u].x);
            STORE(w->y + first + LANES * u, at[u].y);
            STORE(w->z + first + LANES * u, at[u].z);
        }
    }
    w->accepted = 1000 * w->runs;
}
