// TEMPORARY, until `caretaker-sim` serves the real engine: the values of an imagined machine at any time.

const wave = (at, period, phase = 0) => Math.sin((at / period + phase) * 2 * Math.PI);
const noise = (at, seed) => {
  const x = Math.sin(Math.floor(at / 30_000) * 12.9898 + seed * 78.233) * 43758.5453;
  return x - Math.floor(x);
};
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

/** Office hours are busier than nights. */
const busy = (at) => Math.max(0, wave(at, DAY, -0.25)) ** 0.7;
const spike = (at, seed, chance) => (noise(at - (at % (7 * MIN)), seed) < chance ? 1 : 0);

const TOTAL = 16_600_000_000;
const memory = (at) => 34 + 9 * busy(at) + 2 * wave(at, 3 * HOUR) + noise(at, 3) * 0.6;
const cpu = (at) => Math.min(99, 3 + 9 * busy(at) + 5 * noise(at, 1) + 30 * spike(at, 5, 0.06) * noise(at, 9));

export const SERIES = [
  ['host.cpu.usage', {}, 'percent', cpu],
  ...[0, 1, 2, 3].map((core) => ['host.cpu.core.usage', { core: String(core) }, 'percent', (at) => Math.min(100, cpu(at) * (0.6 + 0.8 * noise(at, 20 + core)))]),
  ['host.cpu.pressure', {}, 'percent', (at) => 0.2 + noise(at, 11) * 0.6],
  ['host.load.1m', {}, 'ratio', (at) => 0.2 + cpu(at) / 22],
  ['host.load.5m', {}, 'ratio', (at) => 0.25 + cpu(at - 2 * MIN) / 24],
  ['host.load.15m', {}, 'ratio', (at) => 0.3 + busy(at) * 0.6],
  ['host.load.per_core', {}, 'ratio', (at) => 0.08 + busy(at) * 0.15],
  ['host.memory.total', {}, 'bytes', () => TOTAL],
  ['host.memory.used', {}, 'bytes', (at) => (memory(at) / 100) * TOTAL],
  ['host.memory.available', {}, 'bytes', (at) => (1 - memory(at) / 100) * TOTAL],
  ['host.memory.usage', {}, 'percent', memory],
  ['host.memory.pressure', {}, 'percent', (at) => noise(at, 31) * 0.4],
  ['host.swap.total', {}, 'bytes', () => 2_147_000_000],
  ['host.swap.used', {}, 'bytes', (at) => 84_000_000 + 9_000_000 * busy(at)],
  ['host.swap.out', {}, 'bytes_per_second', (at) => (noise(at, 44) > 0.97 ? 240_000 * noise(at, 45) : 0)],
  ['host.disk.usage', { mount: '/' }, 'percent', (at) => 71 + ((at / DAY) % 30) * 0.12 + noise(at, 51) * 0.05],
  ['host.disk.usage', { mount: '/data' }, 'percent', (at) => 43 + 0.5 * wave(at, 9 * DAY)],
  ['host.disk.free', { mount: '/' }, 'bytes', (at) => 68_000_000_000 - ((at / DAY) % 30) * 280_000_000],
  ['host.disk.free', { mount: '/data' }, 'bytes', () => 1_134_000_000_000],
  ['host.disk.total', { mount: '/' }, 'bytes', () => 245_107_195_904],
  ['host.disk.total', { mount: '/data' }, 'bytes', () => 2_000_398_934_016],
  ['host.disk.read', { disk: 'nvme0n1' }, 'bytes_per_second', (at) => 40_000 * noise(at, 61) + 18_000_000 * spike(at, 62, 0.05) * noise(at, 63)],
  ['host.disk.written', { disk: 'nvme0n1' }, 'bytes_per_second', (at) => 180_000 + 420_000 * noise(at, 64) + 9_000_000 * spike(at, 65, 0.08) * noise(at, 66)],
  ['host.disk.busy', { disk: 'nvme0n1' }, 'percent', (at) => 1 + 4 * noise(at, 67)],
  ['host.io.pressure', {}, 'percent', (at) => noise(at, 68) * 0.3],
  ['host.network.received', { interface: 'eth0' }, 'bytes_per_second', (at) => 9_000 + 60_000 * noise(at, 71) * (0.3 + busy(at)) + 2_600_000 * spike(at, 72, 0.07) * noise(at, 73)],
  ['host.network.sent', { interface: 'eth0' }, 'bytes_per_second', (at) => 6_000 + 34_000 * noise(at, 74) * (0.3 + busy(at))],
  ['host.temperature', { sensor: 'Package id 0' }, 'celsius', (at) => 44 + cpu(at) * 0.28 + 2 * busy(at)],
  ['host.temperature', { sensor: 'nvme0' }, 'celsius', (at) => 38 + 3 * busy(at)],
  ['host.uptime', {}, 'seconds', (at) => ((at / 1000) % (9 * 86400)) + 86400],
  ['host.processes', {}, 'count', (at) => Math.round(287 + 12 * busy(at) + 4 * noise(at, 81))],
  ['caretaker.round.time', {}, 'milliseconds', (at) => 6 + 4 * noise(at, 91)],
  ['caretaker.cpu.time', {}, 'milliseconds', (at) => 9 + 3 * noise(at, 92)],
  ['caretaker.memory', {}, 'bytes', (at) => 31_000_000 + 800_000 * noise(at, 93)],
  ['caretaker.disk.written', {}, 'bytes_per_second', (at) => 310 + 60 * noise(at, 94)],
  ['caretaker.database.size', {}, 'bytes', (at) => 9_800_000 + ((at / DAY) % 30) * 900_000],
  ['caretaker.queue.depth', { queue: 'rounds' }, 'count', () => 0],
  ['caretaker.sample.age', {}, 'seconds', () => 0.4],
].map(([name, labels, unit, value]) => ({ name, labels, unit, value, text: text(name, labels) }));

export function text(name, labels = {}) {
  const pairs = Object.entries(labels).sort();
  return pairs.length === 0 ? name : `${name}{${pairs.map(([key, value]) => `${key}=${value}`).join(',')}}`;
}

export const PROCESSES = [
  ['postgres', 1288, 0.34, 1_240_000_000],
  ['board-server', 2310, 0.22, 412_000_000],
  ['ollama', 904, 0.05, 5_310_000_000],
  ['firefox-esr', 4127, 0.14, 980_000_000],
  ['caretaker-app', 3004, 0.01, 31_000_000],
  ['gnome-shell', 1702, 0.06, 388_000_000],
  ['node', 5512, 0.08, 224_000_000],
  ['dockerd', 877, 0.02, 118_000_000],
  ['Xorg', 1533, 0.03, 142_000_000],
  ['sshd', 640, 0, 9_400_000],
  ['systemd-journald', 311, 0.01, 64_000_000],
  ['cron', 602, 0, 3_200_000],
];

const plain = { percent: (v) => `${v < 10 ? Number(v.toFixed(1)) : Math.round(v)} %`, celsius: (v) => `${Math.round(v)} °C`, ratio: (v) => v.toFixed(2), count: (v) => String(Math.round(v)), milliseconds: (v) => `${Math.round(v)} ms` };
export function format(unit, value) {
  if (plain[unit]) return plain[unit](value);
  if (unit === 'seconds') return words(value * 1000);
  let size = value;
  for (const name of ['B', 'kB', 'MB', 'GB', 'TB']) {
    if (size < 999.5 || name === 'TB') return `${Number(size.toFixed(name === 'B' || size >= 99.95 ? 0 : 1))} ${name}${unit === 'bytes_per_second' ? '/s' : ''}`;
    size /= 1000;
  }
  return '';
}
export function words(millis) {
  const s = Math.floor(Math.abs(millis) / 1000);
  const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (d) return h ? `${d} d ${h} h` : `${d} d`;
  if (h) return m ? `${h} h ${m} min` : `${h} h`;
  return m ? `${m} min` : `${s} s`;
}
