// Reads archives, for a process that can do nothing else: the members of a 7z one after the other, by libarchive, and of what one of
// the usual programs has packed the bytes that it was, by the library of that program.
//
// No other format is ever tried that libarchive knows besides. All state is the archive's or the stream's, but for the libraries, which are
// loaded into a process.
#ifndef ASSAY_UNPACK_H
#define ASSAY_UNPACK_H

#include <stddef.h>
#include <stdint.h>

// UNPACK_DEFLATE is without a header, UNPACK_LZMA begins with properties and size as in a file of LZMA alone, UNPACK_LZMA2 is bare.
typedef enum {
    UNPACK_DEFLATE,
    UNPACK_BZIP2,
    UNPACK_LZMA,
    UNPACK_LZMA2,
    UNPACK_XZ,
    UNPACK_LZIP,
    UNPACK_ZSTD,
    UNPACK_LZ4,
    UNPACK_PACKINGS
} unpack_packing;

typedef enum {
    UNPACK_OK = 0,
    UNPACK_END,          // of the archive, of a member, or of what was packed in one go
    UNPACK_TRUNCATED,    // the archive ends before its end
    UNPACK_CORRUPT,
    UNPACK_OVERLAPPING,  // its members lie where others do, so that reading them all would take for ever
    UNPACK_UNSUPPORTED,  // a valid variant that is not read
    UNPACK_UNREADABLE,   // the descriptor could not be read; unpack_error has the errno
    UNPACK_NO_MEMORY,
} unpack_status;

typedef enum { UNPACK_FILE, UNPACK_DIRECTORY, UNPACK_LINK, UNPACK_OTHER } unpack_member_kind;

typedef struct {
    const char *name;  // until the next member
    // What has bytes is a file, whatever else the archive calls it: programs make one of it.
    unpack_member_kind kind;
    // Of a link the bytes, which cannot be read any more, up to the first zero; NULL where they are no text. Until the next member.
    const char *target;
    int64_t size;  // −1 where the archive does not say before the bytes
    int has_time;
    int64_t seconds;
    int32_t nanoseconds;
    int is_encrypted;
} unpack_member;

typedef struct unpack_archive unpack_archive;

// Whether this program was built with libarchive: 1 or 0.
int unpack_is_built_in(void);
// Loads the library, once. 1 if archives can be read now.
int unpack_load(void);
// Has libarchive find now what it would look for in files later: the names' charset, which becomes UTF-8, and the time zone, which becomes
// UTC, for times that are without one.
void unpack_prepare_process(void);

// A 7z that begins at `start` in a file. NULL without memory.
unpack_archive *unpack_open(int descriptor, int64_t start);
void unpack_close(unpack_archive *archive);

// The next member.
unpack_status unpack_next(unpack_archive *archive, unpack_member *member);
// The next bytes of the member, `*count` of them, which stay until the next call; UNPACK_END behind the last. Any other refusal is one of
// this member, unless unpack_is_over.
unpack_status unpack_read(unpack_archive *archive, const uint8_t **bytes, size_t *count);
// Whether nothing more can be read of the archive after a refusal: 1 or 0.
int unpack_is_over(const unpack_archive *archive);

// The words for the last refusal.
const char *unpack_message(const unpack_archive *archive);
int unpack_error(const unpack_archive *archive);
// Bytes of the archive that were read, those that were read again included.
int64_t unpack_taken(const unpack_archive *archive);
// Where in the archive it has been read up to.
int64_t unpack_place(const unpack_archive *archive);

// MARK: streams

typedef struct unpack_stream unpack_stream;

// What of the packed bytes is taken, and what is given for them.
typedef struct {
    const uint8_t *input;
    size_t available;
    uint8_t *output;
    size_t room;
    size_t taken, given;
} unpack_step;

// Whether this program was built with the library of a packing, and whether it can be used now: 1 or 0.
int unpack_stream_is_built_in(unpack_packing packing);
int unpack_stream_load(unpack_packing packing);
// NULL without memory. The library was loaded.
unpack_stream *unpack_stream_open(unpack_packing packing);
void unpack_stream_close(unpack_stream *stream);
// Before the first part, and before each further one: programs put what they packed one behind the other.
unpack_status unpack_stream_begin(unpack_stream *stream);
// Unpacks some: what is given is given whatever the status, UNPACK_END behind the last byte of a part. If nothing is taken and nothing given, it
// wants more. Where there is no more, nothing is available.
unpack_status unpack_stream_step(unpack_stream *stream, unpack_step *step);
// The words for a refusal.
const char *unpack_stream_message(const unpack_stream *stream);

// CRC-32 as of zip: that of what came before, 0 at first, carried on over these bytes.
uint32_t unpack_checksum(uint32_t sum, const uint8_t *bytes, size_t count);

#endif
