// The system calls that are left to a process that reads hostile bytes: an allow-list of what decoding and unpacking were measured to need, as a BPF program of our own,
// since a library that writes such programs would have to be loaded by every decoder.
#define _GNU_SOURCE
#include "CProcess.h"
#include "confinement.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)
enum { this_architecture = (int)AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { this_architecture = (int)AUDIT_ARCH_AARCH64 };
#else
#error "the filter knows no calls of this architecture"
#endif

// Descriptors, as `InspectionService` has them, and as `UnpackingService` has them.
enum { errors = 2, scanner = 3, images = 4, archive = 4, unpacked = 5 };

// One half of an argument: `word & mask` must be `value`. Where the kernel takes an int, the upper half is not looked at there
// either.
struct check {
    uint32_t offset, mask, value;
};

#define LOW(n) (offsetof(struct seccomp_data, args) + 8 * (n))
#define HIGH(n) (LOW(n) + 4)
#define IS(n, wanted) {LOW(n), UINT32_MAX, (uint32_t)(wanted)}
#define WITHIN(n, bits) {LOW(n), ~(uint32_t)(bits), 0}
#define IS_NULL(n) {LOW(n), UINT32_MAX, 0}, {HIGH(n), UINT32_MAX, 0}

// A call, allowed if all its checks hold; a mask of 0 ends them. Of several rules for a call one is enough.
struct rule {
    int call;
    struct check checks[4];
};

// Three instructions a check, three a rule, and what stands before and after.
enum { max_rules = 32, max_instructions = max_rules * (3 + 3 * 4) + 8 };

struct program {
    struct sock_filter code[max_instructions];
    unsigned short length;
};

static void add(struct program *program, struct sock_filter instruction) {
    program->code[program->length++] = instruction;
}

static void add_load(struct program *program, uint32_t offset) {
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void add_end(struct program *program, uint32_t action) {
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void add_rule(struct program *program, const struct rule *rule) {
    uint8_t left = 2;
    for (const struct check *check = rule->checks; check < rule->checks + 4 && check->mask; check++) left += 3;
    // A jump skips what is left of the rule, the instruction itself not counted.
    add_load(program, offsetof(struct seccomp_data, nr));
    left--;
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->call, 0, left));
    for (const struct check *check = rule->checks; check < rule->checks + 4 && check->mask; check++) {
        add_load(program, check->offset);
        add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, check->mask));
        left -= 3;
        add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, check->value, 0, left));
    }
    add_end(program, SECCOMP_RET_ALLOW);
}

static void add_rules(struct program *program, const struct rule *rules, size_t count) {
    for (size_t i = 0; i < count; i++) add_rule(program, &rules[i]);
}

#define COUNT(rules) (sizeof (rules) / sizeof *(rules))

static void write_program(struct program *program, enum process_role role) {
    const int memory = PROT_READ | PROT_WRITE;
    const struct rule decoding[] = {
        // Requests: from no other address, and without the flags that made sockets a way into kernels.
        {SYS_recvfrom, {IS(0, scanner), WITHIN(3, MSG_DONTWAIT), IS_NULL(4)}},
        // The images, which can be read only: how large their memory is, and mapping it anew when it has grown.
        {SYS_lseek, {IS(0, images), IS(2, SEEK_END)}},
        {SYS_mmap, {IS(2, PROT_READ), IS(3, MAP_SHARED), IS(4, images)}},
    };
    const struct rule unpacking[] = {
        // Forwards, and where it is a file back and forth.
        {SYS_read, {IS(0, archive)}},
        {SYS_lseek, {IS(0, archive)}},
        {SYS_write, {IS(0, unpacked)}},
    };
    const struct rule common[] = {
        // Answers: to no other address, and not by the calls that hand over descriptors.
        {SYS_sendto, {IS(0, scanner), IS(3, MSG_NOSIGNAL), IS_NULL(4)}},
        {SYS_munmap, {}},
        // The heap. None of it can become code, since nothing changes what a page is for.
        {SYS_brk, {}},
        {SYS_mmap, {WITHIN(2, memory), IS(3, MAP_PRIVATE | MAP_ANONYMOUS)}},
        {SYS_mmap, {WITHIN(2, memory), IS(3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)}},
        {SYS_mremap, {WITHIN(3, MREMAP_MAYMOVE)}},
        {SYS_madvise, {IS(2, MADV_DONTNEED)}},
        {SYS_madvise, {IS(2, MADV_HUGEPAGE)}},
        // Where the kernel offers no clock in user space, which it never does for a process's own time.
        {SYS_clock_gettime, {}},
        // What is set up when first used: the runtime's locks and the seed of its hash tables.
        {SYS_futex, {IS(1, FUTEX_WAIT_PRIVATE)}},
        {SYS_futex, {IS(1, FUTEX_WAKE_PRIVATE)}},
        {SYS_getrandom, {}},
        // Ending: with a status, or by a signal of its own after a last word to /dev/null.
        {SYS_exit, {}},
        {SYS_exit_group, {}},
        {SYS_write, {IS(0, errors)}},
        {SYS_writev, {IS(0, errors)}},
        {SYS_getpid, {}},
        {SYS_gettid, {}},
        {SYS_tgkill, {IS(0, getpid())}},
        {SYS_rt_sigaction, {}},
        {SYS_rt_sigprocmask, {}},
        {SYS_rt_sigreturn, {}},
        // After being stopped and continued.
        {SYS_restart_syscall, {}},
    };
    _Static_assert(COUNT(common) + COUNT(decoding) <= max_rules && COUNT(common) + COUNT(unpacking) <= max_rules, "room for every rule");

    add_load(program, offsetof(struct seccomp_data, arch));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)this_architecture, 1, 0));
    add_end(program, SECCOMP_RET_KILL_PROCESS);
    // The numbers of x32, which are those of x86-64 with one bit set, equal none of a rule.
    if (role == PROCESS_UNPACKS) add_rules(program, unpacking, COUNT(unpacking));
    else add_rules(program, decoding, COUNT(decoding));
    add_rules(program, common, COUNT(common));
    add_end(program, SECCOMP_RET_KILL_PROCESS);
}

bool process_can_filter(void) {
    uint32_t kill = SECCOMP_RET_KILL_PROCESS;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill) != 0) return false;
    // Without a program it fails for want of one, unless something refuses before.
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == -1 && errno == EFAULT;
}

int process_filter_calls(enum process_role role) {
    struct program program = {.length = 0};
    write_program(&program, role);
    const struct sock_fprog whole = {program.length, program.code};
    // The border is the process: it has no parts that must be kept apart by slowing down speculation, as older kernels do.
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &whole) == 0) return 0;
    // Kernels before 4.17 don't know that flag.
    if (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &whole) == 0) return 0;
    return errno;
}
