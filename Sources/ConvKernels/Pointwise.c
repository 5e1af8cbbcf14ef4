#include "ConvKernels.h"

#include "Kernels.h"

int64_t ck_plane_count(const ck_map *map) {
  return map->height > 0 && map->width > 0 ? (int64_t)ck_blocks(map->channels) * map->depth : 0;
}

void ck_affine_activate(ck_isa isa, const ck_map *in, const float *scale, const float *shift,
                        const ck_map *residual, const float *slope, const ck_map *out,
                        int64_t task) {
  ck_kernels_of(isa)->affine_activate(in, scale, shift, residual, slope, out, task);
}

void ck_channel_sums(ck_isa isa, const ck_map *map, const float *centre, int64_t task,
                     double sums[16]) {
  ck_kernels_of(isa)->channel_sums(map, centre, task, sums);
}

void ck_interleave(const float *rows, ptrdiff_t row_stride, int32_t count, int32_t width,
                   float *voxels, ptrdiff_t x_stride) {
  ck_kernels_of(ck_best_isa())->interleave(rows, row_stride, count, width, voxels, x_stride);
}

void ck_deinterleave(const float *voxels, ptrdiff_t x_stride, int32_t count, int32_t width,
                     float *rows, ptrdiff_t row_stride) {
  ck_kernels_of(ck_best_isa())->deinterleave(voxels, x_stride, count, width, rows, row_stride);
}
