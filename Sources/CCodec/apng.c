// Reads the frames of an animated PNG (PNG, third edition, 11.3.6), of which libpng knows nothing: the chunks of a frame become a PNG of their own, and
// what that shows is painted over what those before it have left.
//
// Picture 0 is the default image, as of any PNG. Whether it is the first frame too is for the file to say; if it is not, the first frame is picture 1.
#include "canvas.h"
#include "png_frame.h"

enum { SIGNATURE = 8, HEAD = 33, AROUND = 12 };  // of the file, with IHDR, and around the body of a chunk

#define NAME(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static uint32_t big(const uint8_t *bytes, int size) {
    uint32_t value = 0;
    for (int i = 0; i < size; i++) value = value << 8 | bytes[i];
    return value;
}

static void put(uint8_t *bytes, uint32_t value) {
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

// CRC-32 as of PNG (Annex D), four bits at a time.
static uint32_t checksum(const uint8_t *bytes, size_t length) {
    static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                       0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        sum = sum >> 4 ^ table[(sum ^ bytes[i]) & 15];
        sum = sum >> 4 ^ table[(sum ^ bytes[i] >> 4) & 15];
    }
    return ~sum;
}

// A chunk that lies within the file.
typedef struct {
    uint32_t name;
    const uint8_t *body;
    uint32_t length;
} chunk;

// 1 with the next chunk, 0 where there is no whole one.
static int next_chunk(codec_file file, size_t *at, chunk *found) {
    if (*at > file.length || file.length - *at < AROUND) return 0;
    uint32_t length = big(file.bytes + *at, 4);
    if (length > file.length - *at - AROUND) return 0;
    *found = (chunk){big(file.bytes + *at + 4, 4), file.bytes + *at + 8, length};
    *at += AROUND + (size_t)length;
    return 1;
}

static int is_whole(const chunk *chunk) { return checksum(chunk->body - 4, (size_t)chunk->length + 4) == big(chunk->body + chunk->length, 4); }

// What a walk over the chunks finds.
typedef struct {
    uint32_t pictures;        // the default image, and every frame that it is not, as far as they are whole
    uint32_t frames;          // fcTL chunks
    int has_default_frame;    // the default image is the first of them
    canvas_place place;       // of the frame that is asked for
    int blends;
    size_t start, end;        // in the file: its fdAT chunks, and others, lie between
    size_t pixels_start;      // the first chunk of the default image
} layout;

static codec_status take_control(codec_file file, const chunk *chunk, int comes_first, layout *found, char *message) {
    if (chunk->length != 26 || !is_whole(chunk)) return codec_refuse(message, CODEC_CORRUPT, "a frame's description is damaged");
    const uint8_t *body = chunk->body;
    if (body[24] > 2 || body[25] > 1) return codec_refuse(message, CODEC_CORRUPT, "a frame is to be painted in an unknown way");
    canvas_place place = {big(body + 12, 4), big(body + 16, 4), big(body + 4, 4), big(body + 8, 4), (canvas_disposal)body[24]};
    if (comes_first) {
        // Of the default image itself.
        if (found->frames > 0) return codec_refuse(message, CODEC_CORRUPT, "two frames for one picture");
        if (place.x != 0 || place.y != 0 || place.width != big(file.bytes + 16, 4) || place.height != big(file.bytes + 20, 4)) {
            return codec_refuse(message, CODEC_CORRUPT, "the first frame has not the sizes of the picture");
        }
        found->has_default_frame = 1;
    }
    // There is nothing before the first frame that could be restored.
    if (found->frames == 0 && place.disposal == CANVAS_RESTORE) place.disposal = CANVAS_CLEAR;
    uint32_t picture = found->frames + (found->has_default_frame ? 0 : 1);
    found->frames++;
    if (picture == file.frame) found->place = place, found->blends = body[25];
    return CODEC_OK;
}

static uint32_t begun(const layout *found) { return found->frames + (found->has_default_frame ? 0 : 1); }

// Goes through all chunks. A file without a valid acTL before its picture is a still one, whatever else is in it. Where something is wrong, the
// pictures that end before it are found.
static codec_status walk(codec_file file, layout *found, char *message) {
    *found = (layout){.pictures = 1};
    size_t at = SIGNATURE;
    chunk chunk;
    uint32_t stated = 0, sequence = 0;
    int has_pixels = 0, frame_has_pixels = 1, is_ended = 0;
    while (!is_ended) {
        size_t start = at;
        if (!next_chunk(file, &at, &chunk)) return stated > 0 ? truncated(message, "PNG") : CODEC_OK;
        switch (chunk.name) {
            case NAME('a', 'c', 'T', 'L'):
                if (has_pixels || stated > 0) break;
                if (chunk.length != 8 || !is_whole(&chunk)) return codec_refuse(message, CODEC_CORRUPT, "the animation's description is damaged");
                stated = big(chunk.body, 4);
                break;
            case NAME('I', 'D', 'A', 'T'):
                if (has_pixels && found->frames > (uint32_t)found->has_default_frame) {
                    return codec_refuse(message, CODEC_CORRUPT, "the picture goes on behind a frame");
                }
                if (!has_pixels) found->pixels_start = start;
                has_pixels = frame_has_pixels = 1;
                break;
            case NAME('f', 'c', 'T', 'L'):
            case NAME('f', 'd', 'A', 'T'): {
                if (stated == 0) break;
                // The one before has ended, whatever follows.
                if (chunk.name == NAME('f', 'c', 'T', 'L') && has_pixels && frame_has_pixels) found->pictures = begun(found);
                if (chunk.length < 4 || big(chunk.body, 4) != sequence++) {
                    return codec_refuse(message, CODEC_CORRUPT, "a frame out of its order");
                }
                if (chunk.name == NAME('f', 'd', 'A', 'T')) {
                    if (!has_pixels || found->frames == (uint32_t)found->has_default_frame) {
                        return codec_refuse(message, CODEC_CORRUPT, "pixels of no frame");
                    }
                    frame_has_pixels = 1;
                    break;
                }
                if (!frame_has_pixels) return codec_refuse(message, CODEC_CORRUPT, "a frame without pixels");
                codec_status status = take_control(file, &chunk, !has_pixels, found, message);
                if (status != CODEC_OK) return status;
                frame_has_pixels = 0;
                uint32_t picture = found->frames - (found->has_default_frame ? 1 : 0);
                if (picture == file.frame) found->start = at, found->end = file.length;
                if (picture == file.frame + 1) found->end = start;
                break;
            }
            case NAME('I', 'E', 'N', 'D'): is_ended = 1; break;
            default: break;
        }
    }
    if (stated == 0) return CODEC_OK;
    if (!frame_has_pixels) return codec_refuse(message, CODEC_CORRUPT, "a frame without pixels");
    found->pictures = begun(found);
    if (found->frames != stated) {
        return codec_refuse(message, CODEC_CORRUPT, "an animation of %u frames has %u", stated, found->frames);
    }
    return CODEC_OK;
}

static codec_status count_pictures(codec_file file, uint32_t *pictures, char *message) {
    layout found;
    codec_status status = walk(file, &found, message);
    *pictures = found.pictures;
    return status;
}

static size_t add_chunk(uint8_t *target, uint32_t name, const uint8_t *body, size_t length) {
    put(target, (uint32_t)length);
    put(target + 4, name);
    memcpy(target + 8, body, length);
    put(target + 8 + length, checksum(target + 4, length + 4));
    return AROUND + length;
}

// The frame as a PNG: the file's head with its own sizes, what colours mean, and its pixels.
static codec_status rewrite(codec_file file, const layout *found, uint8_t *target, size_t *length, char *message) {
    chunk chunk;
    memcpy(target, file.bytes, SIGNATURE);
    uint8_t header[13];
    memcpy(header, file.bytes + 16, sizeof header);
    put(header, found->place.width);
    put(header + 4, found->place.height);
    size_t end = SIGNATURE + add_chunk(target + SIGNATURE, NAME('I', 'H', 'D', 'R'), header, sizeof header);
    for (size_t at = HEAD; at < found->pixels_start && next_chunk(file, &at, &chunk);) {
        if (chunk.name != NAME('P', 'L', 'T', 'E') && chunk.name != NAME('t', 'R', 'N', 'S')) continue;
        // As it is: a wrong checksum is for libpng to find.
        memcpy(target + end, chunk.body - 8, AROUND + (size_t)chunk.length);
        end += AROUND + (size_t)chunk.length;
    }
    for (size_t at = found->start; at < found->end && next_chunk(file, &at, &chunk);) {
        if (chunk.name == NAME('I', 'E', 'N', 'D')) break;
        if (chunk.name != NAME('f', 'd', 'A', 'T')) continue;
        if (!is_whole(&chunk)) return codec_refuse(message, CODEC_CORRUPT, "pixels of a frame are damaged");
        end += add_chunk(target + end, NAME('I', 'D', 'A', 'T'), chunk.body + 4, chunk.length - 4);
    }
    *length = end + add_chunk(target + end, NAME('I', 'E', 'N', 'D'), header, 0);
    return CODEC_OK;
}

// One pixel over another, neither of them multiplied by its opacity (PNG, third edition, 13.16), rounded once.
static void blend(const uint8_t *source, uint8_t *target) {
    uint32_t opacity = source[3] * 255u, below = target[3] * (255u - source[3]), whole = opacity + below;
    if (opacity == 0) return;
    for (int i = 0; i < 3; i++) target[i] = (uint8_t)((source[i] * opacity + target[i] * below + whole / 2) / whole);
    target[3] = (uint8_t)((whole + 127) / 255);
}

static codec_status paint(codec_file file, const layout *found, codec_canvas *canvas, char *message) {
    const uint32_t width = found->place.width, height = found->place.height;
    uint8_t *pixels = malloc((size_t)4 * width * height);
    // Chunks only get shorter, and none is added but those around them.
    uint8_t *rewritten = file.frame > 0 ? malloc(file.length + HEAD + AROUND) : NULL;
    codec_status status = CODEC_OK;
    if (pixels == NULL || (file.frame > 0 && rewritten == NULL)) status = codec_refuse(message, CODEC_NO_MEMORY, "out of memory");
    const uint8_t *bytes = rewritten != NULL ? rewritten : file.bytes;
    size_t length = file.length;
    if (status == CODEC_OK && rewritten != NULL) status = rewrite(file, found, rewritten, &length, message);
    if (status == CODEC_OK) status = png_decode_frame(bytes, length, width, height, pixels, message);
    for (uint32_t y = 0; y < height && status == CODEC_OK; y++) {
        const uint8_t *source = pixels + (size_t)4 * width * y;
        uint8_t *target = canvas_pixel(canvas, found->place.x, found->place.y + y);
        if (!found->blends) memcpy(target, source, (size_t)4 * width);
        for (size_t x = 0; x < width && found->blends; x++) blend(source + 4 * x, target + 4 * x);
    }
    free(rewritten);
    free(pixels);
    return status;
}

static codec_status draw(codec_file file, codec_canvas *canvas, char *message) {
    layout found;
    codec_status status = walk(file, &found, message);
    if (file.frame >= found.pictures) return status != CODEC_OK ? status : codec_refuse(message, CODEC_CORRUPT, "there is no such frame");
    // A default image that is no frame is not on the canvas.
    if (file.frame == 0 && !found.has_default_frame) return CODEC_OK;
    status = canvas_begin(canvas, found.place, message);
    return status == CODEC_OK ? paint(file, &found, canvas, message) : status;
}

static codec_status decode(codec_file file, uint32_t width, uint32_t height, const codec_target *target, char *message,
                           char *warning) {
    uint32_t warnings;
    return codec_png_decode(file.bytes, file.length, width, height, target->regions, target->count, target->pixels, message, warning, &warnings);
}

const codec_reader codec_apng = {.decode = decode, .count = count_pictures, .draw = draw};
