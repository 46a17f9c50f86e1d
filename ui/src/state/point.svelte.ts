// One restore point that somebody looks through: a folder of it, a file of that, all versions of the file, one as it reads.
import type { ArchiveDetail, BrowseView, FilePreview, VersionsView } from '$/backend/types';
import { nameOf, pointOf } from '$/lib/archive-path';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export class PointBrowser {
  readonly detail: Loader<ArchiveDetail>;
  readonly browse: Loader<BrowseView>;
  readonly versions: Loader<VersionsView>;
  readonly preview: Loader<FilePreview>;
  /** Paths that shall come back. */
  ticked = $state.raw<string[]>([]);
  /** The restore point whose version of the file is looked at; this one until another is chosen. */
  #version = $state<string>();

  readonly archive: string;
  readonly folder = $derived.by(() => pointOf(this.app.router.route.id).folder);
  readonly file = $derived.by(() => this.app.router.route.query.get('file') ?? undefined);
  readonly version = $derived.by(() => this.#version ?? this.archive);

  /** Lives as long as the component that is being set up. */
  constructor(private readonly app: App) {
    this.archive = pointOf(app.router.route.id).archive;
    const { backend } = app;
    const at = (id: string) => `/backups/archives/${encodeURIComponent(id)}`;
    const of = (path: string) => new URLSearchParams({ path });
    this.detail = app.loader(() => backend.api<ArchiveDetail>('GET', at(this.archive)));
    this.browse = app.loader(() => backend.api<BrowseView>('GET', `${at(this.archive)}/browse?${of(this.folder)}`));
    this.versions = app.loader(async () => {
      const { file = '' } = this;
      const job = this.detail.data?.archive.job ?? '';
      const found = await backend.api<VersionsView>(
        'GET',
        `/backups/versions?${of(file)}&job=${encodeURIComponent(job)}`,
      );
      return { ...found, versions: found.versions.filter((version) => version.path === file) };
    });
    this.preview = app.loader(() => backend.api<FilePreview>('GET', `${at(this.version)}/file?${of(this.file ?? '')}`));
    $effect(() => app.live.follow([], () => this.detail.refresh()));
    $effect(() => {
      void this.folder;
      return app.live.follow([], () => this.browse.restart());
    });
    $effect(() => {
      const known = this.detail.data !== undefined;
      [this.#version] = [undefined];
      this.versions.clear();
      if (this.file !== undefined && known) return app.live.follow([], () => this.versions.restart());
    });
    $effect(() => {
      void this.version;
      this.preview.clear();
      // Only who may read files is shown them.
      if (this.file !== undefined && app.grants.data?.execute) return app.live.follow([], () => this.preview.restart());
    });
  }

  /** Looks at the version of the open file in another restore point. */
  choose(archive: string): void {
    this.#version = archive;
  }

  tick(path: string): void {
    this.ticked = this.ticked.includes(path) ? this.ticked.filter((one) => one !== path) : [...this.ticked, path];
  }

  /** Ticks exactly these of this folder; what is ticked elsewhere stays. */
  tickAll(paths: string[]): void {
    const here = (this.browse.data?.entries ?? []).map((entry) => entry.path);
    this.ticked = [...this.ticked.filter((path) => !here.includes(path)), ...paths];
  }

  /** What a restore would bring back, in words. */
  get what(): string {
    if (this.ticked.length === 1) return this.ticked[0] ?? '';
    if (this.ticked.length > 1) return `${this.ticked.length} files and folders`;
    return this.folder === '' ? 'Everything of this restore point' : `The folder ${nameOf(this.folder)} and all in it`;
  }

  /** The paths of a restore: what is ticked, else this folder; everything is an empty list. */
  get paths(): string[] {
    if (this.ticked.length > 0) return this.ticked;
    return this.folder === '' ? [] : [this.folder];
  }
}
