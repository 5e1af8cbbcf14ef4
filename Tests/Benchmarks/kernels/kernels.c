// Times one layer: kernels CIN COUT KERNEL STRIDE OUT ALGORITHM ISA THREADS SECONDS
// prints the least time of a run and the least processor time per thread, both in seconds, and the
// relative rms error of sampled outputs. Processor time is the steadier where other work goes on.
// OUT is the edge of the cubic output, ALGORITHM and ISA are the numbers of ConvKernels.h, or -1 for
// the best.
#include <ConvKernels.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *allocate(size_t floats) {
  size_t bytes = (floats * sizeof(float) + 4095) / 4096 * 4096 + 4096;
  float *p = aligned_alloc(4096, bytes);
  if (!p) abort();
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

enum { most_threads = 64 };

typedef struct {
  ck_convolution c;
  ck_map in, out;
  const float *packed;
  ck_epilogue epilogue;
  atomic_llong next;
  float *scratch[most_threads];
  atomic_int workers;
} layer;

static void *work(void *argument) {
  layer *l = argument;
  float *scratch = l->scratch[atomic_fetch_add(&l->workers, 1)];
  const int64_t tasks = ck_task_count(&l->c, &l->out);
  for (int64_t task; (task = atomic_fetch_add(&l->next, 1)) < tasks;)
    ck_convolve(&l->c, &l->in, l->packed, &l->epilogue, &l->out, task, scratch);
  return NULL;
}

static void run(layer *l, int threads) {
  pthread_t others[most_threads];
  atomic_store(&l->next, 0);
  atomic_store(&l->workers, 0);
  for (int i = 1; i < threads; i++) pthread_create(&others[i], NULL, work, l);
  work(l);
  for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
}

int main(int count, char **argument) {
  if (count != 10) return 2;
  int value[8];
  for (int i = 0; i < 8; i++) value[i] = atoi(argument[i + 1]);
  const int in = value[0], out = value[1], kernel = value[2], stride = value[3], edge = value[4];
  const int threads = value[7] < 1 ? 1 : value[7] > most_threads ? most_threads : value[7];
  layer l = {.c = {.in_channels = in,
                   .out_channels = out,
                   .kernel = {kernel, kernel, kernel},
                   .stride = {stride, stride, stride},
                   .dilation = {1, 1, 1},
                   .isa = value[6] < 0 ? ck_best_isa() : (ck_isa)value[6]}};
  l.c.algorithm = value[5] < 0 ? ck_choose(&l.c, edge, edge, edge) : (ck_algorithm)value[5];
  l.in = map(in, (edge - 1) * stride + kernel);
  l.out = map(out, edge);
  for (int c = 0; c < in; c++)
    for (int z = 0; z < l.in.depth; z++)
      for (int y = 0; y < l.in.height; y++)
        for (int x = 0; x < l.in.width; x++) *at(&l.in, c, z, y, x) = uniform();
  const int taps = kernel * kernel * kernel;
  float *weights = allocate((size_t)out * (size_t)in * (size_t)taps);
  for (int i = 0; i < out * in * taps; i++) weights[i] = uniform() / sqrtf((float)(in * taps));
  float *packed = allocate(ck_packed_size(&l.c));
  ck_pack(&l.c, weights, packed);
  l.packed = packed;
  float *zeros = allocate((size_t)out + 8);
  for (int i = 0; i < threads; i++) l.scratch[i] = allocate(ck_scratch_size(&l.c));
  l.epilogue = (ck_epilogue){.bias = zeros};
  double best = 1e9, best_processor = 1e9, start = now(CLOCK_MONOTONIC);
  do {
    double t = now(CLOCK_MONOTONIC), processor = now(CLOCK_PROCESS_CPUTIME_ID);
    run(&l, threads);
    best = fmin(best, now(CLOCK_MONOTONIC) - t);
    best_processor = fmin(best_processor, (now(CLOCK_PROCESS_CPUTIME_ID) - processor) / threads);
  } while (now(CLOCK_MONOTONIC) - start < atof(argument[9]));
  double error = 0, norm = 0;
  for (int i = 0; i < 2000; i++) {
    int o = rand() % out, z = rand() % edge, y = rand() % edge, x = rand() % edge;
    double sum = 0;
    for (int c = 0; c < in; c++)
      for (int t = 0; t < taps; t++)
        sum += (double)weights[(o * in + c) * taps + t] *
               (double)*at(&l.in, c, z * stride + t / kernel / kernel,
                           y * stride + t / kernel % kernel, x * stride + t % kernel);
    double difference = (double)*at(&l.out, o, z, y, x) - sum;
    error += difference * difference;
    norm += sum * sum;
  }
  printf("%.6f %.6f %.2e\n", best, best_processor, sqrt(error / norm));
  return 0;
}
