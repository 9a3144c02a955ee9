// Rules at work: what a set consists of, and which of its rules hold for a file. This runs in a confined process.
#define _GNU_SOURCE
#include "rules.h"

#include <stdlib.h>
#include <string.h>

static YR_RULE *rule_at(const struct rules_set *set, size_t rule) {
    return ((const YR_RULES *)set)->rules_table + rule;
}

size_t rules_count(const struct rules_set *set) { return ((const YR_RULES *)set)->num_rules; }

const char *rules_name(const struct rules_set *set, size_t rule) { return rule_at(set, rule)->identifier; }

const char *rules_namespace(const struct rules_set *set, size_t rule) { return rule_at(set, rule)->ns->name; }

bool rules_is_private(const struct rules_set *set, size_t rule) { return RULE_IS_PRIVATE(rule_at(set, rule)); }

const char *rules_tag(const struct rules_set *set, size_t rule, size_t tag) {
    const char *name;
    yr_rule_tags_foreach(rule_at(set, rule), name) {
        if (tag-- == 0) return name;
    }
    return NULL;
}

bool rules_meta(const struct rules_set *set, size_t rule, size_t line, struct rules_meta *found) {
    const YR_META *meta;
    yr_rule_metas_foreach(rule_at(set, rule), meta) {
        if (line-- > 0) continue;
        found->name = meta->identifier;
        found->text = meta->type == META_TYPE_STRING ? meta->string : NULL;
        found->integer = meta->integer;
        found->is_integer = meta->type == META_TYPE_INTEGER;
        return true;
    }
    return false;
}

struct rules_matcher {
    YR_RULES *rules;
    YR_SCANNER *scanner;
    size_t disabled;
    // Of the match in progress.
    bool *matched;
    const struct rules_block *blocks;
    size_t count, next;
    uint64_t file_size;
    YR_MEMORY_BLOCK block;
    YR_MEMORY_BLOCK_ITERATOR iterator;
};

static int note(YR_SCAN_CONTEXT *context, int message, void *data, void *user) {
    (void)context;
    struct rules_matcher *matcher = user;
    if (message == CALLBACK_MSG_RULE_MATCHING) matcher->matched[(YR_RULE *)data - matcher->rules->rules_table] = true;
    return CALLBACK_CONTINUE;
}

static const uint8_t *fetch(YR_MEMORY_BLOCK *block) { return block->context; }

static YR_MEMORY_BLOCK *next_block(YR_MEMORY_BLOCK_ITERATOR *iterator) {
    struct rules_matcher *matcher = iterator->context;
    iterator->last_error = ERROR_SUCCESS;
    if (matcher->next == matcher->count) return NULL;
    const struct rules_block *block = &matcher->blocks[matcher->next++];
    matcher->block = (YR_MEMORY_BLOCK){
        .size = block->count, .base = block->start, .context = (void *)block->bytes, .fetch_data = fetch};
    return &matcher->block;
}

static YR_MEMORY_BLOCK *first_block(YR_MEMORY_BLOCK_ITERATOR *iterator) {
    ((struct rules_matcher *)iterator->context)->next = 0;
    return next_block(iterator);
}

static uint64_t file_size(YR_MEMORY_BLOCK_ITERATOR *iterator) {
    return ((struct rules_matcher *)iterator->context)->file_size;
}

struct rules_matcher *rules_matcher_create(struct rules_set *set) {
    struct rules_matcher *matcher = calloc(1, sizeof *matcher);
    if (!matcher) return NULL;
    matcher->rules = (YR_RULES *)set;
    if (yr_scanner_create(matcher->rules, &matcher->scanner) != ERROR_SUCCESS) {
        free(matcher);
        return NULL;
    }
    yr_scanner_set_callback(matcher->scanner, note, matcher);
    // Without the handler of SIGBUS, which is for mapped files that shrink: what is matched here cannot.
    yr_scanner_set_flags(matcher->scanner, SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
    matcher->iterator = (YR_MEMORY_BLOCK_ITERATOR){
        .context = matcher, .first = first_block, .next = next_block, .file_size = file_size};
    return matcher;
}

void rules_matcher_destroy(struct rules_matcher *matcher) {
    yr_scanner_destroy(matcher->scanner);
    free(matcher);
}

int rules_set_integer(struct rules_matcher *matcher, const char *name, int64_t value) {
    return yr_scanner_define_integer_variable(matcher->scanner, name, value);
}

int rules_set_float(struct rules_matcher *matcher, const char *name, double value) {
    return yr_scanner_define_float_variable(matcher->scanner, name, value);
}

int rules_set_boolean(struct rules_matcher *matcher, const char *name, bool value) {
    return yr_scanner_define_boolean_variable(matcher->scanner, name, value);
}

int rules_set_text(struct rules_matcher *matcher, const char *name, const char *value) {
    return yr_scanner_define_string_variable(matcher->scanner, name, value);
}

void rules_enable(struct rules_matcher *matcher, size_t rule, bool is_enabled) {
    YR_RULE *found = matcher->rules->rules_table + rule;
    if (!RULE_IS_DISABLED(found) == is_enabled) return;
    if (is_enabled) {
        yr_rule_enable(found);
        matcher->disabled--;
    } else {
        yr_rule_disable(found);
        matcher->disabled++;
    }
}

// libyara looks for the strings of disabled rules all the same, but not for those that had too many matches already; each scan forgets
// them at its end.
static void skip_strings_of_disabled(struct rules_matcher *matcher) {
    const YR_RULE *rule;
    yr_rules_foreach(matcher->rules, rule) {
        if (!RULE_IS_DISABLED(rule)) continue;
        const YR_STRING *string;
        yr_rule_strings_foreach(rule, string) yr_bitmask_set(matcher->scanner->strings_temp_disabled, string->idx);
    }
}

int rules_match(
    struct rules_matcher *matcher, const struct rules_block blocks[], size_t count, uint64_t size, uint64_t nanoseconds,
    bool matched[]) {
    // Without a block libyara would not look at any rule.
    static const struct rules_block nothing = {(const uint8_t *)"", 0, 0};
    matcher->matched = matched;
    matcher->blocks = count > 0 ? blocks : &nothing;
    matcher->count = count > 0 ? count : 1;
    matcher->file_size = size;
    memset(matched, 0, matcher->rules->num_rules);
    // `yr_scanner_set_timeout` takes whole seconds only.
    matcher->scanner->timeout = nanoseconds;
    // Found in the first block of the last file, if that was a program.
    matcher->scanner->entry_point = YR_UNDEFINED;
    if (matcher->disabled > 0) skip_strings_of_disabled(matcher);
    return yr_scanner_scan_mem_blocks(matcher->scanner, &matcher->iterator);
}

int rules_timed_out(void) { return ERROR_SCAN_TIMEOUT; }

int rules_out_of_memory(void) { return ERROR_INSUFFICIENT_MEMORY; }
