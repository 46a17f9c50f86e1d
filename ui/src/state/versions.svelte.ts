// All versions of files with a name or path, looked for a moment after somebody typed it.
import type { VersionsView } from '$/backend/types';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

/** The engine is not asked at every key. */
const TYPING_MS = 250;
/** A single letter is in every path. */
const LEAST_LETTERS = 2;

export class FileVersions {
  text = $state('');
  readonly loader: Loader<VersionsView>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Lives as long as the component that is being set up. */
  constructor(app: App, job?: () => string | undefined) {
    this.loader = app.loader(() => {
      const of = job?.();
      const query = new URLSearchParams({ path: this.text.trim(), ...(of !== undefined && { job: of }) });
      return app.backend.api<VersionsView>('GET', `/backups/versions?${query}`);
    });
  }

  /** Looks for another text; for too short a one nothing is shown. */
  look(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    if (text.trim().length < LEAST_LETTERS) {
      this.loader.clear();
      return;
    }
    this.#timer = setTimeout(() => void this.loader.restart(), TYPING_MS);
  }
}
