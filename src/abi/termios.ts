/**
 * Numbers of terminals: termios(3), tcsetattr(3), tcflush(3), tcflow(3), as Linux has them on x86-64.
 */

// ---- c_iflag: input ----

/** Take a carriage return out of the input. */
export const IGNCR = 0o200;
/** Make a newline of a carriage return. */
export const ICRNL = 0o400;
/** Make a carriage return of a newline. */
export const INLCR = 0o100;
/** Take the eighth bit off. */
export const ISTRIP = 0o40;
/** VSTOP and VSTART stop and start output. */
export const IXON = 0o2000;
/** Any character starts it again. */
export const IXANY = 0o4000;
/** The input is UTF-8: erasing takes whole characters. */
export const IUTF8 = 0o40000;

// ---- c_oflag: output ----

/** Change the output at all. */
export const OPOST = 0o1;
/** Make carriage return and newline of a newline. */
export const ONLCR = 0o4;
/** Make a newline of a carriage return. */
export const OCRNL = 0o10;
/** No carriage return in column 0. */
export const ONOCR = 0o20;
/** A newline goes to column 0. */
export const ONLRET = 0o40;
/** Make spaces of a tab: TAB3. */
export const XTABS = 0o14000;

// ---- c_cflag: of the line, which a pseudo-terminal does not have ----

/** Eight bits. */
export const CS8 = 0o60;
/** Receive. */
export const CREAD = 0o200;
/** 38,400 baud. */
export const B38400 = 0o17;

// ---- c_lflag: the line discipline ----

/** VINTR, VQUIT and VSUSP send signals. */
export const ISIG = 0o1;
/** Input comes by lines, which can be edited. */
export const ICANON = 0o2;
/** Show what is typed. */
export const ECHO = 0o10;
/** VERASE and VWERASE take away what they erase. */
export const ECHOE = 0o20;
/** VKILL begins a new line. */
export const ECHOK = 0o40;
/** Show a newline even without ECHO. */
export const ECHONL = 0o100;
/** Signals throw nothing away. */
export const NOFLSH = 0o200;
/** Who writes from the background gets SIGTTOU. */
export const TOSTOP = 0o400;
/** Show control characters as ^X. */
export const ECHOCTL = 0o1000;
/** VKILL takes away each character of the line. */
export const ECHOKE = 0o4000;
/** VWERASE, VREPRINT, VLNEXT and VEOL2 mean something. */
export const IEXTEN = 0o100000;

// ---- c_cc: places of the special characters ----

export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
/** Tenths of a second that a read waits, without ICANON. */
export const VTIME = 5;
/** Bytes that a read waits for, without ICANON. */
export const VMIN = 6;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VDISCARD = 13;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;
/** So many there are. */
export const NCCS = 19;
/** A special character that nothing is. */
export const _POSIX_VDISABLE = 0;

// ---- tcsetattr, tcflush, tcflow ----

/** At once. */
export const TCSANOW = 0;
/** When what was written has been sent. */
export const TCSADRAIN = 1;
/** Then, and what was typed and not read is thrown away. */
export const TCSAFLUSH = 2;

export const TCIFLUSH = 0;
export const TCOFLUSH = 1;
export const TCIOFLUSH = 2;

/** Stop output. */
export const TCOOFF = 0;
/** Start it again. */
export const TCOON = 1;
/** Send the other side VSTOP. */
export const TCIOFF = 2;
/** Send it VSTART. */
export const TCION = 3;

// ---- ioctl(2) ----

/** The window: a record of rows and columns. */
export const TIOCGWINSZ = 0x5413;
export const TIOCSWINSZ = 0x5414;
/** Bytes that are not sent yet. */
export const TIOCOUTQ = 0x5411;
