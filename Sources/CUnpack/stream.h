// The libraries that unpack streams of bytes, as far as their headers were there.
#ifndef STREAM_H
#define STREAM_H

#include "CUnpack.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <zlib.h>

#if __has_include(<bzlib.h>)
#define HAS_BZIP2
#include <bzlib.h>
#define BZIP2_FUNCTIONS(F) F(BZ2_bzDecompressInit) F(BZ2_bzDecompress) F(BZ2_bzDecompressEnd)
#else
#define BZIP2_FUNCTIONS(F)
#endif

#if __has_include(<lzma.h>)
#define HAS_LZMA
#include <lzma.h>
#if LZMA_VERSION >= UINT32_C(50040002)
#define HAS_LZIP
#define LZIP_FUNCTIONS(F) F(lzma_lzip_decoder)
#else
#define LZIP_FUNCTIONS(F)
#endif
#define LZMA_FUNCTIONS(F) \
    F(lzma_stream_decoder) F(lzma_alone_decoder) F(lzma_raw_decoder) F(lzma_code) F(lzma_end) LZIP_FUNCTIONS(F)
#else
#define LZMA_FUNCTIONS(F)
#endif

#if __has_include(<zstd.h>) && __has_include(<zstd_errors.h>)
#define HAS_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#define ZSTD_FUNCTIONS(F) \
    F(ZSTD_createDStream) F(ZSTD_freeDStream) F(ZSTD_initDStream) F(ZSTD_decompressStream) F(ZSTD_isError) F(ZSTD_getErrorCode)
#else
#define ZSTD_FUNCTIONS(F)
#endif

#if __has_include(<lz4.h>) && __has_include(<lz4frame.h>)
#define HAS_LZ4
#include <lz4.h>
#include <lz4frame.h>
#define LZ4_FUNCTIONS(F) \
    F(LZ4F_createDecompressionContext) F(LZ4F_freeDecompressionContext) F(LZ4F_decompress) F(LZ4F_isError) F(LZ4F_getErrorName) \
    F(LZ4_decompress_safe)
#else
#define LZ4_FUNCTIONS(F)
#endif

#if defined(HAS_BZIP2) || defined(HAS_LZMA) || defined(HAS_ZSTD) || defined(HAS_LZ4)
#define STREAM_LIBRARIES 1
#define STREAM_POINTER(name) __typeof__(&name) name;
struct stream_library {
    BZIP2_FUNCTIONS(STREAM_POINTER) LZMA_FUNCTIONS(STREAM_POINTER) ZSTD_FUNCTIONS(STREAM_POINTER) LZ4_FUNCTIONS(STREAM_POINTER)
};
extern struct stream_library stream_lib;
#endif

#define LOOK_UP(name) \
    if (is_whole) { \
        void *function = dlsym(library, #name); \
        is_whole = function != NULL; \
        memcpy(&stream_lib.name, &function, sizeof function); \
    }

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

#ifdef HAS_LZ4
// A stream of lz4, whose parts may be frames or, as of old, rows of blocks.
struct lz4_state {
    enum { LZ4_AT_MARK, LZ4_FRAME, LZ4_BLOCKS } mode;
    LZ4F_dctx *frames;
    uint8_t number[4];  // a mark or the size of a block, of which `known` bytes are there
    unsigned known;
    uint8_t *packed, *block;  // of a block: as it is, of which `filled` bytes of `size` are there, and as it was
    size_t size, filled, unpacked, given;
};
#endif

struct unpack_stream {
    unpack_packing packing;
    int is_begun;
    size_t wanted;  // bytes up to the end of the next block's header, where the library works by blocks
    const char *message;
    union {
        z_stream zlib;
#ifdef HAS_BZIP2
        bz_stream bzip2;
#endif
#ifdef HAS_LZMA
        lzma_stream lzma;
#endif
#ifdef HAS_ZSTD
        ZSTD_DStream *zstd;
#endif
#ifdef HAS_LZ4
        struct lz4_state lz4;
#endif
    };
};

// One way to unpack.
struct stream_packing {
    int (*load)(void);
    unpack_status (*begin)(unpack_stream *), (*step)(unpack_stream *, unpack_step *), (*end)(unpack_stream *);
    const char *damaged;
};

extern const struct stream_packing stream_deflate, stream_bzip2, stream_lzma, stream_lzma2, stream_xz, stream_lzip, stream_zstd, stream_lz4;

// Of a call that fails, libzstd and liblz4 do not say what it had unpacked before. So they get a block at a time: what they ask for is
// a block and the header of the next, which is left for the next call.
static inline size_t one_block(const unpack_stream *stream, size_t available, size_t header) {
    size_t wanted = stream->wanted > header ? stream->wanted - header : stream->wanted;
    return wanted < available ? wanted : available;
}

#endif
