#include <libheif/heif_plugin.h>
