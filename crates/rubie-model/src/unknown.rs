//! A name that a system does not have.

use crate::suggest::nearest;

/// Names listed in a message.
const LISTED: usize = 12;

/// A name was asked for that the system does not have.
///
/// ```
/// let model = rubie_model::Model::parse("m", "state x = 1\nparam beta = 2\nx' = -beta*x").unwrap();
/// let graph = rubie_expr::Graph::new();
/// let error = model.system(&graph).parameter_index("bta").unwrap_err();
/// assert_eq!(error.to_string(), "unknown parameter `bta`, did you mean `beta`? (known: beta)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What was looked for: `state`, `parameter`, `auxiliary`, ...
    pub role: &'static str,
    /// The name that is unknown.
    pub name: String,
    /// The known name that is nearest, if one is near.
    pub nearest: Option<String>,
    /// All known names, in their order.
    pub known: Vec<String>,
}

impl UnknownName {
    /// The error for a name that is not among the known ones; finds the nearest.
    pub fn new<'a>(role: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Self { role, name: name.to_owned(), nearest, known }
    }
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown {} `{}`", self.role, self.name)?;
        if let Some(nearest) = &self.nearest {
            write!(f, ", did you mean `{nearest}`?")?;
        }
        let shown: Vec<&str> = self.known.iter().take(LISTED).map(String::as_str).collect();
        match self.known.len() {
            0 => write!(f, " (there is none)"),
            count if count > LISTED => {
                write!(f, " (known: {}, and {} more)", shown.join(", "), count - LISTED)
            }
            _ => write!(f, " (known: {})", shown.join(", ")),
        }
    }
}

impl std::error::Error for UnknownName {}
