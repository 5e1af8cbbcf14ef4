// Times one layer: kernels CIN COUT KERNEL STRIDE OUT ALGORITHM ISA THREADS SECONDS
// prints the least time of a run and the least processor time per thread, both in seconds, and the
// relative rms error of sampled outputs. Processor time is the steadier where other work goes on.
// OUT is the edge of the cubic output, ALGORITHM and ISA are the numbers of ConvKernels.h, or -1 for
// the best.
#include "measure.h"

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
  fill(&l.in);
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
