import { readFileSync } from 'node:fs';
import { test } from '@playwright/test';
import { folder } from './servers.ts';

test('the servers end', async () => {
  process.kill(Number(readFileSync(`${folder}keeper.pid`, 'utf8')), 'SIGTERM');
});
