// Truth and predictions side by side, as a picture: rows are cases and planes, columns image, truth and each model.
// Predictions are those that `organ-mosaic evaluate RUN --dataset NAME --save-predictions` keeps in its job folder.
// usage: npm run results:render -- --home DIR --run RUN --dataset NAME --case ID [--case ID ...] --output FILE.png
//        [--show stage1-ensemble,stage2-ensemble] [--planes axial,coronal,sagittal] [--width PIXELS]
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DatasetSchema, JobSchema, OrganMosaicError, type EvaluateJob, type TrainJob } from '../../contract/index.ts'
import { toCanonical } from '../../trainer/imaging/canonical.ts'
import { readNifti } from '../../trainer/imaging/nifti/read-nifti.ts'
import { percentiles } from '../../trainer/imaging/statistics.ts'
import { readLabels } from '../../trainer/preprocessing/read-labels.ts'
import { Canvas, parseColour, textWidth, type Colour } from '../../electron/services/pictures/canvas.ts'
import {
  bestSlice,
  drawPlane,
  labelledBox,
  planeSize,
  PLANES,
  type Plane,
  type Scan,
  type View,
} from '../../electron/services/pictures/draw-plane.ts'
import { encodePng } from '../../electron/services/pictures/encode-png.ts'

const CT_WINDOW = [-160, 240] as const
const MARGIN_MM = 25
const GAP = 4
const LINE = 18
const PAPER: Colour = [16, 16, 18]
const INK: Colour = [225, 225, 225]

interface Column {
  readonly title: string
  /** Label volume in the run's classes; null for the bare image. */
  readonly labels: ArrayLike<number> | null
}

interface Source {
  readonly title: string
  /** Folder of predicted label maps. */
  readonly folder: string
}

interface Study {
  readonly run: TrainJob
  readonly dataset: ReturnType<typeof DatasetSchema.parse>
  readonly sources: readonly Source[]
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** The latest evaluation with saved predictions for each wanted model. @throws OrganMosaicError not-found */
function findSources(home: string, run: string, dataset: string, wanted: readonly string[]): Source[] {
  const jobs = readdirSync(join(home, 'jobs'))
    .map((name) => join(home, 'jobs', name))
    .filter((folder) => existsSync(join(folder, 'predictions')))
    .map((folder) => ({ folder, job: JobSchema.parse(readJson(join(folder, 'run.json'))) }))
    .filter((entry): entry is { folder: string; job: EvaluateJob } => entry.job.kind === 'evaluate')
    .filter(({ job }) => job.dataset.name === dataset && job.runFolder === join(home, 'runs', run))
    .sort((a, b) => a.job.createdAt.localeCompare(b.job.createdAt))
  return wanted.map((title) => {
    const found = jobs.findLast(({ job }) => `stage${job.stage}-${job.model}` === title)
    if (found) return { title, folder: join(found.folder, 'predictions') }
    throw new OrganMosaicError(
      'not-found',
      `No saved predictions of ${title} of run ${run} on ${dataset}; make them with ` +
        `organ-mosaic evaluate ${run} --dataset ${dataset} --save-predictions and its --stage and --model.`,
    )
  })
}

/** Image, truth and predictions of a case in the canonical frame, labels in the run's classes. */
async function loadCase({ run, dataset, sources }: Study, id: string): Promise<{ scan: Scan; columns: Column[] }> {
  const entry = dataset.cases.find((candidate) => candidate.id === id)
  if (!entry) throw new OrganMosaicError('not-found', `Dataset ${dataset.name} has no case ${id}.`)
  const { volume } = toCanonical((await readNifti(join(dataset.root, entry.images[0]))).volume)
  const { codes, codebook } = await readLabels(dataset, entry, volume.geometry)
  const classes = codebook.map((keys) => {
    const labels = dataset.labels.filter(({ key }) => keys.includes(key))
    // Of labels that overlap the one for the fewest organs says most.
    const [closest] = labels.sort((a, b) => a.organs.length - b.organs.length)
    return closest ? run.organs.indexOf(closest.organs[0]) + 1 : 0
  })
  const predicted = sources.map(async ({ title, folder }): Promise<Column> => {
    const map = await readNifti(join(folder, `${encodeURIComponent(id)}.nii.gz`))
    return { title, labels: toCanonical(map.volume).volume.data }
  })
  const range = percentiles(Float64Array.from(volume.data), [0.01, 0.99])
  return {
    scan: {
      geometry: volume.geometry,
      image: volume.data,
      window: dataset.modality === 'CT' ? CT_WINDOW : [range[0], range[1]],
    },
    columns: [
      { title: 'image', labels: null },
      { title: 'truth', labels: codes.map((code) => classes[code]) },
      ...(await Promise.all(predicted)),
    ],
  }
}

/** A case: one row a plane, one column a model, all through the slices that show the truth best. */
function drawCase(
  scan: Scan,
  columns: readonly Column[],
  colours: readonly Colour[],
  planes: readonly Plane[],
  width: number,
) {
  const truth = columns[1].labels ?? []
  const box = labelledBox(truth, scan.geometry, MARGIN_MM)
  const extents = box.map(([from, to], axis) => (to - from) * scan.geometry.spacingMm[axis])
  const pixelMm = Math.max(extents[1], extents[2]) / width
  const rows = planes.map((plane): View => ({ plane, slice: bestSlice(truth, scan.geometry, plane), box, pixelMm }))
  const heights = rows.map((view) => planeSize(view, scan.geometry)[1])
  const height = heights.reduce((sum, each) => sum + each + GAP, 0)
  const canvas = new Canvas(columns.length * (width + GAP), height, PAPER)
  let top = 0
  for (const [at, view] of rows.entries()) {
    for (const [column, { labels }] of columns.entries()) {
      const picture = drawPlane(scan, labels, colours, view)
      canvas.paste(picture, column * (width + GAP) + Math.floor((width - picture.width) / 2), top)
    }
    top += heights[at] + GAP
  }
  return canvas
}

/** Where each organ's entry of the legend goes; a new line where the row is full. */
function layOutLegend(names: readonly string[], width: number): { left: number; line: number }[] {
  let [left, line] = [GAP, 0]
  return names.map((name) => {
    const needed = textWidth(name) + 30
    if (left + needed > width && left > GAP) [left, line] = [GAP, line + 1]
    const place = { left, line }
    left += needed
    return place
  })
}

async function renderComparison(study: Study, cases: readonly string[], planes: readonly Plane[], width: number) {
  const entries = study.run.organs.map((organ) => study.run.vocabulary.find(({ id }) => id === organ))
  const names = study.run.organs.map((organ, at) => entries[at]?.name ?? organ)
  const colours = entries.map((entry) => parseColour(entry?.color ?? '#888888'))
  const blocks: Canvas[] = []
  let titles: string[] = []
  for (const id of cases) {
    const { scan, columns } = await loadCase(study, id)
    titles = columns.map(({ title }) => title)
    blocks.push(drawCase(scan, columns, colours, planes, width))
  }
  const legend = layOutLegend(names, blocks[0].width)
  const legendLines = legend.at(-1)!.line + 1
  const height = LINE + blocks.reduce((sum, block) => sum + block.height, 0) + LINE * legendLines
  const canvas = new Canvas(blocks[0].width, height, PAPER)
  titles.forEach((title, column) => canvas.write(title, column * (width + GAP) + GAP, 4, INK))
  let top = LINE
  for (const block of blocks) {
    canvas.paste(block, 0, top)
    top += block.height
  }
  legend.forEach(({ left, line }, at) => {
    canvas.fill(left, top + line * LINE + 4, 12, 10, colours[at])
    canvas.write(names[at], left + 17, top + line * LINE + 4, INK)
  })
  return canvas
}

const { values } = parseArgs({
  options: {
    home: { type: 'string' },
    run: { type: 'string' },
    dataset: { type: 'string' },
    case: { type: 'string', multiple: true },
    output: { type: 'string' },
    show: { type: 'string', default: 'stage1-ensemble,stage2-ensemble' },
    planes: { type: 'string', default: PLANES.join(',') },
    width: { type: 'string', default: '220' },
  },
})
const { home, run, dataset, case: cases, output } = values
if (!home || !run || !dataset || !cases || !output) {
  console.error('Expected --home, --run, --dataset, --case (once or more) and --output.')
  process.exit(2)
}
const job = JobSchema.parse(readJson(join(home, 'runs', run, 'run.json')))
if (job.kind !== 'train') throw new OrganMosaicError('usage', `${run} is a ${job.kind} job, not a training run.`)
const study: Study = {
  run: job,
  dataset: DatasetSchema.parse(readJson(join(home, 'datasets', dataset, 'dataset.json'))),
  sources: findSources(home, run, dataset, values.show.split(',')),
}
const planes = PLANES.filter((plane) => values.planes.split(',').includes(plane))
const bytes = encodePng(await renderComparison(study, cases, planes, Number(values.width)))
await writeFile(output, bytes)
console.log(`${output}: ${Math.ceil(bytes.length / 1024)} KB, cases ${cases.join(', ')}`)
