import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from '@playwright/test';
import { folder } from './servers.ts';

test('real servers with simulated data are ready', async () => {
  test.setTimeout(300_000);
  rmSync(folder, { recursive: true, force: true });
  // Detached: it outlives this worker, and ends with the runner above it whatever becomes of that.
  const keeper = fileURLToPath(new URL('keeper.mjs', import.meta.url));
  spawn(process.execPath, [keeper, folder, String(process.ppid)], {
    detached: true,
    stdio: 'ignore',
  }).unref();
  while (!existsSync(`${folder}servers.json`)) {
    if (existsSync(`${folder}failed`)) throw new Error(readFileSync(`${folder}failed`, 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
