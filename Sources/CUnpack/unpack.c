// One archive at a time, from a descriptor, by libarchive.
#define _GNU_SOURCE
#include "unpack.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef HAS_LIBARCHIVE
struct unpack_library unpack_lib;

int unpack_is_built_in(void) { return 1; }

static int is_loaded;

static void load(void) {
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    int is_whole = library != NULL;
#define LOOK_UP(name) \
    if (is_whole) { \
        void *function = dlsym(library, #name); \
        is_whole = function != NULL; \
        memcpy(&unpack_lib.name, &function, sizeof function); \
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

// MARK: opening

unpack_archive *unpack_open(int descriptor, int64_t start) {
    unpack_archive *job = calloc(1, sizeof *job);
    if (job == NULL) return NULL;
    job->descriptor = descriptor, job->start = start;
    job->end = lseek(descriptor, 0, SEEK_END);
    lseek(descriptor, start, SEEK_SET);
    job->archive = unpack_lib.archive_read_new();
    if (job->archive == NULL) {
        free(job);
        return NULL;
    }
    unpack_lib.archive_read_set_callback_data2(job->archive, job, 0);
    unpack_lib.archive_read_set_read_callback(job->archive, source_read);
    unpack_lib.archive_read_set_seek_callback(job->archive, source_seek);
    unpack_lib.archive_read_set_skip_callback(job->archive, source_skip);
    return job;
}

void unpack_close(unpack_archive *job) {
    if (job == NULL) return;
    unpack_lib.archive_read_free(job->archive);
    free(job);
}

// MARK: reading

static unpack_status say(unpack_archive *job, unpack_status status, const char *text) {
    snprintf(job->message, sizeof job->message, "%s", text);
    return status;
}

static unpack_status refuse(unpack_archive *job, int result) {
    job->is_over = result == ARCHIVE_FATAL;
    const char *text = unpack_lib.archive_error_string(job->archive);
    if (text == NULL) text = job->saw_end ? "it ends too early" : "it can't be read";
    if (job->error > 0) return say(job, UNPACK_UNREADABLE, strerror(job->error));
    if (job->error < 0) return say(job, UNPACK_OVERLAPPING, "its members lie where others do");
    if (unpack_lib.archive_errno(job->archive) == ENOMEM) return say(job, UNPACK_NO_MEMORY, text);
    return say(job, job->saw_end ? UNPACK_TRUNCATED : UNPACK_CORRUPT, text);
}

static unpack_status open_archive(unpack_archive *job) {
    job->opened = 1;
    if (unpack_lib.archive_read_support_format_7zip(job->archive) != ARCHIVE_OK) {
        job->is_over = 1;
        return say(job, UNPACK_UNSUPPORTED, "libarchive was built without it");
    }
    return unpack_lib.archive_read_open1(job->archive) < ARCHIVE_WARN ? refuse(job, ARCHIVE_FATAL) : UNPACK_OK;
}

unpack_status unpack_next(unpack_archive *job, unpack_member *member) {
    memset(member, 0, sizeof *member);
    member->name = "";
    unpack_status status = job->opened ? UNPACK_OK : open_archive(job);
    if (status != UNPACK_OK) return status;
    struct archive_entry *entry;
    job->place = 0;
    int result = unpack_lib.archive_read_next_header(job->archive, &entry);
    if (result == ARCHIVE_EOF) return UNPACK_END;
    if (result < ARCHIVE_WARN) return refuse(job, ARCHIVE_FATAL);
    const char *name = unpack_lib.archive_entry_pathname(entry);
    if (name != NULL) member->name = name;
    unsigned type = unpack_lib.archive_entry_filetype(entry);
    member->kind = type == AE_IFREG || type == 0 ? UNPACK_FILE : type == AE_IFDIR ? UNPACK_DIRECTORY : UNPACK_OTHER;
    if (type == AE_IFLNK) {
        member->kind = UNPACK_LINK;
        member->target = unpack_lib.archive_entry_symlink(entry);
    }
    if (unpack_lib.archive_entry_hardlink(entry) != NULL) member->kind = UNPACK_OTHER;
    member->size = unpack_lib.archive_entry_size_is_set(entry) ? unpack_lib.archive_entry_size(entry) : -1;
    if (member->size > 0) member->kind = UNPACK_FILE;
    member->has_time = unpack_lib.archive_entry_mtime_is_set(entry) != 0;
    member->seconds = unpack_lib.archive_entry_mtime(entry);
    member->nanoseconds = (int32_t)unpack_lib.archive_entry_mtime_nsec(entry);
    member->is_encrypted = unpack_lib.archive_entry_is_data_encrypted(entry) != 0;
    return UNPACK_OK;
}

unpack_status unpack_read(unpack_archive *job, const uint8_t **bytes, size_t *count) {
    const void *block;
    la_int64_t place;
    *count = 0;
    // Empty blocks are none.
    while (*count == 0) {
        int result = unpack_lib.archive_read_data_block(job->archive, &block, count, &place);
        if (result == ARCHIVE_EOF) return UNPACK_END;
        // A warning is about bytes that are not what they should be: a checksum, a size.
        if (result != ARCHIVE_OK) return refuse(job, result);
    }
    if (place != job->place) return say(job, UNPACK_CORRUPT, "a member with a hole");
    job->place += (int64_t)*count;
    *bytes = block;
    return UNPACK_OK;
}

int unpack_is_over(const unpack_archive *job) { return job->is_over; }

const char *unpack_message(const unpack_archive *job) { return job->message; }

int unpack_error(const unpack_archive *job) { return job->error; }

int64_t unpack_taken(const unpack_archive *job) { return job->taken; }

int64_t unpack_place(const unpack_archive *job) {
    int64_t place = lseek(job->descriptor, 0, SEEK_CUR);
    return place < job->start ? 0 : place - job->start;
}

#else
int unpack_is_built_in(void) { return 0; }
int unpack_load(void) { return 0; }
void unpack_prepare_process(void) {}
unpack_archive *unpack_open(int descriptor, int64_t start) {
    (void)descriptor, (void)start;
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
const char *unpack_message(const unpack_archive *archive) {
    (void)archive;
    return "";
}
int unpack_error(const unpack_archive *archive) {
    (void)archive;
    return 0;
}
int64_t unpack_place(const unpack_archive *archive) {
    (void)archive;
    return 0;
}

int64_t unpack_taken(const unpack_archive *archive) {
    (void)archive;
    return 0;
}
#endif
