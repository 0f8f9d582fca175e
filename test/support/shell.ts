/** A small internetwork of hosts with both families, on which tests run programs from the shell. */
import { type Host, World } from "netloom";

/** alice and bob on one link, carol behind gw; each with IPv4 and IPv6 addresses and a default route. */
export function smallNet() {
  const printed: string[] = [];
  let told: string | null = null;
  const world = new World({
    console: ({ text, host }) => {
      if (told === null || host === told) printed.push(text);
    },
  });
  const [lan, far] = [world.segment("lan"), world.segment("far")];
  const [alice, bob, gw, carol] = ["alice", "bob", "gw", "carol"].map((name) => world.host(name)) as [
    Host,
    Host,
    Host,
    Host,
  ];
  alice.attach(lan, "10.0.0.1/24", "2001:db8::1/64");
  bob.attach(lan, "10.0.0.2/24", "2001:db8::2/64");
  gw.attach(lan, "10.0.0.254/24", "2001:db8::fe/64");
  gw.attach(far, "10.1.0.254/24", "2001:db8:1::fe/64");
  gw.forwarding = true;
  carol.attach(far, "10.1.0.9/24", "2001:db8:1::9/64");
  for (const [host, via4, via6] of [
    [alice, "10.0.0.254", "2001:db8::fe"],
    [bob, "10.0.0.254", "2001:db8::fe"],
    [carol, "10.1.0.254", "2001:db8:1::fe"],
  ] as const) {
    host.route("default", { via: via4 });
    host.route("default", { via: via6 });
  }
  /** What a script prints on a host, with what it says of errors in place. */
  const shell = async (host: Host, script: string, uid = 0): Promise<string> => {
    told = host.name;
    printed.length = 0;
    const args = ["-c", `exec 2>&1; ${script}`];
    host.spawn("sh", "/bin/sh", { args, env: { PATH: "/bin" }, cwd: "/tmp", uid });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
    return printed.join("");
  };
  return { world, alice, bob, gw, carol, shell };
}
