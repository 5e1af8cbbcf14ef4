// Functions on vectors of CK_LANES floats: one block of channels, or two blocks that lie a block
// stride apart.

#define CK_VECTOR_BLOCKS (CK_LANES / CK_BLOCK)

CK_INLINE V CK_L(load)(const float *p) { return *(const V_UNALIGNED *)p; }
CK_INLINE void CK_L(store)(float *p, V v) { *(V_UNALIGNED *)p = v; }

/// x in every lane; subtracting zero keeps each x, so that it costs nothing.
CK_INLINE V CK_L(broadcast)(float x) { return x - (V){0}; }

/// Loads the vector's blocks.
CK_INLINE V CK_L(load_blocks)(const float *p, ptrdiff_t block_stride) {
#if CK_LANES == 8
  (void)block_stride;
  return load8(p);
#else
  return __builtin_shufflevector(load8(p), load8(p + block_stride), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                                 10, 11, 12, 13, 14, 15);
#endif
}

CK_INLINE void CK_L(store_blocks)(float *p, ptrdiff_t block_stride, V v) {
#if CK_LANES == 8
  (void)block_stride;
  store8(p, v);
#else
  store8(p, __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7));
  store8(p + block_stride, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
#endif
}

/// x > 0 ? x : x * slope
CK_INLINE V CK_L(activate)(V x, V slope) {
  V_MASK positive = x > 0;
  return (V)((positive & (V_MASK)x) | (~positive & (V_MASK)(x * slope)));
}

/// The epilogue's numbers for the channels of one vector, and the maps from its first block on.
typedef struct {
  V bias, scale, shift, slope;
  ptrdiff_t residual_block_stride, raw_block_stride, out_block_stride;
  const float *residual;
  float *raw, *out;
  int32_t residual_blocks;  ///< of the vector, 0 for no residual
  int32_t has_scale, has_slope;
} CK_L(ending);

CK_INLINE CK_L(ending) CK_L(ending_at)(const ck_epilogue *e, const ck_map *out, int32_t block) {
  const ptrdiff_t channel = (ptrdiff_t)block * CK_BLOCK;
  CK_L(ending) end = {
      .bias = e->bias ? CK_L(load)(e->bias + channel) : (V){0},
      .scale = e->scale ? CK_L(load)(e->scale + channel) : (V){0},
      .shift = e->scale ? CK_L(load)(e->shift + channel) : (V){0},
      .slope = e->slope ? CK_L(load)(e->slope + channel) : (V){0},
      .residual_block_stride = e->residual.block_stride,
      .raw_block_stride = e->raw.block_stride,
      .out_block_stride = out->block_stride,
      .out = out->data + block * out->block_stride,
      .has_scale = e->scale != NULL,
      .has_slope = e->slope != NULL,
  };
  if (e->residual.data) {
    int32_t left = ck_blocks(e->residual.channels) - block;
    end.residual_blocks = left > CK_VECTOR_BLOCKS ? CK_VECTOR_BLOCKS : left > 0 ? left : 0;
    if (left > 0) end.residual = e->residual.data + block * e->residual.block_stride;
  }
  if (e->raw.data) end.raw = e->raw.data + block * e->raw.block_stride;
  return end;
}

/// Applies the epilogue to the sums of one voxel and stores them; the offsets are the voxel's in
/// the maps.
CK_INLINE void CK_L(finish)(V s, const CK_L(ending) *end, ptrdiff_t residual, ptrdiff_t raw,
                            ptrdiff_t out) {
  s += end->bias;
  if (end->residual_blocks == CK_VECTOR_BLOCKS)
    s += CK_L(load_blocks)(end->residual + residual, end->residual_block_stride);
#if CK_LANES == 16
  else if (end->residual_blocks == 1)
    s += __builtin_shufflevector(load8(end->residual + residual), (v8){0}, 0, 1, 2, 3, 4, 5, 6, 7,
                                 8, 9, 10, 11, 12, 13, 14, 15);
#endif
  if (end->raw) CK_L(store_blocks)(end->raw + raw, end->raw_block_stride, s);
  if (end->has_scale) s = s * end->scale + end->shift;
  if (end->has_slope) s = CK_L(activate)(s, end->slope);
  CK_L(store_blocks)(end->out + out, end->out_block_stride, s);
}

#undef CK_VECTOR_BLOCKS
