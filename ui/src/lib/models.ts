// Servers of local models in words. Pure: `now` is an argument.
import type { LoadedModel, ModelServerView } from '$/backend/types';
import { inWords, MINUTE, roundedUp } from './time';
import { formatBytes, formatValue } from './unit';

/** How a server stands: `up for 2 h`, `loading a model`, `down for 4 min: nobody listens`. */
export function standing(server: ModelServerView, now: number): string {
  const since = now - Date.parse(server.since);
  const lasted = inWords(since);
  if (server.up) return server.note || (since < MINUTE ? 'up' : `up for ${lasted}`);
  return [`down for ${lasted}`, server.note].filter(Boolean).join(': ');
}

/** When a model leaves memory if nobody asks for it: `in 4 min`, `any moment`, `stays`. */
export function leaving(model: LoadedModel, now: number): string {
  if (model.expires_at == null) return 'stays';
  const left = Date.parse(model.expires_at) - now;
  return left < MINUTE / 2 ? 'any moment' : `in ${inWords(roundedUp(left))}`;
}

/** Memory that a model takes, and where: `14.5 GB`, `14.5 GB, half on the CPU`. */
export function memory(model: LoadedModel): string {
  if (model.memory_bytes == null) return '–';
  const size = formatBytes(model.memory_bytes);
  const gpu = model.gpu_percent;
  if (gpu == null || gpu >= 99.5) return size;
  return gpu < 0.5 ? `${size}, on the CPU` : `${size}, ${formatValue('percent', 100 - gpu)} on the CPU`;
}

/** What lies on disk: `3 models installed, 16.1 GB`. */
export function installed(server: ModelServerView): string {
  const count = server.installed.length;
  const models = count === 1 ? '1 model' : `${count === 0 ? 'no' : count} models`;
  const size = server.installed_bytes == null ? '' : `, ${formatBytes(server.installed_bytes)}`;
  return `${models} installed${size}`;
}
