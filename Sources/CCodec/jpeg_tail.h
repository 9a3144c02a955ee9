// What may follow the last sample of a JPEG file, and what remains of samples that were not read: told apart by structure.
#ifndef JPEG_TAIL_H
#define JPEG_TAIL_H

#include <stddef.h>
#include <stdint.h>

// Where the picture ends and something else begins, in a file that libjpeg could not read to its end: at the trailer of a
// Samsung camera, or else at `marker`, where it failed, if well-formed segments lead from there to the end. Otherwise 0.
size_t jpeg_tail(const uint8_t *bytes, size_t length, size_t marker);

// Whether the `count` bytes before `end`, as libjpeg counts those it drops, are bytes that encoders fill scans up with.
int jpeg_is_padding(const uint8_t *bytes, size_t end, size_t count);

#endif
