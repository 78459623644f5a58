// The runs of a chunk: each thread takes one, attempts its steps, and takes the next from a counter that all threads
// share, so that a warp does not wait for its slowest run. After a quota of attempts a thread puts its run aside and
// goes on with it in the next launch.

// NaN from the first sample and summary that the run lacks.
INLINE void fail(const Lane &l, const Job &job, u32 status) {
    job.status[l.run] = status;
    for (u64 row = l.sample * SAVED; row < job.sample_rows; ++row) job.samples[row * job.stride + l.run] = NOT_A_NUMBER;
    for (u64 row = l.window * RESULTS; row < job.summary_rows; ++row)
        job.summaries[row * job.stride + l.run] = NOT_A_NUMBER;
}

#if HAS_EVENTS
// Events long ago count no more.
INLINE void no_events_yet(Lane &l) {
    l.first_event = number((u64)0xfff0000000000000ull);
    l.events_at_once = 0;
}

// Writes down an event of the model; counts those for which no slot is left.
INLINE void record_event(Lane &l, const Job &job, double time, double event, u64 &unrecorded) {
    if (l.event_row == job.event_rows) {
        ++unrecorded;
        return;
    }
    job.events[l.event_row++ * job.stride + l.run] = time;
    job.events[l.event_row++ * job.stride + l.run] = event;
}

// NaN in the slots that are left.
INLINE void no_more_events(const Lane &l, const Job &job) {
    for (u64 row = l.event_row; row < job.event_rows; ++row) job.events[row * job.stride + l.run] = NOT_A_NUMBER;
}

// Carries out the events of the model that happen now, and those that follow from them. Says what the run needs then. Too
// many within an instant end it.
INLINE u32 act(Lane &l, const Job &job, const Uniforms &k, u64 &unrecorded) {
    u32 event = EVENT_ACT;
    while ((event & (EVENT_ACT | EVENT_STOPPED)) == EVENT_ACT) {
        if (now(l) - l.first_event > length(k) * INSTANT) {
            l.first_event = now(l);
            l.events_at_once = 0;
        }
        if (++l.events_at_once > MOST_AT_ONCE) return EVENT_CASCADE;
        double time = now(l);
        before_events(l, k);
        run_events(l, k);
        restart(l, k);
        after_events(l, k);
        if (job.event_rows != 0) record_events(l, job, time, unrecorded);
        event = (u32)events(l);
    }
    return event;
}
#endif

#if HAS_CONDITIONS
// Puts the run to the place within the step just accepted where a condition became true.
INLINE void locate(Lane &l, const Uniforms &k) {
    bracket(l, k);
    for (int more = HALVINGS; more > 0; --more) halve(l, k);
    cut(l, k);
    go_there(l, k);
}
#endif

// Begins the thread's next run; false if there is none left. A run that cannot begin is finished at once, and leaves
// the thread without one.
INLINE bool refill(Lane &l, const Job &job, const Uniforms &k, u64 &finished, u64 &unrecorded) {
    l.run = atomicAdd(&job.counters[0], (u64)1);
    if (l.run >= job.runs) {
        l.run = NONE;
        return false;
    }
    l.sample = 0;
    l.window = 0;
    load_inputs(l, job);
    begin_time(l, job.t0);
    initial(l, k);
    initialise(l, k);
    start(l, k);
    started(l, k);
    if (job.sample_times[0] == job.t0) {
        record(l, k);
        save_at_end(l, job);
        l.sample = 1;
    }
#if HAS_EVENTS
    // A sample at the time of an event shows the state before it.
    no_events_yet(l);
    l.event_row = 0;
    u32 event = act(l, job, k, unrecorded);
    no_events_yet(l);
    if (event & (EVENT_STOPPED | EVENT_CASCADE)) {
        no_more_events(l, job);
        fail(l, job, event & EVENT_STOPPED ? STATUS_STOPPED : STATUS_EVENT_CASCADE);
        ++finished;
        l.run = NONE;
        return true;
    }
#endif
    double first_step = next_dt(l);
    bool inconsistent = is_inconsistent(l);
    if (inconsistent || !(first_step > 0.0 && first_step <= 1.7976931348623157e308)) {
#if HAS_EVENTS
        no_more_events(l, job);
#endif
        fail(l, job, inconsistent ? STATUS_INCONSISTENT : STATUS_NON_FINITE);
        ++finished;
        l.run = NONE;
        return true;
    }
    begin_clock(l, job, first_step);
    return true;
}

INLINE void next_sample_time(Lane &l, const Job &job) {
    ++l.sample;
    next_sample(l) = job.sample_times[l.sample];
}

#if HAS_SUMMARIES
INLINE void take_window(Lane &l, const Job &job, const Uniforms &k) {
    if (window_is_full(l)) {
        finish_window(l, k);
        save_window(l, job);
        ++l.window;
    }
}
#endif

// Takes all samples within the step just accepted, then those at its end. A step within which a condition became true
// ends there.
INLINE void observe(Lane &l, const Job &job, const Uniforms &k) {
#if HAS_DENSE
    bool inside = next_sample(l) < now(l);
#if HAS_SUMMARIES
    inside = inside || next_summary(l) < now(l);
#endif
#if HAS_CONDITIONS
    bool crossed = ((u32)events(l) & EVENT_CROSS) != 0;
    if (inside || crossed) dense(l, k);
    if (crossed) locate(l, k);
#else
    if (inside) dense(l, k);
#endif
    while (next_sample(l) < now(l)) {
        sample(l, k);
        save_inside(l, job);
        next_sample_time(l, job);
    }
#endif
    if (next_sample(l) == now(l)) {
        record(l, k);
        save_at_end(l, job);
        next_sample_time(l, job);
    }
#if HAS_SUMMARIES
#if HAS_DENSE
    while (next_summary(l) < now(l)) {
        summary_inside(l, k);
        take_window(l, job, k);
    }
#endif
    if (next_summary(l) == now(l)) {
        summary_at_end(l, k);
        take_window(l, job, k);
    }
#endif
}

// Writes down how a run ended. What was wrong with the last attempt is the cause of all else.
INLINE void end(Lane &l, const Job &job, u32 event) {
#if HAS_EVENTS
    no_more_events(l, job);
#endif
    if (event & EVENT_CASCADE) {
        fail(l, job, STATUS_EVENT_CASCADE);
    } else if (event & EVENT_STOPPED) {
        fail(l, job, STATUS_STOPPED);
    } else if (event & EVENT_DONE) {
        job.status[l.run] = 0;
    } else {
        u32 cause = trouble(l);
        fail(l, job, cause != 0 ? cause : event & EVENT_STUCK ? STATUS_STEP_TOO_SMALL : STATUS_STEP_LIMIT);
    }
    l.run = NONE;
}

#if HAS_STRIDES
// Attempts steps of one size until one may mean something for the run, `most` at most; returns how many. Only the last is counted
// as the program does it: integers count the others, and look whether a state is so large that the states' sum might be infinite.
// They cost nothing beside arithmetic of f64.
INLINE u64 stride(Lane &l, const Uniforms &k, u64 most) {
    double before = attempts(l), until = look(l) - before;
    u32 all = most < 0x7fffffff ? (u32)most : 0x7fffffffu;
    if (until < (double)all) all = until > 1.0 ? (u32)ceil(until) : 1u;
    u32 left = all;
    do attempt(l, k); while (--left != 0 && !may_be_infinite(l));
    attempts(l) = before + (double)(all - left - 1);
    count(l, k);
    return all - left;
}
#endif

extern "C" __global__ void __launch_bounds__(LAUNCH_BOUNDS) rubie_run(const Job job, UNIFORMS_ARGUMENT) {
    u64 thread = (u64)blockIdx.x * BLOCK + threadIdx.x;
    if (thread >= job.threads) return;
    Lane l = {};
    u64 finished = 0, accepted = 0, rejected = 0, iterated = 0, unrecorded = 0;
#if HAS_MATRICES
    l.factors = job.factors + thread;
    l.stride = job.threads;
#endif
    load(l, job.saved + thread, job.threads);
    for (u64 left = job.quota; left > 0;) {
        if (l.run == NONE) {
            if (!refill(l, job, UNIFORMS, finished, unrecorded)) break;
            if (l.run == NONE) {
                --left;
                continue;
            }
        }
#if HAS_STRIDES
        left -= stride(l, UNIFORMS, left);
#else
        attempt(l, UNIFORMS);
        --left;
#endif
        // Zero for nearly all attempts: no sample is due, and the run goes on. Steps of one size say only that it is time to ask.
        if (events(l) == 0.0) continue;
#if HAS_STRIDES
        settle(l, UNIFORMS);
#endif
        if ((u32)events(l) & EVENT_OBSERVE) observe(l, job, UNIFORMS);
#if HAS_STRIDES
        if ((u32)events(l) & EVENT_LAND) {
            land(l, UNIFORMS);
            if ((u32)events(l) & EVENT_OBSERVE) observe(l, job, UNIFORMS);
        }
#endif
        u32 event = (u32)events(l);
#if HAS_EVENTS
        if (event & EVENT_ACT) event |= act(l, job, UNIFORMS, unrecorded);
#endif
        if (event & EVENT_ENDS) {
            u64 steps = (u64)accepted_steps(l);
            accepted += steps;
            rejected += (u64)attempts(l) - steps;
            iterated += (u64)newton_iterations(l);
            ++finished;
            end(l, job, event);
        }
    }
    store(l, job.saved + thread, job.threads);
    if (finished != 0) atomicAdd(&job.counters[1], finished);
    if (accepted != 0) atomicAdd(&job.counters[2], accepted);
    if (rejected != 0) atomicAdd(&job.counters[3], rejected);
    if (iterated != 0) atomicAdd(&job.counters[4], iterated);
    if (unrecorded != 0) atomicAdd(&job.counters[5], unrecorded);
}
