// From training to exported files through the API alone: a run that waits for its review, evaluation, comparison,
// export of chosen cases, prediction of an uploaded image.
import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { EvaluationResultSchema, PredictionResultSchema } from '../contract/commands.ts'
import { OutputPlanSchema, UploadSchema } from '../contract/output.ts'
import { SegmentationSidecarSchema } from '../contract/report.ts'
import { ComparisonSchema, PseudoReviewSchema, ReportEntrySchema } from '../contract/results.ts'
import { TaskSchema, type Task } from '../contract/task.ts'
import { createHandler, type Handler } from '../electron/hosts/api/create-handler.ts'
import { describeApp } from '../electron/hosts/api/describe-app.ts'
import { implementApi } from '../electron/hosts/api/implement-api.ts'
import { openTinyStudy, type TinyStudy } from './helpers/tiny-study.ts'
import { trainTiny } from './helpers/train-tiny.ts'

let tiny: TinyStudy
let handle: Handler

beforeAll(async () => {
  tiny = await openTinyStudy({ testCases: 2 })
  const { services, datasets } = tiny
  const info = describeApp(services, 'web')
  handle = createHandler(implementApi(services, () => info))
  const set = ['pseudoLabels.review=true', 'pseudoLabels.ignoreCut=false', 'pseudoLabels.volumeRange=0,1000000']
  const { state } = await trainTiny(services, { name: 'first', datasets, set })
  expect(state).toBe('awaiting-review')
}, 180_000)
afterAll(() => tiny.services.close())

async function ask<T extends z.ZodType>(schema: T, path: string, method = 'GET', body?: unknown): Promise<z.output<T>> {
  const response = await request(path, method, body)
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return schema.parse(await response.json())
}
const request = (path: string, method = 'GET', body?: unknown): Promise<Response> =>
  handle(
    new Request(`http://localhost/api${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  )

async function ended({ id }: Task): Promise<Task> {
  for (;;) {
    const task = await ask(TaskSchema, `/tasks/${id}`)
    if (task.state !== 'running') return task
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test(
  'a review is read, sent, and the run goes on to its end without what was rejected',
  { timeout: 180_000 },
  async () => {
    const review = await ask(PseudoReviewSchema, '/runs/first/pseudo-labels')
    expect(review.waiting).toBe(true)
    const [doubtful] = review.cases
    const [organ] = doubtful?.organs ?? []
    const rejected = [{ dataset: doubtful?.dataset, caseId: doubtful?.caseId, organ: organ?.organ }]
    expect((await request('/runs/first/review', 'PUT', { accepted: true, rejected: [{ ...rejected[0], organ: 'nose' }] })).status).toBe(400) // prettier-ignore
    await ask(z.unknown(), '/runs/first/review', 'PUT', { accepted: true, rejected })
    expect(await tiny.services.followRun('first', () => undefined, { pollMs: 50 })).toBe('finished')
    const after = await ask(PseudoReviewSchema, '/runs/first/pseudo-labels')
    expect(after).toMatchObject({ waiting: false, state: 'finished', sent: { accepted: true, rejected } })
    expect((await request('/runs/first/review', 'PUT', { accepted: true })).status).toBe(409)
  },
)

test('both stages are evaluated and stand side by side, as tables, CSV and HTML', { timeout: 180_000 }, async () => {
  for (const stage of [1, 2]) {
    const body = { dataset: 'test', stage, savePredictions: stage === 2 }
    const task = await ended(await ask(TaskSchema, '/runs/first/evaluations', 'POST', body))
    expect(task.error).toBeNull()
    expect(EvaluationResultSchema.parse(task.result)).toMatchObject({ run: 'first', dataset: 'test', stage })
  }
  const entries = await ask(z.array(ReportEntrySchema), '/evaluations')
  expect(entries.map(({ key, predictionsKept }) => [key, predictionsKept])).toEqual([
    ['first:2:ensemble', true],
    ['first:1:ensemble', false],
  ])
  const query = 'dataset=test&reports=first:1:ensemble,first:2:ensemble'
  const comparison = await ask(ComparisonSchema, `/evaluations/compare?${query}&metric=nsd`)
  expect(comparison.reports.map(({ cases }) => cases.length)).toEqual([2, 2])
  expect(comparison.differences[0]?.rows.length).toBe(comparison.organs.length + 1)
  const csv = await request(`/evaluations/csv?${query}`)
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="test-cases.csv"')
  expect((await csv.text()).trim().split('\r\n').length).toBe(1 + 2 * 2 * comparison.organs.length)
  expect(await (await request(`/evaluations/html?${query}`)).text()).toContain('<svg ')
  expect((await request('/evaluations/compare?dataset=test&reports=../x')).status).toBe(400)
})

test('chosen cases are exported as planned, and read back', { timeout: 180_000 }, async () => {
  const output = join(tiny.home, 'exported')
  const caseOf = (dataset: string) => tiny.services.getDataset(dataset).cases[0]?.id ?? ''
  const cases = ['site-a', 'test'].map((dataset) => ({ dataset, caseId: caseOf(dataset) }))
  const plan = await ask(OutputPlanSchema, '/runs/first/export/plan', 'POST', { output, cases })
  expect(plan).toMatchObject({ exists: false, overwritten: 0 })
  const planned = plan.images.flatMap(({ files }) => files.map(({ name }) => name))
  expect(existsSync(output)).toBe(false)
  const task = await ended(await ask(TaskSchema, '/runs/first/export', 'POST', { output, cases }))
  expect(task.error).toBeNull()
  expect(readdirSync(output).sort()).toEqual(planned.sort())
  // true labels complete the run's own case alone
  expect(planned.filter((name) => name.includes('_provenance')).length).toBe(1)
  const again = await ask(OutputPlanSchema, '/runs/first/export/plan', 'POST', { output, cases })
  expect(again.overwritten).toBe(planned.length)
  for (const place of ['/etc', tiny.study.sites[0]?.folder ?? '']) {
    expect((await request('/runs/first/export/plan', 'POST', { output: place, cases })).status).toBeGreaterThanOrEqual(
      400,
    )
  }
})

test('an uploaded image is segmented', { timeout: 180_000 }, async () => {
  const dataset = tiny.services.getDataset('test').summary
  const folder = readdirSync(dataset.root, { recursive: true }).map(String)
  const image = folder.find((name) => /images?.*\.nii\.gz$|ct\.nii\.gz$/i.test(name)) ?? ''
  const upload = await handle(
    new Request('http://localhost/api/uploaded-images/new.nii.gz', {
      method: 'PUT',
      body: new Uint8Array(readFileSync(join(dataset.root, image))),
      headers: { 'content-type': 'application/octet-stream' },
    }),
  )
  const { path } = UploadSchema.parse(await upload.json())
  const body = { inputs: [path], output: join(tiny.home, 'predicted') }
  const plan = await ask(OutputPlanSchema, '/runs/first/predictions/plan', 'POST', body)
  expect(plan.images.map(({ id }) => id)).toEqual(['new'])
  const task = await ended(await ask(TaskSchema, '/runs/first/predictions', 'POST', body))
  const result = PredictionResultSchema.parse(task.result)
  expect(result).toMatchObject({ failures: [], labelMaps: [join(tiny.home, 'predicted', 'new.nii.gz')] })
  expect((await request('/runs/first/predictions', 'POST', { ...body, inputs: ['/etc/passwd'] })).status).toBe(403)
  expect(await ask(z.array(UploadSchema), '/uploaded-images/new.nii.gz', 'DELETE')).toEqual([])
})

test(
  'a DICOM folder is segmented into every format; the patient is named in the DICOM files alone',
  {
    timeout: 180_000,
  },
  async () => {
    const scan = join(tiny.home, 'scans', 'P7')
    cpSync(join(import.meta.dirname, 'fixtures/dicom/mixed'), scan, { recursive: true })
    const output = join(tiny.home, 'formats')
    const usual = await ask(OutputPlanSchema, '/runs/first/predictions/plan', 'POST', { inputs: [scan], output })
    expect(usual.images).toMatchObject([{ id: 'P7', isDicom: true, formats: ['dicom-seg'], refused: [] }])
    expect(usual.images[0].files.map(({ name }) => name)).toEqual(['P7.seg.dcm', 'P7.json'])

    const formats = ['nifti', 'nifti-masks', 'seg-nrrd', 'dicom-seg', 'probabilities', 'nnunet']
    const body = { inputs: [scan], output, formats }
    const task = await ended(await ask(TaskSchema, '/runs/first/predictions', 'POST', body))
    const result = PredictionResultSchema.parse(task.result)
    for (const { caseId, check } of result.outputs) expect([caseId, check.kind]).toEqual(['P7', 'identical'])
    // A network that has learnt nothing may find no organ, and then there is no SEG.
    for (const failure of result.failures) expect(failure).toContain('DICOM SEG: P7: no organ was found')
    expect(result.outputs.length + result.failures.length).toBe(formats.length)
    const sidecar = SegmentationSidecarSchema.parse(JSON.parse(readFileSync(join(output, 'P7.json'), 'utf8')))
    expect(sidecar.outputs.map(({ format }) => format)).toEqual(result.outputs.map(({ format }) => format))
    const written = result.files.filter((file) => !file.endsWith('.dcm'))
    expect(written.length).toBeGreaterThan(4)
    const { jobs } = tiny.services.workspace
    const logs = readdirSync(jobs).flatMap((job) => ['events.jsonl', 'run.json'].map((name) => join(jobs, job, name)))
    for (const file of [...written, ...logs]) expect(readFileSync(file, 'latin1')).not.toContain('Nobody')
  },
)

test(
  'a format that needs DICOM is refused for other images, and the others are written',
  { timeout: 180_000 },
  async () => {
    const dataset = tiny.services.getDataset('test')
    const cases = [{ dataset: 'test', caseId: dataset.cases[0]?.id ?? '' }]
    const body = { cases, output: join(tiny.home, 'refused'), formats: ['rtstruct', 'seg-nrrd'] }
    const plan = await ask(OutputPlanSchema, '/runs/first/export/plan', 'POST', body)
    expect(plan.images[0]).toMatchObject({ isDicom: false, formats: ['seg-nrrd'] })
    expect(plan.images[0].refused[0]).toContain('A DICOM RTSTRUCT refers to a DICOM series')
    const task = await ended(await ask(TaskSchema, '/runs/first/export', 'POST', body))
    const result = PredictionResultSchema.parse(task.result)
    expect(result.outputs.map(({ format }) => format)).toEqual(['seg-nrrd'])
    expect(result.failures).toEqual([expect.stringContaining('refers to a DICOM series')])
    expect((await request('/runs/first/export/plan', 'POST', { ...body, formats: [] })).status).toBe(400)
    expect((await request('/runs/first/export/plan', 'POST', { ...body, formats: ['dwg'] })).status).toBe(400)
  },
)
