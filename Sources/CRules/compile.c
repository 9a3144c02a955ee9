// Rules from text to their compiled form, and from there to bytes and back.
#define _GNU_SOURCE
#include "rules.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int library_status;

static void initialise(void) {
    // Some of libyara's modules name objects to libcrypto, which would first read the system's configuration: it may load what it likes
    // into this program, and reading it takes as long as all the rest.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
    library_status = yr_initialize();
    // Bytes kept of each match, which nobody reads; with them every scan would map and unmap half a megabyte.
    if (library_status == ERROR_SUCCESS) yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, 0);
}

int rules_initialise(void) {
    pthread_once(&once, initialise);
    return library_status;
}

struct rules_compiler {
    YR_COMPILER *yara;
    rules_report report;
    rules_include include;
    void *context;
};

static void report(int level, const char *file, int line, const YR_RULE *rule, const char *message, void *data) {
    (void)rule;
    const struct rules_compiler *compiler = data;
    compiler->report(compiler->context, level == YARA_ERROR_LEVEL_ERROR, file ? file : "", line, message);
}

static const char *include(const char *name, const char *file, const char *name_space, void *data) {
    (void)name_space;
    const struct rules_compiler *compiler = data;
    return compiler->include(compiler->context, name, file ? file : "");
}

static void free_included(const char *text, void *data) {
    (void)data;
    free((char *)text);
}

struct rules_compiler *rules_compiler_create(rules_report to, rules_include from, void *context) {
    if (rules_initialise() != ERROR_SUCCESS) return NULL;
    struct rules_compiler *compiler = calloc(1, sizeof *compiler);
    if (!compiler) return NULL;
    if (yr_compiler_create(&compiler->yara) != ERROR_SUCCESS) {
        free(compiler);
        return NULL;
    }
    compiler->report = to;
    compiler->include = from;
    compiler->context = context;
    yr_compiler_set_callback(compiler->yara, report, compiler);
    yr_compiler_set_include_callback(compiler->yara, include, free_included, compiler);
    return compiler;
}

void rules_compiler_destroy(struct rules_compiler *compiler) {
    yr_compiler_destroy(compiler->yara);
    free(compiler);
}

int rules_compiler_declare(struct rules_compiler *compiler, const char *name, enum rules_kind kind) {
    switch (kind) {
    case RULES_INTEGER: return yr_compiler_define_integer_variable(compiler->yara, name, 0);
    case RULES_FLOAT: return yr_compiler_define_float_variable(compiler->yara, name, 0);
    case RULES_BOOLEAN: return yr_compiler_define_boolean_variable(compiler->yara, name, 0);
    case RULES_TEXT: return yr_compiler_define_string_variable(compiler->yara, name, "");
    }
    return ERROR_INVALID_ARGUMENT;
}

int rules_compiler_add(
    struct rules_compiler *compiler, const char *text, size_t count, const char *name_space, const char *file) {
    // A stream of no bytes cannot be opened, and a file without rules is none the worse.
    if (count == 0) return 0;
    FILE *stream = fmemopen((void *)text, count, "r");
    if (!stream) {
        compiler->report(compiler->context, true, file, 0, "no memory");
        return 1;
    }
    const int errors = yr_compiler_add_file(compiler->yara, stream, name_space, file);
    fclose(stream);
    return errors;
}

int rules_compiler_finish(struct rules_compiler *compiler, struct rules_set **set) {
    YR_RULES *rules = NULL;
    const int status = yr_compiler_get_rules(compiler->yara, &rules);
    *set = (struct rules_set *)rules;
    return status;
}

// What of a serialised form is still unread.
struct source {
    const uint8_t *bytes;
    size_t count;
};

static size_t read_source(void *to, size_t size, size_t count, void *data) {
    struct source *source = data;
    if (size == 0) return 0;
    const size_t whole = source->count / size < count ? source->count / size : count;
    memcpy(to, source->bytes, whole * size);
    source->bytes += whole * size;
    source->count -= whole * size;
    return whole;
}

int rules_load(const uint8_t *bytes, size_t count, struct rules_set **set) {
    const int status = rules_initialise();
    if (status != ERROR_SUCCESS) return status;
    struct source source = {bytes, count};
    YR_STREAM stream = {.user_data = &source, .read = read_source};
    YR_RULES *rules = NULL;
    const int loaded = yr_rules_load_stream(&stream, &rules);
    *set = (struct rules_set *)rules;
    return loaded;
}

struct target {
    void (*take)(void *context, const void *bytes, size_t count);
    void *context;
};

static size_t write_target(const void *from, size_t size, size_t count, void *data) {
    const struct target *target = data;
    target->take(target->context, from, size * count);
    return count;
}

int rules_save(struct rules_set *set, void (*take)(void *, const void *, size_t), void *context) {
    struct target target = {take, context};
    YR_STREAM stream = {.user_data = &target, .write = write_target};
    return yr_rules_save_stream((YR_RULES *)set, &stream);
}

void rules_destroy(struct rules_set *set) { yr_rules_destroy((YR_RULES *)set); }
