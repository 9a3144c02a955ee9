// The libraries that unpack streams of bytes, as far as their headers were there.
#ifndef STREAM_H
#define STREAM_H

#include "CUnpack.h"

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
#define LZMA_FUNCTIONS(F) F(lzma_stream_decoder) F(lzma_alone_decoder) F(lzma_raw_decoder) F(lzma_code) F(lzma_end)
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

#if __has_include(<lz4frame.h>)
#define HAS_LZ4
#include <lz4frame.h>
#define LZ4_FUNCTIONS(F) \
    F(LZ4F_createDecompressionContext) F(LZ4F_freeDecompressionContext) F(LZ4F_decompress) F(LZ4F_isError) F(LZ4F_getErrorName)
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
        LZ4F_dctx *lz4;
#endif
    };
};

#endif
