// The entries of the table of kernels.

// Whether the part of a map that an output sees, or that it is, has its rows, or its planes, one
// right after the other.
static int contiguous_rows(const ck_map *map, const ck_map *out) {
  return !map->data || map->y_stride == out->width * map->x_stride;
}

static int contiguous_planes(const ck_map *map, const ck_map *out) {
  return !map->data || map->z_stride == out->height * map->y_stride;
}

static void direct(const ck_convolution *c, const ck_map *in, const float *packed,
                   const ck_epilogue *e, const ck_map *out, ck_range range) {
  const ptrdiff_t depth = (ptrdiff_t)c->kernel[0] * c->kernel[1] * c->kernel[2] * c->in_channels;
  ck_map flat_in = *in, flat_out = *out;
  ck_epilogue flat = *e;
  // Where a voxel reads nothing but its like, contiguous rows are one long row.
  if (ck_is_pointwise(c) && contiguous_rows(in, out) && contiguous_rows(out, out) &&
      contiguous_rows(&e->residual, out) && contiguous_rows(&e->raw, out)) {
    ck_map *maps[] = {&flat_in, &flat_out, &flat.residual, &flat.raw};
    int whole = contiguous_planes(in, out) && contiguous_planes(out, out) &&
                contiguous_planes(&e->residual, out) && contiguous_planes(&e->raw, out);
    const int32_t width = out->width * out->height * (whole ? out->depth : 1);
    for (int i = 0; i < 4; i++) {
      ck_map *map = maps[i];
      map->width = width;
      map->height = 1;
      map->y_stride = map->z_stride;
      if (whole) map->depth = 1;
    }
  }
  for (int32_t block = range.first_block; block < range.end_block;) {
    const int32_t blocks = ck_group(CK_GROUP, range.end_block - block);
    CK_FOR_GROUP(blocks, direct_group, c, &flat_in, packed + depth * block * CK_BLOCK, &flat,
                 &flat_out, block, range.begin, range.end);
    block += blocks;
  }
}

/// Transforms the inputs of one tile, whose first voxel is (z, y, x), in `blocks` (one or two) blocks of
/// channels from `block` on.
CK_INLINE void transform_input_tile(const int size, const ck_map *in, int32_t block, int32_t blocks,
                                    int32_t z, int32_t y, int32_t x, float *result,
                                    ptrdiff_t position_stride) {
  const int mz = tile_depth(size), my = tile_edge(size), mx = my;
  const float *source = in->data + block * in->block_stride + offset(in, z, y, x);
  // At the far border a copy supplies zeros for the voxels that only unused outputs need.
  float copy[6 * 6 * 6 * 2 * CK_BLOCK];
  ck_map map = *in;
  if (z + mz + 2 > in->depth || y + my + 2 > in->height || x + mx + 2 > in->width) {
    map = copy_tile(in, source, blocks, (int32_t[3]){mz + 2, my + 2, mx + 2},
                    (int32_t[3]){in->depth - z, in->height - y, in->width - x}, copy);
    source = copy;
  }
#if CK_GROUP == 4
  if (blocks == 2)
    CK_FOR_SIZE(size, transform_input16, &map, source, result, position_stride);
  else
#endif
    CK_FOR_SIZE(size, transform_input8, &map, source, result, position_stride);
}

/// Transforms the inputs of a pass.
CK_INLINE void transform_inputs(const int size, const winograd_pass *pass) {
  const int32_t in_blocks = ck_blocks(pass->c->in_channels);
  const ptrdiff_t block_stride = (ptrdiff_t)pass->tiles * CK_BLOCK;
  for (int32_t block = 0; block < in_blocks;) {
    const int32_t blocks = input_lanes(pass->c->in_channels - block * CK_BLOCK) / CK_BLOCK;
    for (int32_t t = 0; t < pass->tiles; t++) {
      const tile_place *at = &pass->places[t];
      transform_input_tile(size, pass->in, block, blocks, at->z, at->y, at->x,
                           pass->transformed + block * block_stride + t * blocks * CK_BLOCK,
                           block_stride * in_blocks);
    }
    block += blocks;
  }
}

/// Fused Winograd convolution of the tiles begin..<end. In each pass over some of them their inputs
/// are transformed, then for each group of output channels the products are formed position by
/// position and transformed back, so that both stay in the cache. Weights: group, position, input
/// channel, output channel.
CK_INLINE void winograd(const int size, const ck_convolution *c, const ck_map *in,
                        const float *packed, const ck_epilogue *e, const ck_map *out,
                        ck_range range, float *scratch) {
  const int mz = tile_depth(size), my = tile_edge(size), mx = my;
  // The tiles go by in strips of some rows through all planes, so that the planes of inputs that
  // tiles share along z are still in the cache.
  enum { strip_rows = 4 };
  const int64_t across = (out->width + mx - 1) / mx, down = (out->height + my - 1) / my;
  const int64_t deep = (out->depth + mz - 1) / mz;
  tile_place places[CK_MOST_PASSES * CK_PASS_TILES];
  int32_t count = 0;
  for (int64_t t = range.begin; t < range.end; t++) {
    const int64_t strip = t / (across * deep * strip_rows);
    const int64_t tile = t % (across * deep * strip_rows);
    const int64_t left = down - strip * strip_rows, rows = left < strip_rows ? left : strip_rows;
    const int64_t x = tile % across, y = strip * strip_rows + tile / across % rows;
    const int64_t z = tile / across / rows;
    const ck_span *wanted = e->wanted ? &e->wanted[z * down + y] : NULL;
    if (wanted && (x < wanted->first || x >= wanted->end)) continue;
    places[count++] =
        place_tile((int32_t)z * mz, (int32_t)y * my, (int32_t)x * mx, mz, my, mx, e, out);
  }
  const int32_t passes = (count + CK_PASS_TILES - 1) / CK_PASS_TILES;
  for (int32_t number = 0; number < passes; number++) {
    const int32_t first = count * number / passes, end = count * (number + 1) / passes;
    const winograd_pass pass = {
        .c = c,
        .in = in,
        .e = e,
        .out = out,
        .places = places + first,
        .tiles = end - first,
        .next_tiles = number + 1 < passes ? count * (number + 2) / passes - end : 0,
        .transformed = scratch,
        .products = scratch + (ptrdiff_t)positions_of(size) * (end - first) * CK_BLOCK *
                                  ck_blocks(c->in_channels),
    };
    transform_inputs(size, &pass);
    for (int32_t block = range.first_block; block < range.end_block;) {
      const int32_t blocks = ck_group(CK_GROUP, range.end_block - block);
      const float *w = packed + (ptrdiff_t)positions_of(size) * c->in_channels * block * CK_BLOCK;
      CK_FOR_GROUP(blocks, winograd_group, size, &pass, block, w, block + blocks >= range.end_block);
      block += blocks;
    }
  }
}

#define CK_WINOGRAD(size)                                                                       \
  static void CK_JOIN(winograd, size)(const ck_convolution *c, const ck_map *in,                \
                                      const float *packed, const ck_epilogue *e,                \
                                      const ck_map *out, ck_range range, float *scratch) {      \
    winograd(size, c, in, packed, e, out, range, scratch);                                      \
  }
CK_WINOGRAD(222)
CK_WINOGRAD(244)
CK_WINOGRAD(444)
#undef CK_WINOGRAD
