//! What a vector of lanes can do: the operations of the instruction set on one chunk.

use crate::element::Element;
use crate::instruction::Opcode;

/// One vector. Truth values are vectors whose lanes are all ones or all zeros.
///
/// Methods without a body are single machine instructions; the others are made of them.
///
/// # Safety
/// All methods: the processor must have the instructions of the vector's set, and they are inlined into a
/// function that is compiled for it.
pub(crate) trait Vector: Copy {
    /// A lane.
    type Lane: Element + Numbers;

    /// Reads a vector from an address aligned to its size.
    unsafe fn load(from: *const u8) -> Self;
    /// Writes to an address aligned to its size.
    unsafe fn store(self, to: *mut u8);
    unsafe fn splat(number: Self::Lane) -> Self;

    unsafe fn add(self, b: Self) -> Self;
    unsafe fn sub(self, b: Self) -> Self;
    unsafe fn mul(self, b: Self) -> Self;
    unsafe fn div(self, b: Self) -> Self;
    unsafe fn sqrt(self) -> Self;
    unsafe fn floor(self) -> Self;
    unsafe fn ceil(self) -> Self;
    unsafe fn round(self) -> Self;
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    unsafe fn mul_sub(self, b: Self, c: Self) -> Self;
    unsafe fn neg_mul_add(self, b: Self, c: Self) -> Self;
    /// The second where they do not compare.
    unsafe fn min(self, b: Self) -> Self;
    /// The second where they do not compare.
    unsafe fn max(self, b: Self) -> Self;

    unsafe fn lt(self, b: Self) -> Self;
    unsafe fn le(self, b: Self) -> Self;
    unsafe fn eq(self, b: Self) -> Self;
    unsafe fn ne(self, b: Self) -> Self;
    unsafe fn select(self, yes: Self, no: Self) -> Self;
    unsafe fn all(self) -> bool;

    unsafe fn and(self, b: Self) -> Self;
    unsafe fn or(self, b: Self) -> Self;
    unsafe fn xor(self, b: Self) -> Self;
    /// b and not self.
    unsafe fn and_not(self, b: Self) -> Self;

    unsafe fn scale(self, b: Self) -> Self;
    unsafe fn exponent(self) -> Self;

    #[inline(always)]
    unsafe fn copy(self) -> Self {
        self
    }

    #[inline(always)]
    unsafe fn not(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { self.xor(Self::splat(Self::Lane::truth(true))) }
    }

    #[inline(always)]
    unsafe fn neg(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { self.xor(Self::splat(Self::Lane::SIGN)) }
    }

    #[inline(always)]
    unsafe fn abs(self) -> Self {
        // SAFETY: as for the caller.
        unsafe { Self::splat(Self::Lane::SIGN).and_not(self) }
    }

    #[inline(always)]
    unsafe fn copy_sign(self, b: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { self.abs().or(Self::splat(Self::Lane::SIGN).and(b)) }
    }

    /// Small angles are what they are; others are reduced lane by lane.
    #[inline(always)]
    unsafe fn angle_high(self) -> Self {
        // SAFETY: as for the caller.
        unsafe {
            if self.abs().le(Self::splat(Self::Lane::SMALL_ANGLE)).all() {
                self
            } else {
                by_lane(Opcode::AngleHigh, self, self)
            }
        }
    }

    #[inline(always)]
    unsafe fn angle_low(self) -> Self {
        // SAFETY: as for the caller.
        unsafe {
            if self.abs().le(Self::splat(Self::Lane::SMALL_ANGLE)).all() {
                Self::splat(Self::Lane::default())
            } else {
                by_lane(Opcode::AngleLow, self, self)
            }
        }
    }

    /// Lane by lane.
    #[inline(always)]
    unsafe fn look_up(self, table: &[Self::Lane]) -> Self {
        let mut lanes = Spread([0; 64]);
        // SAFETY: a vector is at most 64 bytes; all bits are numbers; the rest as for the caller.
        unsafe {
            self.store(lanes.0.as_mut_ptr());
            let first = lanes.0.as_mut_ptr().cast::<Self::Lane>();
            for lane in 0..size_of::<Self>() / size_of::<Self::Lane>() {
                first.add(lane).write(Self::Lane::look_up(table, first.add(lane).read()));
            }
            Self::load(lanes.0.as_ptr())
        }
    }

    #[inline(always)]
    unsafe fn modulo(self, b: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { by_lane(Opcode::Mod, self, b) }
    }
}

/// Writes methods of [`Vector`] for a tuple of one register: each gets registers and gives one.
macro_rules! operations {
    ($method:ident |$number:ident: $type:ty| $body:expr) => {
        #[inline(always)]
        unsafe fn $method($number: $type) -> Self {
            // SAFETY: as for the caller.
            unsafe { Self($body) }
        }
    };
    ($method:ident |$a:ident $(, $other:ident)*| $body:expr) => {
        #[inline(always)]
        unsafe fn $method(self $(, $other: Self)*) -> Self {
            let $a = self.0;
            $(let $other = $other.0;)*
            // SAFETY: as for the caller.
            unsafe { Self($body) }
        }
    };
    ($($method:ident |$($a:ident $(: $type:ty)?),+| $body:expr;)*) => {
        $(operations! { $method |$($a $(: $type)?),+| $body })*
    };
}

pub(super) use operations;

/// Numbers that the operations are made of.
pub(crate) trait Numbers {
    /// -0: the bit of the sign.
    const SIGN: Self;
    /// Largest angle that is not reduced, as [`Opcode::AngleHigh`] says.
    const SMALL_ANGLE: Self;
}

impl Numbers for f32 {
    const SIGN: Self = -0.0;
    const SMALL_ANGLE: Self = 1024.0;
}

impl Numbers for f64 {
    const SIGN: Self = -0.0;
    const SMALL_ANGLE: Self = 1048576.0;
}

/// A vector in memory, aligned for all instruction sets.
#[repr(C, align(64))]
struct Spread([u8; 64]);

/// An operation that has no vector instructions.
#[inline(never)]
unsafe fn by_lane<V: Vector>(op: Opcode, a: V, b: V) -> V {
    let (mut left, mut right) = (Spread([0; 64]), Spread([0; 64]));
    // SAFETY: a vector is at most 64 bytes; all bits are numbers; the rest as for the caller.
    unsafe {
        a.store(left.0.as_mut_ptr());
        b.store(right.0.as_mut_ptr());
        let (left, right) = (left.0.as_mut_ptr().cast::<V::Lane>(), right.0.as_ptr().cast::<V::Lane>());
        for lane in 0..size_of::<V>() / size_of::<V::Lane>() {
            let (x, y) = (left.add(lane).read(), right.add(lane).read());
            left.add(lane).write(V::Lane::evaluate(op, x, y, x));
        }
        V::load(left.cast())
    }
}
