// Pictures of pages: kept with the documentation when `UPDATE_PICTURES=1`, else only for looking at.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = process.env.UPDATE_PICTURES === '1' ? join(HERE, '../../../docs/pictures') : join(HERE, '../results');

export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
