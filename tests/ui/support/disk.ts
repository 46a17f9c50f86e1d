// A real folder to back up and a real place for its archives, gone with the test.
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class Disk {
  private constructor(
    private readonly root: string,
    /** What is saved. */
    readonly data: string,
    /** Where archives go. */
    readonly backups: string,
  ) {}

  static async make(): Promise<Disk> {
    const root = await mkdtemp(join(tmpdir(), 'caretaker-ui-'));
    const disk = new Disk(root, join(root, 'data'), join(root, 'backups'));
    await mkdir(disk.data);
    await mkdir(disk.backups);
    return disk;
  }

  path = (name: string) => join(this.root, name);

  async put(name: string, content: string | Buffer): Promise<void> {
    const file = join(this.data, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  /** The text of a file, wherever it is; nothing when it is not there. */
  read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

  exists = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );

  /** Where a file of the data is in archives, without the slash in front. */
  inside = (name: string) => join(this.data, name).slice(1);

  /** The place for archives is gone, as when a disk is taken away. */
  hide = () => rename(this.backups, this.path('away'));

  remove = () => rm(this.root, { recursive: true, force: true });

  /** The configuration of a job for this folder. */
  job(id = 'papers', more = ''): string {
    return [
      `[[destination]]\nid = "disk"\npath = "${this.backups}"\n`,
      `[[backup]]\nid = "${id}"\nfolders = ["${this.data}"]\nto = ["disk"]\n${more}\n`,
    ].join('\n');
  }
}
