/*
 * The Linux side of the oracle: runs a program of system calls on the real kernel, one call at a time, and tells after
 * each call who has an answer, who is blocked and who is dead.
 *
 * It knows no call but fork: a call is a number and up to six arguments, so that a new call needs no new C. Processes
 * are "workers": worker 0 is forked for each program, the others are its real children by fork. Controller and workers
 * share memory and wake each other by futex, so a worker has no descriptors but 0, 1 and 2: a file
 * of its program's own, so that whatever is done with them is done to nothing else.
 *
 * Each program has a session of its own, whose leader is worker 0's parent and stays outside of the program, as a shell
 * does: worker 0 is its job. Orphans come to the controller, which is of another session and collects them, as process 1
 * does. Its working directory is new and empty, two levels below the folder that the helper is given: a path with one
 * `..` too many, and what it leaves, stay in what is ours and goes with it.
 *
 *     controller                                worker
 *     command++, wake ───────────────────────▶  syscall(number, arguments…)
 *     settle(): until every worker has          answer++, wake
 *     answered, is blocked or is dead  ◀──────
 *
 * Blocked means: /proc/PID/stat says S (it sleeps and can be interrupted), /proc/PID/syscall names the call that it was
 * told to make, and no answer is there. A worker that the kernel has woken is no longer S when the waker's call returns, so two
 * looks at everybody in a row, without an answer in between, find the true state; nothing is inferred from time.
 *
 * Input, a line for each: `program STEPS PATIENCE_US`, then `WORKER NUMBER ARGUMENT…` for each step. Arguments:
 *     -5          a number
 *     p2          the process number of worker 2 (-p2: negative, as kill and waitpid name groups)
 *     w100:7      100 bytes of the pattern that starts with 7
 *     r100        room for 100 bytes; answered is a hash of as many as the result says
 *     x0a0b       these bytes; answered are the bytes after the call
 *     x0000@0=3   the same, with the address of argument 3 (counted from 0) stored at offset 0: nested structures;
 *                 h for 3 is a signal handler that does nothing, and r what it returns to, as rt_sigaction asks for it
 * Arguments beyond the sixth are only memory for others to point to.
 * Output: `pid PID` for worker 0, then for each step a line `done WORKER RESULT ERRNO REPORT…` for each answer and a line
 * `end BLOCKED DEAD STOPPED` with sets of workers as bits; `bye` after the last step.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/futex.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 4, ARGUMENTS = 12, ARENA = 1 << 20, STUCK_US = 5000000 };

struct argument {
  char kind; /* 'n' number, 'w' pattern, 'r' room, 'x' bytes */
  long value;
  size_t length;
  unsigned char *bytes;
};

struct worker {
  _Atomic uint32_t command;
  _Atomic uint32_t answer;
  _Atomic pid_t pid;
  long number;
  long arguments[ARGUMENTS];
  int newcomer;
  long result;
  int error;
  unsigned char arena[ARENA];
};

/* What the controller keeps of a worker, out of the workers' reach. */
struct view {
  struct argument arguments[ARGUMENTS];
  int argument_count;
  int stat_fd;
  int syscall_fd;
  uint32_t reported;
  enum { UNBORN, IDLE, BLOCKED, BUSY, DEAD } state;
  int stopped;
};

static struct shared {
  _Atomic uint32_t answers;
  struct worker workers[WORKERS];
} *shared;
static struct view views[WORKERS];
static int worker_count;
static pid_t shell;
/* A terminal of the controller's own, and whether the program may have one: hand_on(). */
static int master_fd, slave_fd, has_terminals;

static void fail(const char *what) {
  fprintf(stderr, "oracle helper: %s: %s\n", what, strerror(errno));
  _exit(2);
}

static void futex_wait(_Atomic uint32_t *word, uint32_t expected, long timeout_us) {
  struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
  syscall(SYS_futex, word, FUTEX_WAIT, expected, timeout_us < 0 ? NULL : &timeout, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }

static void answer(struct worker *me, long result, int error) {
  me->result = result;
  me->error = error;
  me->answer = me->command;
  shared->answers++;
  futex_wake(&shared->answers);
}

/* ---- the worker ---- */

static void handle(int signal) { (void)signal; }

/* What a handler returns to: rt_sigreturn. */
void restore(void);
__asm__("restore: mov $15, %eax\n\tsyscall");

static void work(struct worker *me) {
  for (;;) {
    uint32_t done = me->answer;
    while (me->command == done) futex_wait(&me->command, done, -1);
    if (me->number == SYS_fork) {
      int newcomer = me->newcomer;
      pid_t child = fork();
      if (child == 0) {
        me = &shared->workers[newcomer];
        me->pid = getpid();
        shared->answers++;
        futex_wake(&shared->answers);
        continue;
      }
      answer(me, child, child < 0 ? errno : 0);
      continue;
    }
    long *a = me->arguments;
    long result = syscall(me->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    answer(me, result, result < 0 ? errno : 0);
  }
}

static void begin_worker(void) {
  const struct rlimit descriptors = {1024, 1024};
  setrlimit(RLIMIT_NOFILE, &descriptors);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGCHLD, SIG_DFL);
  setpgid(0, 0);
  syscall(SYS_close_range, 0U, ~0U, 0U);
  if (open("../standard", O_RDWR | O_CREAT, 0644) != 0 || dup(0) != 1 || dup(0) != 2) _exit(3);
  shared->workers[0].pid = getpid();
  work(&shared->workers[0]);
}

/* Leads the program's session, and lives until its end. */
static void begin_shell(void) {
  setsid();
  signal(SIGCHLD, SIG_IGN); /* Worker 0 is collected as soon as it ends. */
  unshare(CLONE_NEWIPC);    /* Where that is allowed: no queue or semaphore outlives the program. */
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) begin_worker();
  syscall(SYS_close_range, 0U, ~0U, 0U);
  for (;;) pause();
}

/* ---- who is where ---- */

static void watch(int index) {
  char path[64];
  struct view *view = &views[index];
  snprintf(path, sizeof path, "/proc/%d/stat", shared->workers[index].pid);
  view->stat_fd = open(path, O_RDONLY | O_CLOEXEC);
  snprintf(path, sizeof path, "/proc/%d/syscall", shared->workers[index].pid);
  view->syscall_fd = open(path, O_RDONLY | O_CLOEXEC);
  view->state = IDLE;
}

/* The state letter of /proc/PID/stat; 0 when the process is gone. */
static char state_letter(struct view *view) {
  char text[256];
  ssize_t length = pread(view->stat_fd, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = 0;
  char *end = strrchr(text, ')');
  return end == NULL ? 0 : end[2];
}

static int sleeps_in(struct view *view, long number) {
  char text[256];
  ssize_t length = pread(view->syscall_fd, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = 0;
  if (text[0] < '0' || text[0] > '9') return 0;
  long current = strtol(text, NULL, 10);
  /* A call with a timeout, or for ever, that goes on after a stop has another number. */
  return current == number || current == SYS_restart_syscall;
}

static void look(int index) {
  struct view *view = &views[index];
  struct worker *worker = &shared->workers[index];
  if (view->state == UNBORN || view->state == DEAD) return;
  char letter = state_letter(view);
  view->stopped = letter == 'T' || letter == 't';
  if (letter == 'X' || (letter == 'Z' && index == 0)) {
    /* It is about to be gone: nobody collects it, so its number is free in a moment. */
    view->state = BUSY;
  } else if (letter == 'Z' || letter == 0) {
    view->state = DEAD;
  } else if (worker->answer == worker->command) {
    /* One that was not asleep has been sent a signal, and may be about to die of it. */
    view->state = letter == 'S' || view->stopped ? IDLE : BUSY;
  } else if ((letter == 'S' || view->stopped) && sleeps_in(view, worker->number)) {
    view->state = worker->answer == worker->command ? IDLE : BLOCKED;
  } else {
    view->state = view->stopped ? BLOCKED : BUSY;
  }
}

/* Collects orphans as process 1 would: from then on they are nobody (ESRCH). */
static void adopt(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

/*
 * What one end of a terminal is sent, the kernel hands on in a work queue, a little later. When this returns, what was sent before has
 * arrived: works begin in the order in which they were queued, and read(2) waits for that of its terminal. Several times, since
 * what is typed is echoed, and one that has begun may be held up.
 */
static void hand_on(void) {
  char byte = 'x';
  for (int i = 0; i < 4; i++) {
    if (write(master_fd, &byte, 1) != 1 || read(slave_fd, &byte, 1) != 1) fail("hand on");
  }
}

static void open_terminal(void) {
  struct termios settings;
  master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master_fd < 0 || unlockpt(master_fd) != 0) fail("posix_openpt");
  slave_fd = open(ptsname(master_fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave_fd < 0 || tcgetattr(slave_fd, &settings) != 0) fail("ptsname");
  cfmakeraw(&settings);
  tcsetattr(slave_fd, TCSANOW, &settings);
}

/* Until everybody has answered, is blocked or is dead: found twice in a row, with no answer in between. */
static void settle(long patience_us) {
  long waited_us = 0;
  for (int quiet = 0; quiet < 2;) {
    uint32_t before = shared->answers;
    int busy = 0;
    for (int i = 0; i < worker_count; i++) {
      look(i);
      if (views[i].state == BUSY) busy = 1;
    }
    if (!busy && shared->answers == before) {
      if (++quiet == 1) {
        if (patience_us > 0) usleep(patience_us);
        if (has_terminals) hand_on();
      }
      continue;
    }
    quiet = 0;
    if (busy) {
      futex_wait(&shared->answers, before, 50);
      if ((waited_us += 50) > STUCK_US) {
        errno = ETIMEDOUT;
        fail("a worker neither answers nor sleeps in its call");
      }
    }
  }
}

/* ---- commands ---- */

static unsigned char hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* Reads one argument; memory is taken from the worker's arena. */
static void parse(char *token, struct argument *into, unsigned char **free_memory) {
  *into = (struct argument){.kind = 'n'};
  int negative = token[0] == '-' && token[1] == 'p';
  if (negative) token++;
  switch (token[0]) {
    case 'p': {
      long pid = shared->workers[atoi(token + 1)].pid;
      /* Who is not there yet must not become 0, the whole group. */
      if (pid == 0) pid = 5000000;
      into->value = negative ? -pid : pid;
      return;
    }
    case 'w':
    case 'r': {
      char *colon;
      into->kind = token[0];
      into->length = strtoul(token + 1, &colon, 10);
      into->bytes = *free_memory;
      unsigned long seed = *colon == ':' ? strtoul(colon + 1, NULL, 10) : 0;
      for (size_t i = 0; i < into->length; i++) into->bytes[i] = into->kind == 'r' ? 0 : seed * 37 + i * 11 + (i >> 8);
      break;
    }
    case 'x':
      into->kind = 'x';
      into->bytes = *free_memory;
      for (char *p = token + 1; *p && *p != '@'; p += 2) {
        into->bytes[into->length++] = hex_digit(p[0]) << 4 | hex_digit(p[1]);
      }
      break;
    default:
      into->value = strtol(token, NULL, 10);
      return;
  }
  into->value = (long)into->bytes;
  *free_memory += (into->length + 15) & ~(size_t)15;
  if (*free_memory > into->bytes + ARENA) fail("arguments too large");
}

static void relocate(char *token, struct view *view, struct argument *argument) {
  for (char *at = strchr(token, '@'); argument->kind == 'x' && at != NULL; at = strchr(at + 1, '@')) {
    char *equals;
    unsigned long offset = strtoul(at + 1, &equals, 10);
    long value = equals[1] == 'h'   ? (long)handle
                 : equals[1] == 'r' ? (long)restore
                                    : view->arguments[atoi(equals + 1)].value;
    memcpy(argument->bytes + offset, &value, sizeof value);
  }
}

static void command(char *line) {
  char *tokens[ARGUMENTS];
  int index = atoi(strtok(line, " \n"));
  struct view *view = &views[index];
  struct worker *worker = &shared->workers[index];
  if (view->state != IDLE) return; /* The driver sees from the sets that the worlds have parted. */
  unsigned char *memory = worker->arena;
  worker->number = atol(strtok(NULL, " \n"));
  view->argument_count = 0;
  for (char *token; view->argument_count < ARGUMENTS && (token = strtok(NULL, " \n")) != NULL;) {
    tokens[view->argument_count] = token;
    parse(token, &view->arguments[view->argument_count++], &memory);
  }
  for (int i = 0; i < view->argument_count; i++) relocate(tokens[i], view, &view->arguments[i]);
  for (int i = 0; i < ARGUMENTS; i++) worker->arguments[i] = i < view->argument_count ? view->arguments[i].value : 0;
  worker->newcomer = worker_count;
  if (worker->number == SYS_ioctl) has_terminals = 1;
  if (worker->number == SYS_kill && worker->arguments[0] == -1) fail("a program would kill everybody");

  uint32_t before = shared->answers;
  worker->command++;
  futex_wake(&worker->command);
  futex_wait(&shared->answers, before, 50);
  if (worker->number == SYS_fork) {
    while (worker->answer != worker->command) futex_wait(&shared->answers, shared->answers, 50);
    if (worker->result > 0) {
      while (shared->workers[worker_count].pid == 0) futex_wait(&shared->answers, shared->answers, 50);
      watch(worker_count++);
    }
  }
}

/* ---- reports ---- */

static void report(int index) {
  struct view *view = &views[index];
  struct worker *worker = &shared->workers[index];
  if (view->state == UNBORN || worker->answer != worker->command || view->reported == worker->answer) return;
  view->reported = worker->answer;
  printf("done %d %ld %d", index, worker->result, worker->error);
  for (int i = 0; i < view->argument_count; i++) {
    struct argument *argument = &view->arguments[i];
    if (argument->kind == 'r') {
      uint32_t hash = 2166136261;
      for (long at = 0; at < worker->result && at < (long)argument->length; at++) {
        hash = (hash ^ argument->bytes[at]) * 16777619;
      }
      printf(" %08x", hash);
    } else if (argument->kind == 'x') {
      putchar(' ');
      for (size_t at = 0; at < argument->length; at++) printf("%02x", argument->bytes[at]);
      if (argument->length == 0) putchar('-');
    }
  }
  putchar('\n');
}

static void report_step(void) {
  unsigned blocked = 0, dead = 0, stopped = 0;
  for (int i = 0; i < worker_count; i++) {
    report(i);
    if (views[i].state == BLOCKED) blocked |= 1U << i;
    if (views[i].state == DEAD) dead |= 1U << i;
    if (views[i].stopped) stopped |= 1U << i;
  }
  printf("end %u %u %u\n", blocked, dead, stopped);
}

/* ---- programs ---- */

static void begin_program(void) {
  has_terminals = 0;
  for (int i = 0; i < WORKERS; i++) {
    struct worker *worker = &shared->workers[i];
    worker->command = worker->answer = 0;
    worker->pid = 0;
    views[i] = (struct view){.stat_fd = -1, .syscall_fd = -1};
  }
  if (mkdir("program", 0777) != 0 || mkdir("program/cwd", 0777) != 0) fail("mkdir");
  if (chmod("program", 0777) != 0 || chmod("program/cwd", 0777) != 0 || chdir("program/cwd") != 0) fail("chdir");
  uint32_t before = shared->answers;
  shell = fork();
  if (shell < 0) fail("fork");
  if (shell == 0) begin_shell();
  if (chdir("../..") != 0) fail("chdir");
  while (shared->workers[0].pid == 0) futex_wait(&shared->answers, before, 50);
  worker_count = 1;
  watch(0);
  printf("pid %d\n", shared->workers[0].pid);
}

/* Removes a folder of the program and all that is in it. Symbolic links are not followed. */
static void clear(int parent_fd, const char *name) {
  fchmodat(parent_fd, name, 0700, 0);
  int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir(fd);
  if (directory == NULL) fail("opendir");
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (unlinkat(fd, entry->d_name, 0) != 0) clear(fd, entry->d_name);
  }
  closedir(directory);
  if (unlinkat(parent_fd, name, AT_REMOVEDIR) != 0) fail("rmdir");
}

static void end_program(void) {
  for (int i = 0; i < worker_count; i++) {
    if (views[i].state != DEAD) kill(shared->workers[i].pid, SIGKILL);
  }
  kill(shell, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0) {
  }
  for (int i = 0; i < worker_count; i++) {
    close(views[i].stat_fd);
    close(views[i].syscall_fd);
  }
  clear(AT_FDCWD, "program");
  puts("bye");
  fflush(stdout);
}

static int write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  ssize_t written = write(fd, text, strlen(text));
  close(fd);
  return written == (ssize_t)strlen(text);
}

/* Makes who is not root the root of a user namespace, in which there is nobody else. */
static int become_root(void) {
  char map[64];
  uid_t uid = getuid();
  gid_t gid = getgid();
  if (unshare(CLONE_NEWUSER) != 0) return 0;
  snprintf(map, sizeof map, "0 %d 1", uid);
  if (!write_text("/proc/self/uid_map", map) || !write_text("/proc/self/setgroups", "deny")) return 0;
  snprintf(map, sizeof map, "0 %d 1", gid);
  return write_text("/proc/self/gid_map", map);
}

/* A network of one's own, so that ports are free and nothing comes from outside. */
static int isolate_network(void) {
  if (unshare(CLONE_NEWNET) != 0) return 0;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
  return result == 0;
}

/* Controller and workers share one processor: their turns cost less, and released workers run one after the other. */
static void pin(int processor) {
  cpu_set_t allowed, chosen;
  CPU_ZERO(&chosen);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  int wanted = processor % CPU_COUNT(&allowed);
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (CPU_ISSET(i, &allowed) && wanted-- == 0) CPU_SET(i, &chosen);
  }
  sched_setaffinity(0, sizeof chosen, &chosen);
}

int main(int count, char **arguments) {
  static char line[1 << 16];
  int steps;
  long patience_us;
  if (count != 3 || chdir(arguments[2]) != 0) fail("usage: helper PROCESSOR FOLDER");
  pin(atoi(arguments[1]));
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  umask(022);
  signal(SIGPIPE, SIG_IGN);
  open_terminal();
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) fail("mmap");
  /* Root can be anybody; root of a namespace only itself. */
  int has_users = getuid() == 0 && setgroups(0, NULL) == 0;
  if (!has_users && getuid() != 0) become_root();
  int has_network = isolate_network();
  int has_ipc = unshare(CLONE_NEWIPC) == 0; /* Then each program can have its own, too: begin_shell(). */
  printf("hello %d %d%s%s%s\n", getuid(), getgid(), has_network ? " network" : "", has_users ? " users" : "",
         has_ipc ? " ipc" : "");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "program %d %ld", &steps, &patience_us) != 2) {
      errno = EPROTO;
      fail(line);
    }
    begin_program();
    for (int step = 0; step < steps && fgets(line, sizeof line, stdin) != NULL; step++) {
      command(line);
      settle(patience_us);
      adopt();
      report_step();
    }
    end_program();
  }
  return 0;
}
