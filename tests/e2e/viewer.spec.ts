// The viewer shows what is there where it is: an organ on the patient's left, in front and above, in scans that are
// stored straight, flipped, permuted and oblique. Looked at as a person does: at the pixels of the canvas.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Geometry } from '../../contract/geometry.ts'
import { createServices } from '../../electron/services/create-services.ts'
import { canonicalTransform, fromCanonical } from '../../trainer/imaging/canonical.ts'
import { writeNifti } from '../../trainer/imaging/nifti/write-nifti.ts'
import { rotatedDirection } from '../../trainer/imaging/test-geometries.ts'
import type { Volume } from '../../trainer/imaging/volume.ts'
import { browserPath, needsBrowser, useApp, type OpenedPage } from './harness/app.ts'

const SHAPE: [number, number, number] = [24, 40, 48]
/** [k, j, i]: above the middle, in front of it, on the patient's left. */
const ORGAN = { first: [15, 8, 34], last: [19, 14, 41] } as const
const SPACING: [number, number, number] = [4, 1.5, 2]

const CASES: Record<string, { direction: number[]; oblique?: boolean }> = {
  straight: { direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  flipped: { direction: [-1, 0, 0, 0, -1, 0, 0, 0, -1] },
  permuted: { direction: [0, 0, -1, 1, 0, 0, 0, -1, 0] },
  oblique: { direction: rotatedDirection(0.3, -0.2, 0.35), oblique: true },
}

function scan(inside: number, outside: number): Int16Array {
  const data = new Int16Array(SHAPE[0] * SHAPE[1] * SHAPE[2]).fill(outside)
  const { first, last } = ORGAN
  for (let k = first[0]; k <= last[0]; k++) {
    for (let j = first[1]; j <= last[1]; j++) {
      const row = (k * SHAPE[1] + j) * SHAPE[2]
      data.fill(inside, row + first[2], row + last[2] + 1)
    }
  }
  data[0] = outside === 0 ? 0 : -1000
  return data
}

function store(data: Int16Array | Uint8Array, { direction, oblique }: (typeof CASES)[string]): Volume {
  const geometry: Geometry = {
    shape: SHAPE,
    spacingMm: SPACING,
    origin: [5, 6, 7],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  }
  if (oblique) return { data, geometry: { ...geometry, direction } }
  return fromCanonical({ data, geometry }, canonicalTransform({ ...geometry, direction }))
}

async function fill(home: string): Promise<void> {
  const folder = join(home, '..', 'scans')
  for (const [name, how] of Object.entries(CASES)) {
    mkdirSync(join(folder, name, 'segmentations'), { recursive: true })
    await writeNifti(join(folder, name, 'ct.nii.gz'), store(scan(200, -150), how))
    await writeNifti(join(folder, name, 'segmentations/liver.nii.gz'), store(new Uint8Array(scan(1, 0)), how))
  }
  const services = createServices({ home })
  await services.registerDataset({ name: 'scans', folder })
  await services.volumes.close()
  services.close()
}

interface Seen {
  /** Where the organ's colour begins and ends, as shares of the pane. */
  left: number
  right: number
  top: number
  bottom: number
  /** Of the bounding box of the colour, how much is coloured. */
  filled: number
}

/** Finds what is neither grey nor black on the picture of a plane. */
const findColour = (page: OpenedPage, plane: string): Promise<Seen> =>
  page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-plane=${name}] canvas.cornerstone-canvas`)
    if (!canvas) throw new Error(`no canvas for ${name}`)
    const { width, height } = canvas
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height)
    let [left, right, top, bottom, count] = [width, -1, height, -1, 0]
    for (let at = 0; at < width * height; at++) {
      const [red, green, blue] = data.subarray(4 * at, 4 * at + 3)
      if (Math.max(red, green, blue) - Math.min(red, green, blue) < 25) continue
      const [x, y] = [at % width, Math.floor(at / width)]
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      count++
    }
    const filled = count / ((right - left + 1) * (bottom - top + 1))
    return { left: left / width, right: right / width, top: top / height, bottom: bottom / height, filled }
  }, plane)

/** Everything that is drawn on the three planes, borders and letters included. */
const lookAtPanes = (page: OpenedPage): Promise<string> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('[data-plane] canvas')].map((each) => each.toDataURL()).join(' '),
  )

/** Where the organ must lie on a pane of that size: the slice fits into it, in millimetres. */
async function expectedOf(page: OpenedPage, plane: string): Promise<Omit<Seen, 'filled'>> {
  const box = (await page.locator(`[data-plane=${plane}]`).boundingBox())!
  const [rows, columns] = { axial: [1, 2], coronal: [0, 2], sagittal: [0, 1] }[plane]!
  const upwards = plane !== 'axial'
  const [high, wide] = [SHAPE[rows] * SPACING[rows], SHAPE[columns] * SPACING[columns]]
  const perMm = Math.min(box.width / wide, box.height / high)
  const x = (voxel: number): number => 0.5 + ((voxel * SPACING[columns] - wide / 2) * perMm) / box.width
  const y = (voxel: number): number =>
    0.5 + (((upwards ? SHAPE[rows] - voxel : voxel) * SPACING[rows] - high / 2) * perMm) / box.height
  const [one, other] = [y(ORGAN.first[rows]), y(ORGAN.last[rows] + 1)]
  return {
    left: x(ORGAN.first[columns]),
    right: x(ORGAN.last[columns] + 1),
    top: Math.min(one, other),
    bottom: Math.max(one, other),
  }
}

describe.skipIf(!browserPath)(`the viewer${needsBrowser}`, () => {
  const app = useApp(fill)

  test.each(Object.keys(CASES))('%s: the organ lies in its place, on its side, in all three planes', async (name) => {
    const page = await app.openPage({ path: `/case/scans/${name}?organ=liver` })
    await page.locator('[data-layer=truth]').waitFor()
    await page.getByRole('img', { name: /Axial 18\/24/ }).waitFor()
    await page.waitForTimeout(500)
    for (const plane of ['axial', 'coronal', 'sagittal']) {
      const [seen, expected] = [await findColour(page, plane), await expectedOf(page, plane)]
      expect(seen.filled, plane).toBeGreaterThan(0.95)
      for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
        expect(Math.abs(seen[edge] - expected[edge]), `${plane} ${edge}`).toBeLessThan(0.012)
      }
    }
  })

  test('keys scroll, switch labels off and show the map; the value under the crosshair is the one of the file', async () => {
    const page = await app.openPage({ path: '/case/scans/straight?organ=liver' })
    await page.getByRole('img', { name: /Axial 18\/24/ }).waitFor()
    expect(await page.locator('footer .value').textContent()).toBe('200 HU')
    await page.locator('[data-plane=axial]').focus()
    await page.keyboard.press('ArrowUp')
    await page.getByRole('img', { name: /Axial 19\/24/ }).waitFor()
    await page.keyboard.press('l')
    await page.waitForTimeout(300)
    expect((await findColour(page, 'axial')).right).toBeLessThan(0)
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
  })

  test('labels that were switched off come back as they were, and where they now belong after scrolling', async () => {
    const page = await app.openPage({ path: '/case/scans/straight?organ=liver' })
    const showsSlice = (slice: number) => page.getByRole('img', { name: `Axial ${slice}/24` }).waitFor()
    await showsSlice(18)
    await page.waitForTimeout(500)
    const lower = await lookAtPanes(page)
    await page.locator('[data-plane=axial]').focus()
    await page.keyboard.press('ArrowUp')
    await showsSlice(19)
    await expect.poll(() => lookAtPanes(page)).not.toBe(lower)
    await page.waitForTimeout(300)
    const upper = await lookAtPanes(page)
    await page.keyboard.press('l')
    await expect.poll(async () => (await findColour(page, 'sagittal')).right).toBeLessThan(0)
    await page.keyboard.press('l')
    await expect.poll(async () => (await lookAtPanes(page)) === upper).toBe(true)
    await page.keyboard.press('l')
    await page.keyboard.press('ArrowDown')
    await showsSlice(18)
    await page.keyboard.press('l')
    await expect.poll(async () => (await lookAtPanes(page)) === lower).toBe(true)
  })
})
