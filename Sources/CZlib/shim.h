#include <zlib.h>

// A macro with a cast and a size, which Swift does not import.
static inline int assay_inflate_begin(z_stream *stream) { return inflateInit(stream); }
