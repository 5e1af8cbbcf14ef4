// Work on each voxel by itself. A task is a plane of a block, planes fastest. Memory is the limit
// here, so that vectors of one block suffice.

static void affine_activate(const ck_map *in, const float *scale, const float *shift,
                            const ck_map *residual, const float *slope, const ck_map *out,
                            int64_t task) {
  const int32_t z = (int32_t)(task % out->depth), block = (int32_t)(task / out->depth);
  const ptrdiff_t channel = (ptrdiff_t)block * CK_BLOCK;
  const v8 one = broadcast8(1);
  const v8 factor = scale ? load8(scale + channel) : one;
  const v8 offset_by = scale ? load8(shift + channel) : (v8){0};
  const v8 negative = slope ? load8(slope + channel) : one;
  const int has_residual = residual && block < ck_blocks(residual->channels);
  for (int32_t y = 0; y < out->height; y++) {
    const float *from = in->data + block * in->block_stride + offset(in, z, y, 0);
    float *to = out->data + block * out->block_stride + offset(out, z, y, 0);
    const ptrdiff_t from_step = in->x_stride, to_step = out->x_stride;
    const int32_t width = out->width;
    if (has_residual) {
      const float *other =
          residual->data + block * residual->block_stride + offset(residual, z, y, 0);
      const ptrdiff_t other_step = residual->x_stride;
      for (int32_t x = 0; x < width; x++)
        store8(to + x * to_step, activate8(load8(from + x * from_step) * factor + offset_by +
                                               load8(other + x * other_step),
                                           negative));
    } else {
      for (int32_t x = 0; x < width; x++)
        store8(to + x * to_step,
               activate8(load8(from + x * from_step) * factor + offset_by, negative));
    }
  }
}

static void channel_sums(const ck_map *map, const float *centre, int64_t task, double sums[16]) {
  const int32_t z = (int32_t)(task % map->depth), block = (int32_t)(task / map->depth);
  const v8 middle = centre ? load8(centre + (ptrdiff_t)block * CK_BLOCK) : (v8){0};
  double8 sum = {0}, squares = {0};
  for (int32_t y = 0; y < map->height; y++) {
    const float *row = map->data + block * map->block_stride + offset(map, z, y, 0);
    for (int32_t x = 0; x < map->width; x++) {
      const double8 value = __builtin_convertvector(load8(row + x * map->x_stride), double8) -
                            __builtin_convertvector(middle, double8);
      sum += value;
      squares += value * value;
    }
  }
  for (int c = 0; c < CK_BLOCK; c++) {
    sums[c] = sum[c];
    sums[CK_BLOCK + c] = squares[c];
  }
}
