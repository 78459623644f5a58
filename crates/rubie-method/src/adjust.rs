//! A method as a user's settings want it: how it iterates, whether its error estimate is smoothed.

use crate::method::{Family, Method, NewtonJacobian};
use crate::settings::StepSettings;
use crate::settings_error::SettingsError;

impl Method {
    /// This method with the choices of `settings` about Newton's iteration and the error estimate in place of its own; to be
    /// built, and asked for controller and control values, in its stead.
    ///
    /// ```
    /// use rubie_method::{NewtonJacobian, StepSettings, find};
    ///
    /// let settings = StepSettings { newton: Some(NewtonJacobian::Exact), ..StepSettings::default() };
    /// let exact = find("kvaerno3")?.adjusted(&settings)?;
    /// assert_eq!(exact.name, "kvaerno3");
    /// assert!(find("tsit5")?.adjusted(&settings).is_err());
    ///
    /// // Without smoothing, the companion of radau_iia_5 has order 2.
    /// let raw = StepSettings { smooth_error: Some(false), ..StepSettings::default() };
    /// assert_eq!(find("radau_iia_5")?.adjusted(&raw)?.embedded_order, Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Choices about an iteration that the method has not; an error estimate that cannot be smoothed.
    pub fn adjusted(&self, settings: &StepSettings) -> Result<Method, SettingsError> {
        let mut method = *self;
        let iteration =
            [("newton", settings.newton.is_some()), ("predict_stages", settings.predict_stages.is_some())];
        if let Some((option, _)) = iteration.iter().find(|(_, given)| *given && !self.iterated()) {
            return Err(SettingsError::NoIteration { method: self.name, option });
        }
        let choose = |newton: &mut NewtonJacobian, predict: &mut bool| {
            *newton = settings.newton.unwrap_or(*newton);
            *predict = settings.predict_stages.unwrap_or(*predict);
        };
        match &mut method.family {
            Family::DiagonallyImplicit(data) => choose(&mut data.newton, &mut data.predict),
            Family::FullyImplicit(data) => choose(&mut data.newton, &mut data.predict),
            Family::ExplicitRungeKutta(_) | Family::RosenbrockW(_) => {}
        }
        if let Some(smooth) = settings.smooth_error {
            method.smooth(smooth)?;
        }
        Ok(method)
    }

    fn smooth(&mut self, smooth: bool) -> Result<(), SettingsError> {
        let can = self.can_smooth();
        match &mut self.family {
            _ if smooth && !can => return Err(SettingsError::NotSmoothed { method: self.name }),
            Family::ExplicitRungeKutta(_) => {}
            Family::RosenbrockW(data) => data.smooth = smooth,
            Family::DiagonallyImplicit(data) => data.smooth = smooth,
            Family::FullyImplicit(data) if data.smooth != smooth => {
                data.smooth = smooth;
                // The smoothed estimate takes the derivative at the start as a further stage.
                let stages = data.tableau.stages() as u32;
                self.embedded_order = Some(if smooth { stages } else { stages - 1 });
            }
            Family::FullyImplicit(_) => {}
        }
        Ok(())
    }

    /// Whether there is a matrix to smooth its error estimate with.
    fn can_smooth(&self) -> bool {
        match &self.family {
            Family::ExplicitRungeKutta(_) => false,
            Family::RosenbrockW(_) | Family::DiagonallyImplicit(_) => self.adaptive(),
            Family::FullyImplicit(data) => self.adaptive() && data.decoupling.real_row().is_some(),
        }
    }

    /// Those of `settings` that this method can follow: choices about an iteration or a smoothed error estimate that it has not are left
    /// out. For trials of several methods with the same settings.
    pub fn applicable(&self, settings: &StepSettings) -> StepSettings {
        let mut settings = settings.clone();
        if !self.iterated() {
            (settings.newton, settings.predict_stages) = (None, None);
        }
        if let Family::ExplicitRungeKutta(_) = self.family {
            settings.linear_solver = None;
        }
        if !self.can_smooth() {
            settings.smooth_error = None;
        }
        settings
    }
}
