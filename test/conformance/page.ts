/**
 * docs/CONFORMANCE.md, from requirements and marks; and what is wrong with these.
 */
import type { Mark } from "./marks.ts";
import type { Requirement } from "./requirement.ts";

/** The whole page. */
export function page(all: readonly Requirement[], marks: readonly Mark[]): string {
  const rfcs = [...new Set(all.map(({ rfc }) => rfc))];
  return `# Conformance of TCP

This page is written by \`npm run conformance\` from marks beside code and tests. It has what RFC 9293 (its appendix B) and RFC 1122
§4.2 ask for, and the RFCs of recovery, congestion control, timestamps, ECN and fast open: where it is done, what shows it, or why it is
not so. REC is what an RFC asks for without the word SHOULD.

| | required | shown by a test | done, without a test | not done, or otherwise |
|---|---|---|---|---|
${rfcs.flatMap((rfc) => summary(rfc, all, marks)).join("\n")}
${rfcs.map((rfc) => section(rfc, all, marks)).join("\n")}`;
}

/** What is wrong: marks of nothing, requirements without a test or a reason, or that are there twice. */
export function faults(all: readonly Requirement[], marks: readonly Mark[]): readonly string[] {
  const known = new Set(all.map((each) => `${each.rfc} ${each.section} ${each.id}`));
  const strays = marks
    .filter(({ rfc, section, id }) => !known.has(`${rfc} ${section} ${id}`))
    .map(({ file, line, rfc, section, id }) => `${file}:${line}: RFC ${rfc} §${section} has no ${id}`);
  const untested = all
    .filter((each) => each.reason === undefined && !marksFor(each, all, marks).some(({ test }) => test !== null))
    .map(({ rfc, section, id }) => `no test shows RFC ${rfc} §${section} ${id}, and no reason is given`);
  const twice = all.filter((each, index) => all.findIndex((other) => isSame(each, other)) !== index);
  return [...strays, ...untested, ...twice.map(({ rfc, id }) => `RFC ${rfc} has two ${id}`)];
}

function isSame(a: Requirement, b: Requirement): boolean {
  return a.rfc === b.rfc && a.section === b.section && a.id === b.id;
}

function successor({ like }: Requirement, all: readonly Requirement[]): Requirement | undefined {
  return like === undefined ? undefined : all.find(({ rfc, id }) => rfc === 9293 && id === like);
}

/** Its own marks, and those of the requirement that took its place. */
function marksFor(each: Requirement, all: readonly Requirement[], marks: readonly Mark[]): readonly Mark[] {
  const same = successor(each, all);
  if (same?.reason !== undefined) return [...own(each, marks), ...own(same, marks), REASONED];
  return same === undefined ? own(each, marks) : [...own(each, marks), ...own(same, marks)];
}

/** Stands for the reason that is given elsewhere. */
const REASONED: Mark = { rfc: 0, section: "", id: "", file: "", line: 0, test: "" };

function own({ rfc, section, id }: Requirement, marks: readonly Mark[]): readonly Mark[] {
  return marks.filter((mark) => mark.rfc === rfc && mark.section === section && mark.id === id);
}

function summary(rfc: number, all: readonly Requirement[], marks: readonly Mark[]): string[] {
  return ["MUST", "SHOULD", "MAY"].flatMap((level) => {
    const asked = all.filter((each) => each.rfc === rfc && levelOf(each) === level);
    if (asked.length === 0) return [];
    const count = (kind: string): number => asked.filter((each) => standing(each, all, marks) === kind).length;
    return `| RFC ${rfc} ${level} | ${asked.length} | ${count("shown")} | ${count("done")} | ${count("reason")} |`;
  });
}

function levelOf({ id }: Requirement): string {
  const word = id.replace(/-\d+$/, "");
  return word === "SHLD" || word === "REC" ? "SHOULD" : word;
}

function standing(each: Requirement, all: readonly Requirement[], marks: readonly Mark[]): "shown" | "done" | "reason" {
  if (each.reason !== undefined || successor(each, all)?.reason !== undefined) return "reason";
  return marksFor(each, all, marks).some(({ test }) => test !== null) ? "shown" : "done";
}

function section(rfc: number, all: readonly Requirement[], marks: readonly Mark[]): string {
  const rows = all.filter((each) => each.rfc === rfc).map((each) => row(each, all, marks));
  return `
## RFC ${rfc}

| § | | what | where | shown by |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

function row(each: Requirement, all: readonly Requirement[], marks: readonly Mark[]): string {
  const { section: place, id, text } = each;
  const same = successor(each, all);
  if (same !== undefined) return `| ${place} | ${id} | ${text} | as RFC 9293 §${same.section} ${same.id} | |`;
  const found = own(each, marks);
  const files = [...new Set(found.filter(({ test }) => test === null).map(({ file }) => link(file)))];
  const tests = [
    ...new Set(found.filter(({ test }) => test !== null).map(({ file, test }) => `${link(file)} "${escaped(test)}"`)),
  ];
  if (each.reason !== undefined) files.push(each.reason);
  return `| ${place} | ${id} | ${text} | ${files.join("<br>")} | ${tests.join("<br>")} |`;
}

function link(file: string): string {
  return `[${file.replace(/^src\/inet\/tcp\//, "").replace(/^src\//, "")}](../${file})`;
}

function escaped(title: string | null): string {
  return (title ?? "").replaceAll("|", "\\|");
}
