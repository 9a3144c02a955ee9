#include <zlib.h>

// Macros with a cast and a size, which Swift does not import.
static inline int assay_inflate_begin(z_stream *stream) { return inflateInit(stream); }
// Of a gzip file, whose header and checksum zlib reads too.
static inline int assay_gunzip_begin(z_stream *stream) { return inflateInit2(stream, 16 + MAX_WBITS); }
