// Decodes the first frame of a GIF. The format is a walk over blocks and one dictionary of fixed size: less than it would take to
// keep a library from reading on in a file that ends.
#include "reader.h"

enum { CODES = 4096, TABLE = 3 * 256 };

// What a walk over all blocks finds.
typedef struct {
    uint32_t width, height;
    int interlaced, frames, has_transparency;
    const uint8_t *colours;  // of the first frame
    uint32_t colour_count;
    size_t data;  // where its coded pixels begin
    int bits;
} layout;

// Skips sub-blocks, each with its length before it, to behind the empty one that ends them. 0 at the end of the file.
static int skip_blocks(codec_file file, size_t *at) {
    while (*at < file.length) {
        size_t size = file.bytes[(*at)++];
        if (size == 0) return 1;
        if (size > file.length - *at) return 0;
        *at += size;
    }
    return 0;
}

// A colour table with the sizes that `flags` tell; 0 at the end of the file.
static int take_colours(codec_file file, size_t *at, unsigned flags, const uint8_t **colours, uint32_t *count) {
    if (!(flags & 0x80)) return 1;
    uint32_t size = 2u << (flags & 7);
    if (3 * size > file.length - *at) return 0;
    *colours = file.bytes + *at;
    *count = size;
    *at += 3 * size;
    return 1;
}

static codec_status walk(codec_file file, layout *found, char *message) {
    *found = (layout){0};
    if (file.length < 13) return truncated(message, "GIF");
    size_t at = 13;
    int transparency = 0;
    const uint8_t *global = NULL;
    uint32_t global_count = 0;
    if (!take_colours(file, &at, file.bytes[10], &global, &global_count)) return truncated(message, "GIF");
    while (at < file.length) {
        uint8_t kind = file.bytes[at++];
        if (kind == 0x3B) {
            return found->frames > 0 ? CODEC_OK : codec_refuse(message, CODEC_CORRUPT, "a GIF without a picture");
        }
        if (kind == 0x21) {
            if (at == file.length) return truncated(message, "GIF");
            int is_control = file.bytes[at++] == 0xF9;
            if (is_control && file.length - at > 2 && file.bytes[at] >= 1) transparency = file.bytes[at + 1] & 1;
            if (!skip_blocks(file, &at)) return truncated(message, "GIF");
            continue;
        }
        if (kind != 0x2C) return codec_refuse(message, CODEC_CORRUPT, "a block of unknown kind 0x%02x", kind);
        if (file.length - at < 9) return truncated(message, "GIF");
        const uint8_t *frame = file.bytes + at;
        const uint8_t *colours = global;
        uint32_t colour_count = global_count;
        at += 9;
        if (!take_colours(file, &at, frame[8], &colours, &colour_count)) return truncated(message, "GIF");
        if (found->frames++ == 0) {
            found->width = little(frame + 4, 2);
            found->height = little(frame + 6, 2);
            found->interlaced = frame[8] >> 6 & 1;
            found->has_transparency = transparency;
            found->colours = colours;
            found->colour_count = colour_count;
            while (1u << found->bits < colour_count) found->bits++;
            found->data = at;
        }
        if (at++ == file.length || !skip_blocks(file, &at)) return truncated(message, "GIF");
    }
    return truncated(message, "GIF");
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    layout found;
    codec_status status = walk(file, &found, message);
    if (status != CODEC_OK) return status;
    header->width = found.width;
    header->height = found.height;
    header->bits = found.bits;
    header->colour = CODEC_COLOUR_PALETTE;
    header->alpha = found.has_transparency;
    header->animated = found.frames > 1;
    header->interlaced = found.interlaced;
    return CODEC_OK;
}

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

// Fills `indices` with `count` colour numbers by the variable-length LZW of the specification's appendix F.
static codec_status unpack(codec_file file, const layout *found, uint8_t *indices, size_t count, char *message) {
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

// The row of the picture that comes `number`-th in the file.
static uint32_t row_of(uint32_t number, uint32_t height, int interlaced) {
    if (!interlaced) return number;
    static const uint32_t starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; pass++) {
        uint32_t rows = height > starts[pass] ? (height - starts[pass] + steps[pass] - 1) / steps[pass] : 0;
        if (number < rows) return starts[pass] + number * steps[pass];
        number -= rows;
    }
    return 0;
}

static codec_status paint(const layout *found, const uint8_t *indices, uint8_t *row, const codec_target *target, char *message) {
    for (uint32_t number = 0; number < found->height; number++) {
        const uint8_t *source = indices + (size_t)number * found->width;
        for (uint32_t x = 0; x < found->width; x++) {
            if (source[x] >= found->colour_count) {
                return codec_refuse(message, CODEC_CORRUPT, "a colour that the table does not have");
            }
            memcpy(row + (size_t)3 * x, found->colours + 3 * source[x], 3);
        }
        copy_row(target, row, 0, row_of(number, found->height, found->interlaced));
    }
    return CODEC_OK;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    layout found;
    codec_status status = walk(file, &found, message);
    if (status != CODEC_OK) return status;
    if (found.width != width || found.height != height) {
        return codec_refuse(message, CODEC_CORRUPT, "the sizes are not those of the first header");
    }
    size_t count = (size_t)width * height;
    uint8_t *indices = malloc(count + (size_t)3 * width);
    if (indices == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    status = unpack(file, &found, indices, count, message);
    if (status == CODEC_OK) status = paint(&found, indices, indices + count, target, message);
    free(indices);
    return status;
}

const codec_reader codec_gif = {NULL, read_header, decode};
