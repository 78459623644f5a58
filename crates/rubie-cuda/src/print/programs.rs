//! The programs of a kernel and what their functions are called.

use rubie_kernel::{
    ClockPrograms, ConditionPrograms, EventClockPrograms, KernelSpec, StridePrograms, SummaryClockPrograms,
};
use rubie_program::Program;

/// The programs of the step, and what their functions are called; the solve program runs on the host.
pub(super) fn step_programs(spec: &KernelSpec) -> Vec<(String, &Program)> {
    let programs = &spec.programs;
    let mut named = vec![("initial".to_owned(), &programs.initial), ("start".to_owned(), &programs.start)];
    named.extend(programs.initialisation.iter().flat_map(|own| {
        [("begin_consistent".to_owned(), &own.begin), ("iterate_consistent".to_owned(), &own.iterate)]
    }));
    named.extend(programs.attempt.iter().enumerate().map(|(i, program)| (format!("part_{i}"), program)));
    if let Some(StridePrograms { count, settle, land }) = &programs.strides {
        let strides = [("count", count), ("settle", settle), ("land", land)];
        named.extend(strides.map(|(name, program)| (name.to_owned(), program)));
    }
    let optional =
        [("run_record", &programs.record), ("dense", &programs.dense), ("run_sample", &programs.sample)];
    named.extend(
        optional.into_iter().filter_map(|(name, program)| Some((name.to_owned(), program.as_ref()?))),
    );
    if let Some(summaries) = &programs.summaries {
        named.extend(summaries.inside.iter().map(|program| ("run_summary_inside".to_owned(), program)));
        named.push(("run_summary_at_end".to_owned(), &summaries.at_end));
        named.push(("run_finish".to_owned(), &summaries.finish));
    }
    if let Some(ConditionPrograms { bracket, halve, cut }) = &programs.conditions {
        let conditions = [("bracket", bracket), ("halve", halve), ("cut", cut)];
        named.extend(conditions.map(|(name, program)| (name.to_owned(), program)));
    }
    named.extend(programs.events.iter().map(|program| ("run_events".to_owned(), program)));
    named.extend(programs.restart.iter().map(|program| ("run_restart".to_owned(), program)));
    named
}

/// The programs of a clock apart, and what their functions are called.
pub(super) fn clock_programs(spec: &KernelSpec) -> impl Iterator<Item = (&'static str, &Program)> {
    let clock = spec.clock.iter();
    clock.flat_map(|ClockPrograms { propose, settle, place, summaries, events, .. }| {
        let step = [("clock_propose", propose), ("clock_settle", settle), ("clock_place", place)];
        let summaries =
            summaries.iter().flat_map(|SummaryClockPrograms { inside, at_end, advance, restart }| {
                [
                    ("clock_inside", inside),
                    ("clock_at_end", at_end),
                    ("clock_advance", advance),
                    ("clock_restart", restart),
                ]
            });
        let events = events.iter().flat_map(|EventClockPrograms { start, act, acted, cut, .. }| {
            let cut = cut.iter().map(|cut| ("clock_cut", cut));
            [("clock_start", start), ("clock_act", act), ("clock_acted", acted)].into_iter().chain(cut)
        });
        step.into_iter().chain(summaries).chain(events)
    })
}
