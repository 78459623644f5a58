// Angles beyond the range of an ordinary reduction: of the product with 2/pi only the bits around the binary point matter
// (Payne and Hanek, SIGNUM Newsletter 18, 1983), so an integer product with a window of 192 bits of 2/pi gives the quarter
// turns modulo 4 and the rest of the angle.

struct Angle {
    double high, turns;
};

// 2/pi in binary: the first 1280 bits behind the point.
static __device__ const u64 TWO_OVER_PI[20] = {
    0xa2f9836e4e441529ull, 0xfc2757d1f534ddc0ull, 0xdb6295993c439041ull, 0xfe5163abdebbc561ull, 0xb7246e3a424dd2e0ull,
    0x06492eea09d1921cull, 0xfe1deb1cb129a73eull, 0xe88235f52ebb4484ull, 0xe99c7026b45f7e41ull, 0x3991d639835339f4ull,
    0x9c845f8bbdf9283bull, 0x1ff897ffde05980full, 0xef2f118b5a0a6d1full, 0x6d367ecf27cb09b7ull, 0x4f463f669e5fea2dull,
    0x7527bac7ebe5f17bull, 0x3d0739f78a5292eaull, 0x6bfb5fb11f8d5d08ull, 0x56033046fc7b6babull, 0xf0cfbc209af4361dull,
};

INLINE u64 limb(int i) { return i >= 0 && i < 20 ? TWO_OVER_PI[i] : 0; }

// 64 bits of 2/pi from the given place behind the point on, places before the first being 0.
INLINE u64 bits_from(int place) {
    int at = place >> 6, shift = place & 63;
    return shift == 0 ? limb(at) : limb(at) << shift | limb(at + 1) >> (64 - shift);
}

// High part and quarter turns of a finite angle above 2^10 in magnitude.
static __device__ __noinline__ Angle angle_reduced(double a) {
    u64 magnitude = bits(a) & 0x7fffffffffffffffull;
    u64 significand = (magnitude & 0xfffffffffffffull) | 0x10000000000000ull;
    int place = (int)(magnitude >> 52) - 1075 - 2;
    u64 w0 = bits_from(place), w1 = bits_from(place + 64), w2 = bits_from(place + 128);
    // significand * window modulo 2^192.
    u64 low = significand * w2;
    u64 part = significand * w1, middle = part + __umul64hi(significand, w2);
    u64 carry = __umul64hi(significand, w1) + (middle < part ? 1 : 0);
    u64 high = significand * w0 + carry;
    u64 turns = high >> 62;
    u64 f0 = high << 2 | middle >> 62, f1 = middle << 2 | low >> 62, f2 = low << 2;
    double sign = 1.0;
    if (f0 >> 63) {
        // A fraction above one half is one quarter turn less its complement.
        turns = (turns + 1) & 3;
        sign = -1.0;
        f2 = ~f2 + 1;
        f1 = ~f1 + (f2 == 0 ? 1 : 0);
        f0 = ~f0 + (f2 == 0 && f1 == 0 ? 1 : 0);
    }
    // The fraction's leading 128 bits, shifted up to the first that is set.
    int zeros = f0 != 0 ? __clzll((long long)f0) : f1 != 0 ? 64 + __clzll((long long)f1) : 127;
    int by = zeros & 63;
    u64 g0 = zeros < 64 ? f0 : f1, g1 = zeros < 64 ? f1 : f2, g2 = zeros < 64 ? f2 : 0;
    u64 x1 = by == 0 ? g0 : g0 << by | g1 >> (64 - by);
    u64 x0 = by == 0 ? g1 : g1 << by | g2 >> (64 - by);
    // The upper half of its product with pi/2 times 2^127.
    const u64 y1 = 0xc90fdaa22168c234ull, y0 = 0xc4c6628b80dc1cd1ull;
    u64 p0 = __umul64hi(x0, y0);
    u64 p1 = p0 + x1 * y0, c1 = p1 < p0 ? 1 : 0;
    u64 p2 = p1 + x0 * y1;
    c1 += p2 < p1 ? 1 : 0;
    u64 q0 = x1 * y1, q1 = __umul64hi(x1, y1);
    u64 s0 = q0 + __umul64hi(x1, y0);
    q1 += s0 < q0 ? 1 : 0;
    u64 s1 = s0 + __umul64hi(x0, y1);
    q1 += s1 < s0 ? 1 : 0;
    u64 s2 = s1 + c1;
    q1 += s2 < s1 ? 1 : 0;
    // Its upper word has more than 53 + 2 bits, so that one more bit stands for all below.
    double product = __ull2double_rn(q1 | (s2 != 0 ? 1 : 0)) * 18446744073709551616.0;
    double angle = sign * (product * number((u64)(1023 - 127 - zeros) << 52));
    Angle reduced;
    reduced.high = a < 0.0 ? -angle : angle;
    reduced.turns = (double)(a < 0.0 ? (4 - turns) & 3 : turns);
    return reduced;
}

INLINE double op_angle_high(double a) {
    if (fabs(a) <= 1048576.0) return a;
    return fabs(a) <= 1.7976931348623157e308 ? angle_reduced(a).high : number((u64)0x7ff8000000000000ull);
}
INLINE double op_angle_low(double a) {
    if (fabs(a) <= 1048576.0) return 0.0;
    return fabs(a) <= 1.7976931348623157e308 ? angle_reduced(a).turns : number((u64)0x7ff8000000000000ull);
}
INLINE float op_angle_high(float a) {
    if (fabsf(a) <= 1024.0f) return a;
    return fabsf(a) <= 3.4028235e38f ? (float)angle_reduced((double)a).high : number((u32)0x7fc00000u);
}
INLINE float op_angle_low(float a) {
    if (fabsf(a) <= 1024.0f) return 0.0f;
    return fabsf(a) <= 3.4028235e38f ? (float)angle_reduced((double)a).turns : number((u32)0x7fc00000u);
}
