/**
 * inetd(8): the small services that every host once had, for UDP and TCP, in one process.
 *
 * Read first: services.ts, which has what each does. A socket for each service and protocol, dual-stack, so that both families reach it.
 * The process waits in many calls at once, as one with several threads does.
 */
import { IPV6_V6ONLY } from "../../../abi/ipv6.ts";
import { AF_INET6, IPPROTO_IPV6, SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET } from "../../../abi/socket.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { getservbyname } from "../../names/services.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { SERVICES, type SmallService } from "./services.ts";

const DATAGRAM_MAX_BYTES = 65_535;
const BACKLOG = 128;

/** The ports of the services that answer datagrams. */
type OwnPorts = ReadonlySet<number>;

export const inetd: Tool = {
  name: "inetd",
  usage: "[-t | -u] [SERVICE]...",
  summary: `Offers small services, for TCP and UDP (-t, -u: for that one): ${SERVICES.map(({ name }) => name).join(", ")};
without names the first five of them.`,
  options: "tu",
  isMixed: true,
  async run(box) {
    const named =
      box.operands.length === 0 ? SERVICES.slice(0, 5) : box.operands.map((name) => serviceNamed(box, name));
    const ports = new Map<SmallService, number>();
    for (const service of named) ports.set(service, await portOf(box, service));
    const own: OwnPorts = new Set(ports.values());
    const running: Promise<void>[] = [];
    for (const [service, port] of ports) {
      if (!box.has("t") && service.answer !== undefined)
        await start(box, service, "udp", () =>
          running.push(serveDatagrams(box, service, openSocket(box, SOCK_DGRAM, port), own)),
        );
      if (!box.has("u"))
        await start(box, service, "tcp", () =>
          running.push(serveConnections(box, service, openSocket(box, SOCK_STREAM, port))),
        );
    }
    await Promise.all(running);
    return box.status;
  },
};

function serviceNamed(box: Toolbox, name: string): SmallService {
  return SERVICES.find((service) => service.name === name) ?? box.refuse(`there is no service "${name}"`);
}

/** As /etc/services of this host has it. */
async function portOf({ sys }: Toolbox, { name, port }: SmallService): Promise<number> {
  return (await getservbyname(sys, name, "tcp"))?.port ?? port;
}

async function start(box: Toolbox, { name }: SmallService, protocol: string, begin: () => unknown): Promise<void> {
  try {
    begin();
  } catch (error) {
    await box.complainOf(`${name}/${protocol}: bind`, error);
  }
}

function openSocket({ sys }: Toolbox, type: number, port: number): number {
  const fd = sys.socket(AF_INET6, type);
  try {
    sys.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (type === SOCK_STREAM) sys.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    sys.bind(fd, { address: "::", port });
    if (type === SOCK_STREAM) sys.listen(fd, BACKLOG);
    return fd;
  } catch (error) {
    sys.close(fd);
    throw error;
  }
}

async function serveDatagrams({ sys }: Toolbox, service: SmallService, fd: number, own: OwnPorts): Promise<void> {
  const buffer = new Uint8Array(DATAGRAM_MAX_BYTES);
  for (let turn = 0; ; ) {
    try {
      const { bytes, source } = await sys.recvfrom(fd, buffer);
      const { address, port } = source;
      // Two such services that answer each other would never end.
      if (address === undefined || port === undefined || own.has(port)) continue;
      const answer = await service.answer?.(sys, buffer.subarray(0, bytes), turn++);
      if (answer !== undefined) await sys.sendto(fd, answer, { address, port });
    } catch (error) {
      // An ICMP error about an earlier answer, or a way back that is none.
      if (!(error instanceof SystemError)) throw error;
    }
  }
}

async function serveConnections(box: Toolbox, service: SmallService, fd: number): Promise<void> {
  const { sys } = box;
  for (;;) {
    try {
      const { fd: connection } = await sys.accept(fd);
      void talk(box, service, connection);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code === "ECONNABORTED" || error.code === "EINTR") continue;
      return await box.complain(`${service.name}/tcp: accept: ${errorText(error)}`);
    }
  }
}

/** One connection; when the other end goes away in the middle of it, that is its end. */
async function talk({ sys }: Toolbox, service: SmallService, fd: number): Promise<void> {
  try {
    await service.talk(sys, fd);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  sys.close(fd);
}
