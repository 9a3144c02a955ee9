// Embeds the rules that ship at compile time, so that one copied file is the whole program.
#include "CDefaultRules.h"

static const unsigned char thresholds[] = {
#embed "../../rules/default.yar"
};

static const unsigned char declared[] = {
#embed "../../rules/declared.yar"
};

static const unsigned char compiled[] = {
#embed "compiled.bin"
};

const unsigned char *assay_default_rules(void) { return thresholds; }
size_t assay_default_rules_size(void) { return sizeof thresholds; }
const unsigned char *assay_declared_rules(void) { return declared; }
size_t assay_declared_rules_size(void) { return sizeof declared; }
const unsigned char *assay_compiled_rules(void) { return compiled; }
size_t assay_compiled_rules_size(void) { return sizeof compiled; }
