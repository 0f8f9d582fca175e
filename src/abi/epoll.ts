/**
 * Numbers of epoll_create1(2) and epoll_ctl(2), as Linux has them on x86-64. The readiness bits are those of poll(2).
 */

/** The new descriptor is closed by exec. */
export const EPOLL_CLOEXEC = 0o2000000;

/** Watch a descriptor. */
export const EPOLL_CTL_ADD = 1;
/** Watch it no more. */
export const EPOLL_CTL_DEL = 2;
/** Watch it for other events. */
export const EPOLL_CTL_MOD = 3;

/** There is something to read, end-of-file included. */
export const EPOLLIN = 0x1;
/** Urgent data, or another exceptional condition. */
export const EPOLLPRI = 0x2;
/** Writing will not wait. */
export const EPOLLOUT = 0x4;
/** An error is pending. Always watched. */
export const EPOLLERR = 0x8;
/** The other end is gone. Always watched. */
export const EPOLLHUP = 0x10;
/** Where bytes and messages are read: as EPOLLIN. */
export const EPOLLRDNORM = 0x40;
/** Where bytes and messages are written: as EPOLLOUT. */
export const EPOLLWRNORM = 0x100;
/** The peer has shut down its sending half. */
export const EPOLLRDHUP = 0x2000;
/** With several epoll instances on one object, not all of them need be told. */
export const EPOLLEXCLUSIVE = 0x1000_0000;
/** The system should not be suspended meanwhile: no meaning here. */
export const EPOLLWAKEUP = 0x2000_0000;
/** Told once; then nothing until EPOLL_CTL_MOD. */
export const EPOLLONESHOT = 0x4000_0000;
/** Edge-triggered: told when something has happened, not as long as it holds. */
export const EPOLLET = 0x8000_0000;
