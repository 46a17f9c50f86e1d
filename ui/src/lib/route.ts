// Addresses within the window: `#/alerts/<id>`, `#/metrics?series=host.cpu.usage&range=24h`.

export const ROOMS = ['overview', 'alerts', 'metrics', 'backups', 'care', 'settings'] as const;
export type Room = (typeof ROOMS)[number];

/** Rooms, and pages that belong to one without standing in the list of rooms: the editor of a rule, runbooks. */
export type Place = Room | 'rules' | 'runbooks';
const PLACES: readonly Place[] = [...ROOMS, 'rules', 'runbooks'];

export interface Route {
  room: Place;
  /** What within it: an alert's id, a rule's id, a restore point and a path in it. */
  id: string;
  query: URLSearchParams;
}

/** Reads the part behind `#`; what is no room leads to the first one. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#?\/?/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1));
  const [room = '', ...rest] = path.split('/');
  const known = PLACES.find((name) => name === room);
  return known ? { room: known, id: safelyDecoded(rest.join('/')), query } : { room: 'overview', id: '', query };
}

/** The address of a room; several values of one key may be given as a list. */
export function address(path: string, query: Record<string, string | string[] | undefined> = {}): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    (value === undefined ? [] : Array.isArray(value) ? value : [value]).map((one) => `${key}=${gentlyEncoded(one)}`),
  );
  return `#/${path}${parts.length === 0 ? '' : `?${parts.join('&')}`}`;
}

/** The editor of a rule about one series that nobody has written yet. */
export function newRule(series: { name: string; labels?: Record<string, string> }): string {
  const label = Object.entries(series.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return address('rules', { metric: series.name, label });
}

/** Leaves `/`, `=`, `{` and `}` readable: they mean nothing within a value here. */
function gentlyEncoded(text: string): string {
  return encodeURIComponent(text).replace(/%(2F|3D|7B|7D|2C|3A)/g, (code) => decodeURIComponent(code));
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
