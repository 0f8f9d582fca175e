/** TCP over IPv6: on one host, over a link, over a router with a narrow link behind it; and both families on one port. */
import { AF_INET, AF_INET6, SOCK_STREAM, type Sys, World } from "netloom";
import { expect, test } from "vitest";

/** Reads until the end, and answers how many bytes came. */
async function drain(sys: Sys, fd: number): Promise<number> {
  const buf = new Uint8Array(65_536);
  let total = 0;
  for (let bytes = await sys.read(fd, buf); bytes > 0; bytes = await sys.read(fd, buf)) total += bytes;
  return total;
}

/** Alice connects to bob by each address in turn, and sends so many bytes; whom bob sees, and how much. */
async function visit(world: World, addresses: readonly string[], bytes: number): Promise<string[]> {
  const seen: string[] = [];
  const [alice, bob] = [world.hosts.get("alice"), world.hosts.get("bob")];
  bob?.spawn("server", async (sys) => {
    const s = sys.socket(AF_INET6, SOCK_STREAM);
    sys.bind(s, { address: "::", port: 80 });
    sys.listen(s, 5);
    for (const _ of addresses) {
      const { fd, address } = await sys.accept(s);
      seen.push(`${await drain(sys, fd)} from ${address.address}`);
      sys.close(fd);
    }
  });
  alice?.spawn("client", async (sys) => {
    await sys.sleep(3);
    for (const address of addresses) {
      const s = sys.socket(address.includes(":") ? AF_INET6 : AF_INET, SOCK_STREAM);
      await sys.connect(s, { address, port: 80 });
      const data = new Uint8Array(bytes);
      for (let sent = 0; sent < bytes; ) sent += await sys.write(s, data.subarray(sent));
      sys.close(s);
      await sys.sleep(1);
    }
  });
  expect((await world.run()).crashes).toEqual([]);
  return seen;
}

test("over a link, with either family, to one socket", async () => {
  const world = new World();
  const lan = world.segment("lan");
  world.host("alice").attach(lan, "2001:db8::1/64", "10.0.0.1/24");
  world.host("bob").attach(lan, "2001:db8::2/64", "10.0.0.2/24");
  expect(await visit(world, ["2001:db8::2", "10.0.0.2", "::ffff:10.0.0.2"], 200_000)).toEqual([
    "200000 from 2001:db8::1",
    "200000 from ::ffff:10.0.0.1",
    "200000 from ::ffff:10.0.0.1",
  ]);
});

test("over a router with a narrow link behind it: path MTU discovery", async () => {
  const world = new World();
  const [wide, narrow] = [world.segment("wide"), world.segment("narrow", { mtu: 1280 })];
  const [alice, router, bob] = [world.host("alice"), world.host("router"), world.host("bob")];
  alice.attach(wide, "2001:db8:1::1/64");
  router.attach(wide, "2001:db8:1::9/64");
  router.attach(narrow, "2001:db8:2::9/64");
  bob.attach(narrow, "2001:db8:2::2/64");
  router.forwarding = true;
  alice.route("default", { via: "2001:db8:1::9" });
  bob.route("default", { via: "2001:db8:2::9" });
  expect(await visit(world, ["2001:db8:2::2"], 100_000)).toEqual(["100000 from 2001:db8:1::1"]);
});

test("a closed port refuses at once", async () => {
  const world = new World();
  world.host("alice").spawn("client", async (sys) => {
    const s = sys.socket(AF_INET6, SOCK_STREAM);
    await expect(sys.connect(s, { address: "::1", port: 9 })).rejects.toThrow("ECONNREFUSED");
  });
  expect((await world.run()).crashes).toEqual([]);
});
