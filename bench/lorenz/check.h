/* Comparison with another program's results, and of both with a reference: the same method in extended precision with
 * 20,000 steps, whose error is below 1e-15 (the tableau has 16 digits). */

typedef long double wide;

static void slope_wide(wide rho, const wide *s, wide *d) {
    d[0] = 10 * (s[1] - s[0]);
    d[1] = s[0] * (rho - s[2]) - s[1];
    d[2] = s[0] * s[1] - (wide)8 / 3 * s[2];
}

static void reference(double rho, wide *s) {
    static const double a[6][6] = {{A21}, {A31, A32}, {A41, A42, A43}, {A51, A52, A53, A54},
                                   {A61, A62, A63, A64, A65}, {B1, B2, B3, B4, B5, B6}};
    const int steps = 20000;
    const wide h = (wide)1 / steps;
    s[0] = 1, s[1] = s[2] = 0;
    for (int step = 0; step < steps; step++) {
        wide k[6][3], at[3];
        slope_wide(rho, s, k[0]);
        for (int i = 0; i < 6; i++) {
            for (int p = 0; p < 3; p++) {
                wide sum = 0;
                for (int j = 0; j <= i; j++) sum += a[i][j] * k[j][p];
                at[p] = s[p] + h * sum;
            }
            if (i < 5) slope_wide(rho, at, k[i + 1]);
        }
        for (int p = 0; p < 3; p++) s[p] = at[p];
    }
}

/* FILE has a header and the columns run, rho, time, x, y, z, in the order of the runs. */
static void check(const sweep *w, const char *file) {
    FILE *table = fopen(file, "r");
    char line[512];
    if (!table || !fgets(line, sizeof line, table)) {
        fprintf(stderr, "cannot read %s\n", file);
        exit(1);
    }
    double apart = 0, error = 0, error_there = 0;
    const long every = w->runs / 150 + 1;
    for (long i = 0; i < w->runs; i++) {
        long run;
        double rho, time, there[3];
        if (!fgets(line, sizeof line, table) ||
            sscanf(line, "%ld,%lf,%lf,%lf,%lf,%lf", &run, &rho, &time, there, there + 1, there + 2) != 6) {
            fprintf(stderr, "%s: line %ld is not run,rho,time,x,y,z\n", file, i + 2);
            exit(1);
        }
        const double here[3] = {w->x[i], w->y[i], w->z[i]};
        for (int p = 0; p < 3; p++) apart = fmax(apart, fabs(here[p] - there[p]));
        if (i % every) continue;
        wide exact[3];
        reference(w->rho[i], exact);
        for (int p = 0; p < 3; p++) {
            error = fmax(error, fabsl(here[p] - exact[p]));
            error_there = fmax(error_there, fabsl(there[p] - exact[p]));
        }
    }
    fclose(table);
    printf(", \"apart\": %.3g, \"error\": %.3g, \"error_there\": %.3g", apart, error, error_there);
}
