// What a launch works on. Arrays have the run as their fastest axis.
struct Job {
    const double *inputs;        // (input, run)
    real *samples;               // (time, variable, run)
    real *summaries;             // (window, column, run)
    double *events;              // (slot, when or which, run)
    u32 *status;                 // (run)
    const double *sample_times;  // of the samples, and infinity
    u64 *counters;               // next run, finished runs, accepted steps, rejected steps, Newton iterations, events without a slot
    real *factors;               // (number, thread): factors of dense matrices
    u64 *saved;                  // (word, thread): runs that a launch leaves unfinished
    u64 runs;
    u64 stride;                  // runs of the arrays of samples, summaries and events
    u64 threads;
    u64 quota;                   // attempts of each thread in this launch
    u64 sample_rows;             // times * variables
    u64 summary_rows;            // windows * columns
    u64 event_rows;              // slots * 2
    double t0;
    double first_sample;         // time of the first sample after t0
    double first_summary;        // the schedule of summaries at the start of a run
    double first_index;
    double first_left;
};

// One run at work in one thread.
struct Lane {
    Rows r;
    Clock c;
    u64 run;     // which run, or NONE
    u64 sample;  // index of the next sample
    u64 window;  // index of the window of summaries
#if HAS_MATRICES
    real *factors;  // the thread's first
    u64 stride;     // from one to the next
#endif
#if HAS_EVENTS
    double first_event;  // when the last events of the model began that lie together
    u64 events_at_once;  // how many these are
    u64 event_row;       // row of the next slot for an event
#endif
};

#define NONE (~(u64)0)

// The table in f64: behind the one in f32, if there is that.
INLINE const double *table_f64(const Uniforms &k) {
    return sizeof(real) == 8 ? (const double *)k.table : (const double *)k.table + ((u64)k.entries + 1) / 2;
}
