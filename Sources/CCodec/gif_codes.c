// Unpacks the pixels of a GIF by the variable-length LZW of its specification's appendix F.
#include "gif.h"

enum { CODES = 4096 };

// Codes from sub-blocks, which the walk has shown to lie within the file.
typedef struct {
    const uint8_t *bytes;
    size_t at, block;  // `block`: bytes left of the present one
    uint32_t bits;
    int count;
} code_stream;

// The next code of `width` bits, or −1 behind the last block.
static int next_code(code_stream *stream, int width) {
    while (stream->count < width) {
        if (stream->block == 0) {
            stream->block = stream->bytes[stream->at];
            if (stream->block == 0) return -1;
            stream->at++;
        }
        stream->bits |= (uint32_t)stream->bytes[stream->at++] << stream->count;
        stream->block--;
        stream->count += 8;
    }
    int code = (int)(stream->bits & ((1u << width) - 1));
    stream->bits >>= width;
    stream->count -= width;
    return code;
}

codec_status gif_unpack(codec_file file, const gif_layout *found, uint8_t *indices, size_t count, char *message) {
    int first_width = file.bytes[found->data];
    if (first_width < 1 || first_width > 8) return codec_refuse(message, CODEC_CORRUPT, "codes of %d bits", first_width);
    code_stream stream = {.bytes = file.bytes, .at = found->data + 1};
    uint16_t prefix[CODES];
    uint8_t suffix[CODES], stack[CODES];
    const int clear = 1 << first_width, end = clear + 1;
    int width = first_width + 1, next = end + 1, before = -1, depth = 0;
    uint8_t first = 0;
    size_t done = 0;
    while (done < count) {
        int code = next_code(&stream, width);
        if (code < 0 || code == end) return codec_refuse(message, CODEC_CORRUPT, "the picture ends before its last pixel");
        if (code == clear) {
            width = first_width + 1, next = end + 1, before = -1;
            continue;
        }
        if (code > next || (code == next && before < 0) || (before < 0 && code > clear)) {
            return codec_refuse(message, CODEC_CORRUPT, "a code that was never defined");
        }
        int part = code;
        if (code == next) {  // the string before and its own first colour
            stack[depth++] = first;
            part = before;
        }
        while (part > end) {
            stack[depth++] = suffix[part];
            part = prefix[part];
        }
        first = (uint8_t)part;
        stack[depth++] = first;
        while (depth > 0 && done < count) indices[done++] = stack[--depth];
        depth = 0;
        if (before >= 0 && next < CODES) {
            prefix[next] = (uint16_t)before;
            suffix[next] = first;
            next++;
            if (next == 1 << width && width < 12) width++;
        }
        before = code;
    }
    return CODEC_OK;
}
