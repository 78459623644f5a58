//! The words of the language: keywords, built-in functions, names with a fixed meaning.

use rubie_expr::Op;

/// A word that a model may not give another meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Word {
    /// Starts a declaration.
    Declare(Role),
    /// The operators that are words.
    And,
    Or,
    Not,
    /// `true`, `false`.
    Truth(bool),
    /// `t`
    Time,
    /// `pi`
    Pi,
    /// A built-in function.
    Function(Builtin),
}

/// What a declaration makes of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Has a derivative and an initial value.
    State,
    /// May differ from run to run.
    Parameter,
    /// Never differs; folded into the equations.
    Constant,
    /// Computed from time, states and parameters.
    Auxiliary,
    /// An auxiliary that can be saved by name.
    Observable,
}

impl Role {
    /// The word for people: `state`, `parameter`, ...
    pub const fn name(self) -> &'static str {
        match self {
            Role::State => "state",
            Role::Parameter => "parameter",
            Role::Constant => "constant",
            Role::Auxiliary => "auxiliary",
            Role::Observable => "observable",
        }
    }

    /// The keyword that declares it; an auxiliary needs none.
    pub(crate) const fn keyword(self) -> &'static str {
        match self {
            Role::State => "state",
            Role::Parameter => "param",
            Role::Constant => "const",
            Role::Auxiliary => "",
            Role::Observable => "observe",
        }
    }
}

/// A built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    /// Its arguments are those of one operation.
    Plain(Op),
    /// An operation of two, applied from left to right to two or more.
    Fold(Op),
    /// `if(condition, yes, no)`
    If,
    /// `piecewise(value, condition, ..., otherwise)`
    Piecewise,
}

impl Builtin {
    /// Whether the function takes this number of arguments.
    pub(crate) fn accepts(self, count: usize) -> bool {
        match self {
            Builtin::Plain(op) => count == op.arity(),
            Builtin::Fold(_) => count >= 2,
            Builtin::If => count == 3,
            Builtin::Piecewise => count >= 3 && count % 2 == 1,
        }
    }

    /// The right number of arguments, in words.
    pub(crate) fn arguments(self) -> String {
        match self {
            Builtin::Plain(op) => count_of_arguments(op.arity()),
            Builtin::Fold(_) => "two arguments or more".to_owned(),
            Builtin::If => count_of_arguments(3),
            Builtin::Piecewise => "an odd number of arguments, three or more".to_owned(),
        }
    }

    /// How a call looks, for help lines.
    pub(crate) fn call(self, name: &str) -> String {
        match self {
            Builtin::Plain(op) if op.arity() == 1 => format!("{name}(a)"),
            Builtin::Plain(Op::Atan2) => format!("{name}(y, x)"),
            Builtin::Plain(_) => format!("{name}(a, b)"),
            Builtin::Fold(_) => format!("{name}(a, b, ...)"),
            Builtin::If => format!("{name}(condition, a, b)"),
            Builtin::Piecewise => format!("{name}(value, condition, ..., otherwise)"),
        }
    }
}

/// "no arguments", "one argument", "3 arguments".
pub(crate) fn count_of_arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        2 => "two arguments".to_owned(),
        3 => "three arguments".to_owned(),
        _ => format!("{count} arguments"),
    }
}

const fn plain(op: Op) -> Word {
    Word::Function(Builtin::Plain(op))
}

const fn fold(op: Op) -> Word {
    Word::Function(Builtin::Fold(op))
}

/// Every reserved word.
pub(crate) const WORDS: &[(&str, Word)] = &[
    ("state", Word::Declare(Role::State)),
    ("param", Word::Declare(Role::Parameter)),
    ("const", Word::Declare(Role::Constant)),
    ("observe", Word::Declare(Role::Observable)),
    ("and", Word::And),
    ("or", Word::Or),
    ("not", Word::Not),
    ("true", Word::Truth(true)),
    ("false", Word::Truth(false)),
    ("t", Word::Time),
    ("pi", Word::Pi),
    ("if", Word::Function(Builtin::If)),
    ("piecewise", Word::Function(Builtin::Piecewise)),
    ("exp", plain(Op::Exp)),
    ("expm1", plain(Op::Expm1)),
    ("log", plain(Op::Log)),
    ("ln", plain(Op::Log)),
    ("log1p", plain(Op::Log1p)),
    ("log10", plain(Op::Log10)),
    ("log2", plain(Op::Log2)),
    ("sin", plain(Op::Sin)),
    ("cos", plain(Op::Cos)),
    ("tan", plain(Op::Tan)),
    ("asin", plain(Op::Asin)),
    ("acos", plain(Op::Acos)),
    ("atan", plain(Op::Atan)),
    ("atan2", plain(Op::Atan2)),
    ("sinh", plain(Op::Sinh)),
    ("cosh", plain(Op::Cosh)),
    ("tanh", plain(Op::Tanh)),
    ("asinh", plain(Op::Asinh)),
    ("acosh", plain(Op::Acosh)),
    ("atanh", plain(Op::Atanh)),
    ("pow", plain(Op::Pow)),
    ("sqrt", plain(Op::Sqrt)),
    ("cbrt", plain(Op::Cbrt)),
    ("abs", plain(Op::Abs)),
    ("sign", plain(Op::Sign)),
    ("floor", plain(Op::Floor)),
    ("ceil", plain(Op::Ceil)),
    ("min", fold(Op::Min)),
    ("max", fold(Op::Max)),
    ("mod", plain(Op::Mod)),
    ("erf", plain(Op::Erf)),
];

/// What people who come from other languages write, and what it is called here.
pub(crate) const FOREIGN: &[(&str, &str)] = &[
    ("time", "t"),
    ("π", "pi"),
    ("PI", "pi"),
    ("e", "exp(1)"),
    ("E", "exp(1)"),
    ("fabs", "abs"),
    ("sgn", "sign"),
    ("signum", "sign"),
    ("ceiling", "ceil"),
    ("power", "pow"),
    ("arcsin", "asin"),
    ("arccos", "acos"),
    ("arctan", "atan"),
    ("arctan2", "atan2"),
    ("fmin", "min"),
    ("fmax", "max"),
    ("fmod", "mod"),
    ("where", "if(condition, a, b)"),
    ("ifelse", "if(condition, a, b)"),
    ("heaviside", "if(x >= 0, 1, 0)"),
    ("Heaviside", "if(x >= 0, 1, 0)"),
    ("True", "true"),
    ("False", "false"),
];

/// Words that other languages start declarations with, and the keyword here.
pub(crate) const FOREIGN_KEYWORDS: &[(&str, &str)] = &[
    ("states", "state"),
    ("var", "state"),
    ("init", "state"),
    ("par", "param"),
    ("p", "param"),
    ("parameter", "param"),
    ("parameters", "param"),
    ("params", "param"),
    ("constant", "const"),
    ("constants", "const"),
    ("number", "const"),
    ("observable", "observe"),
    ("observables", "observe"),
    ("output", "observe"),
    ("aux", "observe"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_listed_twice() {
        let mut names: Vec<&str> = WORDS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
