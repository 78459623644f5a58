//! The sorts of mistakes.

/// Whether a model can be used in spite of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The model cannot be used.
    Error,
    /// The model can be used, but something is probably not as it was meant.
    Warning,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $code:literal $severity:ident;)*) => {
        /// What sort of mistake a diagnostic is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum DiagnosticKind { $($(#[$doc])* $variant,)* }

        impl DiagnosticKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [DiagnosticKind] = &[$(DiagnosticKind::$variant,)*];

            /// A short stable name, such as `unknown-name`.
            pub const fn code(self) -> &'static str {
                match self { $(DiagnosticKind::$variant => $code,)* }
            }

            /// Whether it stops the model from being used.
            pub const fn severity(self) -> Severity {
                match self { $(DiagnosticKind::$variant => Severity::$severity,)* }
            }
        }
    };
}

kinds! {
    /// The source is not a text in UTF-8.
    NotText "not-text" Error;
    /// The source is larger than a model can be.
    TooLarge "too-large" Error;
    /// Nothing but blanks and comments.
    EmptyModel "empty-model" Error;
    /// Equations, but no state.
    NoStates "no-states" Error;
    /// A character that has no meaning in a model.
    UnexpectedCharacter "unexpected-character" Error;
    /// A number that cannot be read.
    BadNumber "bad-number" Error;
    /// A unit whose `]` is missing.
    UnclosedUnit "unclosed-unit" Error;
    /// A `(` without `)`, or the other way round.
    UnbalancedParenthesis "unbalanced-parenthesis" Error;
    /// Something else stands where an expression, an operator or a name was expected.
    Syntax "syntax" Error;
    /// A reserved word, or a built-in function's name, is given to something else.
    ReservedName "reserved-name" Error;
    /// A name has two definitions.
    DefinedTwice "defined-twice" Error;
    /// A name that nothing defines.
    UnknownName "unknown-name" Error;
    /// A function that nothing defines.
    UnknownFunction "unknown-function" Error;
    /// A quantity is called like a function, or a function used like a quantity.
    NotAFunction "not-a-function" Error;
    /// A function is called with too few or too many arguments.
    WrongArgumentCount "wrong-argument-count" Error;
    /// A state has no equation for its derivative.
    MissingDerivative "missing-derivative" Error;
    /// More equations than unknowns.
    ExtraEquation "extra-equation" Error;
    /// An equation in which a derivative stands in another way than times something constant.
    NotLinear "not-linear" Error;
    /// Algebraic equations that do not determine the states without a derivative.
    Undetermined "undetermined" Error;
    /// A derivative that is known only through equations with others is used.
    ImplicitDerivative "implicit-derivative" Error;
    /// A state has no initial value.
    MissingInitialValue "missing-initial-value" Error;
    /// A parameter without default, or a constant without value.
    MissingValue "missing-value" Error;
    /// The derivative of something that is not a state.
    NotAState "not-a-state" Error;
    /// An equation for something that has its value elsewhere: a state, a parameter, a constant, time.
    NotAssignable "not-assignable" Error;
    /// Auxiliaries, derivatives or constants that need each other.
    Cycle "cycle" Error;
    /// A function that calls itself.
    RecursiveFunction "recursive-function" Error;
    /// A constant that depends on something that is not constant.
    ConstantNotConstant "constant-not-constant" Error;
    /// A parameter's default that depends on something that is not constant.
    DefaultNotConstant "default-not-constant" Error;
    /// An initial value that depends on time or on a state.
    InitialValueNotConstant "initial-value-not-constant" Error;
    /// A time or an interval of an event that depends on time or on a state, or is not positive.
    EventTime "event-time" Error;
    /// What an event waits for is no comparison.
    NotACondition "not-a-condition" Error;
    /// A constant or a default that is infinite or not a number.
    NotFinite "not-finite" Error;
    /// Something other than an auxiliary is declared observable.
    NotObservable "not-observable" Error;
    /// A parameter that no equation uses.
    UnusedParameter "unused-parameter" Warning;
    /// An event waits for something that never changes.
    ConstantCondition "constant-condition" Warning;
    /// A state is declared observable, which it is anyway.
    ObservedState "observed-state" Warning;
}
