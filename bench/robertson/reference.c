/* Final states for given values of the swept parameter, in 113-bit arithmetic: rodas5p at a tolerance far below f64's
 * rounding. Reads one value per line, prints its final states; the tolerance (default 1e-16) may be given to see that it
 * does not matter.
 *
 *   reference PROBLEM [TOLERANCE] < values */
#include <math.h>
#include <quadmath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __float128 real;
#include "problem.h"
#include "rodas5p.h"

static const double A[6][5] = {{0}, {A21}, {A31, A32}, {A41, A42, A43}, {A51, A52, A53, A54}, {A61, A62, A63, A64, A65}};
static const double C[8][7] = {{0}, {C21}, {C31, C32}, {C41, C42, C43}, {C51, C52, C53, C54}, {C61, C62, C63, C64, C65},
                               {C71, C72, C73, C74, C75, C76}, {C81, C82, C83, C84, C85, C86, C87}};

/* w becomes its factors, without pivoting: the dominant entries are on the diagonal. */
static void factorise(int n, real w[3][3]) {
    for (int k = 0; k < n; k++)
        for (int i = k + 1; i < n; i++) {
            w[i][k] /= w[k][k];
            for (int j = k + 1; j < n; j++) w[i][j] -= w[i][k] * w[k][j];
        }
}

static void substitute(int n, real w[3][3], real *r) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) r[i] -= w[i][j] * r[j];
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++) r[i] -= w[i][j] * r[j];
        r[i] /= w[i][i];
    }
}

/* One attempt: the new states, and the error over the tolerance. */
static double attempt(const problem *p, real swept, real h, const real *y, real *new, double tolerance) {
    const int n = p->states;
    real w[3][3], u[8][3], at[3];
    jacobian(p, swept, y, w);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) w[i][j] = (i == j ? 1 / (GAMMA * h) : 0) - w[i][j];
    factorise(n, w);
    for (int stage = 0; stage < 8; stage++) {
        const int row = stage < 5 ? stage : 5;
        for (int i = 0; i < n; i++) {
            at[i] = y[i];
            for (int j = 0; j < row; j++) at[i] += A[row][j] * u[j][i];
            for (int j = 5; j < stage; j++) at[i] += u[j][i];
        }
        derivatives(p, swept, at, u[stage]);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < stage; j++) u[stage][i] += C[stage][j] * u[j][i] / h;
        substitute(n, w, u[stage]);
    }
    double worst = 0;
    for (int i = 0; i < n; i++) {
        new[i] = at[i] + u[7][i];
        /* Robertson's B is 1e-8, so the absolute part must be small. */
        const double error = fabs((double)(u[7][i] / (tolerance * (1e-9 + fabsq(new[i])))));
        worst = error > worst ? error : worst;
    }
    return worst;
}

int main(int count, char **words) {
    const problem *p = named(count > 1 ? words[1] : "");
    const double tolerance = count > 2 ? atof(words[2]) : 1e-16;
    double swept;
    while (scanf("%lf", &swept) == 1) {
        real y[3] = {p->start[0], p->start[1], p->start[2]}, new[3], t = 0, h = 1e-6;
        while (t < p->end) {
            if (t + h > p->end) h = p->end - t;
            const double error = attempt(p, swept, h, y, new, tolerance);
            if (error <= 1) {
                t += h;
                for (int i = 0; i < 3; i++) y[i] = new[i];
            }
            double factor = 0.9 * pow(error > 1e-20 ? error : 1e-20, -0.2);
            h *= factor < 0.2 ? 0.2 : factor > 5 ? 5 : factor;
        }
        for (int i = 0; i < p->states; i++) {
            char text[64];
            quadmath_snprintf(text, sizeof text, "%.22Qg", y[i]);
            printf("%s%c", text, i + 1 < p->states ? ' ' : '\n');
        }
    }
    return 0;
}
