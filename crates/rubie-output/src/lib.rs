//! What RuBIE records of a run.
//!
//! Two questions, answered apart: *when* samples are taken ([`Schedule`], [`Span`]) and *what* is saved
//! of each ([`OutputGraph`]). Both are settled before anything is computed: times are plain numbers, variables
//! are expressions in the model's own graph, which the kernel evaluates at the sample's time.
//!
//! ```
//! use rubie_expr::Graph;
//! use rubie_model::Model;
//! use rubie_output::{OutputGraph, Schedule, Span};
//!
//! let model = Model::parse("decay", "state x = 1\nparam k = 2\nx' = -k*x\nhalf = x/2\nobserve half").unwrap();
//! let graph = Graph::new();
//! let system = model.system(&graph);
//!
//! let times = Schedule::Every(0.5).times(Span::new(0.0, 2.0, 0.0).unwrap()).unwrap();
//! assert_eq!(times, [0.0, 0.5, 1.0, 1.5, 2.0]);
//!
//! let output = OutputGraph::all(&system);
//! let names: Vec<&str> = output.variables().iter().map(|v| v.name.as_str()).collect();
//! assert_eq!(names, ["x", "half"]);
//!
//! let mistake = OutputGraph::named(&system, &["hlaf"]).unwrap_err().to_string();
//! assert!(mistake.contains("did you mean `half`?"));
//! ```

mod span;

mod times;

mod schedule;

mod summary_schedule;

mod counter;

mod variables;

mod metric;

mod metrics;

mod summary;

pub use counter::Counter;
pub use metric::{
    Accumulator, Argument, ArgumentKind, Control, Define, Entry, Fold, Metric, MetricRequest, Running, Unit,
    Window,
};
pub use metrics::{MetricError, metrics};
pub use schedule::Schedule;
pub use span::{ScheduleError, Span};
pub use summary::{Column, SummaryError, SummaryGraph};
pub use summary_schedule::{SummarySchedule, SummaryTiming};
pub use times::{Grid, SampleTimes};
pub use variables::{OutputGraph, Source, Variable, VariablesError};
