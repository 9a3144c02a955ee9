// What the files of this folder share.
#ifndef ASSAY_RULES_PRIVATE_H
#define ASSAY_RULES_PRIVATE_H

#include "CRules.h"

// Its headers cast and define what our warnings would be about.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <yara.h>
#include <yara/bitmask.h>
#pragma GCC diagnostic pop

// Makes libyara ready, once; its error code.
int rules_initialise(void);

#endif
