//! The progress bar: on a terminal a bar with rate and time left, on a pipe nothing.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rubie::Monitor;

/// A bar that follows a solve from a thread of its own until it is dropped.
pub(crate) struct Progress {
    finished: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts a bar for `runs` runs if standard error is a terminal.
    pub(crate) fn start(runs: u64, monitor: &Arc<Monitor>) -> Option<Progress> {
        if !std::io::stderr().is_terminal() {
            return None;
        }
        let style = "{wide_bar} {human_pos}/{human_len} runs, {per_sec}, {eta} left";
        let style = ProgressStyle::with_template(style).ok()?;
        let bar = ProgressBar::new(runs).with_style(style);
        let finished = Arc::new(AtomicBool::new(false));
        let (flag, monitor) = (Arc::clone(&finished), Arc::clone(monitor));
        let thread = std::thread::spawn(move || {
            // Short solves end before a bar is worth drawing.
            std::thread::park_timeout(Duration::from_millis(500));
            while !flag.load(Relaxed) {
                bar.set_position(monitor.finished_runs.load(Relaxed));
                std::thread::park_timeout(Duration::from_millis(100));
            }
            bar.finish_and_clear();
        });
        Some(Progress { finished, thread: Some(thread) })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finished.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A bar that failed to draw is no reason to fail the solve.
            let _ = thread.join();
        }
    }
}
