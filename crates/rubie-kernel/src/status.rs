//! How a run ended: a word of named bit flags, 0 for success.

use rubie_method::Trouble;

/// The status word of a run: flags or-ed together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Status(pub u32);

/// One row of the table of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusFlag {
    /// The bit.
    pub bit: u32,
    /// Short name, as it stands in reports.
    pub name: &'static str,
    /// What happened, in one sentence.
    pub meaning: &'static str,
    /// What to try.
    pub mend: &'static str,
}

macro_rules! flags {
    ($($(#[$doc:meta])* $constant:ident = $bit:literal, $name:literal, $meaning:literal, $mend:literal;)*) => {
        impl Status {
            $($(#[$doc])* pub const $constant: Status = Status($bit);)*

            /// All flags, in the order of their bits.
            pub const FLAGS: &'static [StatusFlag] = &[
                $(StatusFlag { bit: $bit, name: $name, meaning: $meaning, mend: $mend },)*
            ];
        }
    };
}

// The bits of CuBIE's result codes keep their meaning; 512 and those from 2048 on are new.
flags! {
    /// A stage equation was not solved within the allowed number of iterations.
    NEWTON_ITERATIONS = 2, "newton_iterations",
        "the equations of an implicit step were not solved within the allowed number of iterations",
        "take smaller steps, loosen --newton-rtol or raise --newton-max-iters; a Rosenbrock method needs no iterations";
    /// A linear system was not solved within the allowed number of iterations.
    LINEAR_ITERATIONS = 4, "linear_iterations",
        "a linear system of an implicit step was not solved within the allowed number of iterations",
        "take smaller steps, raise --krylov-max-iters, or --linear-solver dense or sparse where the model is not too large for it";
    /// The step size fell below the smallest allowed.
    STEP_TOO_SMALL = 8, "step_too_small",
        "the step size fell below the smallest allowed step, or below what time can resolve",
        "loosen the tolerances or lower --dt-min; a stiff model wants an implicit method";
    /// The run took more attempts than allowed.
    STEP_LIMIT = 32, "step_limit",
        "the run needed more steps than allowed",
        "raise --max-steps or loosen the tolerances; a stiff model wants an implicit method";
    /// The iteration for a stage equation moved away from a solution.
    NEWTON_DIVERGENCE = 256, "newton_divergence",
        "the iteration for the equations of an implicit step diverged",
        "take smaller steps, or a method without iterations, such as a Rosenbrock method";
    /// A pivot of a linear system vanished.
    SINGULAR_MATRIX = 512, "singular_matrix",
        "a linear system of an implicit step had a matrix without an inverse",
        "take another step size; equations of which one follows from the others have no single solution";
    /// No consistent initial values of a system with algebraic equations.
    DAE_INITIALISATION_FAILED = 1024, "dae_initialisation_failed",
        "no initial values were found for which the algebraic equations hold",
        "give initial values nearer to consistent ones; --dae-initialisation brown computes those of algebraic states, none leaves \
         values as they are";
    /// A value became NaN or infinite.
    NON_FINITE = 2048, "non_finite",
        "a value became infinite or undefined",
        "check the initial values and parameters of the run, or take a smaller fixed step";
    /// An event of the model ended the run; no failure.
    STOPPED = 4096, "stopped",
        "an event of the model ended the run",
        "nothing: what comes after it is NaN";
    /// Events followed one another so fast that time did not go on.
    EVENT_CASCADE = 8192, "event_cascade",
        "events of the model followed one another faster and faster, until time did not go on (a ball that comes to rest)",
        "end the run before, by an event with `stop`, or let the model rest: set the speed to 0 and switch gravity off";
}

impl Status {
    /// The run reached its end.
    pub const SUCCESS: Status = Status(0);

    /// Whether the run reached its end, or the one that an event of the model set.
    pub fn is_success(self) -> bool {
        self.0 & !Status::STOPPED.0 == 0
    }

    /// The flags that are set, in the order of their bits.
    pub fn flags(self) -> impl Iterator<Item = &'static StatusFlag> {
        Status::FLAGS.iter().filter(move |flag| self.0 & flag.bit != 0)
    }
}

impl From<Trouble> for Status {
    fn from(trouble: Trouble) -> Status {
        match trouble {
            Trouble::NewtonIterations => Status::NEWTON_ITERATIONS,
            Trouble::NewtonDivergence => Status::NEWTON_DIVERGENCE,
            Trouble::LinearIterations => Status::LINEAR_ITERATIONS,
            Trouble::SingularMatrix => Status::SINGULAR_MATRIX,
        }
    }
}

impl std::ops::BitOr for Status {
    type Output = Status;
    fn bitor(self, other: Status) -> Status {
        Status(self.0 | other.0)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Status::SUCCESS {
            return f.write_str("success");
        }
        let names: Vec<&str> = self.flags().map(|flag| flag.name).collect();
        f.write_str(&names.join("+"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_single_bits_and_differ() {
        let mut seen = 0;
        for flag in Status::FLAGS {
            assert_eq!(flag.bit.count_ones(), 1, "{}", flag.name);
            assert_eq!(seen & flag.bit, 0, "{}", flag.name);
            seen |= flag.bit;
        }
    }

    #[test]
    fn the_documents_have_every_flag() {
        let page = include_str!("../../../docs/outputs.md");
        for flag in Status::FLAGS {
            assert!(page.contains(&format!("| {} | `{}` |", flag.bit, flag.name)), "{}", flag.name);
        }
    }

    #[test]
    fn a_word_prints_its_flags() {
        assert_eq!(Status::SUCCESS.to_string(), "success");
        assert_eq!((Status::STEP_TOO_SMALL | Status::NON_FINITE).to_string(), "step_too_small+non_finite");
    }
}
