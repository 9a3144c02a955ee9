// The plain functions are marked as deprecated in favour of the EVP interface, which reads a configuration file and sets up
// providers, cipher tables and locks before the first digest. They run the same code for SHA-256, and will be in every 3.x.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
