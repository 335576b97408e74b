// Drops folders and files of the disk on the page by trusted drag events, which carry real directory entries.
import type { Page } from 'playwright-core'

/** @param paths absolute @param at where on the page; its middle unless said otherwise */
export async function dropFiles(page: Page, paths: readonly string[], at?: { x: number; y: number }): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 800, height: 600 }
  const { x, y } = at ?? { x: width / 2, y: height / 2 }
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data })
  }
  await session.detach()
}
