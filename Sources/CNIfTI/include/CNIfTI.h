// The door to libnifti: headers and writing. Voxels are not read through it, since
// nifti_image_read can take them from another file of the same base name.
#pragma once
#include <nifti/nifti2_io.h>
