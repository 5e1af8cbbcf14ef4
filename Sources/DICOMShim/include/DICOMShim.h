/* A C face on DCMTK: files, attributes and frames of pixels.
 *
 * DCMTK is prepared at the first call that opens something. No exception leaves a function, and
 * nothing is written to the standard error. Different files may be used by different threads at the
 * same time; one file by one thread at a time. Pointers to items and bytes live as long as their
 * file is open.
 */
#ifndef DICOM_SHIM_H
#define DICOM_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An open file. */
typedef struct ds_file ds_file;
/* A data set, or an item of a sequence. */
typedef struct ds_item ds_item;

/* What went wrong. */
typedef struct {
  /* The module of DCMTK, or 0 where this library says it. */
  unsigned module;
  /* The code within the module; 0 where nothing went wrong. */
  unsigned code;
  char text[240];
} ds_error;

/* Where the pixels of a file are. */
typedef enum {
  DS_NO_PIXELS = 0,
  DS_INTEGER_PIXELS = 1,
  DS_FLOAT_PIXELS = 2,
  DS_DOUBLE_PIXELS = 3
} ds_pixels;

/* Opens a file; long values, such as pixels, stay on the disk until they are asked for. */
ds_file *ds_open(const char *path, ds_error *error);
/* Opens a file in memory, which must stay until it is closed. */
ds_file *ds_open_memory(const uint8_t *bytes, size_t count, ds_error *error);
void ds_close(ds_file *file);

/* The meta header, or NULL where there is none. */
const ds_item *ds_meta(const ds_file *file);
/* The data set. */
const ds_item *ds_root(const ds_file *file);
/* The UID of the transfer syntax that the data set was written in. */
const char *ds_transfer_syntax(const ds_file *file);

/* The number of items of a sequence; 0 where there is none. */
size_t ds_item_count(const ds_item *item, uint16_t group, uint16_t element);
/* An item of a sequence, or NULL. */
const ds_item *ds_item_at(const ds_item *item, uint16_t group, uint16_t element, size_t index);

/* Whether the attribute is there, with a value or without. */
int ds_has(const ds_item *item, uint16_t group, uint16_t element);
/* Writes an attribute's text with all of its values, separated by backslashes, and a zero.
 * Returns the length of the text; nothing is written where it is not below the capacity. */
size_t ds_text(const ds_item *item, uint16_t group, uint16_t element, char *out, size_t capacity);
/* Writes at most `capacity` values of a numeric attribute (DS, IS, or binary); returns how many. */
size_t ds_numbers(
    const ds_item *item, uint16_t group, uint16_t element, double *out, size_t capacity);
/* The bytes of an attribute of VR OB or UN, or NULL. */
const uint8_t *ds_bytes(const ds_item *item, uint16_t group, uint16_t element, size_t *count);

/* What the file has for pixels. */
ds_pixels ds_pixel_kind(const ds_file *file);
/* Decodes a frame, from 0, in the byte order of the machine. `size` is the frame's size in bytes as
 * the attributes state it; `out` has one byte more where that is odd. Returns 0, or -1 with an
 * error. */
int ds_read_frame(ds_file *file, uint32_t frame, void *out, size_t size, ds_error *error);

#ifdef __cplusplus
}
#endif

#endif
