import { words } from '../../words.ts';

/** A provider as people call it. */
export function providerName(provider: string): string {
  return words.providers[provider.trim()] ?? provider.trim();
}
