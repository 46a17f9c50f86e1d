// The colours of the page, for the canvas that style sheets do not reach.

export interface Theme {
  text: string;
  muted: string;
  grid: string;
  ground: string;
  accent: string;
  band: string;
  shade: string;
  mark: string;
  warning: string;
  critical: string;
  warningShade: string;
  criticalShade: string;
  /** Lines of several series; the first is the accent. */
  series: string[];
  font: string;
}

/** Reads the colours that hold now; they change with the system's light and dark. */
export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour('--text'),
    muted: colour('--muted'),
    grid: colour('--chart-grid'),
    ground: colour('--ground'),
    accent: colour('--accent'),
    band: colour('--chart-band'),
    shade: colour('--chart-shade'),
    mark: colour('--chart-mark'),
    warning: colour('--warning'),
    critical: colour('--critical'),
    warningShade: colour('--warning-soft'),
    criticalShade: colour('--critical-soft'),
    series: ['--accent', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'].map(colour),
    font: style.fontFamily,
  };
}
