/* Vectors of f64 lanes, by AVX-512 (8 lanes) or AVX2 (4); what a step-size controller needs: powers to about four digits.
 *
 * A `truth` is what comparisons give, a `mask` the same as bits, one for each lane. */
#include <immintrin.h>

#ifdef __AVX512DQ__
#define LANES 8
typedef __m512d vec;
typedef __mmask8 truth;
typedef __mmask8 mask;
#define VECTORS "AVX-512"

#define ALL(x) _mm512_set1_pd(x)
#define LOAD(p) _mm512_loadu_pd(p)
#define STORE(p, a) _mm512_storeu_pd(p, a)
#define FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define FMS(a, b, c) _mm512_fmsub_pd(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define SQRT(a) _mm512_sqrt_pd(a)
#define MIN(a, b) _mm512_min_pd(a, b)
#define MAX(a, b) _mm512_max_pd(a, b)
/* The larger absolute value. */
#define LARGER(a, b) _mm512_range_pd(a, b, 0x0b)
#define LE(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ)
#define GE(a, b) _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ)
#define NGT(a, b) _mm512_cmp_pd_mask(a, b, _CMP_NGT_UQ)
#define BLEND(m, yes, no) _mm512_mask_blend_pd(m, no, yes)
#define BITS(m) (m)
#define TRUTH(bits) ((truth)(bits))
/* The numbers at p, one after the other, into the lanes of a mask; the others keep those of a. */
#define EXPAND(a, bits, p) _mm512_mask_expand_pd(a, bits, _mm512_loadu_pd(p))
/* 1/x as exactly as an error norm needs it. */
#define RECIPROCAL(x) _mm512_rcp14_pd(x)
#define ROUND(x) _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define EXPONENT(x) _mm512_getexp_pd(x)
#define SIGNIFICAND(x) _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src)
#define SCALE(x, whole) _mm512_scalef_pd(x, whole)
#else
#define LANES 4
typedef __m256d vec;
typedef __m256d truth;
typedef unsigned char mask;
#define VECTORS "AVX2"

#define ALL(x) _mm256_set1_pd(x)
#define LOAD(p) _mm256_loadu_pd(p)
#define STORE(p, a) _mm256_storeu_pd(p, a)
#define FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define FMS(a, b, c) _mm256_fmsub_pd(a, b, c)
#define FNMA(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define SQRT(a) _mm256_sqrt_pd(a)
#define MIN(a, b) _mm256_min_pd(a, b)
#define MAX(a, b) _mm256_max_pd(a, b)
#define SIZE(a) _mm256_andnot_pd(_mm256_set1_pd(-0.0), a)
#define LARGER(a, b) MAX(SIZE(a), SIZE(b))
#define LE(a, b) _mm256_cmp_pd(a, b, _CMP_LE_OQ)
#define GE(a, b) _mm256_cmp_pd(a, b, _CMP_GE_OQ)
#define NGT(a, b) _mm256_cmp_pd(a, b, _CMP_NGT_UQ)
#define BLEND(m, yes, no) _mm256_blendv_pd(no, yes, m)
#define BITS(m) ((mask)_mm256_movemask_pd(m))
static inline truth TRUTH(mask bits) {
    const __m256i lanes = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(bits), lanes), lanes));
}
static inline vec EXPAND(vec a, mask bits, const double *p) {
    double lanes[4];
    STORE(lanes, a);
    for (unsigned rest = bits; rest; rest &= rest - 1) lanes[__builtin_ctz(rest)] = *p++;
    return LOAD(lanes);
}
#define RECIPROCAL(x) (ALL(1.0) / (x))
#define ROUND(x) _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
/* Of normal numbers: the exponent's bits as an integer in the lowest bits of 2^52. */
static inline vec EXPONENT(vec x) {
    const __m256i bits = _mm256_srli_epi64(_mm256_castpd_si256(x), 52);
    return _mm256_or_pd(_mm256_castsi256_pd(bits), ALL(0x1p52)) - ALL(0x1p52 + 1023);
}
static inline vec SIGNIFICAND(vec x) {
    const __m256d fraction = _mm256_castsi256_pd(_mm256_set1_epi64x(0x000fffffffffffff));
    return _mm256_or_pd(_mm256_and_pd(x, fraction), ALL(1.0));
}
/* For exponents of normal numbers. */
static inline vec SCALE(vec x, vec whole) {
    const __m256i power = _mm256_slli_epi64(_mm256_castpd_si256(whole + ALL(0x1.8p52 + 1023)), 52);
    return x * _mm256_castsi256_pd(power);
}
#endif

/* Absolute error 1.2e-4: the exponent, and a cubic on the significand in [1, 2). */
static inline vec log2_short(vec x) {
    vec exponent = EXPONENT(x);
    vec f = SIGNIFICAND(x) - ALL(1.0);
    vec p = FMA(f, FMA(f, FMA(f, ALL(-0.0821306150), ALL(0.3211887628)), ALL(-0.6777838672)), ALL(1.4387257194));
    return FMA(f, p, exponent);
}

/* Relative error 1.1e-4. */
static inline vec exp2_short(vec x) {
    vec whole = ROUND(x);
    vec f = x - whole;
    vec p = FMA(f, FMA(f, FMA(f, ALL(0.0550089762), ALL(0.2422109695)), ALL(0.6932829175)), ALL(1.0));
    return SCALE(p, whole);
}

/* The same with half the depth. */
static inline vec log2_pairs(vec x) {
    vec exponent = EXPONENT(x);
    vec f = SIGNIFICAND(x) - ALL(1.0);
    vec high = FMA(f, ALL(-0.0821306150), ALL(0.3211887628)), low = FMA(f, ALL(-0.6777838672), ALL(1.4387257194));
    return FMA(f, FMA(f * f, high, low), exponent);
}

static inline vec exp2_pairs(vec x) {
    vec whole = ROUND(x);
    vec f = x - whole;
    vec high = FMA(f, ALL(0.0550089762), ALL(0.2422109695)), low = FMA(f, ALL(0.6932829175), ALL(1.0));
    return SCALE(FMA(f * f, high, low), whole);
}

/* acc + constant b with the constant in memory, as compilers would rather not have it: they keep it in a register, that
 * is to say on the stack. */
#if LANES == 8
static inline __attribute__((always_inline)) vec add_times(vec acc, const double *constant, vec b) {
    __asm__("vfmadd231pd %2%{1to8%}, %1, %0" : "+v"(acc) : "v"(b), "m"(*constant));
    return acc;
}
#define TIMES(value, b, acc) ({ static const double constant = value; add_times(acc, &constant, b); })
#else
static inline __attribute__((always_inline)) vec add_times(vec acc, const vec *constant, vec b) {
    __asm__("vfmadd231pd %2, %1, %0" : "+x"(acc) : "x"(b), "m"(*constant));
    return acc;
}
#define TIMES(value, b, acc) ({ static const vec constant = {value, value, value, value}; add_times(acc, &constant, b); })
#endif
