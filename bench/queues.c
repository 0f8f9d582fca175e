/* What bench/queues.ts measures, on Linux: two processes, one byte there and one byte back. */
#define _GNU_SOURCE
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 20000 };

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void show(const char *name, double begin_ns) {
  wait(NULL);
  printf("%-40s %8.1f ns each\n", name, (now_ns() - begin_ns) / ROUNDS);
  fflush(stdout);
}

static void posix_queues(void) {
  struct mq_attr shape = {.mq_maxmsg = 10, .mq_msgsize = 16};
  mqd_t there = mq_open("/netloom-bench-there", O_CREAT | O_RDWR, 0600, &shape);
  mqd_t back = mq_open("/netloom-bench-back", O_CREAT | O_RDWR, 0600, &shape);
  mq_unlink("/netloom-bench-there");
  mq_unlink("/netloom-bench-back");
  char buffer[16] = {0};
  double begin_ns = now_ns();
  if (fork() == 0) {
    for (int i = 0; i < ROUNDS; i++) {
      mq_receive(there, buffer, 16, NULL);
      mq_send(back, buffer, 1, 0);
    }
    _exit(0);
  }
  for (int i = 0; i < ROUNDS; i++) {
    mq_send(there, buffer, 1, 0);
    mq_receive(back, buffer, 16, NULL);
  }
  show("POSIX queues, round trip", begin_ns);
}

static void sysv_queue(void) {
  int id = msgget(IPC_PRIVATE, 0600);
  struct {
    long type;
    char text[16];
  } message = {0};
  double begin_ns = now_ns();
  if (fork() == 0) {
    for (int i = 0; i < ROUNDS; i++) {
      msgrcv(id, &message, 16, 1, 0);
      message.type = 2;
      msgsnd(id, &message, 1, 0);
    }
    _exit(0);
  }
  for (int i = 0; i < ROUNDS; i++) {
    message.type = 1;
    msgsnd(id, &message, 1, 0);
    msgrcv(id, &message, 16, 2, 0);
  }
  show("System V queue, round trip", begin_ns);
  msgctl(id, IPC_RMID, NULL);
}

static void posix_semaphores(void) {
  sem_t *turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  sem_init(&turn[0], 1, 0);
  sem_init(&turn[1], 1, 0);
  double begin_ns = now_ns();
  if (fork() == 0) {
    for (int i = 0; i < ROUNDS; i++) {
      sem_wait(&turn[0]);
      sem_post(&turn[1]);
    }
    _exit(0);
  }
  for (int i = 0; i < ROUNDS; i++) {
    sem_post(&turn[0]);
    sem_wait(&turn[1]);
  }
  show("POSIX semaphores, there and back", begin_ns);
}

static void sysv_semaphores(void) {
  int id = semget(IPC_PRIVATE, 2, 0600);
  struct sembuf take[2] = {{0, -1, 0}, {1, -1, 0}};
  struct sembuf give[2] = {{0, 1, 0}, {1, 1, 0}};
  double begin_ns = now_ns();
  if (fork() == 0) {
    for (int i = 0; i < ROUNDS; i++) {
      semop(id, &take[0], 1);
      semop(id, &give[1], 1);
    }
    _exit(0);
  }
  for (int i = 0; i < ROUNDS; i++) {
    semop(id, &give[0], 1);
    semop(id, &take[1], 1);
  }
  show("System V semaphores, there and back", begin_ns);
  semctl(id, 0, IPC_RMID);
}

int main(void) {
  posix_queues();
  sysv_queue();
  posix_semaphores();
  sysv_semaphores();
  return 0;
}
