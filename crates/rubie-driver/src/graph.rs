//! Drivers as expressions: which piece, how far into it, and the polynomial.

use rubie_expr::{Expr, Graph, depends_on, substitute};
use rubie_model::{Event, Parameter, System, Trigger, UnknownName};

use crate::drivers::Drivers;
use crate::error::DriverError;
use crate::fit::Fit;
use crate::options::Outside;
use crate::pieces::Search;

/// A number that an expression depends on and that is the same for all runs: data, never compiled in.
#[derive(Clone, Debug)]
pub struct Control<'g> {
    /// What it is, for listings.
    pub name: &'static str,
    /// The symbol that stands for it.
    pub symbol: Expr<'g>,
}

/// Drivers as functions of time, in terms of [`Control`]s and of lookups in one table: [`DriverData::places`] at its start, and the
/// polynomials of all runs, or of this one, from a place on that is itself a control.
///
/// Their form depends on what shapes a program: the number of drivers, the order, what is outside, whether times are even,
/// and for uneven ones on the number of bisections. Times, samples and their number are data.
#[derive(Clone, Debug)]
pub struct DriverGraph<'g> {
    names: Vec<String>,
    order: usize,
    outside: Outside,
    centred: bool,
    /// Bisections of the search, `None` for even times.
    bisections: Option<u32>,
    controls: Vec<Control<'g>>,
}

/// The numbers behind a [`DriverGraph`]: the start of the table, and the controls.
#[derive(Clone, Debug)]
pub struct DriverData {
    /// Where pieces are; empty for even times.
    pub places: Vec<f64>,
    controls: [f64; 9],
    /// Length of the larger of the start and the end of the axis, in mean intervals.
    reach: f64,
}

impl DriverData {
    /// The data of a fit.
    pub fn new(fit: &Fit) -> DriverData {
        let (axis, pieces) = (&fit.pieces.axis, &fit.pieces);
        let search = (!axis.is_regular()).then(|| Search::new(pieces));
        let buckets = search.as_ref().map_or(1.0, |search| search.buckets as f64);
        let origins = search.as_ref().map_or(0.0, |search| search.origins as f64);
        let (span, last) = (axis.span(), (pieces.count() - 1) as f64);
        let places = search.map(|search| search.table).unwrap_or_default();
        let (rate, per_place, behind) = (1.0 / axis.interval(), buckets / span, places.len() as f64);
        let controls = [axis.start(), rate, span, 0.0, last, per_place, buckets, origins, behind];
        DriverData { places, controls, reach: axis.slack(1.0) }
    }

    /// The values of [`DriverGraph::controls`], for programs whose numbers have the given machine epsilon.
    pub fn control_values(&self, epsilon: f64) -> Vec<f64> {
        let mut values = self.controls;
        values[3] = self.reach * epsilon;
        values.to_vec()
    }
}

impl Drivers {
    /// The table that expressions of these drivers ([`DriverGraph`]) look up: where pieces are, and the polynomials.
    pub fn table(&self) -> Vec<f64> {
        [&DriverData::new(self.fit()).places, self.coefficients()].concat()
    }
}

impl<'g> DriverGraph<'g> {
    /// The name of the control that says where in the table the polynomials begin: behind [`DriverData::places`] where all runs
    /// share them. Where each run has its own, it is a value of the run.
    pub const COEFFICIENTS: &'static str = "driver coefficients";

    /// Names of [`DriverGraph::controls`], in their order. No model can have such names.
    pub const CONTROLS: [&'static str; 9] = [
        "driver start",
        "driver rate",
        "driver span",
        "driver slack",
        "driver last piece",
        "driver buckets per place",
        "driver buckets",
        "driver origins",
        Self::COEFFICIENTS,
    ];

    /// The drivers of a fit, by name.
    pub fn new(graph: &'g Graph, fit: &Fit, names: &[impl AsRef<str>]) -> DriverGraph<'g> {
        let options = fit.options;
        let axis = &fit.pieces.axis;
        let bisections = (!axis.is_regular()).then(|| Search::new(&fit.pieces).bisections);
        DriverGraph {
            names: names.iter().map(|name| name.as_ref().to_owned()).collect(),
            order: options.order,
            outside: options.outside,
            centred: fit.pieces.centred(),
            bisections,
            controls: Self::CONTROLS
                .iter()
                .map(|name| Control { name, symbol: graph.symbol(name) })
                .collect(),
        }
    }

    /// Names, in the order of values.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The numbers that steer the evaluation, in the order of [`DriverData::control_values`].
    pub fn controls(&self) -> &[Control<'g>] {
        &self.controls
    }

    /// Values of all drivers at a time. The derivative of a driver by time is that of its expression.
    pub fn values_at(&self, time: Expr<'g>) -> Vec<Expr<'g>> {
        let [start, rate, span, slack, last, _, _, _, coefficients] = self.symbols();
        let zero = time.graph().constant(0.0);
        let place = (time - start) * rate;
        let inside = place.ge(-slack).and(place.le(span + slack));
        let place = match self.outside {
            Outside::Wrap => place - span * (place / span).floor(),
            Outside::Hold => place.max(zero).min(span),
            Outside::Zero | Outside::Ramp => place,
        };
        // Whole numbers within the tables, also for times outside.
        let (piece, origin) = match self.bisections {
            None => {
                let shifted = match self.order {
                    0 => place + slack,
                    _ if self.centred => place + 0.5,
                    _ => place,
                };
                let piece = shifted.floor().max(zero).min(last);
                (piece, piece)
            }
            Some(bisections) => self.search(place, bisections),
        };
        let distance = place - origin;
        let (count, width) = (self.names.len(), self.order + 1);
        let row = coefficients + piece * ((count * width) as f64);
        let value = |driver: usize| {
            let coefficient = |power: usize| (row + (driver * width + power) as f64).look_up();
            let powers = (0..self.order).rev();
            let sum = powers.fold(coefficient(self.order), |sum, power| sum * distance + coefficient(power));
            match self.outside {
                Outside::Zero | Outside::Ramp => inside.select(sum, zero),
                Outside::Wrap | Outside::Hold => sum,
            }
        };
        (0..count).map(value).collect()
    }

    /// The piece of a place and its origin, by the table of [`Search`].
    fn search(&self, place: Expr<'g>, bisections: u32) -> (Expr<'g>, Expr<'g>) {
        let [_, _, _, slack, _, per_place, buckets, origins, _] = self.symbols();
        let zero = place.graph().constant(0.0);
        let sought = if self.order == 0 { place + slack } else { place };
        let bucket = (sought * per_place).floor().max(zero).min(buckets - 1.0);
        let mut piece = bucket.look_up();
        for step in (0..bisections).rev() {
            let further = piece + f64::from(1u32 << step);
            let begin = (buckets + further).look_up();
            piece = sought.ge(begin).select(further, piece);
        }
        (piece, (origins + piece).look_up())
    }

    fn symbols(&self) -> [Expr<'g>; 9] {
        std::array::from_fn(|i| self.controls[i].symbol)
    }

    /// The system and its events where drivers take the places of the parameters of their names.
    ///
    /// Those parameters are no longer any: no run can give them a value. Instead, the controls are parameters, behind all others.
    ///
    /// # Errors
    /// A name that is no parameter; an initial value, a factor of a derivative or the time of an event that depends on one of them.
    pub fn drive(
        &self,
        system: &System<'g>,
        events: &[Event<'g>],
    ) -> Result<(System<'g>, Vec<Event<'g>>), DriverError> {
        let mut driven = Vec::with_capacity(self.names.len());
        for name in &self.names {
            let parameter = system.parameters.iter().find(|parameter| parameter.name == *name);
            let known = || system.parameters.iter().map(|parameter| parameter.name.as_str());
            driven.push(parameter.ok_or_else(|| UnknownName::new("parameter", name, known()))?.symbol);
        }
        for state in &system.states {
            if let Some(place) = driven.iter().position(|symbol| depends_on(state.initial, *symbol)) {
                let (state, driver) = (state.name.clone(), self.names[place].clone());
                return Err(DriverError::Initial { state, driver });
            }
        }
        let factors = || system.mass.iter().flat_map(|mass| mass.rows.iter().flatten());
        let depends = |symbol| factors().any(|(_, factor)| depends_on(*factor, symbol));
        if let Some(place) = driven.iter().position(|symbol| depends(*symbol)) {
            return Err(DriverError::Mass { driver: self.names[place].clone() });
        }
        for event in events {
            let Trigger::Times { first, every, until } = event.trigger else { continue };
            let times = [Some(first), every, until];
            let depends = |symbol| times.into_iter().flatten().any(|time| depends_on(time, symbol));
            if let Some(place) = driven.iter().position(|symbol| depends(*symbol)) {
                return Err(DriverError::EventTime { line: event.line, driver: self.names[place].clone() });
            }
        }
        let values = self.values_at(system.time);
        let replacements: Vec<_> = driven.iter().copied().zip(values).collect();
        let mut system = system.clone();
        system.parameters.retain(|parameter| !driven.contains(&parameter.symbol));
        let derivatives = system.states.iter().map(|state| state.derivative);
        let auxiliaries = system.auxiliaries.iter().map(|auxiliary| auxiliary.value);
        let conditions = events.iter().filter_map(|event| match event.trigger {
            Trigger::Rises(condition) => Some(condition),
            _ => None,
        });
        let changes = events.iter().flat_map(|event| event.changes.iter().map(|change| change.value));
        let undriven: Vec<_> = derivatives.chain(auxiliaries).chain(conditions).chain(changes).collect();
        let mut expressions = substitute(&undriven, &replacements).into_iter();
        let places = system.states.iter_mut().map(|state| &mut state.derivative);
        let places = places.chain(system.auxiliaries.iter_mut().map(|auxiliary| &mut auxiliary.value));
        let mut events = events.to_vec();
        let conditions = events.iter_mut().filter_map(|event| match &mut event.trigger {
            Trigger::Rises(condition) => Some(condition),
            _ => None,
        });
        places.chain(conditions).zip(&mut expressions).for_each(|(place, expression)| *place = expression);
        let changes = events.iter_mut().flat_map(|event| &mut event.changes);
        changes.zip(&mut expressions).for_each(|(change, expression)| change.value = expression);
        system.parameters.extend(self.controls.iter().map(|control| Parameter {
            name: control.name.to_owned(),
            unit: None,
            symbol: control.symbol,
            default: f64::NAN,
        }));
        Ok((system, events))
    }
}
