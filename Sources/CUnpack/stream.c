// What was packed as one stream of bytes, by the library of its packing. Libarchive, which knows the same libraries, unpacks 64 KiB at a time and
// keeps for itself what came before a fault; here every byte is given away that was unpacked.
#include "stream.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// MARK: libraries

#if STREAM_LIBRARIES
#define LOOK_UP(name) \
    if (is_whole) { \
        void *function = dlsym(library, #name); \
        is_whole = function != NULL; \
        memcpy(&stream_lib.name, &function, sizeof function); \
    }

struct stream_library stream_lib;
#endif

// Loads a library once.
#define LOADER(name, file, functions) \
    static int has_##name; \
    static void look_up_##name(void) { \
        void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL); \
        int is_whole = library != NULL; \
        functions(LOOK_UP) \
        has_##name = is_whole; \
    } \
    static int load_##name(void) { \
        static pthread_once_t once = PTHREAD_ONCE_INIT; \
        pthread_once(&once, look_up_##name); \
        return has_##name; \
    }

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
#endif

#ifdef HAS_LZMA
LOADER(lzma, "liblzma.so.5", LZMA_FUNCTIONS)

static unpack_status told_by_lzma(unpack_stream *stream, lzma_ret result) {
    switch (result) {
        case LZMA_OK:
        // There was nothing to take, or no room.
        case LZMA_BUF_ERROR: return UNPACK_OK;
        case LZMA_STREAM_END: return UNPACK_END;
        case LZMA_MEM_ERROR: return UNPACK_NO_MEMORY;
        case LZMA_OPTIONS_ERROR: stream->message = "a filter that liblzma does not know"; return UNPACK_UNSUPPORTED;
        default: return UNPACK_CORRUPT;
    }
}

static unpack_status begin_xz(unpack_stream *stream) {
    stream->is_begun = 1;
    // The process has a limit for memory, and needs none for a part of it.
    return told_by_lzma(stream, stream_lib.lzma_stream_decoder(&stream->lzma, UINT64_MAX, 0));
}

static unpack_status begin_lzma(unpack_stream *stream) {
    stream->is_begun = 1;
    return told_by_lzma(stream, stream_lib.lzma_alone_decoder(&stream->lzma, UINT64_MAX));
}

static unpack_status begin_lzma2(unpack_stream *stream) {
    // No packing looks back further than it has come, and what is read so is not larger.
    lzma_options_lzma options = {.dict_size = 16 << 20};
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
    stream->is_begun = 1;
    return told_by_lzma(stream, stream_lib.lzma_raw_decoder(&stream->lzma, filters));
}

static unpack_status step_lzma(unpack_stream *stream, unpack_step *step) {
    lzma_stream *state = &stream->lzma;
    state->next_in = step->input, state->avail_in = step->available;
    state->next_out = step->output, state->avail_out = step->room;
    lzma_ret result = stream_lib.lzma_code(state, LZMA_RUN);
    step->taken = step->available - state->avail_in;
    step->given = step->room - state->avail_out;
    return told_by_lzma(stream, result);
}

static unpack_status end_lzma(unpack_stream *stream) {
    if (stream->is_begun) stream_lib.lzma_end(&stream->lzma);
    return UNPACK_OK;
}
#endif

// Of a call that fails, libzstd and liblz4 do not say what it had unpacked before. So they get a block at a time: what they ask for is
// a block and the header of the next, which is left for the next call.
static inline size_t one_block(const unpack_stream *stream, const unpack_step *step, size_t header) {
    size_t wanted = stream->wanted > header ? stream->wanted - header : stream->wanted;
    return wanted < step->available ? wanted : step->available;
}

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
    ZSTD_inBuffer in = {.src = step->input, .size = one_block(stream, step, 3)};
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
#endif

#ifdef HAS_LZ4
LOADER(lz4, "liblz4.so.1", LZ4_FUNCTIONS)

static unpack_status begin_lz4(unpack_stream *stream) {
    // The smallest header of a frame.
    stream->wanted = 7;
    // Behind a whole frame it is as new.
    if (stream->is_begun) return UNPACK_OK;
    if (stream_lib.LZ4F_isError(stream_lib.LZ4F_createDecompressionContext(&stream->lz4, LZ4F_VERSION))) return UNPACK_NO_MEMORY;
    stream->is_begun = 1;
    return UNPACK_OK;
}

static unpack_status step_lz4(unpack_stream *stream, unpack_step *step) {
    step->taken = one_block(stream, step, 4), step->given = step->room;
    size_t result = stream_lib.LZ4F_decompress(stream->lz4, step->output, &step->given, step->input, &step->taken, NULL);
    if (!stream_lib.LZ4F_isError(result)) {
        stream->wanted = result;
        return result == 0 ? UNPACK_END : UNPACK_OK;
    }
    step->taken = step->given = 0;
    // It has no other way to say so.
    return strcmp(stream_lib.LZ4F_getErrorName(result), "ERROR_allocation_failed") == 0 ? UNPACK_NO_MEMORY : UNPACK_CORRUPT;
}

static unpack_status end_lz4(unpack_stream *stream) {
    if (stream->is_begun) stream_lib.LZ4F_freeDecompressionContext(stream->lz4);
    return UNPACK_OK;
}
#endif

// MARK: one way to all of them

static const struct {
    int (*load)(void);
    unpack_status (*begin)(unpack_stream *), (*step)(unpack_stream *, unpack_step *), (*end)(unpack_stream *);
    const char *damaged;
} packings[UNPACK_PACKINGS] = {
    [UNPACK_DEFLATE] = {load_zlib, begin_zlib, step_zlib, end_zlib, "damaged deflate data"},
#ifdef HAS_BZIP2
    [UNPACK_BZIP2] = {load_bzip2, begin_bzip2, step_bzip2, end_bzip2, "damaged bzip2 data"},
#endif
#ifdef HAS_LZMA
    [UNPACK_LZMA] = {load_lzma, begin_lzma, step_lzma, end_lzma, "damaged lzma data"},
    [UNPACK_LZMA2] = {load_lzma, begin_lzma2, step_lzma, end_lzma, "damaged lzma data"},
    [UNPACK_XZ] = {load_lzma, begin_xz, step_lzma, end_lzma, "damaged xz data"},
#endif
#ifdef HAS_ZSTD
    [UNPACK_ZSTD] = {load_zstd, begin_zstd, step_zstd, end_zstd, "damaged zstd data"},
#endif
#ifdef HAS_LZ4
    [UNPACK_LZ4] = {load_lz4, begin_lz4, step_lz4, end_lz4, "damaged lz4 data"},
#endif
};

int unpack_stream_is_built_in(unpack_packing packing) { return packings[packing].load != NULL; }

int unpack_stream_load(unpack_packing packing) { return packings[packing].load != NULL && packings[packing].load(); }

unpack_stream *unpack_stream_open(unpack_packing packing) {
    unpack_stream *stream = calloc(1, sizeof *stream);
    if (stream != NULL) stream->packing = packing;
    return stream;
}

void unpack_stream_close(unpack_stream *stream) {
    if (stream == NULL) return;
    packings[stream->packing].end(stream);
    free(stream);
}

unpack_status unpack_stream_begin(unpack_stream *stream) {
    stream->message = NULL;
    return packings[stream->packing].begin(stream);
}

unpack_status unpack_stream_step(unpack_stream *stream, unpack_step *step) {
    // Some libraries count in 32 bits.
    const size_t most = 1 << 30;
    if (step->available > most) step->available = most;
    if (step->room > most) step->room = most;
    return packings[stream->packing].step(stream, step);
}

const char *unpack_stream_message(const unpack_stream *stream) {
    return stream->message != NULL ? stream->message : packings[stream->packing].damaged;
}
