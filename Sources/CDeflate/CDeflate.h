// The door to deflate: libdeflate for whole buffers, zlib for the start of a stream.
#pragma once
#include <libdeflate.h>
#include <zlib.h>
