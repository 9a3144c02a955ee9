// The modules of libyara that can't be had: `magic` reads its data base from a file when it is first asked, which a confined process may
// not, and `cuckoo` is about reports of running programs. Defined here, they keep the linker from the archive's own, and with them from
// libmagic and libjansson; to rules they are unknown modules.
#include "rules.h"

#include <yara/modules.h>

#define LEAVE_OUT(name) \
    int name##__declarations(YR_OBJECT *module); \
    int name##__load(YR_SCAN_CONTEXT *context, YR_OBJECT *module, void *data, size_t size); \
    int name##__unload(YR_OBJECT *module); \
    int name##__initialize(YR_MODULE *module); \
    int name##__finalize(YR_MODULE *module); \
    int name##__declarations(YR_OBJECT *module) { \
        (void)module; \
        return ERROR_UNKNOWN_MODULE; \
    } \
    int name##__load(YR_SCAN_CONTEXT *context, YR_OBJECT *module, void *data, size_t size) { \
        (void)context, (void)module, (void)data, (void)size; \
        return ERROR_UNKNOWN_MODULE; \
    } \
    int name##__unload(YR_OBJECT *module) { \
        (void)module; \
        return ERROR_SUCCESS; \
    } \
    int name##__initialize(YR_MODULE *module) { \
        (void)module; \
        return ERROR_SUCCESS; \
    } \
    int name##__finalize(YR_MODULE *module) { \
        (void)module; \
        return ERROR_SUCCESS; \
    }

LEAVE_OUT(magic)
LEAVE_OUT(cuckoo)
