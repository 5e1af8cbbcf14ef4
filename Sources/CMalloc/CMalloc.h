// The door to glibc's settings of the allocator, which Swift's Glibc module leaves out.
#pragma once
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif
