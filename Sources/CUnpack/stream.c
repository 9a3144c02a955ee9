// What was packed as one stream of bytes, by the library of its packing. Libarchive, which knows the same libraries, unpacks 64 KiB at a time and
// keeps for itself what came before a fault; here every byte is given away that was unpacked.
#include "stream.h"

#include <stdlib.h>

#if STREAM_LIBRARIES
struct stream_library stream_lib;
#endif

// MARK: packings

// Part of the program.
static int load_zlib(void) { return 1; }

static unpack_status end_zlib(unpack_stream *stream) {
    if (stream->is_begun) inflateEnd(&stream->zlib);
    stream->is_begun = 0;
    return UNPACK_OK;
}

static unpack_status begin_zlib(unpack_stream *stream) {
    end_zlib(stream);
    stream->zlib = (z_stream){0};
    if (inflateInit2(&stream->zlib, -MAX_WBITS) != Z_OK) return UNPACK_NO_MEMORY;
    stream->is_begun = 1;
    return UNPACK_OK;
}

static unpack_status step_zlib(unpack_stream *stream, unpack_step *step) {
    z_stream *state = &stream->zlib;
    state->next_in = (Bytef *)(uintptr_t)step->input, state->avail_in = (unsigned)step->available;
    state->next_out = step->output, state->avail_out = (unsigned)step->room;
    int result = inflate(state, Z_NO_FLUSH);
    step->taken = step->available - state->avail_in;
    step->given = step->room - state->avail_out;
    switch (result) {
        case Z_OK:
        // There was nothing to take, or no room.
        case Z_BUF_ERROR: return UNPACK_OK;
        case Z_STREAM_END: return UNPACK_END;
        case Z_MEM_ERROR: return UNPACK_NO_MEMORY;
        default: return UNPACK_CORRUPT;
    }
}

const struct stream_packing stream_deflate = {load_zlib, begin_zlib, step_zlib, end_zlib, "damaged deflate data"};

uint32_t unpack_checksum(uint32_t sum, const uint8_t *bytes, size_t count) { return count > 0 ? (uint32_t)crc32_z(sum, bytes, count) : sum; }

#ifdef HAS_BZIP2
LOADER(bzip2, "libbz2.so.1.0", BZIP2_FUNCTIONS)

static unpack_status end_bzip2(unpack_stream *stream) {
    if (stream->is_begun) stream_lib.BZ2_bzDecompressEnd(&stream->bzip2);
    stream->is_begun = 0;
    return UNPACK_OK;
}

static unpack_status begin_bzip2(unpack_stream *stream) {
    end_bzip2(stream);
    stream->bzip2 = (bz_stream){0};
    if (stream_lib.BZ2_bzDecompressInit(&stream->bzip2, 0, 0) != BZ_OK) return UNPACK_NO_MEMORY;
    stream->is_begun = 1;
    return UNPACK_OK;
}

static unpack_status step_bzip2(unpack_stream *stream, unpack_step *step) {
    bz_stream *state = &stream->bzip2;
    // Its fields are pointers to what is not constant, and small numbers.
    state->next_in = (char *)(uintptr_t)step->input, state->avail_in = (unsigned)step->available;
    state->next_out = (char *)step->output, state->avail_out = (unsigned)step->room;
    int result = stream_lib.BZ2_bzDecompress(state);
    step->taken = step->available - state->avail_in;
    step->given = step->room - state->avail_out;
    switch (result) {
        case BZ_OK: return UNPACK_OK;
        case BZ_STREAM_END: return UNPACK_END;
        case BZ_MEM_ERROR: return UNPACK_NO_MEMORY;
        default: return UNPACK_CORRUPT;
    }
}

const struct stream_packing stream_bzip2 = {load_bzip2, begin_bzip2, step_bzip2, end_bzip2, "damaged bzip2 data"};
#endif

#ifdef HAS_ZSTD
LOADER(zstd, "libzstd.so.1", ZSTD_FUNCTIONS)

static unpack_status begin_zstd(unpack_stream *stream) {
    if (!stream->is_begun) stream->zstd = stream_lib.ZSTD_createDStream();
    if (stream->zstd == NULL) return UNPACK_NO_MEMORY;
    stream->is_begun = 1;
    stream->wanted = stream_lib.ZSTD_initDStream(stream->zstd);
    return stream_lib.ZSTD_isError(stream->wanted) ? UNPACK_NO_MEMORY : UNPACK_OK;
}

static unpack_status step_zstd(unpack_stream *stream, unpack_step *step) {
    ZSTD_inBuffer in = {.src = step->input, .size = one_block(stream, step->available, 3)};
    ZSTD_outBuffer out = {.dst = step->output, .size = step->room};
    size_t result = stream_lib.ZSTD_decompressStream(stream->zstd, &out, &in);
    step->taken = in.pos, step->given = out.pos;
    if (!stream_lib.ZSTD_isError(result)) {
        stream->wanted = result;
        return result == 0 ? UNPACK_END : UNPACK_OK;
    }
    switch (stream_lib.ZSTD_getErrorCode(result)) {
        case ZSTD_error_memory_allocation: return UNPACK_NO_MEMORY;
        case ZSTD_error_frameParameter_windowTooLarge: stream->message = "a window of more than 128 MiB"; return UNPACK_UNSUPPORTED;
        case ZSTD_error_dictionary_wrong: stream->message = "it needs a dictionary"; return UNPACK_UNSUPPORTED;
        default: return UNPACK_CORRUPT;
    }
}

static unpack_status end_zstd(unpack_stream *stream) {
    if (stream->is_begun) stream_lib.ZSTD_freeDStream(stream->zstd);
    return UNPACK_OK;
}

const struct stream_packing stream_zstd = {load_zstd, begin_zstd, step_zstd, end_zstd, "damaged zstd data"};
#endif

// MARK: one way to all of them

static const struct stream_packing *const packings[UNPACK_PACKINGS] = {
    [UNPACK_DEFLATE] = &stream_deflate,
#ifdef HAS_BZIP2
    [UNPACK_BZIP2] = &stream_bzip2,
#endif
#ifdef HAS_LZMA
    [UNPACK_LZMA] = &stream_lzma,
    [UNPACK_LZMA2] = &stream_lzma2,
    [UNPACK_XZ] = &stream_xz,
#endif
#ifdef HAS_LZIP
    [UNPACK_LZIP] = &stream_lzip,
#endif
#ifdef HAS_ZSTD
    [UNPACK_ZSTD] = &stream_zstd,
#endif
#ifdef HAS_LZ4
    [UNPACK_LZ4] = &stream_lz4,
#endif
};

int unpack_stream_is_built_in(unpack_packing packing) { return packings[packing] != NULL; }

int unpack_stream_load(unpack_packing packing) { return packings[packing] != NULL && packings[packing]->load(); }

unpack_stream *unpack_stream_open(unpack_packing packing) {
    unpack_stream *stream = calloc(1, sizeof *stream);
    if (stream != NULL) stream->packing = packing;
    return stream;
}

void unpack_stream_close(unpack_stream *stream) {
    if (stream == NULL) return;
    packings[stream->packing]->end(stream);
    free(stream);
}

unpack_status unpack_stream_begin(unpack_stream *stream) {
    stream->message = NULL;
    return packings[stream->packing]->begin(stream);
}

unpack_status unpack_stream_step(unpack_stream *stream, unpack_step *step) {
    // Some libraries count in 32 bits.
    const size_t most = 1 << 30;
    if (step->available > most) step->available = most;
    if (step->room > most) step->room = most;
    return packings[stream->packing]->step(stream, step);
}

const char *unpack_stream_message(const unpack_stream *stream) {
    return stream->message != NULL ? stream->message : packings[stream->packing]->damaged;
}
