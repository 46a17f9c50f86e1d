// Where the window is. The address is the only place that knows; pages change it and read it back.
import { parseRoute, type Route } from '$/lib/route';

export class Router {
  route = $state.raw<Route>(parseRoute(window.location.hash));

  /** Follows the address until the returned function is called. */
  start(): () => void {
    const read = () => (this.route = parseRoute(window.location.hash));
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }

  /** Goes there; the way back leads here. */
  go(address: string): void {
    window.location.hash = address;
  }

  /** Changes the address of this place; the way back skips it. */
  replace(address: string): void {
    window.history.replaceState(null, '', address);
    this.route = parseRoute(window.location.hash);
  }
}
