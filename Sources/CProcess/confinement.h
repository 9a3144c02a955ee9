// What the files of this module know of each other.
#ifndef ASSAY_CONFINEMENT_H
#define ASSAY_CONFINEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "CProcess.h"

/// Whether this kernel, and whatever filter this process is under already, lets a filter be installed. Changes nothing.
bool process_can_filter(void);

/// From here on every system call that the role does not need ends the process. Needs PR_SET_NO_NEW_PRIVS. Returns 0 or an errno.
int process_filter_calls(enum process_role);

/// Has a process that may take `memory` more bytes end with PROCESS_OUT_OF_MEMORY when it aborts or traps with less than a quarter
/// of them left.
void process_note_memory(size_t memory);

#ifdef DEBUG
/// Notes whom `process_attempt` is to attack, since a confined process can't ask.
void process_note_scanner(void);
#endif

#endif
