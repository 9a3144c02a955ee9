// Which rows of a picture the decoders have to deliver, and where their pixels go.
#ifndef REGIONS_H
#define REGIONS_H

#include <string.h>

#include "CCodec.h"

// What a decoder delivers: `count` regions, whose pixels lie one after the other in `pixels`.
typedef struct {
    const codec_region *regions;
    size_t count;
    uint8_t *pixels;
} codec_target;

// Width of `region` at row `y`: 0 where the row passes it by.
static inline uint32_t region_width_at(const codec_region *region, uint32_t y) {
    return y >= region->y && y - region->y < region->height ? region->width : 0;
}

static inline size_t region_size(const codec_region *region) { return (size_t)3 * region->width * region->height; }

// The first row from `y` on that a region lies in; `end` if there is none.
static inline uint32_t next_row(const codec_target *target, uint32_t y, uint32_t end) {
    for (size_t i = 0; i < target->count; i++) {
        const codec_region *region = &target->regions[i];
        if (region_width_at(region, y) > 0) return y;
        if (region->y > y && region->y < end) end = region->y;
    }
    return end;
}

// Where row `y` of a picture `width` wide can be decoded to without a detour: in the only region, if that is as wide.
static inline uint8_t *row_in_place(const codec_target *target, uint32_t width, uint32_t y) {
    const codec_region *only = target->regions;
    if (target->count != 1 || region_width_at(only, y) != width) return NULL;
    return target->pixels + (size_t)3 * width * (y - only->y);
}

// The columns from the first that a region lies in to behind the last.
static inline void columns(const codec_target *target, uint32_t *first, uint32_t *end) {
    *first = UINT32_MAX, *end = 0;
    for (size_t i = 0; i < target->count; i++) {
        const codec_region *region = &target->regions[i];
        if (region->x < *first) *first = region->x;
        if (region->x + region->width > *end) *end = region->x + region->width;
    }
}

// Copies from row `y` of the picture, of which `row` has the pixels from column `left` on, what lies in each region.
static inline void copy_row(const codec_target *target, const uint8_t *row, uint32_t left, uint32_t y) {
    uint8_t *pixels = target->pixels;
    for (size_t i = 0; i < target->count; pixels += region_size(&target->regions[i++])) {
        const codec_region *region = &target->regions[i];
        size_t length = (size_t)3 * region_width_at(region, y);
        if (length > 0) memcpy(pixels + length * (y - region->y), row + (size_t)3 * (region->x - left), length);
    }
}

#endif
