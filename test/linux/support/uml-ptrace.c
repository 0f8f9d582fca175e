/**
 * For user-mode Linux on a processor whose registers are more than it knows of (AMX): `LD_PRELOAD=uml-ptrace.so linux.uml …`.
 *
 * It writes the registers of a process back with PTRACE_SETREGSET, of which the kernel takes the whole set or nothing. Its buffer ends
 * before the newest ones, so those are read first and written back as they are.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NT_X86_XSTATE 0x202

static long set_registers(long pid, const struct iovec *part) {
  static char whole[65536];
  struct iovec all = {whole, sizeof whole};
  if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &all) < 0) return -1;
  if (part->iov_len > all.iov_len) return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, part);
  memcpy(whole, part->iov_base, part->iov_len);
  return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &all);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;
  va_start(rest, request);
  long pid = va_arg(rest, long);
  void *address = va_arg(rest, void *);
  void *data = va_arg(rest, void *);
  va_end(rest);
  if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) return set_registers(pid, data);
  if (request != PTRACE_PEEKTEXT && request != PTRACE_PEEKDATA && request != PTRACE_PEEKUSER) {
    return syscall(SYS_ptrace, request, pid, address, data);
  }
  // The library's function answers the word, and the system call stores it.
  long word;
  if (syscall(SYS_ptrace, request, pid, address, &word) < 0) return -1;
  errno = 0;
  return word;
}
