//! Events on conditions: found by a change of sign over a step, located by the interpolant.
//!
//! After an accepted step over which a condition became true, the place is bracketed by halving: the interpolant's state at the middle
//! tells which half it is in. The run is then put to the first place found where the condition holds, and the event happens
//! there. Conditions that become true and false again within one step are not seen.

use rubie_expr::{Expr, Substitution};
use rubie_method::Dense;
use rubie_model::{Event, System, Trigger};
use rubie_program::{Phase, Place, Port, Rate};

use crate::clock::ClockGraph;
use crate::layout::Layout;

/// The events on conditions, in the order of the model.
pub(super) struct Conditions<'g> {
    pub(super) conditions: Vec<Condition<'g>>,
    /// Time and states, in whose terms levels are.
    symbols: Vec<Expr<'g>>,
    bracket: [Expr<'g>; 2],
    /// Where the attempted step ends, and the ends of the step just accepted, as a clock apart writes them.
    apart: [Expr<'g>; 3],
}

/// One event on a condition.
pub(super) struct Condition<'g> {
    /// Above 0 where the condition holds.
    function: Expr<'g>,
    /// Its value now.
    pub(super) level: Expr<'g>,
    /// Whether it became true within the last step.
    pub(super) crossed: Expr<'g>,
}

/// What an attempt says of the conditions.
pub(super) struct Crossing<'g> {
    /// Whether any became true.
    pub(super) any: Option<Expr<'g>>,
    /// Levels and what was crossed.
    pub(super) outputs: Vec<(Expr<'g>, Place)>,
}

impl<'g> Conditions<'g> {
    pub(super) fn new(system: &System<'g>, events: &[Event<'g>]) -> Self {
        let rising = events.iter().filter_map(|event| match event.trigger {
            Trigger::Rises(function) => Some(function),
            _ => None,
        });
        let symbol = |k: usize, what: &str| system.graph.symbol(&format!("condition {k} {what}"));
        let conditions = rising.enumerate().map(|(k, function)| Condition {
            function,
            level: symbol(k, "level"),
            crossed: symbol(k, "crossed"),
        });
        let states = system.states.iter().map(|state| state.symbol);
        Conditions {
            conditions: conditions.collect(),
            symbols: [system.time].into_iter().chain(states).collect(),
            bracket: ["low", "high"].map(|name| system.graph.symbol(&format!("bracket {name}"))),
            apart: ["target", "step start", "step end"].map(|name| system.graph.symbol(name)),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.conditions.len()
    }

    pub(super) fn ports(&self, layout: &Layout) -> Vec<Port<'g>> {
        let row = |symbol, at, rate| Port { symbol, place: Place::Row(at), rate };
        let levels = self.conditions.iter().zip(layout.levels.clone());
        let mut ports: Vec<_> =
            levels.map(|(condition, at)| row(condition.level, at, Rate::Attempt)).collect();
        let crossed = self.conditions.iter().zip(layout.crossed.clone());
        ports.extend(crossed.map(|(condition, at)| row(condition.crossed, at, Rate::Sample)));
        ports.extend(
            self.bracket.iter().zip(layout.bracket.clone()).map(|(end, at)| row(*end, at, Rate::Sample)),
        );
        if let Some(exchange) = &layout.exchange {
            let [target, start, end] = self.apart;
            ports.push(row(target, exchange.target, Rate::Attempt));
            ports.push(row(start, exchange.start, Rate::Dense));
            ports.push(row(end, exchange.target, Rate::Dense));
        }
        ports
    }

    /// Time.
    pub(super) fn time(&self) -> Expr<'g> {
        self.symbols[0]
    }

    /// Where the attempted step ends, as a clock apart writes it.
    pub(super) fn target(&self) -> Expr<'g> {
        self.apart[0]
    }

    /// The functions of all conditions at a time and states.
    pub(super) fn functions(&self, time: Expr<'g>, states: &[Expr<'g>]) -> Vec<Expr<'g>> {
        let values = [time].into_iter().chain(states.iter().copied());
        let replacements: Vec<_> = self.symbols.iter().copied().zip(values).collect();
        let functions: Vec<_> = self.conditions.iter().map(|condition| condition.function).collect();
        Substitution::new(time.graph(), &replacements).apply(&functions)
    }

    /// What an attempt that ends at `time` with these states means for the conditions.
    pub(super) fn crossing(
        &self,
        accepted: Expr<'g>,
        time: Expr<'g>,
        states: &[Expr<'g>],
        layout: &Layout,
    ) -> Crossing<'g> {
        let (zero, one) = (time.graph().constant(0.0), time.graph().constant(1.0));
        let mut crossing = Crossing { any: None, outputs: Vec::new() };
        let rows = layout.levels.clone().zip(layout.crossed.clone());
        for ((condition, level), (level_row, crossed_row)) in
            self.conditions.iter().zip(self.functions(time, states)).zip(rows)
        {
            let crossed = accepted.and(condition.level.le(0.0)).and(level.gt(0.0));
            crossing.any = Some(crossing.any.map_or(crossed, |any| any.or(crossed)));
            crossing.outputs.push((accepted.select(level, condition.level), Place::Row(level_row)));
            crossing.outputs.push((crossed.select(one, zero), Place::Row(crossed_row)));
        }
        crossing
    }

    /// Brackets the first crossing, halves the bracket, and puts the run there.
    pub(super) fn phases(
        &self,
        system: &System<'g>,
        within: Option<&ClockGraph<'g>>,
        dense: &Dense<'g>,
        layout: &Layout,
    ) -> [Phase<'g>; 3] {
        let graph = system.graph;
        let [low, high] = self.bracket;
        let [low_row, high_row] = [layout.bracket.start, layout.bracket.start + 1].map(Place::Row);
        let [_, start, end] = self.apart;
        let [start, end] = within.map_or([start, end], |clock| clock.ends());
        let at = |place: Expr<'g>| {
            let states = Substitution::new(graph, &[(dense.theta, place)]).apply(&dense.states);
            (start + place * (end - start), states)
        };
        let bracket = vec![(graph.constant(0.0), low_row), (graph.constant(1.0), high_row)];
        let middle = 0.5 * (low + high);
        let (time, states) = at(middle);
        let holds = self.conditions.iter().zip(self.functions(time, &states));
        let holds = holds.map(|(condition, level)| condition.crossed.gt(0.0).and(level.gt(0.0)));
        let holds = holds.reduce(|any, holds| any.or(holds)).unwrap_or(graph.truth(false));
        let halve = vec![(holds.select(low, middle), low_row), (holds.select(middle, high), high_row)];

        let any = self.conditions.iter().map(|condition| condition.crossed.gt(0.0));
        let any = any.reduce(|any, crossed| any.or(crossed)).unwrap_or(graph.truth(false));
        // At the end of the step are the states themselves.
        let at_end = high.ge(1.0);
        let (time, inside) = at(high);
        let time = at_end.select(end, time);
        let states: Vec<_> = system
            .states
            .iter()
            .zip(inside)
            .map(|(state, inside)| at_end.select(state.symbol, inside))
            .collect();
        let mut cut = match within {
            Some(clock) => vec![
                (any.select(time, end), Place::Row(layout.clock.now)),
                (any.select(clock.code_of_cut(time), clock.events()), Place::Row(layout.clock.events)),
            ],
            None => {
                let cut = any.select(graph.constant(1.0), 0.0);
                layout.exchange.iter().map(|exchange| (cut, Place::Row(exchange.crossed))).collect()
            }
        };
        for ((condition, level), row) in
            self.conditions.iter().zip(self.functions(time, &states)).zip(layout.crossed.clone())
        {
            let happens = condition.crossed.gt(0.0).and(level.gt(0.0));
            cut.push((happens.select(graph.constant(1.0), 0.0), Place::Row(row)));
        }
        let cut_states = system.states.iter().zip(states).map(|(state, cut)| any.select(cut, state.symbol));
        cut.extend(cut_states.zip(layout.states.clone().map(Place::Row)));
        let phase = |name, outputs| Phase { name, rate: Rate::Sample, outputs };
        [phase("bracket", bracket), phase("halve", halve), phase("cut", cut)]
    }
}
