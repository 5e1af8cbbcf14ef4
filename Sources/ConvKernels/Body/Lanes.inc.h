// Functions on vectors of CK_LANES floats: one block of channels, or two blocks that lie a block
// stride apart.

#if CK_LANES == 8
#define V v8
#define V_UNALIGNED v8_unaligned
#define V_MASK v8_mask
#else
#define V v16
#define V_UNALIGNED v16_unaligned
#define V_MASK v16_mask
#endif
#define CK_VECTOR_BLOCKS (CK_LANES / CK_BLOCK)

/// x in every lane; subtracting zero keeps each x, so that it costs nothing.
CK_INLINE V CK_L(broadcast)(float x) { return x - (V){0}; }

CK_INLINE V CK_L(load)(const float *p) { return *(const V_UNALIGNED *)p; }
CK_INLINE void CK_L(store)(float *p, V v) { *(V_UNALIGNED *)p = v; }

/// Loads the first `blocks` of the vector's blocks; the others are zero.
CK_INLINE V CK_L(load_blocks)(const float *p, ptrdiff_t block_stride, int32_t blocks) {
#if CK_LANES == 8
  (void)block_stride, (void)blocks;
  return load8(p);
#else
  v8 low = load8(p), high = blocks > 1 ? load8(p + block_stride) : (v8){0};
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
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

/// Applies the epilogue to the sums of one voxel from `block` on and stores them. The pointers are
/// those of the voxel in block 0 of the residual, raw and output maps.
CK_INLINE void CK_L(finish)(V s, const ck_epilogue *e, int32_t block, const float *residual,
                            float *raw, float *out, ptrdiff_t out_block_stride) {
  const ptrdiff_t channel = (ptrdiff_t)block * CK_BLOCK;
  if (e->bias) s += CK_L(load)(e->bias + channel);
  if (residual) {
    int32_t left = ck_blocks(e->residual.channels) - block;
    if (left > 0) {
      ptrdiff_t stride = e->residual.block_stride;
      s += CK_L(load_blocks)(residual + block * stride, stride, left);
    }
  }
  if (raw) {
    ptrdiff_t stride = e->raw.block_stride;
    CK_L(store_blocks)(raw + block * stride, stride, s);
  }
  if (e->scale) s = s * CK_L(load)(e->scale + channel) + CK_L(load)(e->shift + channel);
  if (e->slope) s = CK_L(activate)(s, CK_L(load)(e->slope + channel));
  CK_L(store_blocks)(out + block * out_block_stride, out_block_stride, s);
}

/// Where the columns of a tile of the direct method lie: pointers to channel 0 of voxels.
#if CK_LANES == 8
enum { most_columns = 32 };  // also the most sums of a tile
typedef struct {
  const float *in[most_columns], *residual[most_columns];
  float *raw[most_columns], *out[most_columns];
  int32_t used;  ///< the others repeat a column and are not stored
} direct_columns;
#endif

/// Computes `columns` output voxels (a constant) of `vectors` vectors of output channels (a
/// constant) from `block` on. Weights: tap, input channel, vectors.
CK_INLINE void CK_L(direct_tile)(const int columns, const int vectors, const ck_convolution *c,
                                 const ck_map *in, const float *w, const ck_epilogue *e,
                                 const ck_map *out, int32_t block, const direct_columns *at) {
  V sum[most_columns];
  CK_UNROLL
  for (int i = 0; i < columns * vectors; i++) sum[i] = (V){0};
  for (int32_t kz = 0; kz < c->kernel[0]; kz++)
    for (int32_t ky = 0; ky < c->kernel[1]; ky++)
      for (int32_t kx = 0; kx < c->kernel[2]; kx++) {
        ptrdiff_t offset = kz * c->dilation[0] * in->z_stride + ky * c->dilation[1] * in->y_stride +
                           kx * c->dilation[2] * in->x_stride;
        for (int32_t channel = 0; channel < c->in_channels; channel += CK_BLOCK) {
          int32_t left = c->in_channels - channel;
          ptrdiff_t end = offset + (left < CK_BLOCK ? left : CK_BLOCK);
          for (ptrdiff_t i = offset; i < end; i++) {
            V weight[2];
            CK_UNROLL
            for (int v = 0; v < vectors; v++) weight[v] = CK_L(load)(w + v * CK_LANES);
            CK_UNROLL
            for (int x = 0; x < columns; x++) {
              V value = CK_L(broadcast)(at->in[x][i]);
              CK_UNROLL
              for (int v = 0; v < vectors; v++) sum[x * vectors + v] += value * weight[v];
            }
            w += vectors * CK_LANES;
          }
          offset += in->block_stride;
        }
      }
  CK_UNROLL
  for (int x = 0; x < columns; x++) {
    if (x >= at->used) break;
    CK_UNROLL
    for (int v = 0; v < vectors; v++)
      CK_L(finish)(sum[x * vectors + v], e, block + v * CK_VECTOR_BLOCKS, at->residual[x],
                   at->raw[x], at->out[x], out->block_stride);
  }
}

#undef V
#undef V_UNALIGNED
#undef V_MASK
#undef CK_VECTOR_BLOCKS
