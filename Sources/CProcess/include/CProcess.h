// What Linux offers processes and Swift can't say: variadic calls, GNU extensions, signal handlers.
#ifndef ASSAY_PROCESS_H
#define ASSAY_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/// The arguments of this process, its name among them.
int process_argument_count(void);
const char *process_argument(int index);

/// To be called before anything is opened: where 0, 1 or 2 was closed by whoever started this process, it is taken by what can be
/// neither read nor written, so that no file that is opened later gets mistaken for input or output. A limit on the size of files
/// becomes the error EFBIG.
void process_begin(void);

/// Lets the signals that end a program be heard even if whoever started it left them blocked.
void process_unblock_signals(void);

/// A memory file (memfd_create) that can grow but never shrink, so that no one who maps it can be made to fault.
/// Returns its descriptor or -1.
int process_memory_file(const char *name);

/// A memory file of exactly `size` bytes, of which no one can take or add any. Returns its descriptor or -1.
int process_results_file(const char *name, size_t size);

/// Gives the memory of a part of a memory file back to the system; it then reads as zeros.
void process_forget(int descriptor, size_t offset, size_t length);

/// Exit status of a confined process that ran out of memory, and of one that could not be confined and therefore did nothing.
enum { PROCESS_OUT_OF_MEMORY = 86, PROCESS_NOT_CONFINED = 87 };

/// Exit status of the program when it could not do what it was asked to.
enum { PROCESS_FAILED = 2 };

/// Where address space is limited (`ulimit -v`), has the process say so, and end with PROCESS_FAILED, when it aborts or traps because
/// there is no more of it.
void process_explain_traps(void);

/// What a kernel may offer to confine a process with, as bits: a seccomp filter of system calls, and Landlock.
enum { PROCESS_FILTERS_CALLS = 1, PROCESS_DENIES_FILES = 2 };

/// Has the C library give blocks of `size` bytes and more, up to 32 MiB, back to the system as soon as they are freed.
void process_return_blocks(size_t size);

/// A pipe that no program inherits, larger than most where the system allows it. Returns 0 or an errno.
int process_pipe(int ends[2]);

/// A second, read-only descriptor of the same memory file, or -1.
int process_reopen_read_only(int descriptor);

/// Starts `executable` with `arguments` (ended by NULL). The child gets `descriptors[0]…[count - 1]` as 3, 4, …; /dev/null
/// as 0, 1 and 2; nothing else. SIGINT, SIGQUIT, SIGTERM and SIGHUP, which go to the whole group, do not reach it.
/// Returns 0 or an errno.
int process_spawn(const char *executable, char *const arguments[], const int descriptors[], int count, pid_t *child);

/// Splits off a child that goes on from here as a copy of this process (`fork`), with descriptors and signals as from
/// `process_spawn`: faster, since nothing has to be loaded again. `*child` is 0 in the child, which must end with `_exit`.
/// Returns 0 or an errno, ENOTSUP when there is more than one thread: the child would have no more than this one.
///
/// The child has a copy of all that this process holds, and the same layout of its address space: split before anything is read
/// that a child must not see.
int process_split(const int descriptors[], int count, pid_t *child);

/// Has freed memory stay with the process, up to 256 MiB, for the next picture: taking it back costs a fault for every page,
/// which for large pictures is a third of the decoding. A few megabytes are taken ahead, in large pages.
void process_keep_memory(void);

/// The bits of what this kernel offers to this process and its children.
int process_isolation(void);

/// Keeps other processes of the same user from reading and changing this one, and its memory out of core dumps.
void process_hide(void);

/// What a confined process is for, which decides what it may ask of the system and how lists of processes call it: assay-decoder, which is
/// handed requests and images, or assay-unpacker, which reads an archive and writes what it unpacks of it.
enum process_role { PROCESS_DECODES, PROCESS_UNPACKS };

/// Gives up what the role does not need: dies with its parent's thread, gains no privileges, is hidden, opens, writes and
/// forks nothing, takes at most `memory` further bytes of address space, or what a limit that is in force leaves, and ends
/// with PROCESS_OUT_OF_MEMORY when it aborts or traps with less than a quarter of them left. With the bits of `isolation`: all that Landlock can deny is denied, and any system call but
/// those that the role needs ends the process by SIGSYS. Returns 0 or an errno, also when any of `isolation` can't be had.
int process_confine(size_t memory, int isolation, enum process_role role);

/// Has a confined process try what it must not be able to do, for tests: the word is one of `process_attempt_name`. Returns
/// what the call said, as a system call does, if the process is still there. Debug builds only.
long process_attempt(const char *word);

/// The names of attempts, NULL after the last. Debug builds only.
const char *process_attempt_name(int index);

/// Renames a file unless the new name exists (`renameat2`). Returns 0 or an errno.
int process_rename_new(const char *old, const char *new_name);

/// Runs a program without arguments, looked for in PATH unless its name has a slash, with `input` as its standard input and our
/// standard error as its standard output and error. After `milliseconds` it is killed with what it started, and ETIMEDOUT is
/// returned; otherwise 0 and its wait status, or an errno.
int process_run(const char *program, int input, int milliseconds, int *status);

/// Writes the number of each SIGINT, SIGQUIT, SIGTERM and SIGHUP that arrives, and of each SIGUSR1 if wanted, to `descriptor` as one
/// byte, on whatever thread it arrives. A signal that is ignored already stays ignored.
void process_report_signals(int descriptor, int reports_user_signal);

/// CPUs in this process's affinity mask, at least 1.
int process_processors(void);

/// The name of a signal, such as "SIGSEGV", in memory of the calling thread until its next call.
const char *process_signal_name(int number);

/// Ends the process by `number` as if it had never been caught.
void process_end_by_signal(int number);

#endif
