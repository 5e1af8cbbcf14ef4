// What the timing programs share: a clock, memory, random feature maps.
#include <ConvKernels.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { most_threads = 64 };

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *allocate(size_t floats) {
  const size_t page = floats >= 1 << 20 ? 1 << 21 : 1 << 12;
  size_t bytes = (floats * sizeof(float) + page - 1) / page * page + page;
  float *p = aligned_alloc(page, bytes);
  if (!p) abort();
  if (page > 1 << 12) madvise(p, bytes, MADV_HUGEPAGE);
  memset(p, 0, bytes);
  return p;
}

static uint32_t state = 1;
static float uniform(void) {
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / 8388608.0f - 1;
}

static ck_map map(int channels, int edge) {
  ck_map m = {.channels = channels, .depth = edge, .height = edge, .width = edge};
  m.x_stride = CK_BLOCK;
  m.y_stride = m.x_stride * edge;
  m.z_stride = m.y_stride * edge;
  m.block_stride = m.z_stride * edge;
  m.data = allocate((size_t)m.block_stride * (size_t)((channels + 7) / 8));
  return m;
}

static float *at(const ck_map *m, int c, int z, int y, int x) {
  return m->data + c / 8 * m->block_stride + z * m->z_stride + y * m->y_stride + x * m->x_stride +
         c % 8;
}

static void fill(const ck_map *m) {
  for (int c = 0; c < m->channels; c++)
    for (int z = 0; z < m->depth; z++)
      for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) *at(m, c, z, y, x) = uniform();
}
