// Of libyara, what Swift asks for itself; `CRules` calls the rest. From the archive, since loading the library and what it needs
// takes longer than compiling the rules that ship.
#include <yara/libyara.h>
