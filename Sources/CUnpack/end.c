// Whether an archive is whole as far as its end tells: libarchive says nothing of what follows the last member.
#define _GNU_SOURCE
#include "unpack.h"

#ifdef HAS_LIBARCHIVE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t little(const uint8_t *bytes, int size) {
    uint32_t value = 0;
    for (int i = size - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

enum { END_SIZE = 22, LOCATOR_SIZE = 20, LONGEST_COMMENT = 65535 };

static const uint8_t end_mark[] = {0x50, 0x4B, 5, 6}, locator_mark[] = {0x50, 0x4B, 6, 7};

// Whether the file ends with a zip's last record, which says that the directory lies before it. Of an archive that is cut within a member that is
// an archive itself, libarchive would otherwise find the end of that one and read its members.
int ends_with_directory(unpack_archive *job) {
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
        job->is_empty = found && length == count && at == 0;
    }
    free(tail);
    lseek(job->descriptor, job->start, SEEK_SET);
    return found;
}

// The bytes behind what was read of the archive so far, the rest of the last block first; 0 at the end.
static la_ssize_t drain(unpack_archive *job, int *begun, const uint8_t **bytes) {
    const void *block = NULL;
    la_ssize_t count;
    if (*begun) {
        count = job->saw_end ? 0 : source_read(NULL, job, &block);
        *bytes = block;
        return count;
    }
    *begun = 1;
    int64_t left = job->taken - unpack_lib.archive_filter_bytes(job->archive, -1);
    if (left < 0 || left > (int64_t)job->last) left = (int64_t)job->last;
    *bytes = job->last_bytes + job->last - left;
    return left > 0 ? (la_ssize_t)left : drain(job, begun, bytes);
}

// Of members that were read one after the other: whether the directory behind them has its last record, and nothing comes after that. Another
// archive may, and most programs would read that one.
static unpack_status check_directory(unpack_archive *job) {
    if (job->has_directory) return UNPACK_OK;
    int begun = 0;
    const uint8_t *bytes;
    uint32_t mark = 0;
    int64_t behind = -1, size = END_SIZE - 4;
    int ends = 0;
    la_ssize_t count;
    while ((count = drain(job, &begun, &bytes)) > 0) {
        for (la_ssize_t i = 0; i < count; i++) {
            mark = mark << 8 | bytes[i];
            if (behind >= 0) behind++;
            if (mark == 0x504B0506 && ends++ == 0) behind = 0;
            // Its last two bytes are the length of a comment.
            if (behind == END_SIZE - 4) size += bytes[i] << 8 | (mark >> 8 & 0xFF);
        }
    }
    if (count < 0) return unpack_refuse(job, ARCHIVE_FATAL);
    if (behind < size) return unpack_say(job, UNPACK_TRUNCATED, "no end of the directory");
    // A comment may be an archive as well.
    return behind == size && ends == 1 ? UNPACK_OK : unpack_say(job, UNPACK_CORRUPT, "something behind the end of the directory");
}

unpack_status unpack_check_end(unpack_archive *job) {
    return job->kind == UNPACK_ZIP ? check_directory(job) : UNPACK_OK;
}

#else
typedef int nothing_without_libarchive;
#endif
