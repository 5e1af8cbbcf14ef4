// Between rows of channels and rows of blocks: transposition of 8 channels by 8 voxels.

#define CK_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

/// Turns rows into columns: pairs of elements, then fours, then halves change places.
CK_INLINE void transpose8(v8 r[8]) {
  v8 pairs[8], fours[8];
  CK_UNROLL for (int i = 0; i < 8; i += 2) {
    pairs[i] = CK_SHUFFLE(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = CK_SHUFFLE(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  CK_UNROLL for (int i = 0; i < 8; i += 4) {
    CK_UNROLL for (int j = 0; j < 2; j++) {
      const v8 low = pairs[i + j], high = pairs[i + j + 2];
      fours[i + 2 * j] = CK_SHUFFLE(low, high, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + 2 * j + 1] = CK_SHUFFLE(low, high, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  CK_UNROLL for (int i = 0; i < 4; i++) {
    r[i] = CK_SHUFFLE(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = CK_SHUFFLE(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

static void interleave(const float *rows, ptrdiff_t row_stride, int32_t count, int32_t width,
                       float *voxels, ptrdiff_t x_stride) {
  int32_t x = 0;
  for (; x + 8 <= width; x += 8) {
    v8 r[8];
    CK_UNROLL for (int c = 0; c < 8; c++)
      r[c] = c < count ? *(const unaligned8 *)(rows + c * row_stride + x) : (v8){0};
    transpose8(r);
    CK_UNROLL for (int i = 0; i < 8; i++) store8(voxels + (x + i) * x_stride, r[i]);
  }
  for (; x < width; x++)
    for (int c = 0; c < 8; c++)
      voxels[x * x_stride + c] = c < count ? rows[c * row_stride + x] : 0;
}

static void deinterleave(const float *voxels, ptrdiff_t x_stride, int32_t count, int32_t width,
                         float *rows, ptrdiff_t row_stride) {
  int32_t x = 0;
  for (; x + 8 <= width; x += 8) {
    v8 r[8];
    CK_UNROLL for (int i = 0; i < 8; i++) r[i] = load8(voxels + (x + i) * x_stride);
    transpose8(r);
    CK_UNROLL for (int c = 0; c < 8; c++)
      if (c < count) *(unaligned8 *)(rows + c * row_stride + x) = r[c];
  }
  for (; x < width; x++)
    for (int c = 0; c < count; c++) rows[c * row_stride + x] = voxels[x * x_stride + c];
}
