// libyara for Swift: its callbacks, unions and iterating macros stay on this side. All functions return a libyara error code, 0 for
// success, where they return an int. Nothing here opens a file.
#ifndef ASSAY_RULES_H
#define ASSAY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What an external variable holds.
enum rules_kind { RULES_INTEGER, RULES_FLOAT, RULES_BOOLEAN, RULES_TEXT };

// MARK: compiling

struct rules_compiler;
struct rules_set;

/// One message of the compiler about a line of a file.
typedef void (*rules_report)(void *context, bool is_error, const char *file, int line, const char *message);
/// The text of a file that a rule includes, allocated with malloc; NULL where there is none.
typedef char *(*rules_include)(void *context, const char *name, const char *including_file);

/// NULL when there is no memory.
struct rules_compiler *rules_compiler_create(rules_report, rules_include, void *context);
void rules_compiler_destroy(struct rules_compiler *);
/// Declares an external variable; a name that libyara refuses makes it fail.
int rules_compiler_declare(struct rules_compiler *, const char *name, enum rules_kind);
/// The number of errors, which have been reported; after any, the compiler is only good for being destroyed.
int rules_compiler_add(struct rules_compiler *, const char *text, size_t count, const char *name_space, const char *file);
int rules_compiler_finish(struct rules_compiler *, struct rules_set **);

// MARK: compiled rules

/// Loads what `rules_save` wrote. The bytes must come from this program: libyara trusts compiled rules.
int rules_load(const uint8_t *bytes, size_t count, struct rules_set **);
void rules_destroy(struct rules_set *);
/// Hands out the serialised rules piece by piece.
int rules_save(struct rules_set *, void (*take)(void *context, const void *bytes, size_t count), void *context);

size_t rules_count(const struct rules_set *);
const char *rules_name(const struct rules_set *, size_t rule);
const char *rules_namespace(const struct rules_set *, size_t rule);
bool rules_is_private(const struct rules_set *, size_t rule);
/// The nth tag of a rule; NULL after the last.
const char *rules_tag(const struct rules_set *, size_t rule, size_t tag);

/// A line of a rule's `meta`.
struct rules_meta {
    const char *name;
    /// NULL unless it is a string.
    const char *text;
    int64_t integer;
    bool is_integer;
};
/// The nth line of a rule's meta; false after the last.
bool rules_meta(const struct rules_set *, size_t rule, size_t line, struct rules_meta *);

// MARK: matching

struct rules_matcher;

/// A part of a file, and where it begins there.
struct rules_block {
    const uint8_t *bytes;
    size_t count;
    uint64_t start;
};

/// One at a time for each set: which rules are switched on is kept in the set. NULL when there is no memory.
struct rules_matcher *rules_matcher_create(struct rules_set *);
void rules_matcher_destroy(struct rules_matcher *);
/// Give a variable its value for the matches to come; a variable that was not declared with that kind makes them fail.
int rules_set_integer(struct rules_matcher *, const char *name, int64_t value);
int rules_set_float(struct rules_matcher *, const char *name, double value);
int rules_set_boolean(struct rules_matcher *, const char *name, bool value);
int rules_set_text(struct rules_matcher *, const char *name, const char *value);
/// Leaves one rule out of the matches to come, or takes it in again.
void rules_enable(struct rules_matcher *, size_t rule, bool is_enabled);
/// Matches the rules against the parts of a file, and sets `matched[rule]` for each that does; all of it is cleared before.
/// Gives up after `nanoseconds` with `rules_timed_out()`.
int rules_match(
    struct rules_matcher *, const struct rules_block blocks[], size_t count, uint64_t file_size, uint64_t nanoseconds,
    bool matched[]);
/// The error code of a match that took too long.
int rules_timed_out(void);

/// The status of a call that found no memory.
int rules_out_of_memory(void);

#endif
