// Numbers as people read them, in the words of the core's `Unit::format`, so that the window, the tray, the
// notification and the terminal say the same.
import type { Unit } from '$/backend/types';
import { inWords } from './time';

const NO_BREAK = '\u00a0';

/** The value with its unit: `93 %`, `1.4 GB/s`, `61 °C`, `2.31`. The space never breaks. */
export function formatValue(unit: Unit, value: number): string {
  return plainValue(unit, value).replaceAll(' ', NO_BREAK);
}

/** A value that may be missing; a missing value is a dash, never a zero. */
export function formatMaybe(unit: Unit, value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : formatValue(unit, value);
}

/** A size in decimal units, as drive makers count: `1.4 GB`. */
export const formatBytes = (bytes: number): string => formatValue('bytes', bytes);

function plainValue(unit: Unit, value: number): string {
  const size = Math.abs(value);
  switch (unit) {
    case 'percent':
      return `${rounded(value, size < 10 ? 1 : 0)} %`;
    case 'bytes':
      return inBytes(value);
    case 'bytes_per_second':
      return `${inBytes(value)}/s`;
    case 'celsius':
      return `${rounded(value, 0)} °C`;
    case 'milliseconds':
      return `${rounded(value, size < 10 ? 2 : 0)} ms`;
    case 'seconds':
      return inWords(Math.trunc(value * 1000));
    case 'watts':
      return `${rounded(value, 1)} W`;
    case 'turns_per_minute':
      return `${rounded(value, 0)} rpm`;
    case 'count':
      return rounded(value, 0);
    case 'ratio':
      return fixed(value, 2);
    case 'number':
      return anyNumber(value);
  }
}

/** A number of any size with at most six digits that matter, whole ones with all of theirs. */
function anyNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size < 1e-4 && size > 0)) {
    const [digits = '', power = '0'] = value.toExponential(5).split('e');
    const short = digits.replace(/0+$/, '').replace(/\.$/, '');
    return `${short}e${Number(power)}`;
  }
  const before = size < 1 ? 0 : Math.floor(Math.log10(size)) + 1;
  const zeros = size < 1 && size > 0 ? Math.floor(-Math.log10(size)) : 0;
  return rounded(value, Math.max(6 + zeros - before, 0));
}

function inBytes(value: number): string {
  let size = value;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (Math.abs(size) < 999.5) {
      const digits = unit === 'B' || Math.abs(size) >= 99.95 ? 0 : 1;
      return `${rounded(size, digits)} ${unit}`;
    }
    size /= 1000;
  }
  return `${rounded(size, 2)} TB`;
}

/** At most `digits` decimals, no trailing zeros. Nothing is nothing, from whichever side it comes. */
export function rounded(value: number, digits: number): string {
  const text = fixed(value, digits);
  const short = text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
  return short === '-0' ? '0' : short;
}

/**
 * Exactly `digits` decimals, ties to even as Rust rounds; `toFixed` alone rounds 4.25 to 4.3 where the core says 4.2.
 * Thirty decimals are exact for every number whose tie lies within the first three.
 */
export function fixed(value: number, digits: number): string {
  const exact = Math.abs(value).toFixed(30);
  const cut = exact.indexOf('.') + digits + 1;
  const isTie = /^50*$/.test(exact.slice(cut));
  if (!isTie) return value.toFixed(digits);
  const down = exact.slice(0, digits === 0 ? cut - 1 : cut);
  const even = Number(down.at(-1)) % 2 === 0;
  const step = 10 ** -digits;
  const size = even ? Number(down) : Number(down) + step;
  return `${value < 0 ? '-' : ''}${size.toFixed(digits)}`;
}

/** Parts a short text such as `93 %` into its number and its unit, for large figures. */
export function splitFigure(text: string): { number: string; unit: string } {
  const parts = /^(-?\d[\d.]*)[ \u00a0](\D{1,6})$/.exec(text);
  return parts ? { number: parts[1] ?? text, unit: parts[2] ?? '' } : { number: text, unit: '' };
}
