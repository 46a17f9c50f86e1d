// Chooses the door.
import type { Backend } from './backend';
import { HttpBackend } from './http';
import { inWindow, WindowBackend } from './window';

export type { Backend, Method } from './backend';
export { Problem } from './problem';

export const openBackend = (): Backend => (inWindow() ? new WindowBackend() : new HttpBackend());
