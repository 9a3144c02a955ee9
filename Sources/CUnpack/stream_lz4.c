// What lz4 packs: frames, by liblz4's own reader, and the format of old (lz4_Frame_format.md, "Legacy frame"), a row of blocks without an end or a
// checksum, such as kernels are packed by.
#include "stream.h"

#ifdef HAS_LZ4
#include <stdlib.h>

LOADER(lz4, "liblz4.so.1", LZ4_FUNCTIONS)

enum {
    // Of a block of old, all of them but the last.
    BLOCK = 8 << 20,
    MOST_PACKED = LZ4_COMPRESSBOUND(BLOCK),
};
static const uint32_t mark_of_frame = 0x184D2204, mark_of_blocks = 0x184C2102, mark_of_skippable = 0x184D2A50;

static unpack_status begin_lz4(unpack_stream *stream) {
    struct lz4_state *lz4 = &stream->lz4;
    lz4->mode = LZ4_AT_MARK, lz4->known = 0;
    // Behind a whole frame its reader is as new.
    if (stream->is_begun) return UNPACK_OK;
    if (stream_lib.LZ4F_isError(stream_lib.LZ4F_createDecompressionContext(&lz4->frames, LZ4F_VERSION))) return UNPACK_NO_MEMORY;
    stream->is_begun = 1;
    return UNPACK_OK;
}

// Takes a number, of which bytes may come one by one; 1 when it is there.
static int take_number(struct lz4_state *lz4, unpack_step *step) {
    while (lz4->known < 4 && step->taken < step->available) lz4->number[lz4->known++] = step->input[step->taken++];
    return lz4->known == 4;
}

static uint32_t number(const struct lz4_state *lz4) {
    const uint8_t *byte = lz4->number;
    return (uint32_t)byte[3] << 24 | (uint32_t)byte[2] << 16 | (uint32_t)byte[1] << 8 | byte[0];
}

// Whether what is there of a number is no byte but zero.
static int is_nothing(const struct lz4_state *lz4) {
    for (unsigned i = 0; i < lz4->known; i++) {
        if (lz4->number[i] != 0) return 0;
    }
    return 1;
}

static int is_mark(uint32_t number) {
    return number == mark_of_frame || number == mark_of_blocks || (number & ~UINT32_C(15)) == mark_of_skippable;
}

// MARK: frames

static unpack_status step_frame(unpack_stream *stream, unpack_step *step, const uint8_t *input, size_t *taken) {
    struct lz4_state *lz4 = &stream->lz4;
    size_t given = step->room - step->given;
    size_t result = stream_lib.LZ4F_decompress(lz4->frames, step->output + step->given, &given, input, taken, NULL);
    if (!stream_lib.LZ4F_isError(result)) {
        stream->wanted = result;
        step->given += given;
        return result == 0 ? UNPACK_END : UNPACK_OK;
    }
    *taken = 0;
    // It has no other way to say so.
    return strcmp(stream_lib.LZ4F_getErrorName(result), "ERROR_allocation_failed") == 0 ? UNPACK_NO_MEMORY : UNPACK_CORRUPT;
}

// MARK: blocks

static unpack_status begin_blocks(struct lz4_state *lz4) {
    lz4->size = lz4->filled = lz4->unpacked = lz4->given = 0;
    if (lz4->packed == NULL) lz4->packed = malloc(MOST_PACKED);
    if (lz4->block == NULL) lz4->block = malloc(BLOCK);
    return lz4->packed == NULL || lz4->block == NULL ? UNPACK_NO_MEMORY : UNPACK_OK;
}

static size_t least(size_t one, size_t other) { return one < other ? one : other; }

static unpack_status begin_part(unpack_stream *stream, unpack_step *step);

// A block is given away before the next is begun.
static unpack_status step_blocks(unpack_stream *stream, unpack_step *step) {
    struct lz4_state *lz4 = &stream->lz4;
    if (lz4->given < lz4->unpacked) {
        size_t count = least(lz4->unpacked - lz4->given, step->room - step->given);
        memcpy(step->output + step->given, lz4->block + lz4->given, count);
        lz4->given += count, step->given += count;
        return UNPACK_OK;
    }
    if (lz4->size == 0) {
        // Zeros fill a tape, be they fewer than a size has.
        if (!take_number(lz4, step)) return step->available == 0 && is_nothing(lz4) ? UNPACK_END : UNPACK_OK;
        uint32_t size = number(lz4);
        // What ends a row is the mark of another, or of a frame.
        if (is_mark(size)) return begin_part(stream, step);
        lz4->known = 0;
        if (size == 0) return UNPACK_END;
        if (size > MOST_PACKED) {
            stream->message = "damaged lz4 data, or something behind them";
            return UNPACK_CORRUPT;
        }
        lz4->size = size, lz4->filled = 0;
    }
    size_t count = least(lz4->size - lz4->filled, step->available - step->taken);
    if (count > 0) memcpy(lz4->packed + lz4->filled, step->input + step->taken, count);
    lz4->filled += count, step->taken += count;
    if (lz4->filled < lz4->size) return UNPACK_OK;
    int unpacked = stream_lib.LZ4_decompress_safe((const char *)lz4->packed, (char *)lz4->block, (int)lz4->size, BLOCK);
    lz4->size = 0;
    if (unpacked < 0) return UNPACK_CORRUPT;
    lz4->unpacked = (size_t)unpacked, lz4->given = 0;
    return UNPACK_OK;
}

// MARK: either

// By its mark, all of which is there.
static unpack_status begin_part(unpack_stream *stream, unpack_step *step) {
    struct lz4_state *lz4 = &stream->lz4;
    uint32_t mark = number(lz4);
    lz4->known = 0;
    if (!is_mark(mark)) return UNPACK_CORRUPT;
    if (mark == mark_of_blocks) {
        lz4->mode = LZ4_BLOCKS;
        return begin_blocks(lz4);
    }
    lz4->mode = LZ4_FRAME;
    size_t count = sizeof lz4->number;
    return step_frame(stream, step, lz4->number, &count);
}

static unpack_status step_lz4(unpack_stream *stream, unpack_step *step) {
    struct lz4_state *lz4 = &stream->lz4;
    step->taken = step->given = 0;
    switch (lz4->mode) {
        case LZ4_AT_MARK: return take_number(lz4, step) ? begin_part(stream, step) : UNPACK_OK;
        case LZ4_BLOCKS: return step_blocks(stream, step);
        case LZ4_FRAME: break;
    }
    step->taken = one_block(stream, step->available, 4);
    return step_frame(stream, step, step->input, &step->taken);
}

static unpack_status end_lz4(unpack_stream *stream) {
    struct lz4_state *lz4 = &stream->lz4;
    if (stream->is_begun) stream_lib.LZ4F_freeDecompressionContext(lz4->frames);
    free(lz4->packed);
    free(lz4->block);
    return UNPACK_OK;
}

const struct stream_packing stream_lz4 = {load_lz4, begin_lz4, step_lz4, end_lz4, "damaged lz4 data"};

#else
typedef int nothing_without_liblz4;
#endif
