//! Checks of ports, outputs and homes before any work is done.

use super::error::LoweringError;
use super::plan::{Lowering, Place};
use crate::rate::Rate;

impl Lowering<'_> {
    /// Homes exist, run at their rate, and have places to pass values.
    pub(super) fn check_homes(&self) -> Result<(), LoweringError> {
        for (index, &(rate, phase)) in self.homes.iter().enumerate() {
            let mistake = match self.phases.get(phase) {
                None => "there is no such phase",
                Some(home) if home.rate != rate => "the phase runs at another rate",
                _ if matches!(rate, Rate::Attempt | Rate::Sample) => "nothing is hoisted to this rate",
                _ if self.homes[..index].iter().any(|home| home.0 == rate) => "the rate has a home already",
                _ => continue,
            };
            return Err(LoweringError::Home { rate, phase, mistake });
        }
        Ok(())
    }

    /// Outputs are at different places, none of them the lowering's own.
    pub(super) fn check_outputs(&self) -> Result<(), LoweringError> {
        for (index, phase) in self.phases.iter().enumerate() {
            let mut places = Vec::with_capacity(phase.outputs.len());
            for &(_, place) in &phase.outputs {
                self.check_reserved(place, || format!("an output of the phase `{}`", phase.name))?;
                places.push(match place {
                    Place::Row(row) => (false, row),
                    Place::Uniform(uniform) => (true, uniform),
                });
                if matches!(place, Place::Uniform(_)) && !self.homes.contains(&(Rate::Solve, index)) {
                    let mistake = "only the home of Rate::Solve computes uniforms";
                    return Err(LoweringError::Output { phase: phase.name, place, mistake });
                }
            }
            places.sort_unstable();
            if let Some(twice) = places.windows(2).find(|pair| pair[0] == pair[1]) {
                let (uniform, number) = twice[0];
                let place = if uniform { Place::Uniform(number) } else { Place::Row(number) };
                return Err(LoweringError::Output {
                    phase: phase.name,
                    place,
                    mistake: "another output is there",
                });
            }
        }
        Ok(())
    }

    /// A place of a port or an output is none of the lowering's own.
    pub(super) fn check_reserved(
        &self,
        place: Place,
        what: impl Fn() -> String,
    ) -> Result<(), LoweringError> {
        let (first_row, first_uniform) = (self.first_row, self.first_uniform);
        match place {
            Place::Row(row) if row < first_row => Ok(()),
            Place::Uniform(uniform) if uniform < first_uniform => Ok(()),
            _ => Err(LoweringError::Reserved { what: what(), place, first_row, first_uniform }),
        }
    }
}
