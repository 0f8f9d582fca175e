/**
 * The parity suite: each scenario on the real loopback and on a virtual host, and how many came to the same.
 *
 *     npm run test:parity [-- FACET …]
 *
 * Without facets: all. Each difference is printed.
 */
import { facets } from "../test/parity/facets.ts";
import { playFacet } from "../test/parity/play.ts";

const wanted = process.argv.slice(2);
const rows: Record<string, string> = {};
let total = 0;
let same = 0;
for (const facet of facets) {
  if (wanted.length > 0 && !wanted.includes(facet.name)) continue;
  const verdicts = await playFacet(facet, () => true);
  const differing = verdicts.filter(({ difference }) => difference !== undefined);
  for (const { scenario, difference } of differing) console.error(`${facet.name}, ${scenario}\n${difference}\n`);
  total += verdicts.length;
  same += verdicts.length - differing.length;
  rows[facet.name] = `${verdicts.length - differing.length} of ${verdicts.length} on both`;
}
console.table(rows);
console.log(`${same} of ${total} on both, Node ${process.version}`);
process.exit(same === total ? 0 : 1);
