//! The programs of the summaries.

use rubie_expr::{Expr, Substitution};
use rubie_method::Dense;
use rubie_model::System;
use rubie_output::SummaryGraph;
use rubie_program::{Phase, Place, Port, Rate};

use crate::clock::{Due, SummaryClock};
use crate::layout::{SummaryClockLayout, SummaryLayout};

/// The summaries of a system and where they are kept.
pub(super) struct Summaries<'a, 'g> {
    pub(super) graph: &'a SummaryGraph<'g>,
    pub(super) layout: SummaryLayout,
    /// Stands for [`SummaryLayout::due`], where a clock of its own writes it.
    pub(super) due: Expr<'g>,
    /// The schedule, where it is part of these programs.
    pub(super) within: Option<(SummaryClock<'g>, SummaryClockLayout)>,
    /// The row that says what a lane needs.
    pub(super) events: u32,
}

impl<'g> Summaries<'_, 'g> {
    pub(super) fn ports(&self) -> Vec<Port<'g>> {
        let row = |symbol, at| Port { symbol, place: Place::Row(at), rate: Rate::Sample };
        let accumulators = self.graph.accumulators().iter().zip(self.layout.accumulators.clone());
        let mut ports: Vec<_> = accumulators.map(|(accumulator, at)| row(accumulator.symbol, at)).collect();
        let controls = self.graph.controls().iter().zip(self.layout.controls.clone());
        ports.extend(controls.map(|(control, at)| Port {
            symbol: control.symbol,
            place: Place::Uniform(at),
            rate: Rate::Solve,
        }));
        match &self.within {
            Some((clock, layout)) => ports.extend(clock.ports(layout)),
            None => ports.push(row(self.due, self.layout.due)),
        }
        ports
    }

    /// The accumulators of a run whose recording starts with its initial states.
    pub(super) fn start(&self, system: &System<'g>, states: &[Expr<'g>]) -> Vec<(Expr<'g>, Place)> {
        let values = self.graph.variables().values_at(system, system.time, states);
        self.graph.start(&values).into_iter().zip(self.layout.accumulators.clone().map(Place::Row)).collect()
    }

    /// Samples inside a step, at the end of a step, and complete windows; `time` is that of a sample where the clock stands apart.
    pub(super) fn phases(
        &self,
        system: &System<'g>,
        states: &[Expr<'g>],
        dense: Option<&Dense<'g>>,
        time: Expr<'g>,
    ) -> Vec<Phase<'g>> {
        let phase = |name, outputs| Phase { name, rate: Rate::Sample, outputs };
        let mut phases = Vec::new();
        if let Some(dense) = dense {
            let (time, theta) = match &self.within {
                Some((clock, _)) => (clock.time(), Some((dense.theta, clock.theta()))),
                None => (time, None),
            };
            let states = Substitution::new(system.graph, theta.as_slice()).apply(&dense.states);
            phases.push(phase("summaries inside", self.sample(system, time, &states, true)));
        }
        phases.push(phase("summaries at end", self.sample(system, system.time, states, false)));
        phases.push(phase("summaries finish", self.finish()));
        phases
    }

    fn sample(
        &self,
        system: &System<'g>,
        time: Expr<'g>,
        states: &[Expr<'g>],
        inside: bool,
    ) -> Vec<(Expr<'g>, Place)> {
        let due = match &self.within {
            Some((clock, _)) => clock.due(inside),
            None => Due::read(self.due),
        };
        let values = self.graph.variables().values_at(system, time, states);
        let next = self.graph.update(time, &values);
        let mut outputs = if self.graph.starts_from_values() {
            let first = self.graph.start(&values);
            let chosen: Vec<_> =
                next.iter().zip(&first).map(|(next, first)| due.starts.select(*first, *next)).collect();
            self.change(due.any, &chosen)
        } else {
            self.change(due.sample(), &next)
        };
        outputs.extend(self.within.iter().flat_map(|(clock, layout)| clock.advance(due, layout)));
        if let (true, Some((clock, layout))) = (inside, &self.within) {
            outputs.extend(clock.advance_inside(due, layout, self.events));
        }
        outputs
    }

    fn finish(&self) -> Vec<(Expr<'g>, Place)> {
        let full = match &self.within {
            Some((clock, _)) => clock.full(),
            None => self.due,
        };
        let results = self.graph.finish().iter().copied().zip(self.layout.results.clone().map(Place::Row));
        let mut outputs: Vec<_> = results.collect();
        outputs.extend(self.change(full.gt(0.0), &self.graph.restart()));
        outputs.extend(self.within.iter().flat_map(|(clock, layout)| clock.restart(layout)));
        outputs
    }

    /// The accumulators, changed where `when` holds.
    fn change(&self, when: Expr<'g>, next: &[Expr<'g>]) -> Vec<(Expr<'g>, Place)> {
        let accumulators = self.graph.accumulators().iter().zip(next);
        let changed = accumulators.map(|(accumulator, next)| when.select(*next, accumulator.symbol));
        changed.zip(self.layout.accumulators.clone().map(Place::Row)).collect()
    }
}
