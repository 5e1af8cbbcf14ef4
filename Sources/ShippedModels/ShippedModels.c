#include "ShippedModels.h"

_Alignas(16) static const unsigned char lesion_model[] = {
#embed "lesion.safetensors"
};
const size_t medcnn_lesion_model_size = sizeof lesion_model;
const unsigned char *medcnn_lesion_model_bytes(void) { return lesion_model; }

_Alignas(16) static const unsigned char brain_model[] = {
#embed "brain.safetensors"
};
const size_t medcnn_brain_model_size = sizeof brain_model;
const unsigned char *medcnn_brain_model_bytes(void) { return brain_model; }
