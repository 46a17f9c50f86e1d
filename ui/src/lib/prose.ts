// Sentences of the engine as they are shown.
import { until } from './time';

/** Moments that a sentence has as programs write them, by the clock on the wall here. */
export const inLocalTime = (text: string, now = Date.now()): string =>
  text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (stamp) => until(Date.parse(stamp), now));

/** Numbers stay on one line with their units: the spaces between them do not break. */
export const tied = (text: string): string =>
  text.replace(/(\d) (?=(?:%|°C|[kMGT]?B(?:\/s)?|ms|s|min|h|d|W|rpm)(?![a-zA-Z]))/g, '$1\u00a0');

export interface Part {
  text: string;
  isCode: boolean;
}

/** What stands between backticks is code; a lonely backtick is only a character. */
export function parts(text: string): Part[] {
  const plain = (piece: string) => tied(inLocalTime(piece));
  const pieces = text.split('`');
  if (pieces.length % 2 === 0) return [{ text: plain(text), isCode: false }];
  return pieces
    .map((piece, index) => ({ text: index % 2 === 1 ? piece : plain(piece), isCode: index % 2 === 1 }))
    .filter((part) => part.text !== '');
}
