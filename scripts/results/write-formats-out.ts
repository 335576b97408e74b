// Writes segmentations of DICOM series in every format, with what they must hold, for check-formats-out.py: other
// people's readers then say what they find. Series: the fixtures of the tests, and real ones where there are any.
// usage: node scripts/start.mjs scripts/results/write-formats-out.ts OUTPUT [DATA]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OutputFormatSchema } from '../../contract/output.ts'
import { loadVocabulary } from '../../electron/services/vocabulary/load-vocabulary.ts'
import { readSourceSeries } from '../../trainer/imaging/output/dicom/source-series.ts'
import type { OutputSegment, SegmentationToWrite } from '../../trainer/imaging/output/output-writer.ts'
import { FIXTURES, paintHardShapes, SERIES, testSegmentation } from '../../trainer/imaging/output/test-segmentation.ts'
import { writeOutput } from '../../trainer/imaging/output/write-output.ts'
import { filesOfImage, readImage } from '../../trainer/imaging/read-image.ts'
import { openSegmentation } from '../../trainer/imaging/read-label.ts'
import { voxelCount } from '../../trainer/imaging/volume.ts'

const [output, data] = process.argv.slice(2)
if (!output) throw new Error('expected the folder to write to, and maybe the folder of the shared data')

const about = { version: '0.1.0', run: 'check', stage: 2, model: 'ensemble', createdAt: new Date() }
const vocabulary = loadVocabulary().organs

function segmentation(
  id: string,
  image: string,
  labelMap: SegmentationToWrite['labelMap'],
  names: readonly string[],
): SegmentationToWrite {
  const counts = new Map<number, number>()
  for (const value of labelMap.data) counts.set(value, (counts.get(value) ?? 0) + 1)
  const segments = names.map((name, n): OutputSegment => {
    const key = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
    const known = vocabulary.find(({ id, synonyms }) => id === key || synonyms.some((other) => other === name))
    const { snomedCode = null, laterality = null, color = '#c0a060' } = known ?? {}
    const organ = known?.id ?? name
    return {
      ...{ value: n + 1, organ, name: known?.name ?? name, color, snomedCode, laterality },
      source: 'model',
      voxels: counts.get(n + 1) ?? 0,
    }
  })
  const probabilityOf = (value: number) => ({
    data: Float32Array.from(labelMap.data, (each, at) => (each === value ? 0.5 + (at % 97) / 200 : (at % 89) / 200)),
    geometry: labelMap.geometry,
  })
  return { id, images: [image], channels: [{ name: 'CT', modality: 'CT' }], labelMap, segments, probabilityOf, about }
}

/** The structures of an RTSTRUCT on its series; where two overlap, the later one. */
async function fromStructures(id: string, image: string, structures: string): Promise<SegmentationToWrite> {
  const { geometry } = (await readImage(image)).volume
  const read = await openSegmentation(structures)
  const data = new Uint8Array(voxelCount(geometry.shape))
  const drawn = read?.segments ?? []
  for (const [n, segment] of drawn.entries()) {
    const painted = await read?.paint(segment.id, geometry)
    painted?.volume.data.forEach((inside, at) => inside === 1 && (data[at] = n + 1))
  }
  return segmentation(
    id,
    image,
    { data, geometry },
    drawn.map(({ name }) => name),
  )
}

/** Air, soft tissue and bone by their HU: ragged, full of holes and single voxels, which contours must bear. */
async function fromThresholds(id: string, image: string): Promise<SegmentationToWrite> {
  const { volume } = await readImage(image)
  const data = Uint8Array.from(volume.data, (hu) => (hu < -300 ? 1 : hu > 200 ? 3 : hu > -20 ? 2 : 0))
  return segmentation(id, image, { data, geometry: volume.geometry }, ['air', 'soft tissue', 'bone'])
}

async function writeCase(each: SegmentationToWrite): Promise<void> {
  const folder = join(output, each.id)
  mkdirSync(folder, { recursive: true })
  const source = await readSourceSeries(each.images[0], 'check')
  const seconds: Record<string, number> = {}
  for (const format of OutputFormatSchema.options) {
    const from = performance.now()
    await writeOutput(format, each, folder)
    seconds[format] = (performance.now() - from) / 1000
  }
  const { data, geometry } = each.labelMap
  writeFileSync(join(folder, 'truth.raw'), data)
  const slices = source.slices.map(({ sopInstance, frame, position }) => ({ sopInstance, frame, position }))
  const truth = { geometry, segments: each.segments, slices, files: await filesOfImage(each.images[0]), seconds }
  writeFileSync(join(folder, 'truth.json'), JSON.stringify(truth))
  console.log(each.id, geometry.shape.join(' x '), seconds)
}

await writeCase({ ...(await testSegmentation(paintHardShapes)), id: 'oblique-series' })
await writeCase({
  ...(await testSegmentation(paintHardShapes, join(FIXTURES, 'enhanced.dcm'))),
  id: 'enhanced-multiframe',
})
const shared = (path: string): string => join(data ?? '', 'import', path)
if (data && existsSync(shared('derived_rtstruct'))) {
  const ct = shared('derived_rtstruct/ct')
  await writeCase(
    await fromStructures('ct-organs', ct, shared('derived_rtstruct/RTSTRUCT_totalseg_example_ct_dicom.dcm')),
  )
  await writeCase(await fromThresholds('ct-thresholds', ct))
}
if (data && existsSync(shared('dicom_rtutils/mock_data'))) {
  await writeCase(await fromThresholds('second-ct-thresholds', shared('dicom_rtutils/mock_data')))
}
console.log('source of the fixtures:', SERIES.slice(0, SERIES.indexOf('#')).slice(FIXTURES.length + 1))
