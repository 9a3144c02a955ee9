// What the files that read archives know of each other.
#ifndef UNPACK_H
#define UNPACK_H

#include "CUnpack.h"

#if __has_include(<archive.h>) && __has_include(<archive_entry.h>)
#define HAS_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>

#define FUNCTIONS(F) \
    F(archive_read_new) F(archive_read_free) F(archive_read_open1) F(archive_read_set_callback_data2) F(archive_read_set_read_callback) \
    F(archive_read_set_seek_callback) F(archive_read_set_skip_callback) F(archive_read_support_format_7zip) \
    F(archive_read_next_header) F(archive_read_data_block) \
    F(archive_errno) F(archive_error_string) F(archive_entry_pathname) F(archive_entry_filetype) \
    F(archive_entry_hardlink) F(archive_entry_symlink) F(archive_entry_size) F(archive_entry_size_is_set) F(archive_entry_mtime) \
    F(archive_entry_mtime_nsec) F(archive_entry_mtime_is_set) F(archive_entry_is_data_encrypted)

#define POINTER(name) __typeof__(&name) name;
struct unpack_library {
    FUNCTIONS(POINTER)
};
extern struct unpack_library unpack_lib;

struct unpack_archive {
    struct archive *archive;
    int descriptor;
    int64_t start, end;  // in the file
    int64_t taken;
    int saw_end, is_over, opened, error;
    int64_t place;  // in the member
    char message[200];
    uint8_t buffer[1 << 16];
};

// What libarchive is given to read by.
la_ssize_t source_read(struct archive *archive, void *context, const void **bytes);
la_int64_t source_seek(struct archive *archive, void *context, la_int64_t offset, int whence);
la_int64_t source_skip(struct archive *archive, void *context, la_int64_t count);

#endif

#endif
