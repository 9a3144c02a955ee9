// One archive at a time, from a descriptor, by libarchive.
#define _GNU_SOURCE
#include "CUnpack.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<archive.h>) && __has_include(<archive_entry.h>)
#include <archive.h>
#include <archive_entry.h>

#define FUNCTIONS(F) \
    F(archive_read_new) F(archive_read_free) F(archive_read_open1) F(archive_read_set_callback_data2) F(archive_read_set_read_callback) \
    F(archive_read_set_seek_callback) F(archive_read_set_skip_callback) F(archive_read_support_format_zip_seekable) \
    F(archive_read_support_format_zip_streamable) F(archive_read_support_format_7zip) F(archive_read_support_format_raw) \
    F(archive_read_support_filter_zstd) F(archive_read_support_filter_xz) F(archive_read_support_filter_bzip2) \
    F(archive_read_support_filter_lz4) F(archive_read_next_header) F(archive_read_data_block) F(archive_filter_bytes) F(archive_filter_count) \
    F(archive_errno) F(archive_error_string) F(archive_entry_pathname) F(archive_entry_filetype) \
    F(archive_entry_hardlink) F(archive_entry_size) F(archive_entry_size_is_set) F(archive_entry_mtime) F(archive_entry_mtime_nsec) \
    F(archive_entry_mtime_is_set) F(archive_entry_is_data_encrypted)

#define POINTER(name) __typeof__(&name) name;
static struct {
    FUNCTIONS(POINTER)
} lib;

// How often all of a file may be read, and what may be read on top: of members that lie where others lie a bomb is made.
enum { READINGS = 2, SLACK = 16 << 20 };

struct unpack_archive {
    unpack_kind kind;
    struct archive *archive;
    int descriptor;
    int64_t start, end;  // in a file; start is −1 for a stream
    const uint8_t *beginning;
    size_t length;  // of the beginning, as far as it was not taken
    int64_t taken;
    size_t last;  // bytes that were taken last, which lie in the buffer unless they are the beginning
    const uint8_t *last_bytes;
    int saw_end, is_over, opened, error;
    int has_directory;  // a zip that is a file, and whole as far as its end tells
    int64_t place;      // in the member
    char message[200];
    uint8_t buffer[1 << 16];
};

int unpack_is_built_in(void) { return 1; }

static int is_loaded;

static void load(void) {
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    int is_whole = library != NULL;
#define LOOK_UP(name) \
    if (is_whole) { \
        void *function = dlsym(library, #name); \
        is_whole = function != NULL; \
        memcpy(&lib.name, &function, sizeof function); \
    }
    FUNCTIONS(LOOK_UP)
    is_loaded = is_whole;
}

int unpack_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

void unpack_prepare_process(void) {
    setlocale(LC_CTYPE, "C.UTF-8");
    // With a zone that is named in the environment the C library looks no more for a file of it.
    setenv("TZ", "UTC0", 1);
    struct tm first = {.tm_year = 100, .tm_mday = 1};
    mktime(&first);
}

// MARK: what libarchive calls

static la_ssize_t on_read(struct archive *archive, void *context, const void **bytes) {
    (void)archive;
    unpack_archive *job = context;
    if (job->length > 0) {
        job->last = job->length, job->length = 0;
        *bytes = job->last_bytes = job->beginning;
        job->taken += (int64_t)job->last;
        return (la_ssize_t)job->last;
    }
    if (job->start >= 0 && job->taken > READINGS * (job->end - job->start) + SLACK) {
        job->error = -1;
        return ARCHIVE_FATAL;
    }
    ssize_t count;
    do count = read(job->descriptor, job->buffer, sizeof job->buffer);
    while (count < 0 && errno == EINTR);
    if (count < 0) {
        job->error = errno;
        return ARCHIVE_FATAL;
    }
    if (count == 0) job->saw_end = 1;
    job->taken += count;
    job->last = (size_t)count;
    *bytes = job->last_bytes = job->buffer;
    return count;
}

static la_int64_t on_seek(struct archive *archive, void *context, la_int64_t offset, int whence) {
    (void)archive;
    unpack_archive *job = context;
    int64_t base = whence == SEEK_SET ? job->start : whence == SEEK_END ? job->end : lseek(job->descriptor, 0, SEEK_CUR);
    int64_t target;
    if (base < 0 || __builtin_add_overflow(base, offset, &target) || target < job->start) return ARCHIVE_FATAL;
    int64_t place = lseek(job->descriptor, target, SEEK_SET);
    return place < 0 ? ARCHIVE_FATAL : place - job->start;
}

static la_int64_t on_skip(struct archive *archive, void *context, la_int64_t count) {
    (void)archive;
    unpack_archive *job = context;
    int64_t place = lseek(job->descriptor, 0, SEEK_CUR);
    if (place < 0 || place >= job->end || count <= 0) return 0;
    if (count > job->end - place) count = job->end - place;
    return lseek(job->descriptor, place + count, SEEK_SET) < 0 ? 0 : count;
}

// MARK: opening

static int support(unpack_archive *job) {
    struct archive *archive = job->archive;
    switch (job->kind) {
        case UNPACK_ZIP:
            return job->has_directory ? lib.archive_read_support_format_zip_seekable(archive)
                                      : lib.archive_read_support_format_zip_streamable(archive);
        case UNPACK_SEVEN_ZIP: return lib.archive_read_support_format_7zip(archive);
        case UNPACK_ZSTD: return lib.archive_read_support_filter_zstd(archive);
        case UNPACK_XZ: return lib.archive_read_support_filter_xz(archive);
        case UNPACK_BZIP2: return lib.archive_read_support_filter_bzip2(archive);
        case UNPACK_LZ4: return lib.archive_read_support_filter_lz4(archive);
        default: return ARCHIVE_FATAL;
    }
}

static uint32_t little(const uint8_t *bytes, int size) {
    uint32_t value = 0;
    for (int i = size - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

enum { END_SIZE = 22, LOCATOR_SIZE = 20, LONGEST_COMMENT = 65535 };

static const uint8_t end_mark[] = {0x50, 0x4B, 5, 6}, locator_mark[] = {0x50, 0x4B, 6, 7};

// Whether the file ends with a zip's last record, which says that the directory lies before it. Of an archive that is cut within a member that is
// an archive itself, libarchive would otherwise find the end of that one and read its members.
static int ends_with_directory(unpack_archive *job) {
    const int64_t length = job->end - job->start;
    const int64_t size = length < END_SIZE + LONGEST_COMMENT + LOCATOR_SIZE ? length : END_SIZE + LONGEST_COMMENT + LOCATOR_SIZE;
    uint8_t *tail = malloc((size_t)size + 1);
    int64_t count = 0;
    if (tail == NULL || lseek(job->descriptor, job->end - size, SEEK_SET) < 0) count = -1;
    while (count >= 0 && count < size) {
        ssize_t more = read(job->descriptor, tail + count, (size_t)(size - count));
        if (more < 0 && errno == EINTR) continue;
        count = more <= 0 ? -1 : count + more;
    }
    int found = 0;
    for (int64_t at = count - END_SIZE; at >= 0 && !found; at--) {
        const uint8_t *record = tail + at;
        if (memcmp(record, end_mark, 4) != 0 || little(record + 20, 2) != count - at - END_SIZE) continue;
        const uint32_t bytes = little(record + 12, 4), offset = little(record + 16, 4);
        const int is_large = at >= LOCATOR_SIZE && memcmp(record - LOCATOR_SIZE, locator_mark, 4) == 0;
        found = is_large || (int64_t)offset + bytes == length - count + at;
    }
    free(tail);
    lseek(job->descriptor, job->start, SEEK_SET);
    return found;
}

static int packs_one_stream(unpack_kind kind) { return kind != UNPACK_ZIP && kind != UNPACK_SEVEN_ZIP; }

unpack_archive *unpack_open(unpack_kind kind, int descriptor, int64_t start, const uint8_t *beginning, size_t length) {
    unpack_archive *job = calloc(1, sizeof *job);
    if (job == NULL) return NULL;
    *job = (unpack_archive){
        .kind = kind, .descriptor = descriptor, .start = start, .beginning = beginning, .length = length, .last_bytes = job->buffer};
    if (start >= 0) {
        job->end = lseek(descriptor, 0, SEEK_END);
        lseek(descriptor, start, SEEK_SET);
        job->has_directory = kind == UNPACK_ZIP && ends_with_directory(job);
    }
    job->archive = lib.archive_read_new();
    if (job->archive == NULL) {
        free(job);
        return NULL;
    }
    lib.archive_read_set_callback_data2(job->archive, job, 0);
    lib.archive_read_set_read_callback(job->archive, on_read);
    if (start >= 0) {
        lib.archive_read_set_seek_callback(job->archive, on_seek);
        lib.archive_read_set_skip_callback(job->archive, on_skip);
    }
    return job;
}

void unpack_close(unpack_archive *job) {
    if (job == NULL) return;
    lib.archive_read_free(job->archive);
    free(job);
}

// MARK: reading

static unpack_status say(unpack_archive *job, unpack_status status, const char *text) {
    snprintf(job->message, sizeof job->message, "%s", text);
    return status;
}

static unpack_status refuse(unpack_archive *job, int result) {
    job->is_over = result == ARCHIVE_FATAL;
    const char *text = lib.archive_error_string(job->archive);
    if (text == NULL) text = job->saw_end ? "it ends too early" : "it can't be read";
    if (job->error > 0) return say(job, UNPACK_UNREADABLE, strerror(job->error));
    if (job->error < 0) return say(job, UNPACK_OVERLAPPING, "its members lie where others do");
    if (lib.archive_errno(job->archive) == ENOMEM) return say(job, UNPACK_NO_MEMORY, text);
    if (strcasestr(text, "encrypt") != NULL || strcasestr(text, "passphrase") != NULL) return say(job, UNPACK_ENCRYPTED, text);
    if (strcasestr(text, "unsupported") != NULL || strcasestr(text, "not supported") != NULL) return say(job, UNPACK_UNSUPPORTED, text);
    return say(job, job->saw_end ? UNPACK_TRUNCATED : UNPACK_CORRUPT, text);
}

// The format and the filter are those that the first bytes told, and nothing else.
static unpack_status open_archive(unpack_archive *job) {
    job->opened = 1;
    // A filter that libarchive was built without would have it start a program, and say so by ARCHIVE_WARN.
    if (support(job) != ARCHIVE_OK) {
        job->is_over = 1;
        return say(job, UNPACK_UNSUPPORTED, "libarchive was built without it");
    }
    int result = packs_one_stream(job->kind) ? lib.archive_read_support_format_raw(job->archive) : ARCHIVE_OK;
    if (result == ARCHIVE_OK) result = lib.archive_read_open1(job->archive);
    return result < ARCHIVE_WARN ? refuse(job, ARCHIVE_FATAL) : UNPACK_OK;
}

unpack_status unpack_next(unpack_archive *job, unpack_member *member) {
    memset(member, 0, sizeof *member);
    member->name = "";
    unpack_status status = job->opened ? UNPACK_OK : open_archive(job);
    if (status != UNPACK_OK) return status;
    struct archive_entry *entry;
    job->place = 0;
    int result = lib.archive_read_next_header(job->archive, &entry);
    if (result == ARCHIVE_EOF) return UNPACK_END;
    if (result < ARCHIVE_WARN) return refuse(job, ARCHIVE_FATAL);
    if (packs_one_stream(job->kind)) {
        // The source itself counts as one. What was packed twice is no tar.
        if (lib.archive_filter_count(job->archive) == 2) return UNPACK_OK;
        job->is_over = 1;
        return say(job, UNPACK_CORRUPT, lib.archive_filter_count(job->archive) > 2 ? "packed more than once" : "a damaged header");
    }
    const char *name = lib.archive_entry_pathname(entry);
    if (name != NULL) member->name = name;
    unsigned type = lib.archive_entry_filetype(entry);
    member->kind = type == AE_IFREG || type == 0 ? UNPACK_FILE : type == AE_IFDIR ? UNPACK_DIRECTORY : UNPACK_OTHER;
    if (lib.archive_entry_hardlink(entry) != NULL) member->kind = UNPACK_OTHER;
    member->size = lib.archive_entry_size_is_set(entry) ? lib.archive_entry_size(entry) : -1;
    member->has_time = lib.archive_entry_mtime_is_set(entry) != 0;
    member->seconds = lib.archive_entry_mtime(entry);
    member->nanoseconds = (int32_t)lib.archive_entry_mtime_nsec(entry);
    member->is_encrypted = lib.archive_entry_is_data_encrypted(entry) != 0;
    return UNPACK_OK;
}

unpack_status unpack_read(unpack_archive *job, const uint8_t **bytes, size_t *count) {
    const void *block;
    la_int64_t place;
    *count = 0;
    // Empty blocks are none.
    while (*count == 0) {
        int result = lib.archive_read_data_block(job->archive, &block, count, &place);
        if (result == ARCHIVE_EOF) return UNPACK_END;
        // A warning is about bytes that are not what they should be: a checksum, a size.
        if (result != ARCHIVE_OK) return refuse(job, result);
    }
    if (place != job->place) return say(job, UNPACK_CORRUPT, "a member with a hole");
    job->place += (int64_t)*count;
    *bytes = block;
    return UNPACK_OK;
}

// The bytes behind what was read of the archive so far, the rest of the last block first; 0 at the end.
static la_ssize_t drain(unpack_archive *job, int *begun, const uint8_t **bytes) {
    const void *block = NULL;
    la_ssize_t count;
    if (*begun) {
        count = job->saw_end ? 0 : on_read(NULL, job, &block);
        *bytes = block;
        return count;
    }
    *begun = 1;
    int64_t left = job->taken - lib.archive_filter_bytes(job->archive, -1);
    if (left < 0 || left > (int64_t)job->last) left = (int64_t)job->last;
    *bytes = job->last_bytes + job->last - left;
    return left > 0 ? (la_ssize_t)left : drain(job, begun, bytes);
}

static unpack_status check_zeros(unpack_archive *job) {
    int begun = 0;
    const uint8_t *bytes;
    la_ssize_t count;
    while ((count = drain(job, &begun, &bytes)) > 0) {
        for (la_ssize_t i = 0; i < count; i++) {
            if (bytes[i] != 0) return say(job, UNPACK_CORRUPT, "something behind the end of the packed data");
        }
    }
    return count < 0 ? refuse(job, ARCHIVE_FATAL) : UNPACK_OK;
}

// Of members that were read one after the other: whether the directory behind them has its last record.
static unpack_status check_directory(unpack_archive *job) {
    if (job->has_directory) return UNPACK_OK;
    int begun = 0;
    const uint8_t *bytes;
    uint32_t mark = 0;
    int64_t behind = -1;
    la_ssize_t count;
    while ((count = drain(job, &begun, &bytes)) > 0) {
        for (la_ssize_t i = 0; i < count; i++) {
            mark = mark << 8 | bytes[i];
            if (behind >= 0) behind++;
            else if (mark == 0x504B0506) behind = 0;
        }
    }
    if (count < 0) return refuse(job, ARCHIVE_FATAL);
    return behind >= END_SIZE - 4 ? UNPACK_OK : say(job, UNPACK_TRUNCATED, "no end of the directory");
}

unpack_status unpack_check_end(unpack_archive *job) {
    return job->kind == UNPACK_ZIP ? check_directory(job) : packs_one_stream(job->kind) ? check_zeros(job) : UNPACK_OK;
}

int unpack_is_over(const unpack_archive *job) { return job->is_over; }

const char *unpack_message(const unpack_archive *job) { return job->message; }

int unpack_error(const unpack_archive *job) { return job->error; }

int64_t unpack_taken(const unpack_archive *job) { return job->taken; }

#else
int unpack_is_built_in(void) { return 0; }
int unpack_load(void) { return 0; }
void unpack_prepare_process(void) {}
unpack_archive *unpack_open(unpack_kind kind, int descriptor, int64_t start, const uint8_t *beginning, size_t length) {
    (void)kind, (void)descriptor, (void)start, (void)beginning, (void)length;
    return NULL;
}
void unpack_close(unpack_archive *archive) { (void)archive; }
unpack_status unpack_next(unpack_archive *archive, unpack_member *member) {
    (void)archive, (void)member;
    return UNPACK_UNSUPPORTED;
}
unpack_status unpack_read(unpack_archive *archive, const uint8_t **bytes, size_t *count) {
    (void)archive, (void)bytes, (void)count;
    return UNPACK_UNSUPPORTED;
}
int unpack_is_over(const unpack_archive *archive) {
    (void)archive;
    return 1;
}
unpack_status unpack_check_end(unpack_archive *archive) {
    (void)archive;
    return UNPACK_UNSUPPORTED;
}
const char *unpack_message(const unpack_archive *archive) {
    (void)archive;
    return "";
}
int unpack_error(const unpack_archive *archive) {
    (void)archive;
    return 0;
}
int64_t unpack_taken(const unpack_archive *archive) {
    (void)archive;
    return 0;
}
#endif
