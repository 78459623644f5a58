//! Batches in pieces: the same bits whatever the pieces, whatever happened in between, and wherever results are kept.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use rubie::prelude::*;
use rubie::sink::{Chunk, Earlier, Sink, SinkError, TableForm, Written, create, create_resumable};
use rubie::{ErrorKind, Monitor, SummaryOptions, Values};

const NAMES: [&str; 5] = ["a.parquet", "a.csv", "a.npy", "a.npz", "a.zarr"];
const RUNS: u64 = 1000;

/// A solver whose sweep is cut into about so many chunks.
fn solver(chunks: u64, change: impl FnOnce(&mut SolveOptions)) -> Solver {
    let text = "state x [mol] = 1, y = 0\nparam k = 2\nx' = -k*x\ny' = k*x\n";
    let model = Model::parse("decay", text).unwrap();
    let mut options = SolveOptions { until: 2.0, save: Schedule::Every(0.25), ..SolveOptions::default() };
    change(&mut options);
    let variables = options.keep.as_ref().map_or(2, Vec::len) as u64;
    // Three chunks in flight; 9 times, status and inputs. Blocks of files count too, so they are given on top.
    let per_run = 3 * (9 * variables * 8 + 4 + 8);
    if chunks > 0 {
        options.chunk_bytes = 0;
        options.memory_limit = Some(per_run * RUNS.div_ceil(chunks) + 7);
    }
    Solver::new(&model, &options).unwrap()
}

fn sweep() -> Sweep {
    Sweep::product(vec![Axis::parse("k", "uniform:0.1:4:1000", 5).unwrap()]).unwrap()
}

/// A sink that says it needs no memory, so that chunks are as long as the test wants, and that fails after some runs.
struct Light {
    sink: Box<dyn Sink>,
    most: u64,
    largest: usize,
}

impl Sink for Light {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        self.largest = self.largest.max(chunk.runs);
        if chunk.first_run >= self.most {
            return Err(SinkError::Duplicate { name: "a failure of the test".to_owned() });
        }
        self.sink.write(chunk)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        self.sink.finish()
    }

    fn finished_runs(&self) -> u64 {
        self.sink.finished_runs()
    }
}

/// All files of a folder with their contents.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            let inner = contents(&entry.path());
            all.extend(inner.into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    all
}

fn written(name: &str, chunks: u64, change: impl FnOnce(&mut SolveOptions)) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let solver = solver(chunks, change);
    let sink = create(&folder.path().join(name), TableForm::Wide, solver.layout(&sweep())).unwrap();
    let sink = Box::new(Light { sink, most: RUNS, largest: 0 });
    let report = solver.solve_into(&sweep(), sink, &Monitor::default()).unwrap();
    assert_eq!(report.chunks, chunks, "{name}");
    contents(folder.path())
}

#[test]
fn files_do_not_depend_on_the_chunks() {
    for name in NAMES {
        let whole = written(name, 1, |_| ());
        assert!(!whole.is_empty());
        for chunks in [2, 7, 1000] {
            assert!(written(name, chunks, |_| ()) == whole, "{name} in {chunks} chunks");
        }
    }
}

/// Long runs make short blocks, so that there are several and their ends lie within chunks.
#[test]
fn blocks_do_not_depend_on_the_chunks() {
    for name in ["a.parquet", "a.zarr"] {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for chunk_bytes in [0, 3_000_000, 1 << 30] {
            let solver = solver(0, |options| {
                options.save = Schedule::Every(1.0 / 1024.0);
                options.chunk_bytes = chunk_bytes;
                options.memory_limit = (chunk_bytes == 0).then_some(60_000_000);
            });
            let sink = create(&folder.path().join(name), TableForm::Wide, solver.layout(&sweep())).unwrap();
            let report = solver.solve_into(&sweep(), sink, &Monitor::default()).unwrap();
            assert!(report.chunks == 1 || chunk_bytes < 1 << 30);
            files.push(contents(folder.path()));
        }
        assert!(files[0] == files[1] && files[1] == files[2], "{name}");
    }
}

fn resumable(
    folder: &Path,
    name: &str,
    solver: &Solver,
    earlier: Earlier,
) -> Result<Box<dyn Sink>, SinkError> {
    let identity = solver.identity(&sweep()).unwrap();
    create_resumable(&folder.join(name), TableForm::Wide, solver.layout(&sweep()), &identity, earlier)
}

fn fail_after(folder: &Path, name: &str, solver: &Solver, most: u64) {
    let sink = resumable(folder, name, solver, Earlier::Resume).unwrap();
    let error = solver.solve_into(&sweep(), Box::new(Light { sink, most, largest: 0 }), &Monitor::default());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Output);
}

fn with_summaries(options: &mut SolveOptions) {
    options.summaries = Some(SummaryOptions::new(&["mean", "max"], 0.25));
}

#[test]
fn a_solve_that_failed_goes_on_where_it_was() {
    for name in NAMES {
        // Samples and summaries cannot be in one array.
        let change: fn(&mut SolveOptions) = if name == "a.npy" { |_| () } else { with_summaries };
        let folder = tempfile::tempdir().unwrap();
        let sliced = solver(0, |options| {
            change(options);
            options.chunk_bytes = 0;
            options.memory_limit = Some(100_000);
        });
        let whole = {
            let folder = tempfile::tempdir().unwrap();
            let sink = create(&folder.path().join(name), TableForm::Wide, sliced.layout(&sweep())).unwrap();
            let sink = Box::new(Light { sink, most: RUNS, largest: 0 });
            sliced.solve_into(&sweep(), sink, &Monitor::default()).unwrap();
            contents(folder.path())
        };
        fail_after(folder.path(), name, &sliced, 400);
        let left = contents(folder.path());
        let blocks = name == "a.parquet" || name == "a.zarr";
        // All runs of this small batch are one block: none of it is finished.
        assert_eq!(left.is_empty(), blocks, "{name}: {:?}", left.keys());
        fail_after(folder.path(), name, &sliced, 700);
        let sink = resumable(folder.path(), name, &sliced, Earlier::Resume).unwrap();
        assert_eq!(sink.finished_runs() >= 600, !blocks, "{name}: {}", sink.finished_runs());
        let sink = Box::new(Light { sink, most: RUNS, largest: 0 });
        let report = sliced.solve_into(&sweep(), sink, &Monitor::default()).unwrap();
        assert_eq!(report.resumed_runs >= 600, !blocks);
        assert!(contents(folder.path()) == whole, "{name}");
    }
}

#[test]
fn blocks_that_are_finished_are_gone_on_with() {
    for name in ["a.parquet", "a.zarr"] {
        let folder = tempfile::tempdir().unwrap();
        let solver = solver(0, |options| {
            with_summaries(options);
            options.save = Schedule::Every(1.0 / 1024.0);
            options.chunk_bytes = 0;
            options.memory_limit = Some(2 << 20);
        });
        fail_after(folder.path(), name, &solver, 300);
        fail_after(folder.path(), name, &solver, 800);
        let sink = resumable(folder.path(), name, &solver, Earlier::Resume).unwrap();
        assert!(sink.finished_runs() > 500 && sink.finished_runs() < 800, "{}", sink.finished_runs());
        solver
            .solve_into(&sweep(), Box::new(Light { sink, most: RUNS, largest: 0 }), &Monitor::default())
            .unwrap();
        let resumed = contents(folder.path());
        let whole = resumable(folder.path(), name, &solver, Earlier::Refuse).unwrap();
        solver
            .solve_into(
                &sweep(),
                Box::new(Light { sink: whole, most: RUNS, largest: 0 }),
                &Monitor::default(),
            )
            .unwrap();
        assert!(contents(folder.path()) == resumed, "{name}");
    }
}

#[test]
fn only_the_same_solve_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = solver(10, |_| ());
    fail_after(folder.path(), "a.csv", &first, 500);
    let refused = |solver: &Solver, earlier| {
        resumable(folder.path(), "a.csv", solver, earlier).err().unwrap().to_string()
    };
    let message = refused(&first, Earlier::Refuse);
    assert!(message.contains("500 of 1000 runs") && message.contains("--resume"), "{message}");
    let tolerance = solver(10, |options| options.steps.rtol = rubie::Tolerance::Uniform(1e-3));
    let message = refused(&tolerance, Earlier::Resume);
    assert!(message.contains("other options") && !message.contains("sweep"), "{message}");
    let method = solver(10, |options| options.method = "vern7".to_owned());
    assert!(refused(&method, Earlier::Resume).contains("another model, method or precision"));
    let columns = solver(10, |options| options.keep = Some(vec!["x".to_owned()]));
    assert!(refused(&columns, Earlier::Resume).contains("other columns"));
    let other = Sweep::product(vec![Axis::parse("k", "uniform:0.1:4:1000", 6).unwrap()]).unwrap();
    let identity = first.identity(&other).unwrap();
    let path = folder.path().join("a.csv");
    let sink = create_resumable(&path, TableForm::Wide, first.layout(&other), &identity, Earlier::Resume);
    assert!(sink.err().unwrap().to_string().contains("another sweep"));
    // More threads, other vectors, less memory: the same results.
    let sink = resumable(folder.path(), "a.csv", &solver(3, |_| ()), Earlier::Resume).unwrap();
    assert_eq!(sink.finished_runs(), 500);
    let busy = refused(&first, Earlier::Resume);
    assert!(busy.contains("another solve is writing"), "{busy}");
    drop(sink);
    assert_eq!(resumable(folder.path(), "a.csv", &first, Earlier::Restart).unwrap().finished_runs(), 0);
    assert_eq!(contents(folder.path()).len(), 0, "nothing was written");
}

/// The program was killed between giving the file its name and removing the journal.
#[test]
fn a_file_that_is_whole_is_not_made_again() {
    for name in ["a.csv", "a.parquet"] {
        let folder = tempfile::tempdir().unwrap();
        let solver = solver(0, with_summaries);
        let sink = Unfinished(resumable(folder.path(), name, &solver, Earlier::Refuse).unwrap());
        solver.solve_into(&sweep(), Box::new(sink), &Monitor::default()).unwrap_err();
        // As it was before the end: one of two files has its name.
        let journal = fs::read(folder.path().join(format!("{name}.journal"))).unwrap();
        let sink = resumable(folder.path(), name, &solver, Earlier::Resume).unwrap();
        assert_eq!(sink.finished_runs(), RUNS);
        solver.solve_into(&sweep(), sink, &Monitor::default()).unwrap();
        let whole = contents(folder.path());
        fs::write(folder.path().join(format!("{name}.journal")), journal).unwrap();
        let sink = resumable(folder.path(), name, &solver, Earlier::Resume).unwrap();
        let report = solver.solve_into(&sweep(), sink, &Monitor::default()).unwrap();
        assert_eq!((report.resumed_runs, report.chunks), (RUNS, 0));
        assert!(contents(folder.path()) == whole, "{name}");
    }
}

/// Takes all runs and ends without finishing the file.
struct Unfinished(Box<dyn Sink>);

impl Sink for Unfinished {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        self.0.write(chunk)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        Err(SinkError::Incomplete { found: RUNS, expected: RUNS })
    }
}

#[test]
fn results_beyond_the_memory_are_the_same() {
    for precision in [Precision::F64, Precision::F32] {
        let change = |options: &mut SolveOptions| {
            with_summaries(options);
            options.precision = precision;
        };
        let whole = solver(0, change).solve(&sweep()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let spilling = solver(0, |options| {
            change(options);
            options.memory_limit = Some(40_000);
            options.spill = Some(folder.path().to_owned());
        });
        let spilled = spilling.solve(&sweep()).unwrap();
        assert!(spilled.report().chunks > 1);
        assert_eq!(contents(folder.path()).len(), 0, "the files have no names");
        assert_eq!(spilled.samples(), whole.samples());
        assert_eq!(spilled.summaries(), whole.summaries());
        assert_eq!(spilled.swept_values("k"), whole.swept_values("k"));
        assert_eq!(spilled.status(), whole.status());
        let copy = spilled.clone();
        drop(spilled);
        assert_eq!(copy.series("x", 999), whole.series("x", 999));
        assert!(matches!(copy.samples(), Values::F64(_)) == (precision == Precision::F64));
    }
    let refused = solver(0, |options| options.memory_limit = Some(40_000)).solve(&sweep()).unwrap_err();
    assert!(refused.kind() == ErrorKind::Memory && refused.to_string().contains("spill"), "{refused}");
    let nowhere = solver(0, |options| {
        options.memory_limit = Some(40_000);
        options.spill = Some("/nowhere".into());
    });
    assert!(nowhere.solve(&sweep()).unwrap_err().to_string().contains("/nowhere"));
}

#[test]
fn memory_explains_itself() {
    let solver = solver(7, |_| ());
    let text = solver.explain_memory(&sweep(), &rubie::sink::Discard).unwrap();
    for part in ["1000 runs in 7 chunks of 143", "`samples`", "free memory", "the limit is"] {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[test]
fn an_interrupt_keeps_what_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let solver = solver(100, |_| ());
    let monitor = std::sync::Arc::new(Monitor::default());
    let sink = resumable(folder.path(), "a.csv", &solver, Earlier::Refuse).unwrap();
    let stop = Stop { sink, monitor: std::sync::Arc::clone(&monitor) };
    let error = solver.solve_into(&sweep(), Box::new(stop), &monitor).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let sink = resumable(folder.path(), "a.csv", &solver, Earlier::Resume).unwrap();
    assert!(sink.finished_runs() >= 300 && sink.finished_runs().is_multiple_of(10));
}

/// Stops the solve at run 300.
struct Stop {
    sink: Box<dyn Sink>,
    monitor: std::sync::Arc<Monitor>,
}

impl Sink for Stop {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        self.monitor.interrupt.fetch_or(chunk.first_run >= 300, Relaxed);
        self.sink.write(chunk)
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        self.sink.finish()
    }
}
