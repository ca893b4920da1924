// Makes the data of the browser tests, serves it, and ends everything with itself or with the process that wanted it.
//
//   node tests/bed/keeper.mjs FOLDER PID
//
// Writes FOLDER/servers.json once all servers are ready, or FOLDER/failed with the reason.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = join(root, 'ui/dist');
const programs =
  process.env.CTO_BIN ?? join(resolve(root, process.env.CARGO_TARGET_DIR ?? 'target'), 'debug');
const folder = resolve(process.argv[2]);
const wantedBy = Number(process.argv[3]);
const token = 'token-of-the-browser-tests';

const running = new Set();
let ending = false;

/** Nothing of the person's own settings reaches the programs. */
function environment(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(CTO_|CONFIG_PATH$|RUST_LOG$)/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** Starts a program in a process group of its own, so that what it starts ends with it. */
function start(program, args, { log, env = {} }) {
  const output = openSync(log, 'w');
  const child = spawn(program, args, {
    cwd: root,
    env: environment(env),
    stdio: ['ignore', output, output],
    detached: true,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', (error) => fail(`${program}: ${error.message}`));
  return child;
}

function end() {
  ending = true;
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It ended meanwhile.
    }
  }
}

function fail(reason) {
  if (ending) return;
  writeFileSync(join(folder, 'failed'), reason);
  end();
  process.exitCode = 1;
}

/** A simulated organisation: served, imported, computed. */
async function simulate(name, flags, expected) {
  const data = join(folder, name);
  const log = join(folder, `${name}-import.log`);
  const child = start('bash', ['config/scripts/simulate.sh', data, ...flags], {
    log,
    env: { CTO_BIN: programs },
  });
  const [code] = await once(child, 'exit');
  if (code !== expected)
    throw new Error(`the import of ${name} ended with ${code} instead of ${expected}: see ${log}`);
  return data;
}

/** A store that was made and never filled. */
async function nothing(name) {
  const [data, none] = [join(folder, name), join(folder, `${name}-source`)];
  mkdirSync(none);
  writeFileSync(
    join(none, 'issue.csv'),
    `${readFileSync(join(folder, 'demo/issue.csv'), 'utf8').split('\n', 1)[0]}\n`,
  );
  const log = join(folder, `${name}-import.log`);
  const child = start(join(programs, 'cto-import'), ['--from-csv', none, '--data', data], { log });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the empty store could not be made: see ${log}`);
  return data;
}

/** Serves a folder and gives its address once it is ready. */
async function serve(name, data, { flags = [], env = {} } = {}) {
  const log = join(folder, `${name}-api.log`);
  const config = join(data, 'demo-config.yml');
  const args = [
    '--data',
    data,
    '--addr',
    '127.0.0.1:0',
    '--ui',
    dist,
    ...(existsSync(config) ? ['--config', config] : []),
    ...flags,
  ];
  const child = start(join(programs, 'cto-api'), args, { log, env });
  for (let waited = 0; waited < 600; waited += 1) {
    const address = /^listening on (\S+)$/m.exec(readFileSync(log, 'utf8'))?.[1];
    const answer = address && (await fetch(`${address}/readyz`).catch(() => undefined));
    if (answer?.ok) return address;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`cto-api for ${name} does not get ready: see ${log}`);
}

async function all() {
  for (const program of ['cto-sandbox', 'cto-import', 'cto-calculate', 'cto-api']) {
    if (!existsSync(join(programs, program))) {
      throw new Error(`${join(programs, program)} is not there: run \`cargo build --workspace --bins\``);
    }
  }
  if (!existsSync(join(dist, 'index.html')))
    throw new Error(`${dist} holds no dashboard: run \`npm run build\``);
  const [demo, partial] = await Promise.all([
    simulate('demo', [], 0),
    simulate('partial', ['--fault', 'google-no-data-viewer', '--fault', 'no-access=billing'], 3),
  ]);
  const empty = await nothing('empty');
  const servers = {
    demo: await serve('demo', demo),
    empty: await serve('empty', empty),
    partial: await serve('partial', partial),
    below: await serve('below', demo, { flags: ['--base-path', '/cto'] }),
    locked: await serve('locked', demo, { env: { CTO_API_TOKENS: token } }),
    token,
    data: { demo, empty, partial },
  };
  // Renamed, so that nobody reads half of it.
  writeFileSync(join(folder, 'servers.part'), JSON.stringify(servers, undefined, 2));
  renameSync(join(folder, 'servers.part'), join(folder, 'servers.json'));
}

function isAlive(process_id) {
  try {
    return process.kill(process_id, 0);
  } catch {
    return false;
  }
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'keeper.pid'), String(process.pid));
all().catch((error) => fail(error.message));
while (!ending) {
  await sleep(500);
  if (!isAlive(wantedBy)) end();
}
