// Memory that runs out ends a Swift program by a trap, which says nothing; here it gets a message, or an exit status that says it.
#include "CProcess.h"
#include "confinement.h"

#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// The state that outlives a call: a handler has no other way to know what to look for, and how to end.
static size_t probe_size;
static bool is_confined;

// Swift aborts or traps when it gets no memory, and also when it finds a mistake of ours: how much is left tells them apart.
static void explain(int number) {
    void *probe = mmap(NULL, probe_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED && is_confined) _exit(PROCESS_OUT_OF_MEMORY);
    if (probe == MAP_FAILED) {
        static const char text[] = "Error: out of memory; a limit on address space (ulimit -v) may be too low\n";
        const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
        (void)written;
        _exit(PROCESS_FAILED);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_traps(size_t size) {
    probe_size = size;
    signal(SIGABRT, explain);
    signal(SIGILL, explain);
    signal(SIGTRAP, explain);
}

void process_explain_traps(void) {
    struct rlimit bounds;
    if (getrlimit(RLIMIT_AS, &bounds) != 0 || bounds.rlim_cur == RLIM_INFINITY) return;
    catch_traps(64 << 20);
    // Libraries that don't look at what they got.
    signal(SIGSEGV, explain);
}

void process_note_memory(size_t memory) {
    is_confined = true;
    catch_traps(memory / 4);
}

void process_return_blocks(size_t size) {
    // The threshold would grow with each block that is freed, and the next of that size be kept.
    mallopt(M_MMAP_THRESHOLD, (int)size);
    // Would grow with it. What is smaller comes and goes with each picture, and need not be asked for each time.
    mallopt(M_TRIM_THRESHOLD, 2 * (int)size);
}
