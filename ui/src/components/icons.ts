// The line icons of the window: paths on a field of 16 by 16, drawn in 1.5 px.

export const ICONS = {
  overview: 'M2 9.5 8 3l6 6.5M3.75 8v5.25h8.5V8M6.75 13.25V10h2.5v3.25',
  alerts: 'M8 2a4 4 0 0 1 4 4c0 3.2 1.5 4.7 1.5 4.7h-11S4 9.2 4 6a4 4 0 0 1 4-4ZM6.7 13.3c.3.4.8.7 1.3.7s1-.3 1.3-.7',
  metrics: 'M2 2.5v11h12M4.5 10l2.8-3.5 2.4 2 3.8-5',
  backups: 'M2.5 8a5.5 5.5 0 1 1 1.6 3.9M2.5 4.8V8h3.2M8 5v3.2l2.2 1.3',
  care: 'M8 13.2S2.2 9.8 2.2 6.2A3 3 0 0 1 8 5a3 3 0 0 1 5.8 1.2c0 3.6-5.8 7-5.8 7ZM5 8h1.6l1-1.8 1.2 3.2.8-1.4H11',
  folder: 'M2 4.2c0-.6.4-1 1-1h3l1.5 1.6H13c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H3c-.6 0-1-.4-1-1Z',
  file: 'M4 2h5l3 3v9H4ZM9 2v3h3',
  link: 'M6.5 9.5l3-3M7 5l1.2-1.2a2.6 2.6 0 0 1 3.7 3.7L10.8 8.7M9 11l-1.2 1.2a2.6 2.6 0 0 1-3.7-3.7l1.1-1.2',
  disk: 'M2.5 9.5 4.3 4c.1-.5.5-.8 1-.8h5.4c.5 0 .9.3 1 .8l1.8 5.5M2.5 9.5v3.3h11V9.5ZM11 11.2h.5',
  settings: 'M2 5h5.5M11.5 5H14M2 11h2.5M8.5 11H14M9.5 3v4M6.5 9v4',
  quiet: 'M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3Z',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3 5 8l5 5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  check: 'M3 8.5 6.5 12 13 4.5',
  plus: 'M8 3v10M3 8h10',
  up: 'M4 9.5 8 5.5l4 4',
  down: 'M4 6.5 8 10.5l4-4',
  offline: 'M2 2l12 12M4.5 9.5a5 5 0 0 1 3-1.4M2 6.8a9 9 0 0 1 3-1.9M8.5 3.9A9 9 0 0 1 14 6.8M10.6 8.6l.9.9M8 12.5h.01',
} as const;

export type IconName = keyof typeof ICONS;
