/* Eight f64 lanes; what a step-size controller needs: powers to about four digits. */
#include <immintrin.h>

typedef __m512d vec;
typedef __mmask8 mask;

#define ALL(x) _mm512_set1_pd(x)
#define FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define FMS(a, b, c) _mm512_fmsub_pd(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define BLEND(m, yes, no) _mm512_mask_blend_pd(m, no, yes)

/* Absolute error 1.2e-4: the exponent, and a cubic on the significand in [1, 2). */
static inline vec log2_short(vec x) {
    vec exponent = _mm512_getexp_pd(x);
    vec f = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src) - ALL(1.0);
    vec p = FMA(f, FMA(f, FMA(f, ALL(-0.0821306150), ALL(0.3211887628)), ALL(-0.6777838672)), ALL(1.4387257194));
    return FMA(f, p, exponent);
}

/* Relative error 1.1e-4. */
static inline vec exp2_short(vec x) {
    vec whole = _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    vec f = x - whole;
    vec p = FMA(f, FMA(f, FMA(f, ALL(0.0550089762), ALL(0.2422109695)), ALL(0.6932829175)), ALL(1.0));
    return _mm512_scalef_pd(p, whole);
}

/* The same with half the depth. */
static inline vec log2_pairs(vec x) {
    vec exponent = _mm512_getexp_pd(x);
    vec f = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src) - ALL(1.0);
    vec high = FMA(f, ALL(-0.0821306150), ALL(0.3211887628)), low = FMA(f, ALL(-0.6777838672), ALL(1.4387257194));
    return FMA(f, FMA(f * f, high, low), exponent);
}

static inline vec exp2_pairs(vec x) {
    vec whole = _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    vec f = x - whole;
    vec high = FMA(f, ALL(0.0550089762), ALL(0.2422109695)), low = FMA(f, ALL(0.6932829175), ALL(1.0));
    return _mm512_scalef_pd(FMA(f * f, high, low), whole);
}

/* acc + constant b with the constant in memory, as compilers would rather not have it: they keep it in a register, that
 * is to say on the stack. */
static inline __attribute__((always_inline)) vec add_times(vec acc, const double *constant, vec b) {
    __asm__("vfmadd231pd %2%{1to8%}, %1, %0" : "+v"(acc) : "v"(b), "m"(*constant));
    return acc;
}
#define TIMES(value, b, acc) ({ static const double constant = value; add_times(acc, &constant, b); })
