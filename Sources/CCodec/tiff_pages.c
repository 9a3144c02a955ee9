// Finds the pages of a TIFF by following its directories, each of which says where the next one is: less than libtiff does, which reads
// every directory on the way, and the length of the way is the file's to choose.
#include "tiff.h"

#ifdef HAS_TIFF

// How the file's numbers are written.
typedef struct {
    codec_file file;
    int is_big_endian, is_wide;  // wide: BigTIFF
} numbers;

// The number at `offset`; 0 where the file ends before its end.
static int take(const numbers *numbers, uint64_t offset, size_t size, uint64_t *value) {
    if (offset > numbers->file.length || size > numbers->file.length - offset) return 0;
    const uint8_t *bytes = numbers->file.bytes + offset;
    *value = 0;
    for (size_t i = 0; i < size; i++) *value = *value << 8 | bytes[numbers->is_big_endian ? i : size - 1 - i];
    return 1;
}

// Where the directory at `offset` says that the next one is; 0 where it says there is none, or where the file ends within it.
static uint64_t next_directory(const numbers *numbers, uint64_t offset) {
    const size_t count_size = numbers->is_wide ? 8 : 2, entry = numbers->is_wide ? 20 : 12, size = numbers->is_wide ? 8 : 4;
    uint64_t entries, next;
    if (!take(numbers, offset, count_size, &entries) || entries > numbers->file.length / entry) return 0;
    return take(numbers, offset + count_size + entries * entry, size, &next) ? next : 0;
}

// Follows the directories to number `last`, or to the end. A chain that comes back to where it was is none.
static codec_status follow(codec_file file, uint32_t last, uint32_t *pages, uint64_t *offset, char *message) {
    numbers numbers = {.file = file};
    uint64_t mark = 0, version;
    if (file.length < 8) return truncated(message, "TIFF");
    numbers.is_big_endian = file.bytes[0] == 'M';
    take(&numbers, 2, 2, &version);
    numbers.is_wide = version == 43;
    if (!take(&numbers, numbers.is_wide ? 8 : 4, numbers.is_wide ? 8 : 4, offset)) return truncated(message, "TIFF");
    *pages = 1;
    // Seen again within twice as many steps as it took to come to it: a circle.
    for (uint32_t reach = 1, steps = 0; *pages <= last; (*pages)++, steps++) {
        if (steps == reach) {
            mark = *offset;
            reach *= 2, steps = 0;
        }
        uint64_t next = next_directory(&numbers, *offset);
        if (next == 0 || *pages == UINT32_MAX) return CODEC_OK;
        if (next == mark || next == *offset) return codec_refuse(message, CODEC_CORRUPT, "its pages go in a circle");
        *offset = next;
    }
    return CODEC_OK;
}

codec_status tiff_count_pages(codec_file file, uint32_t *pages, char *message) {
    uint64_t offset;
    codec_status status = follow(file, UINT32_MAX, pages, &offset, message);
    // Which of them it has met before is not known.
    if (status != CODEC_OK) *pages = 1;
    return status;
}

codec_status tiff_find_page(codec_file file, uint64_t *offset, char *message) {
    uint32_t pages = 0;
    codec_status status = follow(file, file.frame, &pages, offset, message);
    if (status == CODEC_OK && pages <= file.frame) return codec_refuse(message, CODEC_CORRUPT, "there is no such page");
    return status;
}

#endif
