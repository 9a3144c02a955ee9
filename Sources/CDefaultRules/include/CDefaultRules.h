// The rules that ship inside the binary, as the bytes of their files.
#ifndef ASSAY_DEFAULT_RULES_H
#define ASSAY_DEFAULT_RULES_H

#include <stddef.h>

/// First byte of `rules/default.yar`, and its length.
const unsigned char *assay_default_rules(void);
size_t assay_default_rules_size(void);

/// First byte of `rules/declared.yar`, and its length.
const unsigned char *assay_declared_rules(void);
size_t assay_declared_rules_size(void);

/// First byte of both compiled, in `compiled.bin`, and its length.
const unsigned char *assay_compiled_rules(void);
size_t assay_compiled_rules_size(void);

#endif
