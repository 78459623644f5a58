//! `rubie check`: what was understood of a model.

use std::fmt::Write;

use rubie::prelude::*;
use rubie::{Change, Event, Graph, System, Trigger, depends_on, find_method};

use crate::arguments::CheckArguments;
use crate::failure::Failure;
use crate::show::show;
use crate::solve::{named, read_model};

/// States up to which the Jacobian is drawn as a pattern of dots.
const LARGEST_PATTERN: usize = 64;

/// Runs the command.
pub(crate) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let model = read_model(&arguments.model)?;
    let graph = Graph::new();
    let system = model.system(&graph);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = roles(&mut text, &system)
        .and_then(|()| events(&mut text, &model.events(&system), &system))
        .and_then(|()| jacobian(&mut text, &system));
    if !model.warnings().is_empty() {
        let _ = write!(text, "\n{}", model.warnings().render(false));
    }
    if arguments.listing || arguments.assembly.is_some() {
        let _ = write!(text, "\n{}", programs(&model, arguments)?);
    }
    show(&text)
}

/// The programs that a solve would run, and their machine code.
fn programs(model: &Model, arguments: &CheckArguments) -> Result<String, Failure> {
    // Step sizes are data: any will do to see the programs of methods that need one.
    let controller = named("--controller", &arguments.controller)?;
    let is_fixed = controller == Some(ControllerKind::Fixed)
        || find_method(&arguments.method).is_ok_and(|method| method.embedded_order.is_none());
    let options = SolveOptions {
        method: arguments.method.clone(),
        steps: StepSettings { controller, dt: is_fixed.then_some(1.0), ..StepSettings::default() },
        precision: arguments.precision.into(),
        backend: arguments.backend.into(),
        vectors: arguments.vectors.isa(),
        ..SolveOptions::default()
    };
    let solver = Solver::new(model, &options)?;
    let listing = match arguments.listing {
        true => Some(solver.spec(&arguments.sweep)?.to_string()),
        false => None,
    };
    let assembly = match &arguments.assembly {
        Some(program) => Some(solver.assembly(&arguments.sweep, program)?),
        None => None,
    };
    Ok([listing, assembly].into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

fn roles(text: &mut String, system: &System<'_>) -> std::fmt::Result {
    let unit = |unit: &Option<String>| unit.as_ref().map(|unit| format!(" [{unit}]")).unwrap_or_default();
    writeln!(text, "states        {}", system.states.len())?;
    for state in &system.states {
        writeln!(text, "  {} = {}{}", state.name, state.initial, unit(&state.unit))?;
    }
    writeln!(text, "parameters    {}", system.parameters.len())?;
    for parameter in &system.parameters {
        writeln!(text, "  {} = {}{}", parameter.name, parameter.default, unit(&parameter.unit))?;
    }
    let (observables, others): (Vec<_>, Vec<_>) = system.auxiliaries.iter().partition(|a| a.observed);
    for (role, list) in [("observables  ", observables), ("auxiliaries  ", others)] {
        writeln!(text, "{role} {}", list.len())?;
        for auxiliary in list {
            writeln!(text, "  {}{}", auxiliary.name, unit(&auxiliary.unit))?;
        }
    }
    let time = system.states.iter().any(|state| depends_on(state.derivative, system.time));
    if let Some(mass) = &system.mass {
        let algebraic = (0..system.states.len()).filter(|state| mass.is_algebraic(*state)).count();
        let entries = mass.rows.iter().map(Vec::len).sum::<usize>();
        writeln!(text, "mass matrix   {entries} entries, {algebraic} algebraic equations")?;
    }
    writeln!(text, "autonomous    {}", if time { "no, time occurs in the equations" } else { "yes" })
}

/// When events happen and what they do, in the order of the model.
fn events(text: &mut String, events: &[Event<'_>], system: &System<'_>) -> std::fmt::Result {
    if events.is_empty() {
        return Ok(());
    }
    writeln!(text, "events        {}", events.len())?;
    for event in events {
        match event.trigger {
            Trigger::Rises(level) => write!(text, "  when {level} > 0:")?,
            // Only what is not in the model happens at listed times.
            Trigger::Listed { .. } => {}
            Trigger::Times { first, every, until } => {
                write!(text, "  at {first}")?;
                every.iter().try_for_each(|every| write!(text, " every {every}"))?;
                until.iter().try_for_each(|until| write!(text, " until {until}"))?;
                text.push(':');
            }
        }
        let change =
            |change: &Change<'_>| format!(" {} = {}", system.states[change.state].name, change.value);
        let mut changes: Vec<String> = event.changes.iter().map(change).collect();
        changes.extend(event.stops.then(|| " stop".to_owned()));
        writeln!(text, "{}", changes.join(","))?;
    }
    Ok(())
}

fn jacobian(text: &mut String, system: &System<'_>) -> std::fmt::Result {
    let jacobian = system.jacobian();
    let n = system.states.len();
    let share = 100.0 * jacobian.entries.len() as f64 / (n * n) as f64;
    writeln!(
        text,
        "Jacobian      {n} x {n}, {} entries that can differ from 0 ({share:.1} %)",
        jacobian.entries.len()
    )?;
    if n > LARGEST_PATTERN {
        return Ok(());
    }
    let mut pattern = vec![vec!['.'; n]; n];
    for entry in &jacobian.entries {
        pattern[entry.row][entry.column] = 'x';
    }
    let width = system.states.iter().map(|state| state.name.chars().count()).max().unwrap_or(0);
    for (state, row) in system.states.iter().zip(pattern) {
        let cells: Vec<String> = row.iter().map(char::to_string).collect();
        writeln!(text, "  {:<width$}  {}", state.name, cells.join(" "))?;
    }
    Ok(())
}
