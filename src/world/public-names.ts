/**
 * What programs use to translate names, as both main entry points export it: the functions of netdb(3).
 */
export { EAI, type EaiCode, GaiError } from "./names/gai-error.ts";
export {
  type Addrinfo,
  type AddrinfoHints,
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
  getaddrinfo,
} from "./names/getaddrinfo.ts";
export { getnameinfo, NI_DGRAM, NI_NAMEREQD, NI_NUMERICHOST, NI_NUMERICSERV } from "./names/getnameinfo.ts";
export {
  getprotobyname,
  getprotobynumber,
  getservbyname,
  getservbyport,
  type ProtocolEntry,
  type Service,
} from "./names/services.ts";
