// Processes that decode hostile bytes: how they start, and how signals reach the one that scans.
#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { max_descriptors = 8 };

int process_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor >= 0) fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK);
    return descriptor;
}

int process_results_file(const char *name, size_t size) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    if (ftruncate(descriptor, (off_t)size) == 0 &&
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) return descriptor;
    const int failure = errno;
    close(descriptor);
    errno = failure;
    return -1;
}

void process_forget(int descriptor, size_t offset, size_t length) {
    fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length);
}

int process_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    return 0;
}

int process_reopen_read_only(int descriptor) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return open(path, O_RDONLY | O_CLOEXEC);
}

// What is different in a child's environment: no backtraces, since the tool that makes them could not be started and would
// hide how the child died.
static char child_setting[] = "SWIFT_BACKTRACE=enable=no";

static char **child_environment(void) {
    const size_t name = strcspn(child_setting, "=") + 1;
    size_t count = 0;
    while (environ[count]) count++;
    char **copy = malloc((count + 2) * sizeof *copy);
    if (!copy) return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], child_setting, name) != 0) copy[kept++] = environ[i];
    }
    copy[kept++] = child_setting;
    copy[kept] = NULL;
    return copy;
}

// Copies above every number that is handed on, so that no dup2 overwrites the source of a later one. Returns 0 or an errno.
static int copy_high(const int descriptors[], int count, int high[]) {
    if (count > max_descriptors) return EINVAL;
    for (int i = 0; i < count; i++) {
        high[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 3 + max_descriptors);
        if (high[i] < 0) {
            const int failure = errno;
            while (i > 0) close(high[--i]);
            return failure;
        }
    }
    return 0;
}

// What is typed at the terminal or sent to the whole group is the scanner's to deal with; the rest works as usual.
static sigset_t blocked_in_children(void) {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGQUIT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    return blocked;
}

int process_spawn(const char *executable, char *const arguments[], const int descriptors[], int count, pid_t *child) {
    int high[max_descriptors];
    int failure = copy_high(descriptors, count, high);
    if (failure) return failure;
    char **environment = child_environment();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    failure = environment ? 0 : ENOMEM;
    if (!failure) failure = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, 0, 1);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, 0, 2);
    for (int i = 0; i < count && !failure; i++) failure = posix_spawn_file_actions_adddup2(&actions, high[i], 3 + i);
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(&actions, 3 + count);
    const sigset_t blocked = blocked_in_children();
    sigset_t standard;
    sigfillset(&standard);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    if (!failure) failure = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!failure) failure = posix_spawnattr_setsigmask(&attributes, &blocked);
    if (!failure) failure = posix_spawnattr_setsigdefault(&attributes, &standard);
    if (!failure) failure = posix_spawn(child, executable, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    for (int i = 0; i < count; i++) close(high[i]);
    return failure;
}

// Leaves a process that was just split off with what `process_spawn` would have given it.
static void become_child(const int high[], int count, int null) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    for (int i = 0; i < 3; i++) {
        if (dup2(null, i) < 0) _exit(1);
    }
    for (int i = 0; i < count; i++) {
        if (dup2(high[i], 3 + i) < 0) _exit(1);
    }
    closefrom(3 + count);
    const sigset_t blocked = blocked_in_children();
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

int process_split(const int descriptors[], int count, pid_t *child) {
    // Its links are two and one for each thread.
    struct stat tasks;
    if (stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink != 3) return ENOTSUP;
    // Opened here, where a failure can still be told.
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return errno;
    int high[max_descriptors];
    int failure = copy_high(descriptors, count, high);
    if (failure) {
        close(null);
        return failure;
    }
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    *child = fork();
    if (*child < 0) failure = errno;
    if (*child == 0) {
        become_child(high, count, null);
        return 0;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(null);
    for (int i = 0; i < count; i++) close(high[i]);
    return failure;
}

int process_rename_new(const char *old, const char *new) {
    return renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_NOREPLACE) == 0 ? 0 : errno;
}

int process_run(const char *program, int input, int milliseconds, int *status) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // Our standard output may be where records go.
    int failure = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, 2, 1);
    if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    sigset_t none, standard;
    sigemptyset(&none);
    sigfillset(&standard);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // A group of its own: what it starts is ended with it, and what a terminal sends to us does not reach it.
    const short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    if (!failure) failure = posix_spawnattr_setflags(&attributes, flags);
    if (!failure) failure = posix_spawnattr_setsigmask(&attributes, &none);
    if (!failure) failure = posix_spawnattr_setsigdefault(&attributes, &standard);
    char *const arguments[] = {(char *)program, NULL};
    pid_t child = 0;
    if (!failure) failure = posix_spawnp(&child, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failure) return failure;
    const int descriptor = pidfd_open(child, 0);
    if (descriptor >= 0) {
        struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
        int ended;
        do ended = poll(&waiting, 1, milliseconds);
        while (ended < 0 && errno == EINTR);
        close(descriptor);
        if (ended == 0) {
            failure = ETIMEDOUT;
            kill(-child, SIGKILL);
        }
    }
    while (waitpid(child, status, 0) < 0 && errno == EINTR) {}
    return failure;
}

// The one piece of state that outlives a call: a handler has no other way to know where to report.
static volatile sig_atomic_t report_to = -1;

static void report(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(report_to, &byte, 1);
    (void)written;
    errno = saved;
}

void process_report_signals(int descriptor, int reports_user_signal) {
    static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1};
    sigset_t caught;
    sigemptyset(&caught);
    report_to = descriptor;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        if (numbers[i] == SIGUSR1 && !reports_user_signal) continue;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN) continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = report;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
        sigaddset(&caught, numbers[i]);
    }
    // A parent may have started this process with them blocked.
    pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
}

int process_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

const char *process_signal_name(int number) {
    static _Thread_local char name[24];
    const char *abbreviation = sigabbrev_np(number);
    if (abbreviation) {
        snprintf(name, sizeof name, "SIG%s", abbreviation);
    } else {
        snprintf(name, sizeof name, "signal %d", number);
    }
    return name;
}

void process_end_by_signal(int number) {
    signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
}
