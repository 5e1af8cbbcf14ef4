// Times the gradient of one layer's weights:
// gradient CIN COUT KERNEL STRIDE OUT IMAGES ALGORITHM ISA THREADS SECONDS
// prints the least time of a run, the least processor time per thread, the relative rms error of
// sampled weights, the algorithm and the MB of memory. OUT is the edge of the cubic outputs; ALGORITHM
// and ISA as for kernels.c.
#include "measure.h"

typedef struct {
  ck_gradient g;
  const ck_map *in, *delta;
  float *memory, *weights;
  float *scratch[most_threads];
  int64_t stage, tasks;
  atomic_llong next;
  atomic_int workers;
} layer;

static void *work(void *argument) {
  layer *l = argument;
  float *scratch = l->scratch[atomic_fetch_add(&l->workers, 1)];
  for (int64_t task; (task = atomic_fetch_add(&l->next, 1)) < l->tasks;)
    ck_gradient_task(&l->g, l->in, l->delta, l->stage, task, l->memory, scratch, l->weights);
  return NULL;
}

static void run(layer *l, int threads) {
  const int64_t stages = ck_gradient_stage_count(&l->g);
  for (l->stage = 0; l->stage < stages; l->stage++) {
    l->tasks = ck_gradient_task_count(&l->g, l->stage);
    pthread_t others[most_threads];
    atomic_store(&l->next, 0);
    atomic_store(&l->workers, 0);
    for (int i = 1; i < threads; i++) pthread_create(&others[i], NULL, work, l);
    work(l);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
  }
}

int main(int count, char **argument) {
  if (count != 11) return 2;
  int value[9];
  for (int i = 0; i < 9; i++) value[i] = atoi(argument[i + 1]);
  const int in = value[0], out = value[1], kernel = value[2], stride = value[3], edge = value[4];
  const int images = value[5];
  const int threads = value[8] < 1 ? 1 : value[8] > most_threads ? most_threads : value[8];
  layer l = {.g = {.convolution = {.in_channels = in,
                                   .out_channels = out,
                                   .kernel = {kernel, kernel, kernel},
                                   .stride = {stride, stride, stride},
                                   .dilation = {1, 1, 1},
                                   .isa = value[7] < 0 ? ck_best_isa() : (ck_isa)value[7]},
                   .images = images,
                   .size = {edge, edge, edge}}};
  l.g.convolution.algorithm = value[6] < 0 ? ck_gradient_choose(&l.g) : (ck_algorithm)value[6];
  ck_map *ins = calloc((size_t)images, sizeof(ck_map)), *deltas = calloc((size_t)images, sizeof(ck_map));
  for (int n = 0; n < images; n++) {
    ins[n] = map(in, (edge - 1) * stride + kernel);
    fill(&ins[n]);
    deltas[n] = map(out, edge);
    fill(&deltas[n]);
  }
  l.in = ins;
  l.delta = deltas;
  const int taps = kernel * kernel * kernel;
  l.weights = allocate((size_t)out * (size_t)in * (size_t)taps);
  l.memory = allocate(ck_gradient_memory_size(&l.g));
  for (int i = 0; i < threads; i++) l.scratch[i] = allocate(ck_gradient_scratch_size(&l.g));
  double best = 1e9, best_processor = 1e9, start = now(CLOCK_MONOTONIC);
  do {
    double t = now(CLOCK_MONOTONIC), processor = now(CLOCK_PROCESS_CPUTIME_ID);
    run(&l, threads);
    best = fmin(best, now(CLOCK_MONOTONIC) - t);
    best_processor = fmin(best_processor, (now(CLOCK_PROCESS_CPUTIME_ID) - processor) / threads);
  } while (now(CLOCK_MONOTONIC) - start < atof(argument[10]));
  double error = 0, norm = 0;
  for (int i = 0; i < 300; i++) {
    int o = rand() % out, c = rand() % in, t = rand() % taps;
    double sum = 0;
    for (int n = 0; n < images; n++)
      for (int z = 0; z < edge; z++)
        for (int y = 0; y < edge; y++)
          for (int x = 0; x < edge; x++)
            sum += (double)*at(&deltas[n], o, z, y, x) *
                   (double)*at(&ins[n], c, z * stride + t / kernel / kernel,
                               y * stride + t / kernel % kernel, x * stride + t % kernel);
    double difference = (double)l.weights[(o * in + c) * taps + t] - sum;
    error += difference * difference;
    norm += sum * sum;
  }
  printf("%.6f %.6f %.2e %d %.1f\n", best, best_processor, sqrt(error / norm), l.g.convolution.algorithm,
         4e-6 * (double)(ck_gradient_memory_size(&l.g) +
                         (size_t)threads * ck_gradient_scratch_size(&l.g)));
  return 0;
}
