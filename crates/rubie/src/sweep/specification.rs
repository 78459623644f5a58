//! Reads specifications of axes such as `0:21:1000`.

use super::axis::Axis;
use super::error::SweepError;

/// One way to write an axis as three numbers after a word.
struct Form {
    words: &'static [&'static str],
    meaning: &'static str,
    pattern: &'static str,
    example: &'static str,
    build: fn(&str, f64, f64, u64, u64) -> Result<Axis, SweepError>,
}

/// All forms; of those whose words fit, the first is meant.
const FORMS: &[Form] = &[
    Form {
        words: &["log"],
        meaning: "even steps of the logarithm",
        pattern: "log:START:STOP:COUNT",
        example: "log:1e-3:1e3:1000",
        build: |name, start, stop, count, _| Axis::log(name, start, stop, count),
    },
    Form {
        words: &["uniform", "log"],
        meaning: "random values with an even logarithm",
        pattern: "uniform:log:LOW:HIGH:COUNT",
        example: "uniform:log:1e-3:1e3:1000",
        build: Axis::log_uniform,
    },
    Form {
        words: &["uniform"],
        meaning: "random values in a range",
        pattern: "uniform:LOW:HIGH:COUNT",
        example: "uniform:0:1:1000",
        build: Axis::uniform,
    },
    Form {
        words: &["normal"],
        meaning: "normally distributed values",
        pattern: "normal:MEAN:DEVIATION:COUNT",
        example: "normal:0:1:1000",
        build: Axis::normal,
    },
    Form {
        words: &["sobol", "log"],
        meaning: "values that fill the logarithm's range evenly",
        pattern: "sobol:log:LOW:HIGH:COUNT",
        example: "sobol:log:1e-3:1e3:1024",
        build: Axis::log_sobol,
    },
    Form {
        words: &["sobol"],
        meaning: "values that fill a range evenly",
        pattern: "sobol:LOW:HIGH:COUNT",
        example: "sobol:0:1:1024",
        build: Axis::sobol,
    },
    Form {
        words: &[],
        meaning: "even steps",
        pattern: "START:STOP:COUNT",
        example: "0:21:1000",
        build: |name, start, stop, count, _| Axis::even(name, start, stop, count),
    },
];

/// Reads one specification.
pub(super) fn parse(name: &str, specification: &str, seed: u64) -> Result<Axis, SweepError> {
    let parts: Vec<&str> = specification.split(':').map(str::trim).collect();
    let axis = match parts[..] {
        [values] => list(name, values),
        _ => three_numbers(name, &parts, seed),
    };
    axis.map_err(|problem| SweepError::Specification {
        name: name.to_owned(),
        specification: specification.to_owned(),
        problem,
    })
}

fn list(name: &str, values: &str) -> Result<Axis, String> {
    let advice = "values are written 1,2,5 and ranges START:STOP:COUNT, such as 0:21:1000";
    let numbers: Result<Vec<f64>, String> = values.split(',').map(|part| number(part.trim())).collect();
    numbers
        .and_then(|numbers| axis(Axis::list(name, numbers)))
        .map_err(|problem| format!("{problem}; {advice}"))
}

fn three_numbers(name: &str, parts: &[&str], seed: u64) -> Result<Axis, String> {
    let form = FORMS.iter().find(|form| parts.starts_with(form.words));
    let form = form.filter(|form| !form.words.is_empty() || number(parts[0]).is_ok() || !is_word(parts[0]));
    let Some(form) = form else {
        let forms: Vec<&str> = FORMS.iter().map(|form| form.pattern).collect();
        return Err(format!("`{}` is not a kind of axis; the kinds are {}", parts[0], forms.join(", ")));
    };
    let numbers = &parts[form.words.len()..];
    let built = match *numbers {
        [first, second, count] => number(first)
            .and_then(|first| Ok((first, number(second)?, whole(count)?)))
            .and_then(|(first, second, count)| axis((form.build)(name, first, second, count, seed))),
        _ => Err(format!("it has {} where 3 are needed", counted(numbers.len()))),
    };
    built.map_err(|problem| {
        format!("{problem}; {} are written {}, such as {}", form.meaning, form.pattern, form.example)
    })
}

/// The problem alone: the specification's error names the axis itself.
fn axis(built: Result<Axis, SweepError>) -> Result<Axis, String> {
    built.map_err(|error| match error {
        SweepError::Axis { problem, .. } => problem,
        error => error.to_string(),
    })
}

fn counted(numbers: usize) -> String {
    match numbers {
        0 => "no number".to_owned(),
        1 => "1 number".to_owned(),
        n => format!("{n} numbers"),
    }
}

fn is_word(part: &str) -> bool {
    part.starts_with(|c: char| c.is_alphabetic())
}

fn number(part: &str) -> Result<f64, String> {
    if part.is_empty() {
        return Err("a number is missing".to_owned());
    }
    match part.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(format!("`{part}` is not a finite number")),
        Err(_) => Err(format!("`{part}` is not a number")),
    }
}

/// A count, which may be written as `1e6`.
fn whole(part: &str) -> Result<u64, String> {
    let approximately = |part: &str| {
        let number = part.parse::<f64>().ok()?;
        ((0.0..=9e15).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    };
    let count = part.parse::<u64>().ok().or_else(|| approximately(part));
    count.ok_or_else(|| format!("`{part}` is not a whole number of runs"))
}
