#include <libexif/exif-data.h>
#include <libexif/exif-log.h>
