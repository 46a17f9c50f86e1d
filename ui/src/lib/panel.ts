// Which series share a chart: one each, or all of one unit together.
import type { PointsView, SeriesPoints } from '$/backend/types';

/** One series of a chart, with the answer that it came in. */
export interface Plotted {
  text: string;
  view: PointsView;
  series: SeriesPoints;
}

/** Series by their unit, in the order in which the first of each was chosen. */
export function byUnit(plotted: Plotted[]): Plotted[][] {
  const panels = new Map<string, Plotted[]>();
  for (const one of plotted) panels.set(one.series.unit, [...(panels.get(one.series.unit) ?? []), one]);
  return [...panels.values()];
}

/** Whether any two series could share a chart. */
export const canShare = (plotted: Plotted[]): boolean => byUnit(plotted).some((panel) => panel.length > 1);

/** The command that exports the same as [`exportQuery`] asks for. */
export function exportCommand(format: string, series: string[], time: [string, string][]): string {
  const flags = [['format', format] as const, ...time, ...series.map((text) => ['name', quoted(text)] as const)];
  return ['caretaker metrics export', ...flags.map(([name, value]) => `--${name} ${value}`)].join(' ');
}

/** One word for any shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The query of an export of what is shown. */
export function exportQuery(format: string, series: string[], time: [string, string][]): URLSearchParams {
  return new URLSearchParams([['format', format], ...series.map((text): [string, string] => ['name', text]), ...time]);
}
