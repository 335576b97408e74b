// Structures that share voxels, from registration through a real training to the files of an export: what a person drew
// stays theirs, by the rule of the dataset, and every file says the same of it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SegmentationSidecarSchema } from '../contract/report.ts'
import type { OverlapRule } from '../contract/overlap-rule.ts'
import { readImage } from '../trainer/imaging/read-image.ts'
import { writeNifti } from '../trainer/imaging/nifti/write-nifti.ts'
import { readDataset } from '../electron/services/workspace/dataset-store.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { trainTiny } from './helpers/train-tiny.ts'

const timeout = 240_000
const CASE = 'PHB_001'
let tiny: TinyStudy
let root: string

beforeAll(async () => {
  tiny = await openTinyStudy()
  root = readDataset(tiny.services.workspace, 'site-b').root
  // Beside the left kidney of every patient, a sac that holds it and the slices above and below.
  for (const patient of readdirSync(root)) {
    const { volume } = await readImage(maskOf('kidney_left', patient))
    const [depth, height, width] = volume.geometry.shape
    const plane = height * width
    const data = Uint8Array.from(volume.data, (_, at) => {
      const k = Math.floor(at / plane)
      return [k - 1, k, k + 1].some((z) => z >= 0 && z < depth && volume.data[at + (z - k) * plane] !== 0) ? 1 : 0
    })
    await writeNifti(maskOf('sac', patient), { data, geometry: volume.geometry })
  }
}, timeout)
afterAll(() => tiny.services.close())

const maskOf = (organ: string, patient = CASE): string => join(root, patient, 'segmentations', `${organ}.nii.gz`)

const insideOf = async (path: string): Promise<number[]> => {
  const { volume } = await readImage(path)
  return [...volume.data].flatMap((value, at) => (value !== 0 ? at : []))
}

/** Of the case: organ values of the label map and of the provenance, and what the JSON says. */
async function exported(rule: OverlapRule) {
  await tiny.services.registerDataset({ name: 'site-b', folder: root, reading: { overlap: rule } })
  await trainTiny(tiny.services, { name: rule, datasets: tiny.datasets, stages: '1', set: ['stage1.steps=2'] })
  const output = join(tiny.home, `out-${rule}`)
  await tiny.services.exportRun({ run: rule, output, cases: [{ dataset: 'site-b', caseId: CASE }] })
  const [json = ''] = readdirSync(output).filter((name) => name.endsWith('.json'))
  const { segments } = SegmentationSidecarSchema.parse(JSON.parse(readFileSync(join(output, json), 'utf8')))
  const read = async (ending: string) => (await readImage(join(output, json.replace('.json', ending)))).volume.data
  const of = (organ: string) => segments!.find((segment) => segment.organ === organ)!
  return { labelMap: await read('.nii.gz'), provenance: await read('_provenance.nii.gz'), of }
}

test.each([
  ['smaller', 'kidney_left'],
  ['larger', 'sac'],
] as const)(
  '%s: the voxels that both drew are of %s, in every file, and of a person',
  async (rule, keeper) => {
    const { labelMap, provenance, of } = await exported(rule)
    const [kidney, sac] = [await insideOf(maskOf('kidney_left')), await insideOf(maskOf('sac'))]
    expect(kidney.length).toBeGreaterThan(0)
    expect(sac.length).toBeGreaterThan(kidney.length)
    for (const at of kidney) expect([labelMap[at], provenance[at]]).toEqual([of(keeper).value, 255])
    expect(of(keeper)).toMatchObject({ source: 'truth', voxels: (keeper === 'sac' ? sac : kidney).length })
    // What only the sac covers is its own under either rule.
    const rim = sac.filter((at) => !kidney.includes(at))
    for (const at of rim) expect(labelMap[at]).toBe(of('sac').value)
  },
  timeout,
)
