// Direct convolution: tiles of output voxels by vectors of output channels stay in registers while
// the taps and the input channels go by.

#define CK_TILE(name, columns, lanes, vectors)                                                     \
  static __attribute__((noinline)) void name(                                                      \
      const ck_convolution *c, const ck_map *in, const float *w, const ck_epilogue *e,             \
      const ck_map *out, int32_t block, const direct_columns *at) {                                \
    CK_JOIN(direct_tile, lanes)(columns, vectors, c, in, w, e, out, block, at);                    \
  }
#if CK_GROUP == 4
CK_TILE(tile_full, CK_COLUMNS_FULL, 16, 2)
CK_TILE(tile_half, CK_COLUMNS_HALF, 16, 1)
CK_TILE(tile_quarter, CK_COLUMNS_QUARTER, 8, 1)
#elif CK_GROUP == 2
CK_TILE(tile_full, CK_COLUMNS_FULL, 8, 2)
CK_TILE(tile_half, CK_COLUMNS_HALF, 8, 1)
#else
CK_TILE(tile_full, CK_COLUMNS_FULL, 8, 1)
#endif
#undef CK_TILE

static const float *voxel(const ck_map *map, int32_t z, int32_t y, int32_t x) {
  return map->data + z * map->z_stride + y * map->y_stride + x * map->x_stride;
}

static void direct(const ck_convolution *c, const ck_map *in, const float *packed,
                   const ck_epilogue *e, const ck_map *out, ck_range range) {
  ptrdiff_t depth = (ptrdiff_t)c->kernel[0] * c->kernel[1] * c->kernel[2] * c->in_channels;
  for (int32_t block = range.first_block; block < range.end_block;) {
    const int32_t blocks = ck_group(CK_GROUP, range.end_block - block);
    const float *w = packed + depth * block * CK_BLOCK;
    const int columns = blocks == CK_GROUP       ? CK_COLUMNS_FULL
                        : blocks == CK_GROUP / 2 ? CK_COLUMNS_HALF
                                                 : CK_COLUMNS_QUARTER;
    for (int64_t first = range.begin; first < range.end; first += columns) {
      direct_columns at;
      at.used = range.end - first < columns ? (int32_t)(range.end - first) : columns;
      int32_t x = (int32_t)(first % out->width), y = (int32_t)(first / out->width % out->height);
      int32_t z = (int32_t)(first / out->width / out->height);
      for (int i = 0; i < columns; i++) {
        at.in[i] = voxel(in, z * c->stride[0], y * c->stride[1], x * c->stride[2]);
        at.out[i] = (float *)voxel(out, z, y, x);
        at.residual[i] = e->residual.data ? voxel(&e->residual, z, y, x) : NULL;
        at.raw[i] = e->raw.data ? (float *)voxel(&e->raw, z, y, x) : NULL;
        if (i + 1 < at.used && ++x == out->width) {
          x = 0;
          if (++y == out->height) y = 0, z++;
        }
      }
      if (blocks == CK_GROUP)
        tile_full(c, in, w, e, out, block, &at);
#if CK_GROUP > 1
      else if (blocks == CK_GROUP / 2)
        tile_half(c, in, w, e, out, block, &at);
#endif
#if CK_GROUP > 2
      else
        tile_quarter(c, in, w, e, out, block, &at);
#endif
    }
    block += blocks;
  }
}
