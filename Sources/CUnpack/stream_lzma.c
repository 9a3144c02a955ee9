// What LZMA packs, in four wrappings: xz, lzip, LZMA alone, and bare as in 7z.
#include "stream.h"

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

#ifdef HAS_LZIP
static unpack_status begin_lzip(unpack_stream *stream) {
    stream->is_begun = 1;
    return told_by_lzma(stream, stream_lib.lzma_lzip_decoder(&stream->lzma, UINT64_MAX, 0));
}
#endif

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

const struct stream_packing stream_lzma = {load_lzma, begin_lzma, step_lzma, end_lzma, "damaged lzma data"};
const struct stream_packing stream_lzma2 = {load_lzma, begin_lzma2, step_lzma, end_lzma, "damaged lzma data"};
const struct stream_packing stream_xz = {load_lzma, begin_xz, step_lzma, end_lzma, "damaged xz data"};
#ifdef HAS_LZIP
const struct stream_packing stream_lzip = {load_lzma, begin_lzip, step_lzma, end_lzma, "damaged lzip data"};
#endif

#else
typedef int nothing_without_liblzma;
#endif
