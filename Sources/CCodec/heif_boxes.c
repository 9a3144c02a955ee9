// Reads from the boxes of a HEIF file what libheif applies and does not tell: how a picture is to be turned and cropped.
#include "heif.h"

// A box: its kind and what is in it.
typedef struct {
    uint32_t kind;
    const uint8_t *body;
    size_t length;
} box;

// What has yet to be read of a row of boxes.
typedef struct {
    const uint8_t *bytes;
    size_t length;
} rest;

#define KIND(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static uint64_t big(const uint8_t *bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value = value << 8 | bytes[i];
    return value;
}

// 1 with the next box, 0 at the end, −1 where a box is longer than what is there.
static int next_box(rest *rest, box *box) {
    if (rest->length == 0) return 0;
    if (rest->length < 8) return -1;
    uint64_t size = big(rest->bytes, 4);
    size_t head = 8;
    if (size == 1) {
        if (rest->length < 16) return -1;
        size = big(rest->bytes + 8, 8);
        head = 16;
    }
    if (size == 0) size = rest->length;
    if (size < head || size > rest->length) return -1;
    *box = (__typeof__(*box)){(uint32_t)big(rest->bytes + 4, 4), rest->bytes + head, (size_t)size - head};
    rest->bytes += size;
    rest->length -= (size_t)size;
    return 1;
}

// The first box of this kind; its first `skipped` bytes are left out.
static int find(const uint8_t *bytes, size_t length, uint32_t kind, size_t skipped, box *found) {
    rest rest = {bytes, length};
    while (next_box(&rest, found) > 0) {
        if (found->kind != kind || found->length < skipped) continue;
        found->body += skipped;
        found->length -= skipped;
        return 1;
    }
    return 0;
}

// Whether what comes next begins as a box does that a file consists of, whole or cut, not as something that stands behind the file.
static int is_known(const rest *rest) {
    static const uint32_t kinds[] = {
        KIND('m', 'd', 'a', 't'), KIND('m', 'e', 't', 'a'), KIND('m', 'o', 'o', 'v'), KIND('m', 'o', 'o', 'f'), KIND('i', 'd', 'a', 't'),
        KIND('f', 't', 'y', 'p'), KIND('f', 'r', 'e', 'e'), KIND('s', 'k', 'i', 'p'), KIND('u', 'u', 'i', 'd'), KIND('w', 'i', 'd', 'e')};
    if (rest->length < 8) return 0;
    const uint32_t kind = (uint32_t)big(rest->bytes + 4, 4);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kind == kinds[i]) return 1;
    }
    return 0;
}

// The next box that a file consists of. Zeros behind it are none that is all the rest.
static int next_part(rest *rest, box *box) {
    if (rest->length >= 8 && big(rest->bytes, 4) == 0 && !is_known(rest)) return -1;
    return next_box(rest, box);
}

codec_status heif_trim(codec_file *file, char *message) {
    rest rest = {file->bytes, file->length};
    box box;
    int more, describes = 0;
    while ((more = next_part(&rest, &box)) > 0) describes |= box.kind == KIND('m', 'e', 't', 'a') || box.kind == KIND('m', 'o', 'o', 'v');
    // One that ends behind a whole box is cut too, if what the pictures are was still to come.
    if (!describes || (more < 0 && is_known(&rest))) return truncated(message, "HEIF");
    file->length -= rest.length;
    return CODEC_OK;
}

// Turns and mirrors as matrices on (right, down): a row of numbers per value of the Exif orientation.
static const int exif_matrices[8][4] = {{1, 0, 0, 1}, {-1, 0, 0, 1}, {-1, 0, 0, -1}, {1, 0, 0, -1},
                                        {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, -1, 0}, {0, 1, -1, 0}};

static void then(int matrix[4], const int next[4]) {
    const int product[4] = {
        next[0] * matrix[0] + next[1] * matrix[2], next[0] * matrix[1] + next[1] * matrix[3],
        next[2] * matrix[0] + next[3] * matrix[2], next[2] * matrix[1] + next[3] * matrix[3]};
    memcpy(matrix, product, sizeof product);
}

static int orientation_of(const int matrix[4]) {
    for (int i = 0; i < 8; i++) {
        if (memcmp(matrix, exif_matrices[i], sizeof exif_matrices[i]) == 0) return i + 1;
    }
    return 0;
}

// A clean aperture: width, height and the distances of the centres, each as a fraction. Only whole pixels are cropped to.
static codec_status take_crop(const box *box, uint32_t width, uint32_t height, heif_display *display, char *message) {
    int64_t value[8];
    if (box->length < 32) return codec_refuse(message, CODEC_CORRUPT, "a clean aperture is cut short");
    for (int i = 0; i < 8; i++) value[i] = (int32_t)big(box->body + 4 * i, 4);
    for (int i = 1; i < 8; i += 2) {
        if (value[i] <= 0) return codec_refuse(message, CODEC_CORRUPT, "an impossible clean aperture");
    }
    int64_t wide = value[0] / value[1], high = value[2] / value[3];
    // (width − wide) / 2 + offset, over a common denominator.
    int64_t x = ((int64_t)width - wide) * value[5] + 2 * value[4], y = ((int64_t)height - high) * value[7] + 2 * value[6];
    x = x / (2 * value[5]), y = y / (2 * value[7]);
    if (wide < 1 || high < 1 || x < 0 || y < 0 || wide > (int64_t)width - x || high > (int64_t)height - y) {
        return codec_refuse(message, CODEC_CORRUPT, "a clean aperture outside the picture");
    }
    display->has_crop = 1;
    display->x = (uint32_t)x, display->y = (uint32_t)y;
    display->width = (uint32_t)wide, display->height = (uint32_t)high;
    return CODEC_OK;
}

// The property with this number, counted from 1, in `ipco`.
static int property(const box *container, uint32_t number, box *found) {
    rest rest = {container->body, container->length};
    for (uint32_t i = 0; i < number; i++) {
        if (next_box(&rest, found) <= 0) return 0;
    }
    return number > 0;
}

static codec_status apply(const box *box, int matrix[4], uint32_t width, uint32_t height, heif_display *display, char *message) {
    static const int of_turns[4] = {0, 7, 2, 5};  // counter-clockwise
    if (box->kind == KIND('i', 'r', 'o', 't') && box->length >= 1) then(matrix, exif_matrices[of_turns[box->body[0] & 3]]);
    if (box->kind == KIND('i', 'm', 'i', 'r') && box->length >= 1) then(matrix, exif_matrices[box->body[0] & 1 ? 1 : 3]);
    if (box->kind == KIND('c', 'l', 'a', 'p')) return take_crop(box, width, height, display, message);
    return CODEC_OK;
}

// Goes through the properties of an item in their order.
static codec_status follow(const box *properties, uint64_t item, uint32_t width, uint32_t height, heif_display *display,
                           char *message) {
    box container, list, found;
    if (!find(properties->body, properties->length, KIND('i', 'p', 'c', 'o'), 0, &container)) return CODEC_OK;
    int matrix[4] = {1, 0, 0, 1};
    rest rest = {properties->body, properties->length};
    while (next_box(&rest, &list) > 0) {
        if (list.kind != KIND('i', 'p', 'm', 'a') || list.length < 8) continue;
        size_t id_size = list.body[0] < 1 ? 2 : 4, index_size = list.body[3] & 1 ? 2 : 1;
        uint64_t entries = big(list.body + 4, 4);
        size_t at = 8;
        for (uint64_t entry = 0; entry < entries; entry++) {
            if (list.length - at < id_size + 1) return CODEC_OK;
            int is_item = big(list.body + at, id_size) == item;
            size_t count = list.body[at + id_size];
            at += id_size + 1;
            if (list.length - at < count * index_size) return CODEC_OK;
            for (size_t i = 0; i < count && is_item; i++) {
                uint32_t number = (uint32_t)big(list.body + at + i * index_size, index_size) & (index_size == 2 ? 0x7FFF : 0x7F);
                if (!property(&container, number, &found)) continue;
                codec_status status = apply(&found, matrix, width, height, display, message);
                if (status != CODEC_OK) return status;
            }
            at += count * index_size;
        }
    }
    int orientation = orientation_of(matrix);
    display->orientation = orientation > 1 ? orientation : 0;
    return CODEC_OK;
}

codec_status heif_read_display(codec_file file, uint64_t item, uint32_t width, uint32_t height, heif_display *display, char *message) {
    *display = (heif_display){0};
    box meta, properties, film;
    display->is_sequence = find(file.bytes, file.length, KIND('m', 'o', 'o', 'v'), 0, &film);
    if (!find(file.bytes, file.length, KIND('m', 'e', 't', 'a'), 4, &meta)) return CODEC_OK;
    if (!find(meta.body, meta.length, KIND('i', 'p', 'r', 'p'), 0, &properties)) return CODEC_OK;
    return follow(&properties, item, width, height, display, message);
}
