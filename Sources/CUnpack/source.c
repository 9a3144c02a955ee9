// What libarchive reads an archive by: the descriptor of a file, which is wound back and forth.
#define _GNU_SOURCE
#include "unpack.h"

#ifdef HAS_LIBARCHIVE
#include <errno.h>
#include <unistd.h>

// How often all of a file may be read, and what may be read on top: of members that lie where others lie a bomb is made.
enum { READINGS = 2, SLACK = 16 << 20 };

la_ssize_t source_read(struct archive *archive, void *context, const void **bytes) {
    (void)archive;
    unpack_archive *job = context;
    if (job->taken > READINGS * (job->end - job->start) + SLACK) {
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
    *bytes = job->buffer;
    return count;
}

la_int64_t source_seek(struct archive *archive, void *context, la_int64_t offset, int whence) {
    (void)archive;
    unpack_archive *job = context;
    int64_t base = whence == SEEK_SET ? job->start : whence == SEEK_END ? job->end : lseek(job->descriptor, 0, SEEK_CUR);
    int64_t target;
    if (base < 0 || __builtin_add_overflow(base, offset, &target) || target < job->start) return ARCHIVE_FATAL;
    int64_t place = lseek(job->descriptor, target, SEEK_SET);
    return place < 0 ? ARCHIVE_FATAL : place - job->start;
}

la_int64_t source_skip(struct archive *archive, void *context, la_int64_t count) {
    (void)archive;
    unpack_archive *job = context;
    int64_t place = lseek(job->descriptor, 0, SEEK_CUR);
    if (place < 0 || place >= job->end || count <= 0) return 0;
    if (count > job->end - place) count = job->end - place;
    return lseek(job->descriptor, place + count, SEEK_SET) < 0 ? 0 : count;
}

#else
typedef int nothing_without_libarchive;
#endif
