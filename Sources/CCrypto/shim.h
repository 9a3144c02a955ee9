// The plain functions are marked as deprecated in favour of the EVP interface, which reads a configuration file and sets up
// providers, cipher tables and locks before the first digest. They run the same code for SHA-256, and will be in every 3.x.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
