/** Whether the server answers at all: what no single request can know. */
import { useSyncExternalStore } from 'react';
import { base } from '../base.ts';

/** `starting` answers, and has nothing to show yet: `why` is its own sentence, `isEmpty` where nothing was imported. */
export type Presence = { is: 'here' } | { is: 'away' } | { is: 'starting'; why: string; isEmpty: boolean };

const firstWait = 1_000;
const longestWait = 8_000;

let presence: Presence = { is: 'here' };
let checking: Promise<Presence> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let wait = firstWait;
const listeners = new Set<() => void>();
const returned = new Set<() => void>();

/** Asks the server itself; what it says counts for the whole page. While it is away it is asked again and again. */
export function check(): Promise<Presence> {
  clearTimeout(timer);
  checking ??= ask().then((found) => {
    checking = undefined;
    settle(found);
    return found;
  });
  return checking;
}

/** Calls back each time the server is there again. */
export function onReturn(listener: () => void) {
  returned.add(listener);
  window.addEventListener('online', () => presence.is !== 'here' && void check());
}

export function usePresence(): Presence {
  return useSyncExternalStore(subscribe, () => presence);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function ask(): Promise<Presence> {
  try {
    const answer = await fetch(`${base}/readyz`, { cache: 'no-store' });
    if (answer.ok) return { is: 'here' };
    const problem = await answer.json().catch(() => undefined);
    // Only the server itself speaks of its state: a gateway in front of it does not know.
    return answer.status === 503 && problem?.detail
      ? { is: 'starting', why: problem.detail, isEmpty: problem.waits_for === 'import' }
      : { is: 'away' };
  } catch {
    return { is: 'away' };
  }
}

function settle(found: Presence) {
  const wasHere = presence.is === 'here';
  if (JSON.stringify(found) !== JSON.stringify(presence)) {
    presence = found;
    for (const listener of listeners) listener();
  }
  if (found.is !== 'here') {
    timer = setTimeout(() => void check(), wait);
    wait = Math.min(2 * wait, longestWait);
    return;
  }
  wait = firstWait;
  if (!wasHere) for (const listener of returned) listener();
}
