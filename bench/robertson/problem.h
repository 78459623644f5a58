/* The two stiff problems, for any floating-point type `real`: derivatives, Jacobian, the value of a run's parameter. */

typedef struct {
    const char *name;
    int states;
    double low, high; /* of the swept parameter, log-spaced */
    double end, rtol, atol;
    const char *header;
    double start[3];
} problem;

static const problem PROBLEMS[] = {
    {"robertson", 3, 1e7, 1e8, 1e5, 1e-6, 1e-9, "run,k2,A,B,C", {1, 0, 0}},
    {"van_der_pol", 2, 1, 1e3, 200, 1e-6, 1e-6, "run,mu,x,v", {2, 0, 0}},
};

static inline void derivatives(const problem *p, real swept, const real *y, real *f) {
    if (p->states == 3) {
        const real forth = (real)4 / 100 * y[0] - 10000 * y[1] * y[2], on = swept * y[1] * y[1];
        f[0] = -forth, f[1] = forth - on, f[2] = on;
    } else {
        f[0] = y[1], f[1] = swept * (1 - y[0] * y[0]) * y[1] - y[0];
    }
}

/* j[row][column] */
static inline void jacobian(const problem *p, real swept, const real *y, real j[3][3]) {
    if (p->states == 3) {
        const real c = 10000 * y[2], b = 10000 * y[1], on = 2 * swept * y[1];
        j[0][0] = -(real)4 / 100, j[0][1] = c, j[0][2] = b;
        j[1][0] = (real)4 / 100, j[1][1] = -c - on, j[1][2] = -b;
        j[2][0] = 0, j[2][1] = on, j[2][2] = 0;
    } else {
        j[0][0] = 0, j[0][1] = 1;
        j[1][0] = -2 * swept * y[0] * y[1] - 1, j[1][1] = swept * (1 - y[0] * y[0]);
    }
}

static inline const problem *named(const char *name) {
    for (unsigned i = 0; i < sizeof PROBLEMS / sizeof *PROBLEMS; i++)
        if (!strcmp(PROBLEMS[i].name, name)) return &PROBLEMS[i];
    fprintf(stderr, "no problem %s\n", name);
    exit(2);
}

static inline double swept_value(const problem *p, long run, long runs) {
    return p->low * pow(p->high / p->low, (double)run / (runs - 1));
}
