// Files whose samples are all there are not to be refused for what stands behind them; files that lost samples are.
#include "jpeg_tail.h"

#include <string.h>

static size_t little32(const uint8_t *bytes) {
    return bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
}

// The first byte of the blocks that Samsung cameras append, often without an end marker before them. A directory stands behind the
// blocks: "SEFH", version, number of entries; for each entry its type, how far before the directory its block begins, and
// the block's size; then the directory's length and "SEFT". 0 where there is none.
static size_t samsung_trailer(const uint8_t *bytes, size_t length) {
    enum { HEAD = 12, ENTRY = 12, FOOT = 8 };
    if (length < HEAD + FOOT || memcmp(bytes + length - 4, "SEFT", 4) != 0) return 0;
    const size_t end = length - FOOT, size = little32(bytes + end);
    if (size < HEAD || size > end || memcmp(bytes + end - size, "SEFH", 4) != 0) return 0;
    const size_t directory = end - size, count = little32(bytes + directory + 8);
    if (count > (size - HEAD) / ENTRY) return 0;
    size_t farthest = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t offset = little32(bytes + directory + HEAD + i * ENTRY + 4);
        if (offset > farthest) farthest = offset;
    }
    return farthest <= directory ? directory - farthest : 0;
}

// Whether well-formed segments, of whatever kind, lead from `place` to an end marker or to the end of the bytes. Codes that were
// taken for a marker don't do that.
static int leads_to_end(const uint8_t *bytes, size_t length, size_t place) {
    while (place + 1 < length) {
        if (bytes[place] != 0xff) return 0;
        const uint8_t marker = bytes[place + 1];
        if (marker == 0xff) {
            place++;
            continue;
        }
        if (marker == 0xd9) return 1;
        // Scans are no tail, and neither is a stuffed byte.
        if (marker == 0 || marker == 0xda) return 0;
        place += 2;
        if (place + 1 >= length) break;
        if (bytes[place] == 0xff) continue;  // a marker without a segment
        const size_t size = (size_t)bytes[place] << 8 | bytes[place + 1];
        if (size < 2) return 0;
        place += size;
    }
    return place == length;
}

size_t jpeg_tail(const uint8_t *bytes, size_t length, size_t marker) {
    const size_t trailer = samsung_trailer(bytes, length);
    if (trailer > 0) return trailer;
    return marker < length && leads_to_end(bytes, length, marker) ? marker : 0;
}

int jpeg_is_padding(const uint8_t *bytes, size_t end, size_t count) {
    size_t start = end;
    while (start > 0 && count > 0) {
        start--;
        if (bytes[start] != 0 && bytes[start] != 0xff) return 0;
        // Of several 0xff in a row libjpeg counts one.
        if (bytes[start] == 0 || start + 1 == end || bytes[start + 1] != 0xff) count--;
    }
    // Bits that libjpeg reads ahead are not counted; zeros beyond those were read as codes, so that they stand where codes
    // have been lost.
    enum { READ_AHEAD = 8 };
    size_t zeros = 0;
    while (start > zeros && bytes[start - 1 - zeros] == 0) zeros++;
    return zeros <= READ_AHEAD;
}
