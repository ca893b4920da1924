import { expect, test } from '@playwright/test';
import { flow } from '../../src/words/flow.ts';

test('a bug without a source is not said to be found by nobody of the customers', () => {
  const { finding } = flow.redBin;
  expect(finding(28, 0, 28, '2026-W48')).toBe(
    '28 bugs are open in 2026-W48. Where they were found is not set.',
  );
  expect(finding(1, 0, 1, '2026-W48')).toBe('1 bug is open in 2026-W48. Where it was found is not set.');
  expect(finding(5, 1, 2, '2026-W48')).toBe(
    '5 bugs are open in 2026-W48, of which 1 was found by customers; of 2 it is not set where.',
  );
  expect(finding(3, 0, 0, '2026-W48')).toBe(
    '3 bugs are open in 2026-W48, of which 0 were found by customers.',
  );
  expect(finding(0, 0, 0, '2026-W48')).toBe('0 bugs are open in 2026-W48.');
});
