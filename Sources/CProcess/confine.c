// What a process gives up before it touches a hostile byte, outermost first: rights, files, resources, and at last system calls.
#define _GNU_SOURCE
#include "CProcess.h"
#include "confinement.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The same numbers on every architecture; the C library's headers may be older than the kernel.
enum { landlock_create_ruleset = 444, landlock_restrict_self = 446, landlock_version_flag = 1 };

// `struct landlock_ruleset_attr` as of version 6. An older kernel takes a longer one whose rest is zero.
struct ruleset {
    uint64_t files, network, scopes;
};

static long landlock_version(void) {
    return syscall(landlock_create_ruleset, NULL, (size_t)0, landlock_version_flag);
}

// Denies whatever this kernel's Landlock can deny: a ruleset that handles every right and grants none. Returns 0 or an errno.
static int deny_files(void) {
    const long version = landlock_version();
    if (version < 1) return ENOSYS;
    struct ruleset all = {.files = (1 << 13) - 1};      // everything up to making symbolic links
    if (version >= 2) all.files |= 1 << 13;             // moving between directories
    if (version >= 3) all.files |= 1 << 14;             // truncating
    if (version >= 5) all.files |= 1 << 15;             // ioctl of devices
    if (version >= 4) all.network = 3;                  // TCP: bind and connect
    if (version >= 6) all.scopes = 3;                   // abstract sockets of, and signals to, processes that are not confined
    const int ruleset = (int)syscall(landlock_create_ruleset, &all, sizeof all, 0);
    if (ruleset < 0) return errno;
    const int failure = syscall(landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
    close(ruleset);
    return failure;
}

int process_isolation(void) {
    return (process_can_filter() ? PROCESS_FILTERS_CALLS : 0) | (landlock_version() >= 1 ? PROCESS_DENIES_FILES : 0);
}

void process_hide(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static int limit(int resource, rlim_t value) {
    struct rlimit bounds = {value, value};
    return setrlimit(resource, &bounds) == 0 ? 0 : errno;
}

// Address space in use now: the first number of /proc/self/statm, in pages.
static size_t address_space(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;
    if (file) {
        if (fscanf(file, "%lu", &pages) != 1) pages = 0;
        fclose(file);
    }
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

// What is taken now and `memory` more, or less where a limit is in force already, which nobody may raise.
static int limit_address_space(size_t used, size_t memory) {
    struct rlimit before;
    if (getrlimit(RLIMIT_AS, &before) != 0) return errno;
    return limit(RLIMIT_AS, before.rlim_cur < used + memory ? before.rlim_cur : used + memory);
}

void process_keep_memory(void) {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    // What the first picture takes, in large pages: small ones cost a fault each, which is most of its time.
    const uintptr_t large = 2 << 20;
    char *ahead = malloc(5 * large);
    if (ahead) madvise((char *)(((uintptr_t)ahead + large - 1) / large * large), 4 * large, MADV_HUGEPAGE);
    free(ahead);
}

static int same(const void *a, const void *b) { return (void)a, (void)b, 0; }

// Of more than a kilobyte glibc's qsort asks once how much memory there is: a call that a confined process does not have. libtiff sorts its
// tags for each file, and others may sort what they like; so it is made to ask now, by two elements of that size.
static void sort_once(void) {
    static unsigned char elements[2][2048];
    qsort(elements, 2, sizeof elements[0], same);
}

int process_confine(size_t memory, int isolation, enum process_role role) {
    sort_once();
    process_note_memory(memory);
#ifdef DEBUG
    process_note_scanner();
#endif
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    process_hide();
    // Read from a file, hence before files are denied.
    const size_t used = address_space();
    int failure = isolation & PROCESS_DENIES_FILES ? deny_files() : 0;
    if (!failure) failure = limit_address_space(used, memory);
    if (!failure) failure = limit(RLIMIT_CORE, 0);
    if (!failure) failure = limit(RLIMIT_FSIZE, 0);
    if (!failure) failure = limit(RLIMIT_NPROC, 0);
    // With no number left for a descriptor nothing can be opened, no socket made and none received.
    if (!failure) failure = limit(RLIMIT_NOFILE, 0);
    // In a list of processes it says more than "exe".
    if (!failure) prctl(PR_SET_NAME, role == PROCESS_UNPACKS ? "assay-unpacker" : "assay-decoder", 0, 0, 0);
    // Last: of the calls above none is allowed afterwards.
    if (!failure && isolation & PROCESS_FILTERS_CALLS) failure = process_filter_calls(role);
    return failure;
}
