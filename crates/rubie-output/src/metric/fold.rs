//! Accumulators: what is remembered of the samples seen so far.

use std::collections::BTreeMap;

use rubie_expr::{Expr, Graph};

/// What becomes of an accumulator when a window is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// It begins anew.
    Reset,
    /// It goes on: samples of the window before belong to its history.
    Carry,
}

/// A number that a run keeps between samples.
#[derive(Clone, Debug)]
pub struct Accumulator<'g> {
    /// What it is, for listings.
    pub name: String,
    /// The symbol that stands for its value: before the sample in [`Accumulator::next`], after the last one in results.
    pub symbol: Expr<'g>,
    /// Its value before the first sample, in terms of the values at the start of the recording.
    pub first: Expr<'g>,
    /// Its value after a sample, in terms of the symbols of all accumulators (their values before the sample), the sample and
    /// controls.
    pub next: Expr<'g>,
    /// Its value before the first sample of the next window, in terms of its symbol.
    pub restart: Expr<'g>,
}

/// An accumulator as a definition sees it.
#[derive(Clone, Copy, Debug)]
pub struct Running<'g> {
    /// Its value before the sample where an update is written, after the last sample where a result is.
    pub held: Expr<'g>,
    /// Its value after the sample; belongs into updates only.
    pub next: Expr<'g>,
}

/// A number that steers metrics: the same for all runs and never compiled in.
#[derive(Clone, Debug)]
pub struct Control<'g> {
    /// What it is, for listings.
    pub name: String,
    /// The symbol that stands for it.
    pub symbol: Expr<'g>,
    /// Its value; `None` for the interval between samples, which the schedule knows.
    pub value: Option<f64>,
}

/// All accumulators of all variables, as they are being defined.
#[derive(Clone, Debug)]
pub(crate) struct Folds<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) time: Expr<'g>,
    /// For each variable, the symbols of its value at the start of the recording and at a sample.
    pub(crate) starts: Vec<Expr<'g>>,
    pub(crate) values: Vec<Expr<'g>>,
    pub(crate) controls: Vec<Control<'g>>,
    pub(crate) accumulators: Vec<Accumulator<'g>>,
    pub(crate) uses_start: bool,
    known: BTreeMap<(Option<usize>, String), Running<'g>>,
}

impl<'g> Folds<'g> {
    /// No accumulators yet; one symbol each for time, the interval, and the values of the named variables.
    pub(crate) fn new(graph: &'g Graph, names: &[&str]) -> Self {
        let symbols = |what: &str| names.iter().map(|name| graph.symbol(&format!("{name} {what}"))).collect();
        let interval = Control { name: "interval".into(), symbol: graph.symbol("interval"), value: None };
        Folds {
            graph,
            time: graph.symbol("summary time"),
            starts: symbols("at start"),
            values: symbols("sample"),
            controls: vec![interval],
            accumulators: Vec::new(),
            uses_start: false,
            known: BTreeMap::new(),
        }
    }
}

/// The accumulators of one variable, as metrics define them.
#[derive(Debug)]
pub struct Fold<'a, 'g> {
    all: &'a mut Folds<'g>,
    variable: usize,
    name: &'a str,
}

impl<'a, 'g> Fold<'a, 'g> {
    pub(crate) fn new(all: &'a mut Folds<'g>, variable: usize, name: &'a str) -> Self {
        Fold { all, variable, name }
    }

    /// The graph that expressions are built in.
    pub fn graph(&self) -> &'g Graph {
        self.all.graph
    }

    /// A number.
    pub fn constant(&self, value: f64) -> Expr<'g> {
        self.all.graph.constant(value)
    }

    /// The variable's value at the sample.
    pub fn value(&self) -> Expr<'g> {
        self.all.values[self.variable]
    }

    /// The variable's value at the start of the recording, for first values of accumulators.
    pub fn start_value(&mut self) -> Expr<'g> {
        self.all.uses_start = true;
        self.all.starts[self.variable]
    }

    /// The time of the sample.
    pub fn time(&self) -> Expr<'g> {
        self.all.time
    }

    /// The units of time between samples.
    pub fn interval(&self) -> Expr<'g> {
        self.all.controls[0].symbol
    }

    /// A number that is the same for all runs; one control for each number, whoever asks.
    pub fn control(&mut self, value: f64) -> Expr<'g> {
        let same = |control: &&Control<'g>| control.value.is_some_and(|v| v.to_bits() == value.to_bits());
        if let Some(control) = self.all.controls.iter().find(same) {
            return control.symbol;
        }
        let name = format!("level {value}");
        let symbol = self.all.graph.symbol(&name);
        self.all.controls.push(Control { name, symbol, value: Some(value) });
        symbol
    }

    /// An accumulator of this variable, defined by whoever asks for the name first.
    ///
    /// The definition of a name must be the same wherever it is asked for: that is what sharing means.
    ///
    /// # Arguments
    /// - `first`: the value before the first sample: a number, or in terms of [`Fold::start_value`].
    /// - `next`: the value after a sample, from the value before it.
    pub fn accumulator(
        &mut self,
        name: &str,
        window: Window,
        first: Expr<'g>,
        next: impl FnOnce(Expr<'g>) -> Expr<'g>,
    ) -> Running<'g> {
        let [running] =
            self.define(Some(self.variable), [name.into()], window, [first], |[held]| [next(held)]);
        running
    }

    /// Accumulators of this variable whose next values depend on one another: each from the values of all of them before the
    /// sample. Otherwise as [`Fold::accumulator`]; their names have numbers from 1 on.
    pub fn joint<const N: usize>(
        &mut self,
        name: &str,
        window: Window,
        first: [Expr<'g>; N],
        next: impl FnOnce([Expr<'g>; N]) -> [Expr<'g>; N],
    ) -> [Running<'g>; N] {
        let names = std::array::from_fn(|i| format!("{name} {}", i + 1));
        self.define(Some(self.variable), names, window, first, next)
    }

    /// The number of samples of the window: 1 after its first.
    pub fn count(&mut self) -> Running<'g> {
        let zero = self.constant(0.0);
        self.shared("count", Window::Reset, zero, |count| count + 1.0)
    }

    /// The number of samples of the run: before a sample, that is its index.
    pub fn total(&mut self) -> Running<'g> {
        let zero = self.constant(0.0);
        self.shared("total", Window::Carry, zero, |total| total + 1.0)
    }

    /// The time of the sample before; NaN before the first.
    pub fn previous_time(&mut self) -> Running<'g> {
        let time = self.time();
        let undefined = self.constant(f64::NAN);
        self.shared("previous time", Window::Carry, undefined, |_| time)
    }

    /// The value of the sample before, whichever window it belongs to; NaN before the first.
    pub fn previous(&mut self) -> Running<'g> {
        let value = self.value();
        let undefined = self.constant(f64::NAN);
        self.accumulator("previous", Window::Carry, undefined, |_| value)
    }

    /// An accumulator that all variables share.
    fn shared(
        &mut self,
        name: &str,
        window: Window,
        first: Expr<'g>,
        next: impl FnOnce(Expr<'g>) -> Expr<'g>,
    ) -> Running<'g> {
        let [running] = self.define(None, [name.into()], window, [first], |[held]| [next(held)]);
        running
    }

    fn define<const N: usize>(
        &mut self,
        variable: Option<usize>,
        names: [String; N],
        window: Window,
        first: [Expr<'g>; N],
        next: impl FnOnce([Expr<'g>; N]) -> [Expr<'g>; N],
    ) -> [Running<'g>; N] {
        let keys = names.map(|name| (variable, name));
        if keys.iter().all(|key| self.all.known.contains_key(key)) {
            return keys.map(|key| self.all.known[&key]);
        }
        let names = keys.each_ref().map(|(variable, name)| match variable {
            Some(_) => format!("{} {name}", self.name),
            None => name.clone(),
        });
        let symbols = names.each_ref().map(|name| self.all.graph.symbol(name));
        let next = next(symbols);
        let mut named = names.into_iter();
        std::array::from_fn(|i| {
            let restart = if window == Window::Carry { symbols[i] } else { first[i] };
            let name = named.next().unwrap_or_default();
            let accumulator =
                Accumulator { name, symbol: symbols[i], first: first[i], next: next[i], restart };
            self.all.accumulators.push(accumulator);
            let running = Running { held: symbols[i], next: next[i] };
            self.all.known.insert(keys[i].clone(), running);
            running
        })
    }
}
