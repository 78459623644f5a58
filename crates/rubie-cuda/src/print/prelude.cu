// The instructions that are not operators of the language. Everything is IEEE arithmetic, rounded to nearest even, with
// subnormal numbers; the compiler must not contract a * b + c (-fmad=false).

typedef unsigned int u32;
typedef unsigned long long u64;

#define INLINE static __device__ __forceinline__

INLINE u64 bits(double x) { return (u64)__double_as_longlong(x); }
INLINE u32 bits(float x) { return __float_as_uint(x); }
INLINE double number(u64 x) { return __longlong_as_double((long long)x); }
INLINE float number(u32 x) { return __uint_as_float(x); }

// Truth values are bool within a program, and all bits or none in rows.
INLINE bool is_true(double x) { return bits(x) != 0; }
INLINE bool is_true(float x) { return bits(x) != 0; }
INLINE double truth_f64(bool x) { return number(x ? ~(u64)0 : (u64)0); }
INLINE float truth_f32(bool x) { return number(x ? ~(u32)0 : (u32)0); }

INLINE double op_abs(double a) { return fabs(a); }
INLINE float op_abs(float a) { return fabsf(a); }
INLINE double op_sqrt(double a) { return sqrt(a); }
INLINE float op_sqrt(float a) { return sqrtf(a); }
INLINE double op_floor(double a) { return floor(a); }
INLINE float op_floor(float a) { return floorf(a); }
INLINE double op_ceil(double a) { return ceil(a); }
INLINE float op_ceil(float a) { return ceilf(a); }
INLINE double op_round(double a) { return rint(a); }
INLINE float op_round(float a) { return rintf(a); }
INLINE double op_copysign(double a, double b) { return copysign(a, b); }
INLINE float op_copysign(float a, float b) { return copysignf(a, b); }
INLINE double op_min(double a, double b) { return a < b ? a : b; }
INLINE float op_min(float a, float b) { return a < b ? a : b; }
INLINE double op_max(double a, double b) { return a > b ? a : b; }
INLINE float op_max(float a, float b) { return a > b ? a : b; }
INLINE double op_fma(double a, double b, double c) { return fma(a, b, c); }
INLINE float op_fma(float a, float b, float c) { return fmaf(a, b, c); }

INLINE double op_lookup(const double *table, double entries, double a) {
    return a >= 0.0 && a < entries ? table[(u64)a] : number((u64)0x7ff8000000000000ull);
}
INLINE float op_lookup(const float *table, double entries, float a) {
    return a >= 0.0f && (double)a < entries ? table[(u64)a] : number((u32)0x7fc00000u);
}

// The remainder with the sign of a is exact; adding b where the signs differ rounds once.
INLINE double op_mod(double a, double b) {
    double rest = fmod(a, b);
    return rest == 0.0 ? copysign(rest, b) : (rest < 0.0) == (b < 0.0) ? rest : rest + b;
}
INLINE float op_mod(float a, float b) {
    float rest = fmodf(a, b);
    return rest == 0.0f ? copysignf(rest, b) : (rest < 0.0f) == (b < 0.0f) ? rest : rest + b;
}

// floor(log2 |a|) of what is neither normal nor 0 nor NaN nor infinite needs the place of the first bit.
INLINE double op_exponent(double a) {
    u64 magnitude = bits(a) & 0x7fffffffffffffffull;
    int biased = (int)(magnitude >> 52);
    if (biased == 0x7ff) return number(magnitude);
    if (magnitude == 0) return number((u64)0xfff0000000000000ull);
    return biased == 0 ? (double)(63 - __clzll((long long)magnitude) - 1074) : (double)(biased - 1023);
}
INLINE float op_exponent(float a) {
    u32 magnitude = bits(a) & 0x7fffffffu;
    int biased = (int)(magnitude >> 23);
    if (biased == 0xff) return number(magnitude);
    if (magnitude == 0) return number((u32)0xff800000u);
    return biased == 0 ? (float)(31 - __clz((int)magnitude) - 149) : (float)(biased - 127);
}

// 2^n for -1074 <= n <= 1023.
INLINE double power_of_two(int n) {
    return number(n < -1022 ? (u64)1 << (n + 1074) : (u64)(n + 1023) << 52);
}

// a * 2^b rounded once, for integers b and finite a other than 0, subnormal numbers and overflow included.
static __device__ __noinline__ double scaled_slowly(double a, int b) {
    int old = (int)op_exponent(a);
    // 1 <= |significand| < 2; two factors, as 2^1074 alone is too large.
    int half = old >> 1;
    double significand = a * power_of_two(-half) * power_of_two(half - old);
    int result = old + b;
    if (result < -1075) return copysign(0.0, a);
    if (result == -1075) return significand * 0.5 * power_of_two(-1074);
    if (result > 1023) return copysign(number((u64)0x7ff0000000000000ull), a);
    return significand * power_of_two(result);
}
// What is not finite, and 0, stay as they are; b that is no integer gives NaN.
INLINE double op_scale(double a, double b) {
    if (!(rint(b) == b && fabs(b) <= 1.7976931348623157e308)) return number((u64)0x7ff8000000000000ull);
    int exponent = (int)(bits(a) >> 52) & 0x7ff;
    int by = (int)(b < -5000.0 ? -5000.0 : b > 5000.0 ? 5000.0 : b);
    if (exponent != 0 && exponent != 0x7ff && exponent + by > 0 && exponent + by < 0x7ff)
        return number(bits(a) + ((u64)(long long)by << 52));
    return exponent == 0x7ff || a == 0.0 ? a : scaled_slowly(a, by);
}
INLINE float op_scale(float a, float b) {
    if (!(rintf(b) == b && fabsf(b) <= 3.4028235e38f)) return number((u32)0x7fc00000u);
    int exponent = (int)(bits(a) >> 23) & 0xff;
    int by = (int)(b < -5000.0f ? -5000.0f : b > 5000.0f ? 5000.0f : b);
    if (exponent != 0 && exponent != 0xff && exponent + by > 0 && exponent + by < 0xff)
        return number(bits(a) + ((u32)by << 23));
    // Exact in f64, so that rounding it to f32 is the only rounding.
    return exponent == 0xff || a == 0.0f ? a : (float)scaled_slowly((double)a, by);
}
