// Decodes BMP: a header in one of eight sizes, and rows that are palette indices, run-length codes or bit fields.
#include "reader.h"

enum { PLAIN = 0, RLE8 = 1, RLE4 = 2, FIELDS = 3, JPEG = 4, PNG = 5, ALPHA_FIELDS = 6 };

typedef struct {
    uint32_t width, height;
    int is_top_down, bits, compression;
    uint32_t masks[3], alpha_mask;
    const uint8_t *colours;
    int colour_size;  // 3 in the oldest headers, then 4
    uint32_t colour_count;
    size_t data;
} layout;

static codec_status bad(char *message, const char *text) { return codec_refuse(message, CODEC_CORRUPT, "%s", text); }

// Masks of bit fields: from the header if it has them, otherwise from behind it.
static codec_status read_masks(codec_file file, uint32_t header, layout *found, char *message) {
    static const uint32_t of_sixteen[] = {0x7C00, 0x3E0, 0x1F}, of_more[] = {0xFF0000, 0xFF00, 0xFF};
    memcpy(found->masks, found->bits == 16 ? of_sixteen : of_more, sizeof found->masks);
    if (found->compression != FIELDS && found->compression != ALPHA_FIELDS) return CODEC_OK;
    if (file.length < 14 + 40 + 12) return truncated(message, "BMP");
    uint32_t together = 0;
    for (int i = 0; i < 3; i++) {
        uint32_t mask = little(file.bytes + 54 + 4 * i, 4);
        uint32_t low = mask & (0 - mask);
        // One run of bits, and shared with no other channel.
        if (mask == 0 || (mask + low) & mask || mask & together || (found->bits == 16 && mask > 0xFFFF)) {
            return bad(message, "impossible masks of colours");
        }
        together |= found->masks[i] = mask;
    }
    int has_alpha_mask = header >= 56 || found->compression == ALPHA_FIELDS;
    if (has_alpha_mask && file.length >= 14 + 40 + 16) found->alpha_mask = little(file.bytes + 66, 4);
    return CODEC_OK;
}

static codec_status parse(codec_file file, layout *found, char *message) {
    *found = (layout){0};
    if (file.length < 26) return truncated(message, "BMP");
    uint32_t header = little(file.bytes + 14, 4);
    int is_old = header == 12;
    if (!is_old && (header < 16 || header > 124)) return bad(message, "a header of unknown size");
    if (file.length < 14 + (size_t)header) return truncated(message, "BMP");
    int planes;
    if (is_old) {
        found->width = little(file.bytes + 18, 2);
        found->height = little(file.bytes + 20, 2);
        planes = (int)little(file.bytes + 22, 2);
        found->bits = (int)little(file.bytes + 24, 2);
    } else {
        found->width = little(file.bytes + 18, 4);
        found->height = little(file.bytes + 22, 4);
        planes = (int)little(file.bytes + 26, 2);
        found->bits = (int)little(file.bytes + 28, 2);
        if (found->width > INT32_MAX) return bad(message, "a negative width");
        if (found->height > INT32_MAX) {
            found->is_top_down = 1;
            found->height = 0 - found->height;
        }
        if (header >= 20) found->compression = (int)little(file.bytes + 30, 4);
        if (header >= 36) found->colour_count = little(file.bytes + 46, 4);
    }
    if (planes != 1) return bad(message, "more than one plane");
    int is_indexed = found->bits == 1 || found->bits == 2 || found->bits == 4 || found->bits == 8;
    if (!is_indexed && found->bits != 16 && found->bits != 24 && found->bits != 32) {
        if (found->compression == JPEG || found->compression == PNG) {
            return codec_refuse(message, CODEC_UNSUPPORTED, "a JPEG or PNG inside a BMP");
        }
        return bad(message, "pixels of an impossible number of bits");
    }
    switch (found->compression) {
        case PLAIN: break;
        case RLE8: if (found->bits != 8) return bad(message, "run lengths of the wrong size"); break;
        case RLE4: if (found->bits != 4) return bad(message, "run lengths of the wrong size"); break;
        case FIELDS:
        case ALPHA_FIELDS:
            // OS/2 means another compression by the same number.
            if (header == 64) return codec_refuse(message, CODEC_UNSUPPORTED, "Huffman codes of OS/2");
            if (found->bits != 16 && found->bits != 32) return bad(message, "masks for the wrong kind of pixels");
            break;
        default: return codec_refuse(message, CODEC_UNSUPPORTED, "compression %d", found->compression);
    }
    if (found->compression != PLAIN && found->is_top_down && is_indexed) return bad(message, "run lengths from the top");
    found->data = little(file.bytes + 10, 4);
    if (found->data > file.length) return truncated(message, "BMP");
    if (!is_indexed) return read_masks(file, header, found, message);
    uint32_t most = 1u << found->bits;
    size_t start = 14 + (size_t)header;
    found->colour_size = is_old ? 3 : 4;
    if (found->colour_count == 0 || found->colour_count > most) found->colour_count = most;
    size_t room = found->data < start ? 0 : (found->data - start) / (size_t)found->colour_size;
    if (room < found->colour_count) found->colour_count = (uint32_t)room;
    if (found->colour_count == 0) return bad(message, "no colour table");
    found->colours = file.bytes + start;
    return CODEC_OK;
}

static codec_status read_header(codec_file file, codec_header *header, char *message) {
    layout found;
    codec_status status = parse(file, &found, message);
    if (status != CODEC_OK) return status;
    header->width = found.width;
    header->height = found.height;
    header->bits = found.bits <= 8 ? found.bits : found.bits == 16 ? 5 : 8;
    header->colour = found.bits <= 8 ? CODEC_COLOUR_PALETTE : CODEC_COLOUR_RGB;
    header->alpha = found.alpha_mask != 0;
    return CODEC_OK;
}

// A bit field on the scale of 8 bits, rounded.
static uint8_t channel(uint32_t pixel, uint32_t mask) {
    uint32_t low = mask & (0 - mask);
    uint64_t value = (pixel & mask) / low, most = mask / low;
    return (uint8_t)((value * 255 + most / 2) / most);
}

static int paint_index(const layout *found, uint32_t index, uint8_t *pixel) {
    if (index >= found->colour_count) return 0;
    const uint8_t *colour = found->colours + (size_t)index * (size_t)found->colour_size;
    pixel[0] = colour[2], pixel[1] = colour[1], pixel[2] = colour[0];
    return 1;
}

// A row of pixels as they lie in the file; 0 if one has no colour.
static int paint_row(const layout *found, const uint8_t *source, uint8_t *row) {
    for (uint32_t x = 0; x < found->width; x++, row += 3) {
        switch (found->bits) {
            case 1: case 2: case 4: case 8: {
                size_t bit = (size_t)x * (size_t)found->bits;
                int shift = 8 - found->bits - (int)(bit & 7);
                if (!paint_index(found, source[bit >> 3] >> shift & ((1u << found->bits) - 1), row)) return 0;
                break;
            }
            case 24:
                row[0] = source[3 * (size_t)x + 2], row[1] = source[3 * (size_t)x + 1], row[2] = source[3 * (size_t)x];
                break;
            default: {
                uint32_t pixel = little(source + (size_t)x * (size_t)(found->bits / 8), found->bits / 8);
                for (int c = 0; c < 3; c++) row[c] = channel(pixel, found->masks[c]);
            }
        }
    }
    return 1;
}

static const char no_colour[] = "a colour that the table does not have";

static codec_status read_rows(codec_file file, const layout *found, uint8_t *row, const codec_target *target, char *message) {
    size_t stride = ((size_t)found->width * (size_t)found->bits + 31) / 32 * 4;
    // Not the last row's padding, which some programs leave out.
    size_t last = ((size_t)found->width * (size_t)found->bits + 7) / 8;
    size_t wanted = stride * (found->height - 1) + last;
    if (file.length - found->data < wanted) return truncated(message, "BMP");
    for (uint32_t i = 0; i < found->height; i++) {
        if (!paint_row(found, file.bytes + found->data + i * stride, row)) return bad(message, no_colour);
        copy_row(target, row, 0, found->is_top_down ? i : found->height - 1 - i);
    }
    return CODEC_OK;
}

// Run-length codes into indices, rows from the bottom. What is skipped keeps colour 0, as everybody has it.
static codec_status unpack(codec_file file, const layout *found, uint8_t *indices, char *message) {
    const uint8_t *at = file.bytes + found->data, *end = file.bytes + file.length;
    uint64_t x = 0, y = 0;
    int is_small = found->bits == 4;
    for (;;) {
        if (end - at < 2) return truncated(message, "BMP");
        unsigned count = at[0], code = at[1];
        at += 2;
        const uint8_t *literal = NULL;
        if (count == 0) {
            if (code == 1) return CODEC_OK;
            if (code == 0) {
                x = 0, y++;
                continue;
            }
            if (code == 2) {
                if (end - at < 2) return truncated(message, "BMP");
                x += at[0], y += at[1];
                at += 2;
                continue;
            }
            count = code;
            unsigned size = is_small ? (count + 1) / 2 : count;
            size += size & 1;
            if ((size_t)(end - at) < size) return truncated(message, "BMP");
            literal = at;
            at += size;
        }
        // A last run may stop short of nothing but what its row has room for.
        if (y >= found->height || x + count > found->width) return bad(message, "a run that leaves the picture");
        uint8_t *row = indices + y * found->width + x;
        for (unsigned i = 0; i < count; i++) {
            unsigned byte = literal == NULL ? code : is_small ? literal[i / 2] : literal[i];
            row[i] = (uint8_t)(!is_small ? byte : i & 1 ? byte & 15 : byte >> 4);
        }
        x += count;
    }
}

static codec_status read_runs(codec_file file, const layout *found, uint8_t *row, const codec_target *target, char *message) {
    uint8_t *indices = calloc(found->height, found->width);
    if (indices == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    codec_status status = unpack(file, found, indices, message);
    for (uint32_t i = 0; i < found->height && status == CODEC_OK; i++) {
        const uint8_t *source = indices + (size_t)i * found->width;
        for (uint32_t x = 0; x < found->width && status == CODEC_OK; x++) {
            if (!paint_index(found, source[x], row + (size_t)3 * x)) status = bad(message, no_colour);
        }
        copy_row(target, row, 0, found->height - 1 - i);
    }
    free(indices);
    return status;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    (void)warning;
    layout found;
    codec_status status = parse(file, &found, message);
    if (status != CODEC_OK) return status;
    if (found.width != width || found.height != height) return bad(message, "the sizes are not those of the first header");
    uint8_t *row = malloc((size_t)3 * width);
    if (row == NULL) return codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    int has_runs = found.compression == RLE8 || found.compression == RLE4;
    status = has_runs ? read_runs(file, &found, row, target, message) : read_rows(file, &found, row, target, message);
    free(row);
    return status;
}

const codec_reader codec_bmp = {.header = read_header, .decode = decode};
