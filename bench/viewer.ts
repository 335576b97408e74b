// The viewer in real Chromium: how long a large CT takes to its first three planes, how fast it scrolls with one label
// layer of 60 organs, how fast the layer is switched, and how much memory its tab takes.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { serveWeb } from '../electron/hosts/web/serve.ts'
import { createServices } from '../electron/services/create-services.ts'
import { writeNifti } from '../trainer/imaging/nifti/write-nifti.ts'
import { findBrowser } from '../tests/e2e/harness/find-browser.ts'
import type { Row } from './benches.ts'
import { HAS_LOADED, scrollThrough, SWITCH_LABELS, untilThreePlanes } from './viewer-page.ts'

const SIDE = 512
const ORGANS = 60
const pageFolder = join(import.meta.dirname, '../dist/renderer')

/** A body with noise as scanners have it, and boxes of organs; stored as most NIfTI files are, to the right and front. */
async function writeScan(folder: string, depth: number): Promise<void> {
  const image = new Int16Array(depth * SIDE * SIDE)
  const labels = new Uint8Array(image.length)
  let noise = 1
  for (let k = 0, at = 0; k < depth; k++) {
    for (let j = 0; j < SIDE; j++) {
      for (let i = 0; i < SIDE; i++, at++) {
        noise = (Math.imul(noise, 1664525) + 1013904223) | 0
        const inside = (i - 256) ** 2 + ((j - 256) * 1.4) ** 2 < 220 ** 2
        image[at] = inside ? 40 + (noise >>> 27) - 16 : -1000
        const [row, column] = [(j - 136) >> 5, (i - 96) >> 5]
        const box = row * 10 + column
        if (inside && row >= 0 && row < 6 && column >= 0 && column < 10 && (i & 31) > 3 && (j & 31) > 3)
          labels[at] = box + 1
      }
    }
  }
  const direction = [-1, 0, 0, 0, -1, 0, 0, 0, 1]
  const geometry = {
    shape: [depth, SIDE, SIDE] as [number, number, number],
    spacingMm: [1.5, 0.8, 0.8] as [number, number, number],
    origin: [0, 0, 0] as [number, number, number],
    direction,
  }
  mkdirSync(join(folder, 'images'), { recursive: true })
  mkdirSync(join(folder, 'labels'))
  await writeNifti(join(folder, 'images', `ct_${depth}.nii.gz`), { data: image, geometry })
  await writeNifti(join(folder, 'labels', `ct_${depth}.nii.gz`), { data: labels, geometry })
}

export async function benchViewer(): Promise<Row[]> {
  const executablePath = findBrowser()
  if (!executablePath || !existsSync(join(pageFolder, 'index.html'))) {
    console.error('viewer was left out: it needs Chromium (CHROME_PATH) and the built page (npm run build).')
    return []
  }
  const scratch = mkdtempSync(join(tmpdir(), 'organ-mosaic-bench-'))
  const home = join(scratch, 'home')
  const services = createServices({ home })
  for (const depth of [300, 600]) {
    await writeScan(join(scratch, `d${depth}`), depth)
    await services.registerDataset({ name: `d${depth}`, folder: join(scratch, `d${depth}`) })
  }
  const info = describeApp(services, 'web')
  const host = await serveWeb(services, { port: 0, page: pageFolder, info })
  const args = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
  const browser = await chromium.launch({ executablePath, args })
  try {
    return [...(await measureSpeed(browser, host.url)), ...(await measureMemory(browser, host.url))]
  } finally {
    await browser.close()
    await host.close()
    await services.volumes.close()
    services.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

const row = (measure: string, value: number, unit: string): Row => ({ bench: 'viewer', measure, value, unit })
const quantile = (values: number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]

async function openCase(browser: Browser, url: string, depth: number): Promise<{ page: Page; firstMs: number }> {
  const page = await (await browser.newContext({ bypassCSP: true, viewport: { width: 1366, height: 768 } })).newPage()
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  // Nobody opens a case in the moment in which the program has started.
  await page.waitForTimeout(1500)
  const firstMs = await page.evaluate<number>(untilThreePlanes(`/case/d${depth}/ct_${depth}`))
  await page.waitForFunction(HAS_LOADED, undefined, { timeout: 180_000 })
  return { page, firstMs }
}

async function measureSpeed(browser: Browser, url: string): Promise<Row[]> {
  const { page, firstMs } = await openCase(browser, url, 300)
  await page.keyboard.press('v')
  const rows = [row('first three planes, 512 x 512 x 300', firstMs, 'ms')]
  for (const plane of ['axial', 'coronal', 'sagittal']) {
    const times = await scroll(page, plane)
    rows.push(row(`draw, ${plane}, ${ORGANS} organs: median`, quantile(times, 0.5), 'ms'))
    rows.push(row(`draw, ${plane}, ${ORGANS} organs: p95`, quantile(times, 0.95), 'ms'))
  }
  rows.push(row('layer off or on: median', quantile(await page.evaluate<number[]>(SWITCH_LABELS), 0.5), 'ms'))
  await page.context().close()
  return rows
}

async function scroll(page: Page, plane: string): Promise<number[]> {
  await page.locator(`[data-plane=${plane}]`).focus()
  return page.evaluate<number[]>(scrollThrough(plane))
}

async function measureMemory(browser: Browser, url: string): Promise<Row[]> {
  const { page, firstMs } = await openCase(browser, url, 600)
  await page.waitForTimeout(5000)
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const residentMb = ({ id }: { id: number }): number => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024
    } catch {
      return 0
    }
  }
  const tab = Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(residentMb))
  await page.context().close()
  return [
    row('first three planes, 512 x 512 x 600', firstMs, 'ms'),
    row('memory of the tab, 512 x 512 x 600', tab, 'MB'),
  ]
}
