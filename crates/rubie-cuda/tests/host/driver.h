
// A launch: all threads, one after the other.
extern "C" void rubie_host(const Job *job, const void *uniforms) {
    for (u64 thread = 0; thread < job->threads; ++thread) {
        blockIdx.x = (unsigned)(thread / BLOCK);
        threadIdx.x = (unsigned)(thread % BLOCK);
        const Uniforms *at = (const Uniforms *)uniforms;
        rubie_run(*job, HOST_ARGUMENT);
    }
}
