// What must be right before anything else runs: the arguments, and that 0, 1 and 2 are nobody else's.
#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

// Swift's own way to the arguments reads a file of /proc, which a chroot or a small container may lack. The C library hands them to
// every function that runs before main.
static int argument_count;
static char **argument_vector;

__attribute__((constructor)) static void keep_arguments(int count, char **vector) {
    argument_count = count;
    argument_vector = vector;
}

int process_argument_count(void) { return argument_count; }

const char *process_argument(int index) { return argument_vector[index]; }

void process_begin(void) {
    for (int descriptor = 0; descriptor < 3; descriptor++) {
        // The lowest free number is given, which is this one. What is opened as a mere path can be neither read nor written, so that
        // whoever tries is told.
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF && open("/", O_PATH) != descriptor) return;
    }
    // A file that may not grow further is an error of the write, not the end of the program.
    signal(SIGXFSZ, SIG_IGN);
}

void process_unblock_signals(void) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGQUIT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &ending, NULL);
}
