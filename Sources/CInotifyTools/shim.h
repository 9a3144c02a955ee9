// The library's header names inotify's constants and its event but leaves them to the system's; what kind of file system has no events is
// asked in a call that Glibc's module leaves out.
#include <stddef.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <inotifytools/inotifytools.h>
