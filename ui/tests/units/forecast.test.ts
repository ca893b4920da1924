import { expect, test } from '@playwright/test';
import { words } from '../../src/words.ts';

test('a forecast counts the weeks up to the data, not those of the calendar that are complete', () => {
  const { tooFew } = words.flow.forecast;
  expect(tooFew(11)).toBe('11 weeks up to the last import: too few for a forecast (needs 12).');
  expect(tooFew(1)).toBe('1 week up to the last import: too few for a forecast (needs 12).');
});
