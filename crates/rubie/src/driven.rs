//! What a solve looks up: the samples of drivers, and the times at which right-hand sides jump.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use rubie_driver::{DriverData, DriverGraph, DriverOptions, Drivers, TimeAxis};
use rubie_expr::Graph;
use rubie_model::{Event, Model, Parameter, System, Trigger};
use rubie_program::{Element, Precision};

use crate::error::{Error, ErrorKind};
use crate::options::SolveOptions;
use crate::sweep::Sweep;

/// Name of the parameter that says where jumps stand in the table. No model can have it.
const JUMPS: &str = "jumps";

/// Jumps are passed over by so many times the rounding error of times as the right-hand side sees them: no step sees a value of the other side. Drivers
/// hold a sample already 8 such errors before its time.
const MARGIN: f64 = 32.0;

/// Jumps of drivers that wrap may be very many.
const MOST_JUMPS: usize = 1 << 22;

/// What is looked up, and how a model becomes one that does.
pub(crate) struct Driven {
    drivers: Option<Arc<Drivers>>,
    /// Whether steps end at jumps.
    has_jumps: bool,
    /// The table: samples, then for each jump the last time before and the first after it, then infinity.
    table: Arc<[f64]>,
    /// Values of the parameters that [`Driven::system`] adds.
    parameters: Vec<f64>,
}

/// Samples for each run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Each {
    pub(crate) runs: u64,
    /// The parameter that is the place of a run's samples.
    pub(crate) position: usize,
    first: f64,
    distance: f64,
}

impl Each {
    /// The places of the samples of consecutive runs.
    pub(crate) fn fill(&self, first_run: u64, places: &mut [f64]) {
        for (run, place) in (first_run..).zip(places) {
            *place = self.first + run as f64 * self.distance;
        }
    }
}

impl Driven {
    /// What the options say, for runs to `end`.
    ///
    /// # Errors
    /// Jumps that cannot be kept to; tables too large for the precision.
    pub(crate) fn new(options: &SolveOptions, end: f64) -> Result<Driven, Error> {
        let refused = |message: String| Err(Error::new(ErrorKind::Option, message));
        if let Some(time) = options.jumps.iter().find(|time| !time.is_finite()) {
            return refused(format!("a jump must be at a finite time: {time}"));
        }
        let drivers = options.drivers.clone();
        let (mut table, mut parameters) = (Vec::new(), Vec::new());
        let (epsilon, most) = match options.precision {
            Precision::F64 => (f64::EPSILON, <f64 as Element>::MOST_ENTRIES),
            Precision::F32 => (f64::from(f32::EPSILON), <f32 as Element>::MOST_ENTRIES),
        };
        if let Some(drivers) = &drivers {
            table = drivers.table();
            parameters = DriverData::new(drivers.fit()).control_values(epsilon);
        }
        let jumps = all_jumps(drivers.as_deref(), options, (end, epsilon))?;
        if !jumps.is_empty() {
            parameters.push(table.len() as f64);
        }
        let has_jumps = !jumps.is_empty();
        table.extend(jumps);
        if table.len() > most {
            return refused(format!(
                "the samples of all drivers make a table of {} numbers, and programs of this precision reach {most}: give fewer \
                 samples, or take precision f64",
                table.len()
            ));
        }
        Ok(Driven { drivers, has_jumps, table: table.into(), parameters })
    }

    /// The table that programs look up.
    pub(crate) fn table(&self) -> Arc<[f64]> {
        Arc::clone(&self.table)
    }

    /// Values of the parameters that [`Driven::system`] adds.
    pub(crate) fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// The model's system and events, where drivers have taken the places of parameters. What steers the lookups is parameters
    /// behind all others, with the values of [`Driven::parameters`].
    ///
    /// # Errors
    /// A driver for something that is no parameter, or on which something depends that cannot change with time.
    pub(crate) fn system<'g>(
        &self,
        model: &Model,
        graph: &'g Graph,
    ) -> Result<(System<'g>, Vec<Event<'g>>), Error> {
        let system = model.system(graph);
        let events = model.events(&system);
        let (mut system, mut events) = match &self.drivers {
            None => (system, events),
            Some(drivers) => DriverGraph::new(graph, drivers.fit(), drivers.names())
                .drive(&system, &events)
                .map_err(|error| Error::caused(ErrorKind::Option, error))?,
        };
        if self.has_jumps {
            let first = graph.symbol(JUMPS);
            let (name, unit, default) = (JUMPS.to_owned(), None, f64::NAN);
            system.parameters.push(Parameter { name, unit, symbol: first, default });
            events.push(Event {
                trigger: Trigger::Listed { first },
                changes: Vec::new(),
                stops: false,
                line: 0,
            });
        }
        Ok((system, events))
    }

    /// Where each run has samples of its own: the number of runs; the parameter that is the place of a run's samples, by its position
    /// among those that [`Driven::system`] adds; the place of run 0, and the distance to the next.
    pub(crate) fn each(&self) -> Option<Each> {
        let drivers = self.drivers.as_ref()?;
        let position = DriverGraph::CONTROLS.iter().position(|name| *name == DriverGraph::COEFFICIENTS)?;
        let (first, distance) = (self.parameters[position], drivers.entries() as f64);
        Some(Each { runs: drivers.runs()?.get() as u64, position, first, distance })
    }

    /// Names of the drivers.
    pub(crate) fn names(&self) -> &[String] {
        self.drivers.as_ref().map_or(&[], |drivers| drivers.names())
    }
}

/// Pairs of times around all jumps within the run, and infinity.
fn all_jumps(
    drivers: Option<&Drivers>,
    options: &SolveOptions,
    (end, epsilon): (f64, f64),
) -> Result<Vec<f64>, Error> {
    let (t0, span) = (options.t0, end - options.t0);
    let mut jumps: Vec<(f64, f64)> =
        options.jumps.iter().map(|time| (*time, time.abs().max(1e-6 * span))).collect();
    if let Some(drivers) = drivers.filter(|drivers| drivers.has_jumps()) {
        let axis = drivers.fit().axis();
        let reach = axis.start().abs().max(axis.time(axis.len() - 1).abs());
        let mut time = t0;
        while let Some(next) = drivers.next_jump(time, 1).filter(|next| *next < end) {
            jumps.push((next, next.abs().max(reach)));
            if jumps.len() > MOST_JUMPS {
                let message = format!(
                    "the drivers have more than {MOST_JUMPS} jumps or corners before {end}, and steps end at each: give them an \
                     order above 1, or samples that are periodic"
                );
                return Err(Error::new(ErrorKind::Option, message));
            }
            time = next;
        }
    }
    jumps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut pairs: Vec<f64> = Vec::with_capacity(2 * jumps.len() + 2);
    let mut passed = t0;
    for (time, size) in jumps {
        let margin = MARGIN * epsilon * size;
        let (before, after) = (time - margin, time + margin);
        if before > passed && after < end {
            pairs.extend([before, after]);
            passed = after;
        }
    }
    if !pairs.is_empty() {
        pairs.extend([f64::INFINITY; 2]);
    }
    Ok(pairs)
}

/// Drivers from a table (`.csv`, `.tsv`, `.parquet`): one row for each time, in a column `time` or `t`; every other column is the driver
/// of its name. With a column `run` (0, 1, 2, ...) each run has rows of its own, one run after the other, at the same times.
///
/// # Errors
/// [`ErrorKind::Option`]: what is wrong with the file, its times or its samples.
pub fn drivers_from_file(path: impl AsRef<Path>, options: DriverOptions) -> Result<Drivers, Error> {
    let path = path.as_ref();
    let told = |problem: String| Error::new(ErrorKind::Option, format!("{}: {problem}", path.display()));
    let table = Sweep::from_file(path).map_err(|error| Error::caused(ErrorKind::Option, error))?;
    let rows = table.runs() as usize; // the rows of a file that was just read
    let mut values = vec![0.0; rows * table.names().len()];
    table.fill(0, rows, &mut values);
    let (mut times, mut runs, mut drivers) = (None, None, Vec::new());
    for (name, column) in table.names().iter().zip(values.chunks(rows.max(1))) {
        match name.as_str() {
            "time" | "t" => times = Some(column),
            "run" => runs = Some(column),
            _ => drivers.push((name, column)),
        }
    }
    let Some(times) = times else {
        let names = table.names().join(", ");
        return Err(told(format!(
            "the times of the samples must be in a column `time` or `t`; it has {names}"
        )));
    };
    let axis_of = |times| TimeAxis::listed(times).map_err(|error| told(error.to_string()));
    let made = match runs {
        None => Drivers::new(&axis_of(times)?, &drivers, options),
        Some(runs) => {
            let samples = runs.iter().take_while(|run| **run == 0.0).count().max(1);
            let misplaced = (0..rows).find(|row| {
                let (run, sample) = (row / samples, row % samples);
                runs[*row] != run as f64 || times[*row] != times[sample]
            });
            if let Some(row) = misplaced.or((!rows.is_multiple_of(samples)).then_some(rows - 1)) {
                return Err(told(format!(
                    "in row {} the column `run` or the time does not fit: rows must be those of run 0, then as many at the same times \
                     for run 1, and so on",
                    row + 1
                )));
            }
            let count = NonZeroUsize::new(rows / samples).unwrap_or(NonZeroUsize::MIN);
            Drivers::each(&axis_of(&times[..samples])?, &drivers, count, options)
        }
    };
    made.map_err(|error| told(error.to_string()))
}
