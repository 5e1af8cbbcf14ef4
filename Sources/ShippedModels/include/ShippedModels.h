#ifndef SHIPPED_MODELS_H
#define SHIPPED_MODELS_H

#include <stddef.h>

/// Model files that are part of the program, so that it finds them wherever it is copied to.

/// The model that finds lesions of the brain: docs/models/lesion.md.
const unsigned char *medcnn_lesion_model_bytes(void);
extern const size_t medcnn_lesion_model_size;

/// The model that finds the brain in a head.
const unsigned char *medcnn_brain_model_bytes(void);
extern const size_t medcnn_brain_model_size;

#endif
