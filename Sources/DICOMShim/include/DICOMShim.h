/* A C face on DCMTK: files, attributes and frames of pixels, read and written.
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
/* The UID of the series of a file that cannot be opened, as far as it is whole: its length, or 0 where
 * that is not to be found or does not fit with its 0 at the end. */
size_t ds_damaged_series(const char *path, char *text, size_t capacity);

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

/* The item after `previous` of a sequence, or the first one after NULL; NULL after the last. Going
 * through a long sequence takes less time than by index. */
const ds_item *ds_next_item(
    const ds_item *item, uint16_t group, uint16_t element, const ds_item *previous);

/* Whether the attribute is there, with a value or without. */
int ds_has(const ds_item *item, uint16_t group, uint16_t element);
/* Writes an attribute's text with all of its values, separated by backslashes, and a zero.
 * Returns the length of the text; nothing is written where it is not below the capacity. */
size_t ds_text(const ds_item *item, uint16_t group, uint16_t element, char *out, size_t capacity);
/* The number of values of an attribute. */
size_t ds_value_count(const ds_item *item, uint16_t group, uint16_t element);
/* Writes at most `capacity` values of a numeric attribute (DS, IS, or binary); returns how many. */
size_t ds_numbers(
    const ds_item *item, uint16_t group, uint16_t element, double *out, size_t capacity);
/* The bytes of an attribute of VR OB or UN, or NULL. */
const uint8_t *ds_bytes(const ds_item *item, uint16_t group, uint16_t element, size_t *count);

/* What the file has for pixels. */
ds_pixels ds_pixel_kind(const ds_file *file);
/* The number of bytes of pixels, or -1 where they are compressed. */
int64_t ds_pixel_bytes(const ds_file *file);
/* Decodes a frame, from 0, in the byte order of the machine. `size` is the frame's size in bytes as
 * the attributes state it; `out` has one byte more where that is odd. Returns 0, or -1 with an
 * error. */
int ds_read_frame(ds_file *file, uint32_t frame, void *out, size_t size, ds_error *error);

/* Copies bytes of pixels that are not compressed, such as those of single bits, which are packed
 * across frames. Returns 0, or -1 with an error. */
int ds_read_pixel_bytes(
    ds_file *file, uint64_t offset, void *out, size_t count, ds_error *error);

/* An attribute of an item. */
typedef struct {
  uint16_t group;
  uint16_t element;
  /* The value representation. */
  char type[3];
  uint8_t is_sequence;
  /* Whether the dictionary has it: private attributes are not in it. */
  uint8_t is_known;
} ds_element;

/* Makes a file without attributes, in memory. */
ds_file *ds_create(ds_error *error);
/* The data set, to be changed. */
ds_item *ds_edit_root(ds_file *file);
/* An item of a sequence, to be changed, or NULL. */
ds_item *ds_edit_item(ds_item *item, uint16_t group, uint16_t element, size_t index);
/* Puts an attribute of any type but bytes in the place of what is there; values are separated by
 * backslashes, and an empty text makes it empty. `type` is NULL for that of the dictionary. Returns
 * 0, or -1 with an error. */
int ds_put_text(
    ds_item *item, uint16_t group, uint16_t element, const char *type, const char *text,
    ds_error *error);
/* Puts an attribute of type OB or OW; words are in the byte order of the machine. */
int ds_put_bytes(
    ds_item *item, uint16_t group, uint16_t element, const char *type, const uint8_t *bytes,
    size_t count, ds_error *error);
/* Adds an item at the end of a sequence, which is made where there is none. */
ds_item *ds_add_item(ds_item *item, uint16_t group, uint16_t element, ds_error *error);
/* Copies an attribute with all that is in it. */
int ds_copy(
    const ds_item *source, ds_item *target, uint16_t group, uint16_t element, ds_error *error);
void ds_remove(ds_item *item, uint16_t group, uint16_t element);
/* Lists at most `capacity` attributes in ascending order; returns how many there are. */
size_t ds_elements(const ds_item *item, ds_element *out, size_t capacity);
/* The keyword of an attribute; returns its length. */
size_t ds_name(uint16_t group, uint16_t element, char *out, size_t capacity);
/* Turns all texts to UTF-8. */
int ds_to_utf8(ds_file *file, ds_error *error);
/* Writes a file with a new meta header; `syntax` is the UID of a transfer syntax, or NULL for that
 * which it was read in. */
int ds_save(ds_file *file, const char *path, const char *syntax, ds_error *error);

#ifdef __cplusplus
}
#endif

#endif
