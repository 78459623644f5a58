//! The scalar meaning of the instructions that reduce angles.

/// High and low part of the reduced angle.
pub(crate) fn angle_f64(a: f64) -> (f64, f64) {
    (a, 0.0)
}

/// High and low part of the reduced angle.
pub(crate) fn angle_f32(a: f32) -> (f32, f32) {
    (a, 0.0)
}
