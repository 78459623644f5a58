//! The small functions that name rows: what `run.cu` asks of a kernel.

use std::collections::BTreeSet;

use rubie_kernel::{
    AttemptPart, EventClockPrograms, EventExchange, KernelSpec, Layout, SummaryClockLayout, SummaryLayout,
};

use super::calls::Calls;

/// What prints them for a kernel.
pub(super) struct Pieces<'a> {
    spec: &'a KernelSpec,
    layout: &'a Layout,
    calls: Calls<'a>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(spec: &'a KernelSpec) -> Self {
        Pieces { spec, layout: &spec.layout, calls: Calls::new(spec) }
    }

    /// Numbers that a thread has in memory for the factors of matrices.
    pub(super) fn factor_numbers(&self) -> usize {
        self.calls.numbers()
    }

    /// The rows of the step that the functions below name.
    pub(super) fn named_rows(&self) -> BTreeSet<u32> {
        let Layout { time, dt, next_dt, accepted, trouble, theta, sample_time, .. } = *self.layout;
        let single = [time, dt, next_dt, accepted, trouble, theta, sample_time];
        let mut rows: BTreeSet<u32> = single.into_iter().chain(self.layout.carried()).collect();
        rows.extend(self.layout.sampled.clone().chain(self.layout.recorded.iter().copied()));
        rows.extend(self.layout.inputs.clone().chain(self.layout.happened.clone()));
        if let Some(SummaryLayout { results, due, .. }) = &self.layout.summaries {
            rows.extend(results.clone().chain([*due]));
        }
        if let Some(EventExchange { target, start, crossed, due, beyond, outcome }) = &self.layout.exchange {
            rows.extend([*target, *start, *crossed, *beyond, *outcome].into_iter().chain(due.clone()));
            rows.extend(self.layout.bracket.clone());
        }
        if self.spec.clock.is_none() {
            rows.extend(self.clock_rows());
        }
        rows.extend(self.calls.rows());
        rows
    }

    /// The rows of a clock apart that the functions below name.
    pub(super) fn named_clock_rows(&self) -> BTreeSet<u32> {
        let Some(clock) = &self.spec.clock else { return BTreeSet::new() };
        let mut rows: BTreeSet<u32> = self.clock_rows().into_iter().collect();
        rows.extend([clock.target, clock.accepted, clock.next_dt, clock.theta]);
        if let Some(events) = &clock.events {
            rows.extend(events.carried.clone().chain(events.due.clone()));
            rows.extend([events.beyond, events.crossed, events.outcome]);
        }
        rows
    }

    fn clock_rows(&self) -> Vec<u32> {
        let clock = &self.layout.clock;
        let mut rows = vec![
            clock.now,
            clock.step,
            clock.tried,
            clock.previous,
            clock.next_sample,
            clock.attempts,
            clock.accepted_steps,
            clock.events,
        ];
        rows.extend(clock.look);
        if let Some(SummaryClockLayout { next, index, left, full, due, .. }) = clock.summaries {
            rows.extend([next, index, left, full, due]);
        }
        rows
    }

    /// The clock's rows that a run keeps between attempts.
    fn carried_clock_rows(&self) -> Vec<u32> {
        let clock = &self.layout.clock;
        let mut rows = vec![clock.now, clock.step, clock.next_sample, clock.attempts, clock.accepted_steps];
        rows.extend(clock.look);
        if let Some(SummaryClockLayout { next, index, left, full, .. }) = clock.summaries {
            rows.extend([next, index, left, full]);
        }
        let apart = self.spec.clock.as_ref().and_then(|clock| clock.events.as_ref());
        rows.extend(apart.iter().flat_map(|events| events.carried.clone()));
        rows
    }

    /// What a run keeps between attempts beside rows: members of `Lane`, those that are integers first.
    fn carried_numbers(&self) -> (Vec<&'static str>, &'static [&'static str]) {
        let (mut integers, mut numbers) = (vec!["l.sample", "l.window"], &[][..]);
        if self.spec.programs.events.is_some() {
            integers.extend(["l.events_at_once", "l.event_row"]);
            numbers = &["l.first_event"];
        }
        (integers, numbers)
    }

    /// Words of 8 bytes that a run put aside takes: its number, and what it keeps.
    pub(super) fn saved_words(&self) -> usize {
        let (integers, numbers) = self.carried_numbers();
        1 + integers.len() + numbers.len() + self.layout.carried().count() + self.carried_clock_rows().len()
    }

    /// A row of the clock, wherever it is.
    fn clock(&self, row: u32) -> String {
        format!("l.{}.r{row}", if self.spec.clock.is_some() { "c" } else { "r" })
    }

    pub(super) fn print(&self) -> String {
        let functions = [
            self.accessors(),
            self.beginning(),
            self.initialise(),
            self.calls.print(),
            self.attempt(),
            self.events(),
            self.may_be_infinite(),
            self.record_events(),
            self.samples(),
            self.summaries(),
            self.put_aside(),
        ];
        functions.concat()
    }

    fn accessors(&self) -> String {
        let clock = &self.layout.clock;
        let mut named = vec![
            ("now", clock.now),
            ("next_sample", clock.next_sample),
            ("attempts", clock.attempts),
            ("accepted_steps", clock.accepted_steps),
            ("events", clock.events),
        ];
        named.extend(clock.look.map(|look| ("look", look)));
        named.extend(clock.summaries.iter().map(|summaries| ("next_summary", summaries.next)));
        let accessor = |(name, row): (&str, u32)| {
            format!("INLINE double &{name}(Lane &l) {{ return {}; }}\n", self.clock(row))
        };
        let iterations = match self.layout.iterations {
            Some(row) => format!("l.r.r{row}"),
            None => "0.0".to_owned(),
        };
        let iterations = format!("INLINE double newton_iterations(Lane &l) {{ return {iterations}; }}\n");
        named.into_iter().map(accessor).chain([iterations]).collect()
    }

    fn beginning(&self) -> String {
        let Layout { time, next_dt, trouble, inputs, .. } = self.layout;
        let clock = &self.layout.clock;
        let load: Vec<String> = (inputs.clone().enumerate())
            .map(|(i, row)| format!("l.r.r{row} = (real)job.inputs[{i} * job.runs + l.run];"))
            .chain(self.clock_inputs())
            .collect();
        let mut first = vec![
            (clock.now, "job.t0"),
            (clock.step, "first_step"),
            (clock.next_sample, "job.first_sample"),
            (clock.attempts, "0.0"),
            (clock.accepted_steps, "0.0"),
            (clock.events, "0.0"),
        ];
        first.extend(clock.look.map(|look| (look, "0.0")));
        if let Some(summaries) = &clock.summaries {
            first.push((summaries.next, "job.first_summary"));
            first.push((summaries.index, "job.first_index"));
            first.push((summaries.left, "job.first_left"));
            first.push((summaries.full, "0.0"));
        }
        let begin: Vec<String> =
            first.into_iter().map(|(row, value)| format!("{} = {value};", self.clock(row))).collect();
        function("void load_inputs(Lane &l, const Job &job)", &load)
            + &function("void begin_time(Lane &l, double t0)", &[format!("l.r.r{time} = (real)t0;")])
            + &function("double next_dt(Lane &l)", &[format!("return (double)l.r.r{next_dt};")])
            + &function("void begin_clock(Lane &l, const Job &job, double first_step)", &begin)
            + &self.length()
            + &function("u32 trouble(const Lane &l)", &[format!("return (u32)l.r.r{trouble};")])
    }

    /// What makes initial values consistent, and begins anew after events.
    fn initialise(&self) -> String {
        let own = self.spec.programs.initialisation.as_ref();
        let initialise = own.map(|own| {
            let repeated = format!("while (l.r.r{} > 0) iterate_consistent(l, k);", own.pending);
            vec!["begin_consistent(l, k);".to_owned(), repeated]
        });
        let failed = own.map_or("return false;".to_owned(), |own| format!("return l.r.r{} > 0;", own.failed));
        let restart = self.spec.programs.restart.as_ref();
        let restart = restart.map(|_| vec!["initialise(l, k);".to_owned(), "run_restart(l, k);".to_owned()]);
        function("void initialise(Lane &l, const Uniforms &k)", &initialise.unwrap_or_default())
            + &function("bool is_inconsistent(const Lane &l)", &[failed])
            + &function("void restart(Lane &l, const Uniforms &k)", &restart.unwrap_or_default())
    }

    /// The length of a run.
    fn length(&self) -> String {
        let clock = &self.layout.clock;
        let uniforms = if self.spec.clock.is_some() { "c" } else { "u" };
        let body = format!("return (double)(k.{uniforms}[{}] - k.{uniforms}[{}]);", clock.end, clock.t0);
        function("double length(const Uniforms &k)", &[body])
    }

    fn attempt(&self) -> String {
        let Layout { time, dt, next_dt, accepted, clock, .. } = self.layout;
        let mut body = Vec::new();
        let apart = self.spec.clock.as_ref();
        let exchange = self.exchange();
        if let Some(programs) = apart {
            body.push("clock_propose(l, k);".to_owned());
            body.push(format!("l.r.r{dt} = (real)l.c.r{};", clock.tried));
            let target = programs.target;
            body.extend(exchange.map(|(own, _)| format!("l.r.r{} = (real)l.c.r{target};", own.target)));
        }
        body.extend(self.parts());
        if let Some(programs) = apart {
            body.push(format!("l.c.r{} = is_true(l.r.r{accepted}) ? 1.0 : 0.0;", programs.accepted));
            body.push(format!("l.c.r{} = (double)l.r.r{next_dt};", programs.next_dt));
            body.extend(
                exchange.map(|(own, its)| format!("l.c.r{} = (double)l.r.r{};", its.crossed, own.crossed)),
            );
            body.push("clock_settle(l, k);".to_owned());
            body.push(format!("l.r.r{time} = (real)l.c.r{};", clock.now));
        }
        function("void attempt(Lane &l, const Uniforms &k)", &body)
    }

    /// Where attempts only count: whether the sum of the states could be infinite or no number. Each state's exponent says so, and whole
    /// numbers find it out; below the limit even all states together are finite.
    fn may_be_infinite(&self) -> String {
        if self.spec.programs.strides.is_none() {
            return String::new();
        }
        let states = self.layout.states.clone();
        let doublings = states.len().next_power_of_two().trailing_zeros();
        let limit = 0x7ff0_0000 - ((doublings + 1) << 20);
        let mut body = vec!["u32 most = 0;".to_owned()];
        body.extend(
            states.map(|row| format!("most = max(most, (u32)(bits(l.r.r{row}) >> 32) & 0x7fffffffu);")),
        );
        body.push(format!("return most >= {limit:#x}u;"));
        function("bool may_be_infinite(const Lane &l)", &body)
    }

    /// What the step and a clock apart carry out events by.
    fn exchange(&self) -> Option<(&EventExchange, &EventClockPrograms)> {
        self.layout.exchange.as_ref().zip(self.spec.clock.as_ref()?.events.as_ref())
    }

    /// The varying inputs as a clock apart needs them for the times of events.
    fn clock_inputs(&self) -> Vec<String> {
        let inputs = self.exchange().map_or(0..0, |(_, its)| its.inputs.clone());
        let load = |(i, row)| format!("l.c.r{row} = job.inputs[{i} * job.runs + l.run];");
        inputs.enumerate().map(load).collect()
    }

    /// What a clock apart does about events at the start of a run, before and after they are carried out, and where a condition
    /// became true.
    fn events(&self) -> String {
        let Layout { time, next_dt, ref bracket, ref clock, .. } = *self.layout;
        let [mut started, mut act, mut acted, mut cut] = [const { Vec::new() }; 4];
        if let (Some((own, its)), Some(programs)) = (self.exchange(), &self.spec.clock) {
            let go = format!("l.r.r{time} = (real)l.c.r{};", clock.now);
            started.push("clock_start(l, k);".to_owned());
            act.push("clock_act(l, k);".to_owned());
            let due = own.due.clone().zip(its.due.clone());
            act.extend(due.map(|(own, its)| format!("l.r.r{own} = (real)l.c.r{its};")));
            act.push(format!("l.r.r{} = (real)l.c.r{};", own.beyond, its.beyond));
            acted.push(format!("l.c.r{} = (double)l.r.r{};", its.outcome, own.outcome));
            acted.push(format!("l.c.r{} = (double)l.r.r{next_dt};", programs.next_dt));
            acted.push("clock_acted(l, k);".to_owned());
            acted.push(go.clone());
            if its.cut.is_some() {
                cut.push(format!("l.c.r{} = (double)l.r.r{};", programs.theta, bracket.end - 1));
                cut.push(format!("l.c.r{} = (double)l.r.r{};", its.crossed, own.crossed));
                cut.push("clock_cut(l, k);".to_owned());
                cut.push(go);
            }
        }
        let named =
            [("started", started), ("before_events", act), ("after_events", acted), ("go_there", cut)];
        named
            .into_iter()
            .map(|(name, body)| function(&format!("void {name}(Lane &l, const Uniforms &k)"), &body))
            .collect()
    }

    /// The parts of an attempt in their order. Where one occurs twice they are taken by number in a loop, so that
    /// each is there once.
    fn parts(&self) -> Vec<String> {
        let programs = &self.spec.programs;
        if programs.order.iter().any(|part| part.with > 0) {
            return self.parts_with_repeats();
        }
        let once = programs.order.len() == programs.attempt.len();
        let mut lines: Vec<String> = Vec::new();
        if !once {
            lines.push(format!(
                "for (int part = 0; part < {}; ++part) switch (part) {{",
                programs.order.len()
            ));
        }
        // Parts that are the same share a case.
        let mut printed = vec![false; programs.order.len()];
        for (i, part) in programs.order.iter().enumerate() {
            if std::mem::replace(&mut printed[i], true) {
                continue;
            }
            if !once {
                for (j, other) in programs.order.iter().enumerate().skip(i) {
                    if other == part {
                        lines.push(format!("case {j}:"));
                        printed[j] = true;
                    }
                }
            }
            let done = self.statements(part);
            lines.push(match part.pending {
                None => done,
                Some(row) => format!("do {{ {done} }} while (l.r.r{row} > 0);"),
            });
            if !once {
                lines.push("break;".to_owned());
            }
        }
        if !once {
            lines.push("}".to_owned());
        }
        lines
    }

    /// The program of a part, and what is done after it.
    fn statements(&self, part: &AttemptPart) -> String {
        let calls = part.calls.iter().map(|call| self.calls.statement(call));
        let all: Vec<String> = [format!("part_{}(l, k);", part.program)].into_iter().chain(calls).collect();
        all.join(" ")
    }

    /// The same where a part is repeated together with others: each says which is next.
    fn parts_with_repeats(&self) -> Vec<String> {
        let order = &self.spec.programs.order;
        let mut lines = vec![format!("for (int part = 0; part < {};) switch (part) {{", order.len())];
        // Parts that are the same share a case.
        for (i, part) in order.iter().enumerate() {
            let next = match part.pending {
                None => "part += 1;".to_owned(),
                Some(row) => format!("part += l.r.r{row} > 0 ? {} : 1;", -(part.with as i64)),
            };
            if order[..i].contains(part) {
                continue;
            }
            for (j, _) in order.iter().enumerate().filter(|(_, other)| *other == part) {
                lines.push(format!("case {j}:"));
            }
            lines.push(self.statements(part));
            lines.push(next);
            lines.push("break;".to_owned());
        }
        lines.push("}".to_owned());
        lines
    }

    /// Writes down which events of the model just happened.
    fn record_events(&self) -> String {
        if self.spec.programs.events.is_none() {
            return String::new();
        }
        let record = |(event, row): (usize, u32)| {
            format!("if (l.r.r{row} != 0.0) record_event(l, job, time, {event}.0, unrecorded);")
        };
        let body: Vec<String> = self.layout.happened.clone().enumerate().map(record).collect();
        "INLINE void record_event(Lane &l, const Job &job, double time, double event, u64 &unrecorded);\n"
            .to_owned()
            + &function("void record_events(Lane &l, const Job &job, double time, u64 &unrecorded)", &body)
    }

    fn samples(&self) -> String {
        let Layout { theta, sample_time, sampled, recorded, clock, .. } = self.layout;
        let save = |rows: &mut dyn Iterator<Item = u32>| -> Vec<String> {
            let value = |(i, row)| {
                format!("job.samples[(l.sample * SAVED + {i}) * job.stride + l.run] = l.r.r{row};")
            };
            rows.enumerate().map(value).collect()
        };
        let record: Vec<String> =
            self.spec.programs.record.iter().map(|_| "run_record(l, k);".to_owned()).collect();
        let mut text = function("void record(Lane &l, const Uniforms &k)", &record)
            + &function(
                "void save_at_end(const Lane &l, const Job &job)",
                &save(&mut recorded.iter().copied()),
            );
        if self.spec.programs.sample.is_some() {
            let mut sample = Vec::new();
            if let Some(programs) = &self.spec.clock {
                sample.push("clock_place(l, k);".to_owned());
                sample.push(format!("l.r.r{theta} = (real)l.c.r{};", programs.theta));
                sample.push(format!("l.r.r{sample_time} = (real)l.c.r{};", clock.next_sample));
            }
            sample.push("run_sample(l, k);".to_owned());
            text += &function("void sample(Lane &l, const Uniforms &k)", &sample);
            text += &function("void save_inside(const Lane &l, const Job &job)", &save(&mut sampled.clone()));
        }
        text
    }

    fn summaries(&self) -> String {
        let (Some(layout), Some(clock), Some(programs)) =
            (&self.layout.summaries, &self.layout.clock.summaries, &self.spec.programs.summaries)
        else {
            return String::new();
        };
        let full = self.clock(clock.full);
        let mut text = String::new();
        if programs.inside.is_some() {
            text += &self.take("inside", true, layout, clock);
        }
        text += &self.take("at_end", false, layout, clock);
        text += &function("bool window_is_full(const Lane &l)", &[format!("return {full} != 0.0;")]);
        let mut finish = vec!["run_finish(l, k);".to_owned()];
        if self.spec.clock.is_some() {
            finish.push("clock_restart(l, k);".to_owned());
        }
        text += &function("void finish_window(Lane &l, const Uniforms &k)", &finish);
        let save = (layout.results.clone().enumerate()).map(|(i, row)| {
            format!("job.summaries[(l.window * RESULTS + {i}) * job.stride + l.run] = l.r.r{row};")
        });
        text + &function("void save_window(const Lane &l, const Job &job)", &save.collect::<Vec<_>>())
    }

    /// One summary sample; a clock apart says where it is, and goes on to the next.
    fn take(&self, name: &str, inside: bool, layout: &SummaryLayout, clock: &SummaryClockLayout) -> String {
        let mut body = Vec::new();
        let due = layout.due;
        if let Some(programs) = &self.spec.clock {
            body.push(format!("clock_{name}(l, k);"));
            if inside {
                body.push(format!("l.r.r{} = (real)l.c.r{};", self.layout.theta, programs.theta));
                body.push(format!("l.r.r{} = (real)l.c.r{};", self.layout.sample_time, clock.next));
            }
            body.push(format!("l.r.r{due} = (real)l.c.r{};", clock.due));
        }
        body.push(format!("run_summary_{name}(l, k);"));
        if self.spec.clock.is_some() {
            body.push("clock_advance(l, k);".to_owned());
            body.push(format!("l.r.r{due} = (real)l.c.r{};", clock.full));
        }
        function(&format!("void summary_{name}(Lane &l, const Uniforms &k)"), &body)
    }

    /// What a run keeps between launches; memory that was never written, all zeros, holds no run.
    fn put_aside(&self) -> String {
        let mut load = vec!["l.run = words[0] - 1;".to_owned()];
        let mut store = vec!["words[0] = l.run + 1;".to_owned()];
        let (integers, numbers) = self.carried_numbers();
        for (at, member) in (1..).zip(&integers) {
            load.push(format!("{member} = words[{at} * stride];"));
            store.push(format!("words[{at} * stride] = {member};"));
        }
        let bits = match self.spec.clock.is_some() {
            true => "(u32)",
            false => "",
        };
        let step = self.layout.carried().map(|row| (format!("l.r.r{row}"), bits));
        let clock = self.carried_clock_rows().into_iter().map(|row| (self.clock(row), ""));
        let numbers = numbers.iter().map(|member| ((*member).to_owned(), ""));
        for (at, (row, bits)) in (1 + integers.len()..).zip(numbers.chain(step).chain(clock)) {
            load.push(format!("{row} = number({bits}words[{at} * stride]);"));
            store.push(format!("words[{at} * stride] = bits({row});"));
        }
        load.push(format!("l.r.r{} = (real)now(l);", self.layout.time));
        function("void load(Lane &l, const u64 *words, u64 stride)", &load)
            + &function("void store(const Lane &l, u64 *words, u64 stride)", &store)
    }
}

/// A function that is inlined.
pub(super) fn function(head: &str, body: &[String]) -> String {
    let lines: String = body.iter().map(|line| format!("    {line}\n")).collect();
    format!("INLINE {head} {{\n{lines}}}\n")
}
