// npm run check:lock: `npm ci` verifies a package only if the lock file has its hash. An install on one platform may omit
// the hashes of packages for others.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packages } = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));

const faults = Object.entries(packages).flatMap(([folder, { link, integrity, resolved, version }]) => {
  if (link === true || !folder.includes('node_modules/')) return [];
  const name = `${folder}@${version}`;
  return [
    ...(/^sha512-[\w+/]{86}==$/.test(integrity) ? [] : [`${name}: no integrity; expected sha512`]),
    // Each machine has its own registry.
    ...(resolved === undefined ? [] : [`${name}: resolved to ${resolved}; expected none`]),
  ];
});
for (const fault of faults) console.error(`package-lock.json: ${fault}`);
if (faults.length > 0) {
  console.error('`npm view NAME@VERSION dist.integrity` prints the hash of a package');
  process.exitCode = 1;
}
