//! Units of results.

/// How the unit of a result follows from that of the variable and of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The variable's unit.
    Variable,
    /// The variable's unit divided by that of time.
    PerTime,
    /// The variable's unit divided by that of time squared.
    PerTimeSquared,
    /// The variable's unit times that of time.
    TimesTime,
    /// The unit of time.
    Time,
    /// A count or an index: no unit.
    Number,
}

impl Unit {
    /// The unit as a legend writes it, `None` where it is not known.
    ///
    /// # Arguments
    /// - `variable`: unit of the variable, if the model gives one.
    /// - `time`: unit of time, if known; where powers of it are part of a unit and it is not, `t` stands for it.
    ///
    /// ```
    /// use rubie_output::Unit;
    ///
    /// assert_eq!(Unit::PerTime.text(Some("mV"), Some("s")).unwrap(), "mV*s^-1");
    /// assert_eq!(Unit::PerTimeSquared.text(Some("mol/L"), None).unwrap(), "(mol/L)*t^-2");
    /// assert_eq!(Unit::Time.text(Some("mV"), None), None);
    /// ```
    pub fn text(self, variable: Option<&str>, time: Option<&str>) -> Option<String> {
        let with_time = |power: &str| {
            let plain = |unit: &str| unit.chars().all(|c| c.is_alphanumeric() || c == '_');
            let bracketed = |unit: &str| if plain(unit) { unit.to_owned() } else { format!("({unit})") };
            variable.map(|unit| format!("{}*{}{power}", bracketed(unit), bracketed(time.unwrap_or("t"))))
        };
        match self {
            Unit::Variable => variable.map(str::to_owned),
            Unit::PerTime => with_time("^-1"),
            Unit::PerTimeSquared => with_time("^-2"),
            Unit::TimesTime => with_time(""),
            Unit::Time => time.map(str::to_owned),
            Unit::Number => None,
        }
    }
}
