//! Names of machine instructions: one table for AVX-512 and AVX2, each for f64 and f32.

use iced_x86::Code;
use rubie_program::{Isa, Precision};

macro_rules! table {
    ($($name:ident $z64:ident $z32:ident $y64:ident $y32:ident;)*) => {
        /// The instructions with the same operands in both instruction sets.
        #[derive(Clone, Copy)]
        pub(crate) struct Codes { $(pub(crate) $name: Code,)* }

        impl Codes {
            /// Those for an instruction set and precision.
            pub(crate) fn new(isa: Isa, precision: Precision) -> Self {
                match (isa, precision) {
                    (Isa::Avx512, Precision::F64) => Self { $($name: Code::$z64,)* },
                    (Isa::Avx512, Precision::F32) => Self { $($name: Code::$z32,)* },
                    (_, Precision::F64) => Self { $($name: Code::$y64,)* },
                    (_, Precision::F32) => Self { $($name: Code::$y32,)* },
                }
            }
        }
    };
}

table! {
    load EVEX_Vmovapd_zmm_k1z_zmmm512 EVEX_Vmovaps_zmm_k1z_zmmm512 VEX_Vmovapd_ymm_ymmm256 VEX_Vmovaps_ymm_ymmm256;
    store EVEX_Vmovapd_zmmm512_k1z_zmm EVEX_Vmovaps_zmmm512_k1z_zmm VEX_Vmovapd_ymmm256_ymm VEX_Vmovaps_ymmm256_ymm;
    sqrt EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er EVEX_Vsqrtps_zmm_k1z_zmmm512b32_er VEX_Vsqrtpd_ymm_ymmm256 VEX_Vsqrtps_ymm_ymmm256;
    round EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae EVEX_Vrndscaleps_zmm_k1z_zmmm512b32_imm8_sae VEX_Vroundpd_ymm_ymmm256_imm8 VEX_Vroundps_ymm_ymmm256_imm8;
    add EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er VEX_Vaddpd_ymm_ymm_ymmm256 VEX_Vaddps_ymm_ymm_ymmm256;
    sub EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vsubps_zmm_k1z_zmm_zmmm512b32_er VEX_Vsubpd_ymm_ymm_ymmm256 VEX_Vsubps_ymm_ymm_ymmm256;
    mul EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er VEX_Vmulpd_ymm_ymm_ymmm256 VEX_Vmulps_ymm_ymm_ymmm256;
    div EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vdivps_zmm_k1z_zmm_zmmm512b32_er VEX_Vdivpd_ymm_ymm_ymmm256 VEX_Vdivps_ymm_ymm_ymmm256;
    min EVEX_Vminpd_zmm_k1z_zmm_zmmm512b64_sae EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae VEX_Vminpd_ymm_ymm_ymmm256 VEX_Vminps_ymm_ymm_ymmm256;
    max EVEX_Vmaxpd_zmm_k1z_zmm_zmmm512b64_sae EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae VEX_Vmaxpd_ymm_ymm_ymmm256 VEX_Vmaxps_ymm_ymm_ymmm256;
    and EVEX_Vandpd_zmm_k1z_zmm_zmmm512b64 EVEX_Vandps_zmm_k1z_zmm_zmmm512b32 VEX_Vandpd_ymm_ymm_ymmm256 VEX_Vandps_ymm_ymm_ymmm256;
    and_not EVEX_Vandnpd_zmm_k1z_zmm_zmmm512b64 EVEX_Vandnps_zmm_k1z_zmm_zmmm512b32 VEX_Vandnpd_ymm_ymm_ymmm256 VEX_Vandnps_ymm_ymm_ymmm256;
    or EVEX_Vorpd_zmm_k1z_zmm_zmmm512b64 EVEX_Vorps_zmm_k1z_zmm_zmmm512b32 VEX_Vorpd_ymm_ymm_ymmm256 VEX_Vorps_ymm_ymm_ymmm256;
    xor EVEX_Vxorpd_zmm_k1z_zmm_zmmm512b64 EVEX_Vxorps_zmm_k1z_zmm_zmmm512b32 VEX_Vxorpd_ymm_ymm_ymmm256 VEX_Vxorps_ymm_ymm_ymmm256;
    compare EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae EVEX_Vcmpps_kr_k1_zmm_zmmm512b32_imm8_sae VEX_Vcmppd_ymm_ymm_ymmm256_imm8 VEX_Vcmpps_ymm_ymm_ymmm256_imm8;
    mul_add_132 EVEX_Vfmadd132pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfmadd132ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfmadd132pd_ymm_ymm_ymmm256 VEX_Vfmadd132ps_ymm_ymm_ymmm256;
    mul_add_213 EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfmadd213ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfmadd213pd_ymm_ymm_ymmm256 VEX_Vfmadd213ps_ymm_ymm_ymmm256;
    mul_add_231 EVEX_Vfmadd231pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfmadd231ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfmadd231pd_ymm_ymm_ymmm256 VEX_Vfmadd231ps_ymm_ymm_ymmm256;
    mul_sub_132 EVEX_Vfmsub132pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfmsub132ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfmsub132pd_ymm_ymm_ymmm256 VEX_Vfmsub132ps_ymm_ymm_ymmm256;
    mul_sub_213 EVEX_Vfmsub213pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfmsub213ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfmsub213pd_ymm_ymm_ymmm256 VEX_Vfmsub213ps_ymm_ymm_ymmm256;
    mul_sub_231 EVEX_Vfmsub231pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfmsub231ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfmsub231pd_ymm_ymm_ymmm256 VEX_Vfmsub231ps_ymm_ymm_ymmm256;
    neg_mul_add_132 EVEX_Vfnmadd132pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfnmadd132ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfnmadd132pd_ymm_ymm_ymmm256 VEX_Vfnmadd132ps_ymm_ymm_ymmm256;
    neg_mul_add_213 EVEX_Vfnmadd213pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfnmadd213ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfnmadd213pd_ymm_ymm_ymmm256 VEX_Vfnmadd213ps_ymm_ymm_ymmm256;
    neg_mul_add_231 EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er EVEX_Vfnmadd231ps_zmm_k1z_zmm_zmmm512b32_er VEX_Vfnmadd231pd_ymm_ymm_ymmm256 VEX_Vfnmadd231ps_ymm_ymm_ymmm256;
    blend EVEX_Vblendmpd_zmm_k1z_zmm_zmmm512b64 EVEX_Vblendmps_zmm_k1z_zmm_zmmm512b32 VEX_Vblendvpd_ymm_ymm_ymmm256_ymm VEX_Vblendvps_ymm_ymm_ymmm256_ymm;
}

/// The instructions of AVX-512 that AVX2 has nothing like.
#[derive(Clone, Copy)]
pub(crate) struct MaskCodes {
    pub(crate) broadcast: Code,
    pub(crate) exponent: Code,
    pub(crate) scale: Code,
    /// Replaces numbers by others where those of another vector are special.
    pub(crate) fix_up: Code,
    /// Truth values to a mask and back.
    pub(crate) to_mask: Code,
    pub(crate) from_mask: Code,
}

/// What finds numbers in a table.
#[derive(Clone, Copy)]
pub(crate) struct LookupCodes {
    /// Numbers cut to integers as wide as [`LookupCodes::gather`] takes them.
    pub(crate) cut: Code,
    pub(crate) gather: Code,
    /// Whether the integers of a vector of numbers fill only half a vector.
    pub(crate) halves: bool,
}

impl LookupCodes {
    pub(crate) fn new(isa: Isa, precision: Precision) -> Self {
        let (cut, gather) = match (isa, precision) {
            (Isa::Avx512, Precision::F64) => {
                (Code::EVEX_Vcvttpd2qq_zmm_k1z_zmmm512b64_sae, Code::EVEX_Vgatherqpd_zmm_k1_vm64z)
            }
            (Isa::Avx512, Precision::F32) => {
                (Code::EVEX_Vcvttps2dq_zmm_k1z_zmmm512b32_sae, Code::EVEX_Vgatherdps_zmm_k1_vm32z)
            }
            (_, Precision::F64) => (Code::VEX_Vcvttpd2dq_xmm_ymmm256, Code::VEX_Vgatherdpd_ymm_vm32x_ymm),
            (_, Precision::F32) => (Code::VEX_Vcvttps2dq_ymm_ymmm256, Code::VEX_Vgatherdps_ymm_vm32y_ymm),
        };
        let halves = isa != Isa::Avx512 && precision == Precision::F64;
        Self { cut, gather, halves }
    }
}

/// The shifts of whole lanes by constants that AVX2 does without AVX-512's exponents.
#[derive(Clone, Copy)]
pub(crate) struct ShiftCodes {
    pub(crate) right: Code,
    pub(crate) left: Code,
    /// Bits below the exponent.
    pub(crate) fraction_bits: u32,
}

impl ShiftCodes {
    pub(crate) fn new(precision: Precision) -> Self {
        let (right, left, fraction_bits) = match precision {
            Precision::F64 => (Code::VEX_Vpsrlq_ymm_ymm_imm8, Code::VEX_Vpsllq_ymm_ymm_imm8, 52),
            Precision::F32 => (Code::VEX_Vpsrld_ymm_ymm_imm8, Code::VEX_Vpslld_ymm_ymm_imm8, 23),
        };
        Self { right, left, fraction_bits }
    }
}

impl MaskCodes {
    pub(crate) fn new(precision: Precision) -> Self {
        match precision {
            Precision::F64 => Self {
                broadcast: Code::EVEX_Vbroadcastsd_zmm_k1z_xmmm64,
                exponent: Code::EVEX_Vgetexppd_zmm_k1z_zmmm512b64_sae,
                scale: Code::EVEX_Vscalefpd_zmm_k1z_zmm_zmmm512b64_er,
                fix_up: Code::EVEX_Vfixupimmpd_zmm_k1z_zmm_zmmm512b64_imm8_sae,
                to_mask: Code::EVEX_Vpmovq2m_kr_zmm,
                from_mask: Code::EVEX_Vpmovm2q_zmm_kr,
            },
            Precision::F32 => Self {
                broadcast: Code::EVEX_Vbroadcastss_zmm_k1z_xmmm32,
                exponent: Code::EVEX_Vgetexpps_zmm_k1z_zmmm512b32_sae,
                scale: Code::EVEX_Vscalefps_zmm_k1z_zmm_zmmm512b32_er,
                fix_up: Code::EVEX_Vfixupimmps_zmm_k1z_zmm_zmmm512b32_imm8_sae,
                to_mask: Code::EVEX_Vpmovd2m_kr_zmm,
                from_mask: Code::EVEX_Vpmovm2d_zmm_kr,
            },
        }
    }
}
