// The build may not grow over what a slow connection bears: see docs/dashboard.md.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const limits = { js: 180_000, css: 8_000 };
const folder = new URL('../dist/assets/', import.meta.url);
const sizes = { js: 0, css: 0 };
for (const name of readdirSync(folder)) {
  const kind = name.split('.').at(-1);
  if (kind in sizes) sizes[kind] += gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length;
}
for (const [kind, limit] of Object.entries(limits)) {
  const text = `${kind}: ${sizes[kind]} of ${limit} bytes, compressed by gzip`;
  process.stdout.write(`${text}\n`);
  if (sizes[kind] > limit) {
    process.stderr.write(`over the budget: ${text}\n`);
    process.exitCode = 1;
  }
}
