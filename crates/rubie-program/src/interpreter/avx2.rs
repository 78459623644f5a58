//! Vectors of AVX2: 32 bytes, with fused multiply-adds.

use std::arch::x86_64::*;

use super::run::{Memory, Step, run};
use super::vector::{Vector, operations};

/// Runs a program on rows of f64.
///
/// # Safety
/// The processor has AVX2 and FMA; for `memory` see [`run`].
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn run_f64(steps: &[Step], memory: &Memory) {
    // SAFETY: as for the caller.
    unsafe { run::<F64>(steps, memory) }
}

/// Runs a program on rows of f32.
///
/// # Safety
/// The processor has AVX2 and FMA; for `memory` see [`run`].
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn run_f32(steps: &[Step], memory: &Memory) {
    // SAFETY: as for the caller.
    unsafe { run::<F32>(steps, memory) }
}

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

/// Four f64.
#[derive(Clone, Copy)]
pub(crate) struct F64(__m256d);

/// Eight f32.
#[derive(Clone, Copy)]
pub(crate) struct F32(__m256);

impl Vector for F64 {
    type Lane = f64;

    operations! {
        load |from: *const u8| _mm256_load_pd(from.cast());
        splat |number: f64| _mm256_set1_pd(number);
        sqrt |a| _mm256_sqrt_pd(a);
        floor |a| _mm256_floor_pd(a);
        ceil |a| _mm256_ceil_pd(a);
        round |a| _mm256_round_pd::<NEAREST>(a);
        exponent |a| exponent(F64(a)).0;
        add |a, b| _mm256_add_pd(a, b);
        sub |a, b| _mm256_sub_pd(a, b);
        mul |a, b| _mm256_mul_pd(a, b);
        div |a, b| _mm256_div_pd(a, b);
        min |a, b| _mm256_min_pd(a, b);
        max |a, b| _mm256_max_pd(a, b);
        and |a, b| _mm256_and_pd(a, b);
        or |a, b| _mm256_or_pd(a, b);
        xor |a, b| _mm256_xor_pd(a, b);
        and_not |a, b| _mm256_andnot_pd(a, b);
        lt |a, b| _mm256_cmp_pd::<_CMP_LT_OQ>(a, b);
        le |a, b| _mm256_cmp_pd::<_CMP_LE_OQ>(a, b);
        eq |a, b| _mm256_cmp_pd::<_CMP_EQ_OQ>(a, b);
        ne |a, b| _mm256_cmp_pd::<_CMP_NEQ_UQ>(a, b);
        scale |a, b| scale(F64(a), F64(b)).0;
        mul_add |a, b, c| _mm256_fmadd_pd(a, b, c);
        mul_sub |a, b, c| _mm256_fmsub_pd(a, b, c);
        neg_mul_add |a, b, c| _mm256_fnmadd_pd(a, b, c);
        select |a, b, c| _mm256_blendv_pd(c, b, a);
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: as for the caller.
        unsafe { _mm256_store_pd(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn all(self) -> bool {
        // SAFETY: as for the caller.
        unsafe { _mm256_movemask_pd(self.0) == 0b1111 }
    }
}

impl Vector for F32 {
    type Lane = f32;

    operations! {
        load |from: *const u8| _mm256_load_ps(from.cast());
        splat |number: f32| _mm256_set1_ps(number);
        sqrt |a| _mm256_sqrt_ps(a);
        floor |a| _mm256_floor_ps(a);
        ceil |a| _mm256_ceil_ps(a);
        round |a| _mm256_round_ps::<NEAREST>(a);
        exponent |a| exponent(F32(a)).0;
        add |a, b| _mm256_add_ps(a, b);
        sub |a, b| _mm256_sub_ps(a, b);
        mul |a, b| _mm256_mul_ps(a, b);
        div |a, b| _mm256_div_ps(a, b);
        min |a, b| _mm256_min_ps(a, b);
        max |a, b| _mm256_max_ps(a, b);
        and |a, b| _mm256_and_ps(a, b);
        or |a, b| _mm256_or_ps(a, b);
        xor |a, b| _mm256_xor_ps(a, b);
        and_not |a, b| _mm256_andnot_ps(a, b);
        lt |a, b| _mm256_cmp_ps::<_CMP_LT_OQ>(a, b);
        le |a, b| _mm256_cmp_ps::<_CMP_LE_OQ>(a, b);
        eq |a, b| _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b);
        ne |a, b| _mm256_cmp_ps::<_CMP_NEQ_UQ>(a, b);
        scale |a, b| scale(F32(a), F32(b)).0;
        mul_add |a, b, c| _mm256_fmadd_ps(a, b, c);
        mul_sub |a, b, c| _mm256_fmsub_ps(a, b, c);
        neg_mul_add |a, b, c| _mm256_fnmadd_ps(a, b, c);
        select |a, b, c| _mm256_blendv_ps(c, b, a);
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: as for the caller.
        unsafe { _mm256_store_ps(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn all(self) -> bool {
        // SAFETY: as for the caller.
        unsafe { _mm256_movemask_ps(self.0) == 0xff }
    }
}

/// Access to the bits of the exponent, and the numbers of the format.
trait Format: Vector {
    /// Greatest exponent of a number; that of the smallest normal one is 1 less than its opposite.
    const GREATEST: f32;
    /// Bits of the fraction.
    const FRACTION: f32;
    /// 2^-GREATEST, 2 to what lies beyond the smallest normal number and its fraction, as a factor.
    const STEP_UP: Self::Lane;
    const STEP_DOWN: Self::Lane;
    /// 2^FRACTION, from which on numbers are whole.
    const WHOLE: Self::Lane;
    /// Smallest normal number.
    const NORMAL: Self::Lane;

    /// A number of the format that is a small integer.
    fn small(number: f32) -> Self::Lane;
    /// Moves the bits of the exponent to the lowest.
    unsafe fn exponent_bits(self) -> Self;
    /// Moves the lowest bits to those of the exponent.
    unsafe fn as_exponent(self) -> Self;
}

impl Format for F64 {
    const GREATEST: f32 = 1023.0;
    const FRACTION: f32 = 52.0;
    const STEP_UP: f64 = f64::from_bits(2046 << 52);
    const STEP_DOWN: f64 = f64::from_bits((1023 - 969) << 52);
    const WHOLE: f64 = 4503599627370496.0;
    const NORMAL: f64 = f64::MIN_POSITIVE;

    #[inline(always)]
    fn small(number: f32) -> f64 {
        number.into()
    }

    #[inline(always)]
    unsafe fn exponent_bits(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { F64(_mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(self.0)))) }
    }

    #[inline(always)]
    unsafe fn as_exponent(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { F64(_mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(self.0)))) }
    }
}

impl Format for F32 {
    const GREATEST: f32 = 127.0;
    const FRACTION: f32 = 23.0;
    const STEP_UP: f32 = f32::from_bits(254 << 23);
    const STEP_DOWN: f32 = f32::from_bits((127 - 102) << 23);
    const WHOLE: f32 = 8388608.0;
    const NORMAL: f32 = f32::MIN_POSITIVE;

    #[inline(always)]
    fn small(number: f32) -> f32 {
        number
    }

    #[inline(always)]
    unsafe fn exponent_bits(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { F32(_mm256_castsi256_ps(_mm256_srli_epi32::<23>(_mm256_castps_si256(self.0)))) }
    }

    #[inline(always)]
    unsafe fn as_exponent(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { F32(_mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(self.0)))) }
    }
}

#[inline(always)]
unsafe fn number<V: Format>(number: f32) -> V {
    // SAFETY: as for the caller.
    unsafe { V::splat(V::small(number)) }
}

/// `floor(log2 |a|)`, with subnormal numbers made normal first.
#[inline(always)]
unsafe fn exponent<V: Format>(a: V) -> V {
    // SAFETY: as for the caller.
    unsafe {
        let size = a.abs();
        let is_subnormal = size.lt(V::splat(V::NORMAL));
        let normal = is_subnormal.select(size.mul(V::splat(V::WHOLE)), size);
        let bias = is_subnormal.select(number::<V>(V::GREATEST + V::FRACTION), number::<V>(V::GREATEST));
        // An integer in the fraction of 2^FRACTION is that integer added to it.
        let biased = normal.exponent_bits().or(V::splat(V::WHOLE)).sub(V::splat(V::WHOLE));
        let finite = size.eq(number::<V>(0.0)).select(number::<V>(f32::NEG_INFINITY), biased.sub(bias));
        size.lt(number::<V>(f32::INFINITY)).select(finite, size)
    }
}

/// `a * 2^b` in three steps, of which only the last can be inexact: steps down stop so far above the smallest
/// normal number that what they lose no result can show.
#[inline(always)]
unsafe fn scale<V: Format>(a: V, b: V) -> V {
    // SAFETY: as for the caller.
    unsafe {
        let is_whole = b.sub(b.round()).eq(number::<V>(0.0));
        // Far enough for the result to be 0 or infinite.
        let limit = number::<V>(2.0 * (V::GREATEST + V::FRACTION));
        let mut rest = b.min(limit).max(limit.neg());
        let mut scaled = a;
        let (up, down) = (V::GREATEST, V::GREATEST - 1.0 - V::FRACTION - 1.0);
        for _ in 0..2 {
            let is_up = number::<V>(up).lt(rest);
            let is_down = rest.lt(number::<V>(1.0 - up));
            let factor =
                is_down.select(V::splat(V::STEP_DOWN), is_up.select(V::splat(V::STEP_UP), number::<V>(1.0)));
            let step = is_down.select(number::<V>(-down), is_up.select(number::<V>(up), number::<V>(0.0)));
            scaled = scaled.mul(factor);
            rest = rest.sub(step);
        }
        // Adding 1.5 * 2^FRACTION leaves an integer in the lowest bits.
        let biased = rest.add(number::<V>(V::GREATEST)).add(V::splat(V::WHOLE).mul(number::<V>(1.5)));
        is_whole.select(scaled.mul(biased.as_exponent()), number::<V>(f32::NAN))
    }
}
