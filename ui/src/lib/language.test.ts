import { expect, test } from 'vitest';
import { languageOr } from './language';

test('what is no language tag gives way', () => {
  expect(languageOr('en', 'C')).toBe('en');
  expect(languageOr('en', 'de-DE')).toBe('de-DE');
});
