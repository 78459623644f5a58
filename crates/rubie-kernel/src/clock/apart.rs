//! A clock that stands apart from the step, because the step is not computed in f64.

use rubie_expr::Graph;
use rubie_program::{Lowering, LoweringError, Phase, Place, Port, Precision, Program, Rate};

use super::{ClockGraph, Proposal, SummaryClock};
use crate::layout::{ClockKind, ClockLayout, Numbers};

/// The programs of a clock that stands apart from the step, all in f64 on rows and uniforms of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClockPrograms {
    /// Before the attempt: the step to try.
    pub propose: Program,
    /// After the attempt: time, counts, events.
    pub settle: Program,
    /// Before a sample: its place within the step.
    pub place: Program,
    /// The schedule of summaries, where there are any.
    pub summaries: Option<SummaryClockPrograms>,
    /// Where time is after the attempt, if it is accepted.
    pub target: u32,
    /// Whether the attempt was accepted: 1 or 0, to be written before `settle`.
    pub accepted: u32,
    /// The step size that the attempt proposes, to be written before `settle`.
    pub next_dt: u32,
    /// Place of the sample within the step, in [0, 1].
    pub theta: u32,
    /// Number of rows.
    pub rows: u32,
    /// Number of uniforms.
    pub uniforms: u32,
}

/// The programs of the schedule of summaries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryClockPrograms {
    /// Before summary samples inside a step: which lanes have one, and its place.
    pub inside: Program,
    /// Before summary samples at the end of a step: which lanes have one.
    pub at_end: Program,
    /// After summary samples: the next ones.
    pub advance: Program,
    /// After windows: new ones.
    pub restart: Program,
}

/// The programs of a clock of its own, and the rows of it that others read and write.
pub(crate) fn apart(fixed: bool, summaries: bool) -> Result<(ClockLayout, ClockPrograms), LoweringError> {
    let graph = Graph::new();
    let clock = ClockGraph::new(&graph, graph.symbol("t"), fixed, summaries);
    let (mut rows, mut uniforms) = (Numbers::new(), Numbers::new());
    let own = [rows.one(), rows.one(), rows.one()];
    let kind = ClockKind { summaries, ..ClockKind::default() };
    let layout = ClockLayout::new(own, kind, &mut rows, &mut uniforms);
    let (target, accepted, next_dt, theta) = (rows.one(), rows.one(), rows.one(), rows.one());
    let symbols = ["tried", "target", "accepted", "next_dt"].map(|name| graph.symbol(name));
    let mut ports = clock.ports(&layout);
    let places = [layout.tried, target, accepted, next_dt].map(Place::Row);
    ports.extend(symbols.iter().zip(places).map(|(symbol, place)| Port {
        symbol: *symbol,
        place,
        rate: Rate::Attempt,
    }));

    let proposal = clock.propose();
    let proposed = vec![(proposal.tried, places[0]), (proposal.target, places[1])];
    let [tried, target_symbol, accepted_symbol, next] = symbols;
    let tried = Proposal { tried, target: target_symbol };
    let settled = clock.settle(tried, accepted_symbol.gt(0.0), next, None, &layout);
    let placed = vec![(clock.theta(), Place::Row(theta))];
    let phase = |name, rate, outputs| Phase { name, rate, outputs };
    let mut phases = vec![
        phase("propose", Rate::Attempt, proposed),
        phase("settle", Rate::Attempt, settled),
        phase("place", Rate::Sample, placed),
    ];
    if let Some(own) = &layout.summaries {
        let summaries = SummaryClock::new(&graph, &clock);
        let due = graph.symbol("summaries.due");
        ports.extend(summaries.ports(own));
        ports.push(Port { symbol: due, place: Place::Row(own.due), rate: Rate::Sample });
        let due_row = Place::Row(own.due);
        let inside = vec![(summaries.due(true), due_row), (summaries.theta(), Place::Row(theta))];
        phases.extend([
            phase("summaries inside", Rate::Sample, inside),
            phase("summaries at end", Rate::Sample, vec![(summaries.due(false), due_row)]),
            phase("summaries advance", Rate::Sample, summaries.advance(due, own)),
            phase("summaries restart", Rate::Sample, summaries.restart(own)),
        ]);
    }
    let (first_row, first_uniform) = (rows.one(), uniforms.one());
    let precision = Precision::F64;
    let lowered =
        Lowering { precision, ports, phases, homes: Vec::new(), first_row, first_uniform }.lower()?;
    let (rows, uniforms) = (lowered.rows, lowered.uniforms);
    let mut programs = lowered.programs.into_iter();
    let mut program = || programs.next().expect("one program per phase");
    let (propose, settle, place) = (program(), program(), program());
    let summaries = summaries.then(|| SummaryClockPrograms {
        inside: program(),
        at_end: program(),
        advance: program(),
        restart: program(),
    });
    let programs =
        ClockPrograms { propose, settle, place, summaries, target, accepted, next_dt, theta, rows, uniforms };
    Ok((layout, programs))
}
