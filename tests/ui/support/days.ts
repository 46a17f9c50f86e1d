// Days in the life of a machine, for pages that need something to show.
import type { World } from './world.ts';

/** A disk that filled up, a nap, and a CPU that is busy right now; some things are over. */
export async function busyDay(world: World): Promise<void> {
  await world.set({ 'host.memory.usage': 96.4 });
  await world.advance('9m');
  await world.set({ 'host.memory.usage': 52 });
  await world.advance('20m');
  await world.set({ 'host.disk.usage': 88.4, 'host.disk.free': 58e9, 'host.cpu.usage': 18 });
  await world.advance('25m');
  await world.sleep('14m');
  await world.advance('6m');
  await cpuBusy(world);
}

/** The CPU is busy for so long that it is critical. */
export async function cpuBusy(world: World): Promise<void> {
  await world.set({ 'host.cpu.usage': 96.2, 'host.load.1m': 7.8 });
  await world.advance('9m');
}

export interface Listed {
  id: string;
  rule: string;
  level: string;
  state: string;
}

/** The newest alert of a rule. */
export async function alertOf(world: World, rule: string): Promise<Listed> {
  const { alerts } = await world.get<{ alerts: Listed[] }>('/alerts?all=true');
  const found = alerts.find((alert) => alert.rule === rule);
  if (!found) throw new Error(`no alert of ${rule}`);
  return found;
}
