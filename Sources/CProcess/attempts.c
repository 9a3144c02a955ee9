// What a decoder that was taken over would try, so that tests can try it from inside: debug builds only.
#ifdef DEBUG
#define _GNU_SOURCE
#include "CProcess.h"
#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static pid_t scanner;
// In a decoder that was split off it lies where the scanner has it.
static volatile char scanners_memory[16] = "unchanged";

void process_note_scanner(void) { scanner = getppid(); }

// Paths below are in the scan's working directory, which the test prepares.
static char victim[] = "victim";
static char name[] = "made";
static char program[] = "/bin/true";

// Raw, so that no C library chooses another call.
#define TRY(word, ...) \
    static long try_##word(void) { return syscall(__VA_ARGS__); }

static struct open_how {
    uint64_t flags, mode, resolve;
} how = {O_RDWR, 0, 0};
static struct iovec here = {"changed", 8};
static struct iovec there = {(void *)scanners_memory, 8};
static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "listener"};
static char *arguments[] = {program, NULL};
static struct rlimit unlimited = {4096, 4096};
static uint64_t zeros[16];
static uint64_t clone_arguments[8] = {0, 0, 0, 0, SIGCHLD};
static struct msghdr message;

TRY(openat, SYS_openat, AT_FDCWD, victim, O_RDWR)
TRY(create, SYS_openat, AT_FDCWD, name, O_CREAT | O_WRONLY, 0600)
TRY(openat2, SYS_openat2, AT_FDCWD, victim, &how, sizeof how)
TRY(unlinkat, SYS_unlinkat, AT_FDCWD, victim, 0)
TRY(renameat2, SYS_renameat2, AT_FDCWD, victim, AT_FDCWD, name, 0)
TRY(truncate, SYS_truncate, victim, 1)
TRY(fchmodat, SYS_fchmodat, AT_FDCWD, victim, 0)
TRY(fchownat, SYS_fchownat, AT_FDCWD, victim, 1, 1, 0)
TRY(utimensat, SYS_utimensat, AT_FDCWD, victim, NULL, 0)
TRY(setxattr, SYS_setxattr, victim, "user.a", "b", 1, 0)
TRY(mkdirat, SYS_mkdirat, AT_FDCWD, name, 0700)
TRY(mknodat, SYS_mknodat, AT_FDCWD, name, S_IFIFO | 0600, 0)
TRY(linkat, SYS_linkat, AT_FDCWD, victim, AT_FDCWD, name, 0)
TRY(symlinkat, SYS_symlinkat, victim, AT_FDCWD, name)
TRY(chdir, SYS_chdir, "/")
TRY(chroot, SYS_chroot, "/")
TRY(newfstatat, SYS_newfstatat, AT_FDCWD, victim, zeros, 0)
TRY(mount, SYS_mount, "none", ".", "tmpfs", 0, NULL)
TRY(socket, SYS_socket, AF_UNIX, SOCK_STREAM, 0)
TRY(connect, SYS_connect, 3, &address, sizeof address)
TRY(sendto, SYS_sendto, 3, "a", 1, MSG_NOSIGNAL, &address, sizeof address)
TRY(sendmsg, SYS_sendmsg, 3, &message, MSG_NOSIGNAL)
TRY(recvmsg, SYS_recvmsg, 3, &message, MSG_DONTWAIT)
TRY(send_out_of_band, SYS_sendto, 3, "a", 1, MSG_NOSIGNAL | MSG_OOB, NULL, 0)
TRY(receive_out_of_band, SYS_recvfrom, 3, zeros, 1, MSG_OOB | MSG_DONTWAIT, NULL, NULL)
TRY(shutdown, SYS_shutdown, 3, SHUT_RDWR)
TRY(close, SYS_close, 3)
TRY(read, SYS_pread64, 4, zeros, 1, 0)
TRY(dup, SYS_dup, 4)
TRY(fcntl, SYS_fcntl, 4, F_GETFL)
TRY(ioctl, SYS_ioctl, 3, 0x5421, zeros)
TRY(write, SYS_write, 4, "changed", 7)
TRY(kill, SYS_kill, scanner, SIGKILL)
TRY(killall, SYS_kill, -1, 0)
TRY(tgkill, SYS_tgkill, scanner, scanner, SIGKILL)
TRY(tkill, SYS_tkill, scanner, SIGKILL)
TRY(sigqueue, SYS_rt_sigqueueinfo, scanner, SIGKILL, zeros)
TRY(pidfd, SYS_pidfd_open, scanner, 0)
TRY(ptrace, SYS_ptrace, PTRACE_ATTACH, scanner, NULL, NULL)
TRY(readv, SYS_process_vm_readv, scanner, &here, 1, &there, 1, 0)
TRY(writev, SYS_process_vm_writev, scanner, &here, 1, &there, 1, 0)
TRY(prlimit, SYS_prlimit64, scanner, RLIMIT_NOFILE, &unlimited, NULL)
TRY(execve, SYS_execve, program, arguments, NULL)
TRY(execveat, SYS_execveat, AT_FDCWD, program, arguments, NULL, 0)
TRY(clone, SYS_clone, SIGCHLD, 0, 0, 0, 0)
TRY(thread, SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, zeros + 16, 0, 0, 0)
TRY(clone3, SYS_clone3, clone_arguments, sizeof clone_arguments)
TRY(unshare, SYS_unshare, CLONE_NEWUSER)
TRY(setns, SYS_setns, 4, 0)
TRY(bpf, SYS_bpf, 0, zeros, sizeof zeros)
TRY(io_uring_setup, SYS_io_uring_setup, 1, zeros)
TRY(userfaultfd, SYS_userfaultfd, 0)
TRY(perf_event_open, SYS_perf_event_open, zeros, 0, -1, -1, 0)
TRY(memfd_create, SYS_memfd_create, "a", 0)
TRY(keyctl, SYS_keyctl, 0, 0, 0, 0, 0)
TRY(dumpable, SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)
TRY(outlive, SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0)
TRY(privileges, SYS_prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)
TRY(unfilter, SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_DISABLED, 0, 0, 0)
TRY(refilter, SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, zeros)
TRY(unlimit, SYS_prlimit64, 0, RLIMIT_NOFILE, &unlimited, NULL)
TRY(code, SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
TRY(images_as_code, SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, 4, 0)
TRY(write_images, SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 4, 0)
TRY(share, SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
TRY(mprotect, SYS_mprotect, (uintptr_t)scanners_memory & ~(uintptr_t)4095, 4096, PROT_READ | PROT_WRITE | PROT_EXEC)
TRY(pkey_mprotect, SYS_pkey_mprotect, (uintptr_t)scanners_memory & ~(uintptr_t)4095, 4096, PROT_EXEC, -1)
TRY(reboot, SYS_reboot, 0, 0, 0, NULL)
TRY(unknown, 0x3fffffff)
#ifdef __x86_64__
TRY(open, SYS_open, victim, O_RDWR)
TRY(unlink, SYS_unlink, victim)
TRY(rename, SYS_rename, victim, name)
TRY(chmod, SYS_chmod, victim, 0)
TRY(mkdir, SYS_mkdir, name, 0700)
TRY(link, SYS_link, victim, name)
TRY(fork, SYS_fork)
TRY(getpid_of_x32, 0x40000000 | SYS_getpid)

// `getpid` of 32 bits; of 64 bits that number is `writev`, which is allowed.
static long try_other_architecture(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#endif

static const struct attempt {
    const char *word;
    long (*make)(void);
} attempts[] = {
#define ATTEMPT(word) {#word, try_##word},
    ATTEMPT(openat) ATTEMPT(create) ATTEMPT(openat2) ATTEMPT(unlinkat) ATTEMPT(renameat2) ATTEMPT(truncate)
    ATTEMPT(fchmodat) ATTEMPT(fchownat) ATTEMPT(utimensat) ATTEMPT(setxattr) ATTEMPT(mkdirat) ATTEMPT(mknodat)
    ATTEMPT(linkat) ATTEMPT(symlinkat) ATTEMPT(chdir) ATTEMPT(chroot) ATTEMPT(newfstatat) ATTEMPT(mount) ATTEMPT(socket)
    ATTEMPT(connect) ATTEMPT(sendto) ATTEMPT(sendmsg) ATTEMPT(recvmsg) ATTEMPT(send_out_of_band)
    ATTEMPT(receive_out_of_band) ATTEMPT(shutdown) ATTEMPT(close) ATTEMPT(read) ATTEMPT(dup) ATTEMPT(fcntl)
    ATTEMPT(ioctl)
    ATTEMPT(write) ATTEMPT(kill) ATTEMPT(killall) ATTEMPT(tgkill) ATTEMPT(tkill) ATTEMPT(sigqueue) ATTEMPT(pidfd)
    ATTEMPT(ptrace) ATTEMPT(readv) ATTEMPT(writev) ATTEMPT(prlimit) ATTEMPT(execve) ATTEMPT(execveat) ATTEMPT(clone)
    ATTEMPT(thread) ATTEMPT(clone3) ATTEMPT(unshare) ATTEMPT(setns) ATTEMPT(bpf) ATTEMPT(io_uring_setup)
    ATTEMPT(userfaultfd) ATTEMPT(perf_event_open) ATTEMPT(memfd_create) ATTEMPT(keyctl) ATTEMPT(dumpable)
    ATTEMPT(outlive) ATTEMPT(privileges) ATTEMPT(unfilter) ATTEMPT(refilter) ATTEMPT(unlimit) ATTEMPT(code)
    ATTEMPT(images_as_code) ATTEMPT(write_images) ATTEMPT(share) ATTEMPT(mprotect) ATTEMPT(pkey_mprotect)
    ATTEMPT(reboot) ATTEMPT(unknown)
#ifdef __x86_64__
    ATTEMPT(open) ATTEMPT(unlink) ATTEMPT(rename) ATTEMPT(chmod) ATTEMPT(mkdir) ATTEMPT(link) ATTEMPT(fork)
    ATTEMPT(getpid_of_x32) ATTEMPT(other_architecture)
#endif
    {NULL, NULL},
};

const char *process_attempt_name(int index) { return attempts[index].word; }

long process_attempt(const char *word) {
    for (const struct attempt *attempt = attempts; attempt->word; attempt++) {
        if (strcmp(attempt->word, word) == 0) return attempt->make();
    }
    return -1;
}

#else
typedef int nothing_in_release_builds;
#endif
