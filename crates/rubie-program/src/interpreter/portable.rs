//! Vectors that need no particular processor: arrays, which the compiler makes the best of.

use super::vector::Vector;
use crate::element::Element;
use crate::instruction::Opcode;

macro_rules! portable {
    ($name:ident, $lane:ident, $lanes:literal) => {
        /// 64 bytes of lanes.
        #[derive(Clone, Copy)]
        #[repr(C, align(64))]
        pub(crate) struct $name([$lane; $lanes]);

        impl $name {
            #[inline(always)]
            fn map(self, f: impl Fn($lane) -> $lane) -> Self {
                Self(self.0.map(f))
            }

            #[inline(always)]
            fn zip(self, b: Self, f: impl Fn($lane, $lane) -> $lane) -> Self {
                Self(std::array::from_fn(|i| f(self.0[i], b.0[i])))
            }

            #[inline(always)]
            fn zip3(self, b: Self, c: Self, f: impl Fn($lane, $lane, $lane) -> $lane) -> Self {
                Self(std::array::from_fn(|i| f(self.0[i], b.0[i], c.0[i])))
            }

            #[inline(always)]
            fn bits(self, b: Self, f: impl Fn(<$lane as Element>::Bits, <$lane as Element>::Bits) -> <$lane as Element>::Bits) -> Self {
                self.zip(b, |x, y| $lane::from_bits(f(x.to_bits(), y.to_bits())))
            }
        }

        impl Vector for $name {
            type Lane = $lane;

            #[inline(always)]
            unsafe fn load(from: *const u8) -> Self {
                // SAFETY: the caller vouches for the address.
                unsafe { from.cast::<Self>().read() }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut u8) {
                // SAFETY: the caller vouches for the address.
                unsafe { to.cast::<Self>().write(self) }
            }

            #[inline(always)]
            unsafe fn all(self) -> bool {
                self.0.iter().all(|lane| lane.is_true())
            }

            #[inline(always)]
            unsafe fn splat(number: $lane) -> Self {
                Self([number; $lanes])
            }

            portable! { map: sqrt |x| x.sqrt(), floor |x| x.floor(), ceil |x| x.ceil(), round |x| x.round_ties_even(),
                exponent |x| $lane::evaluate(Opcode::Exponent, x, x, x) }
            portable! { zip: add |x, y| x + y, sub |x, y| x - y, mul |x, y| x * y, div |x, y| x / y,
                min |x, y| if x < y { x } else { y }, max |x, y| if x > y { x } else { y },
                lt |x, y| $lane::truth(x < y), le |x, y| $lane::truth(x <= y),
                eq |x, y| $lane::truth(x == y), ne |x, y| $lane::truth(x != y),
                scale |x, y| $lane::evaluate(Opcode::Scale, x, y, x) }
            portable! { bits: and |x, y| x & y, or |x, y| x | y, xor |x, y| x ^ y, and_not |x, y| !x & y }
            portable! { zip3: mul_add |x, y, z| x.mul_add(y, z), mul_sub |x, y, z| x.mul_add(y, -z),
                neg_mul_add |x, y, z| (-x).mul_add(y, z), select |x, y, z| if x.is_true() { y } else { z } }
        }
    };
    (map: $($method:ident $f:expr),*) => { $(
        #[inline(always)]
        unsafe fn $method(self) -> Self { self.map($f) }
    )* };
    (zip3: $($method:ident $f:expr),*) => { $(
        #[inline(always)]
        unsafe fn $method(self, b: Self, c: Self) -> Self { self.zip3(b, c, $f) }
    )* };
    ($by:ident: $($method:ident $f:expr),*) => { $(
        #[inline(always)]
        unsafe fn $method(self, b: Self) -> Self { self.$by(b, $f) }
    )* };
}

portable!(F32, f32, 16);
portable!(F64, f64, 8);
