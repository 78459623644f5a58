// What CUDA C has and C++ has not, for one thread at a time.
#include <cmath>
#include <cstdlib>
#include <cstring>

using std::abs; using std::ceil; using std::copysign; using std::fabs; using std::floor; using std::fma; using std::fmod;
using std::rint; using std::sqrt;

#define __device__
#define __global__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)

static inline unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }

struct Index { unsigned x; };
static thread_local Index blockIdx, threadIdx;

static inline unsigned long long atomicAdd(unsigned long long *at, unsigned long long by) {
    unsigned long long old = *at;
    *at += by;
    return old;
}

template <typename To, typename From> static inline To reinterpret(From from) {
    static_assert(sizeof(To) == sizeof(From), "sizes differ");
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}
static inline long long __double_as_longlong(double x) { return reinterpret<long long>(x); }
static inline double __longlong_as_double(long long x) { return reinterpret<double>(x); }
static inline unsigned __float_as_uint(float x) { return reinterpret<unsigned>(x); }
static inline float __uint_as_float(unsigned x) { return reinterpret<float>(x); }
static inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz((unsigned)x); }
static inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll((unsigned long long)x); }
static inline double __ull2double_rn(unsigned long long x) { return (double)x; }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
