//! Vectors of AVX-512: 64 bytes.

use std::arch::x86_64::*;

use super::run::{Memory, Step, run};
use super::vector::{Vector, operations};

/// Runs a program on rows of f64.
///
/// # Safety
/// The processor has AVX-512 F, DQ, VL, BW; for `memory` see [`run`].
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
pub(super) unsafe fn run_f64(steps: &[Step], memory: &Memory) {
    // SAFETY: as for the caller.
    unsafe { run::<F64>(steps, memory) }
}

/// Runs a program on rows of f32.
///
/// # Safety
/// The processor has AVX-512 F, DQ, VL, BW; for `memory` see [`run`].
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
pub(super) unsafe fn run_f32(steps: &[Step], memory: &Memory) {
    // SAFETY: as for the caller.
    unsafe { run::<F32>(steps, memory) }
}

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
const DOWN: i32 = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
const UP: i32 = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;

/// Eight f64.
#[derive(Clone, Copy)]
pub(crate) struct F64(__m512d);

/// Sixteen f32.
#[derive(Clone, Copy)]
pub(crate) struct F32(__m512);

impl Vector for F64 {
    type Lane = f64;

    operations! {
        load |from: *const u8| _mm512_load_pd(from.cast());
        splat |number: f64| _mm512_set1_pd(number);
        sqrt |a| _mm512_sqrt_pd(a);
        floor |a| _mm512_roundscale_pd::<DOWN>(a);
        ceil |a| _mm512_roundscale_pd::<UP>(a);
        round |a| _mm512_roundscale_pd::<NEAREST>(a);
        exponent |a| _mm512_getexp_pd(a);
        add |a, b| _mm512_add_pd(a, b);
        sub |a, b| _mm512_sub_pd(a, b);
        mul |a, b| _mm512_mul_pd(a, b);
        div |a, b| _mm512_div_pd(a, b);
        min |a, b| _mm512_min_pd(a, b);
        max |a, b| _mm512_max_pd(a, b);
        and |a, b| _mm512_and_pd(a, b);
        or |a, b| _mm512_or_pd(a, b);
        xor |a, b| _mm512_xor_pd(a, b);
        and_not |a, b| _mm512_andnot_pd(a, b);
        lt |a, b| _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b)));
        le |a, b| _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(a, b)));
        eq |a, b| _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b)));
        ne |a, b| _mm512_castsi512_pd(_mm512_movm_epi64(_mm512_cmp_pd_mask::<_CMP_NEQ_UQ>(a, b)));
        scale |a, b| {
            let fraction = _mm512_sub_pd(b, _mm512_roundscale_pd::<NEAREST>(b));
            let is_whole = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(fraction, _mm512_setzero_pd());
            _mm512_mask_scalef_pd(_mm512_set1_pd(f64::NAN), is_whole, a, b)
        };
        mul_add |a, b, c| _mm512_fmadd_pd(a, b, c);
        mul_sub |a, b, c| _mm512_fmsub_pd(a, b, c);
        neg_mul_add |a, b, c| _mm512_fnmadd_pd(a, b, c);
        select |a, b, c| _mm512_mask_blend_pd(_mm512_movepi64_mask(_mm512_castpd_si512(a)), c, b);
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: as for the caller.
        unsafe { _mm512_store_pd(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn all(self) -> bool {
        // SAFETY: as for the caller.
        unsafe { _mm512_movepi64_mask(_mm512_castpd_si512(self.0)) == !0 }
    }
}

impl Vector for F32 {
    type Lane = f32;

    operations! {
        load |from: *const u8| _mm512_load_ps(from.cast());
        splat |number: f32| _mm512_set1_ps(number);
        sqrt |a| _mm512_sqrt_ps(a);
        floor |a| _mm512_roundscale_ps::<DOWN>(a);
        ceil |a| _mm512_roundscale_ps::<UP>(a);
        round |a| _mm512_roundscale_ps::<NEAREST>(a);
        exponent |a| _mm512_getexp_ps(a);
        add |a, b| _mm512_add_ps(a, b);
        sub |a, b| _mm512_sub_ps(a, b);
        mul |a, b| _mm512_mul_ps(a, b);
        div |a, b| _mm512_div_ps(a, b);
        min |a, b| _mm512_min_ps(a, b);
        max |a, b| _mm512_max_ps(a, b);
        and |a, b| _mm512_and_ps(a, b);
        or |a, b| _mm512_or_ps(a, b);
        xor |a, b| _mm512_xor_ps(a, b);
        and_not |a, b| _mm512_andnot_ps(a, b);
        lt |a, b| _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b)));
        le |a, b| _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b)));
        eq |a, b| _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b)));
        ne |a, b| _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(a, b)));
        scale |a, b| {
            let fraction = _mm512_sub_ps(b, _mm512_roundscale_ps::<NEAREST>(b));
            let is_whole = _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(fraction, _mm512_setzero_ps());
            _mm512_mask_scalef_ps(_mm512_set1_ps(f32::NAN), is_whole, a, b)
        };
        mul_add |a, b, c| _mm512_fmadd_ps(a, b, c);
        mul_sub |a, b, c| _mm512_fmsub_ps(a, b, c);
        neg_mul_add |a, b, c| _mm512_fnmadd_ps(a, b, c);
        select |a, b, c| _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(a)), c, b);
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut u8) {
        // SAFETY: as for the caller.
        unsafe { _mm512_store_ps(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn all(self) -> bool {
        // SAFETY: as for the caller.
        unsafe { _mm512_movepi32_mask(_mm512_castps_si512(self.0)) == !0 }
    }
}
