// A report of a problem leaves the machine: names of patients stand in folders, cases, labels, runs, journals, logs and
// settings of a real workspace, and no byte of the archive holds one of them.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { ReportContentsSchema } from '../contract/problem-report.ts'
import { openZip } from '../electron/services/archives/read-zip.ts'
import {
  imageVolume,
  labelVolume,
  temporaryFolder,
  writeTestFolder,
} from '../electron/services/datasets/write-test-folder.ts'
import { writeJsonFile } from '../electron/services/workspace/json-file.ts'
import { runFolder } from '../electron/services/workspace/run-store.ts'
import { openHost, type Host } from './helpers/open-host.ts'
import { tinySettings } from './helpers/tiny-study.ts'

const NAME = 'Zyxwvu'
/** Everything below must stay: who it is, where it lies, what the labels hold. */
const PLANTED = ['zyxwvu', '8472615', '1961-02-03', '19610203', 'gpu-zyx', 'ward seven', 'qqorgan', hostname()].concat(
  ['03.02.61', '123456', '12/3/58', '1.2.840', '60468', '8812.77', 'mueller', 'hans', 'rose', 'smith', 'folded'],
  ['11.0', '19.5', '202.1', '20260202'],
)
/** What nobody foresaw, as files, patients and other programs write it. */
const FREE_TEXTS = [
  `${homedir()}/scans/03.02.61/123456/ct.nii.gz does not exist.`,
  '/mnt/ward seven/Rose 03.02.61/123456/ct.nii.gz does not exist.',
  'MRN 123456',
  'Mueller^Hans, seen on 12/3/58, and smith after that',
  '1.2.840.113619.2.55.3.60468.8812.77 has no pixels',
  'The pseudo label of liver is ignored: its 11.0 ml lie outside the expected 19.5 to 202.1 ml.',
  '2026-01-01 12:00:00.654321: W tensorflow/core/framework/op.cc:12] RESOURCE_EXHAUSTED: OOM when allocating tensor with Mueller^Hans 123456 [Op:Conv3D]',
  'I0000 00:00:1795720928.643372    4743 port.cc:153] Mueller^Hans 12/3/58',
  '(node:4711) Warning: Mueller^Hans of /mnt/ward seven/Rose 03.02.61/123456',
  '    at Mueller^Hans (/opt/Rose/trainer/main.ts:1:2)',
  'ROSE SMITH: 123456 in folded, 20260202',
]
const time = '2026-01-01T12:00:00.000Z'

async function fill(host: Host): Promise<string> {
  const folder = await writeTestFolder({
    [`images/${NAME}_19610203.nii.gz`]: imageVolume(1),
    [`images/8472615.nii.gz`]: imageVolume(2),
    [`labels/${NAME}_19610203.nii.gz`]: labelVolume({ 1: [1, 2, 4], 2: [1, 2, 3] }),
    [`labels/8472615.nii.gz`]: labelVolume({ 1: [1, 2, 4], 2: [1, 2, 3] }),
    'labels.json': JSON.stringify({ 1: 'liver', 2: `qqorgan of ${NAME}` }),
  })
  await host.services.registerDataset({ name: `clinic-${NAME}`, folder })
  const other = await writeTestFolder({
    'images/B.nii.gz': imageVolume(3),
    'labels/B.nii.gz': labelVolume({ 1: [1, 2, 4] }),
  })
  await host.services.registerDataset({ name: 'other', folder: other })
  const run = `${NAME}-first`
  host.services.createRun({
    name: run,
    datasets: [`clinic-${NAME}`, 'other'],
    preset: 'quick',
    stages: '1',
    set: [...tinySettings],
  })
  const place = runFolder(host.services.workspace, run)
  const lines = [
    `Case ${NAME}_19610203: the label grid 4x5x6 differs from the image 4x5x7; re-export the label.`,
    `ENOENT: no such file or directory, open '/mnt/ward seven/${NAME}/1.dcm'`,
    `${folder}/images/${NAME}_19610203.nii.gz, patient 8472615, born 1961-02-03`,
    `pseudo-labels/clinic-${NAME}/8472615.zarr of qqorgan`,
  ]
  const events = [
    { type: 'state', state: 'running', message: '' },
    ...lines.map((message) => ({ type: 'log', level: 'warning', message })),
    {
      type: 'finding',
      caseId: '8472615',
      dataset: `clinic-${NAME}`,
      organ: 'qqorgan',
      severity: 'info',
      message: lines[0],
    },
    ...FREE_TEXTS.map((message) => ({ type: 'log', level: 'info', message })),
    ...FREE_TEXTS.map((message) => ({ type: 'progress', phase: 'stage1', done: 1, total: 2, secondsLeft: 1, message })),
    { type: 'output', path: `${folder}/${NAME}.nii.gz` },
    {
      type: 'error',
      report: {
        error: {
          code: 'invalid-data',
          message: FREE_TEXTS.join('\n'),
          details: {
            ...Object.fromEntries(FREE_TEXTS.map((each) => [each, each])),
            123456: 123456,
            patient: 20260202,
            volumeMl: 11.01,
            cases: FREE_TEXTS,
          },
        },
      },
    },
    {
      type: 'error',
      report: {
        error: { code: 'internal', message: lines[1], details: { [NAME]: lines[2], path: folder, cases: [NAME] } },
      },
    },
    { type: 'state', state: 'failed', message: lines[3] },
  ]
  appendFileSync(
    join(place, 'events.jsonl'),
    events.map((event, n) => `${JSON.stringify({ seq: n + 1, time, ...event })}\n`).join(''),
  )
  const stack = `Error: ${lines[1]}\n    at read (/opt/${NAME}/trainer/main.ts:1:2)\n${NAME}^Hans\n${FREE_TEXTS.join('\n')}\nKilled\n`
  writeFileSync(join(place, 'trainer.log'), `=== started at ${time}\n${stack}${lines.join('\n')}\n`)
  writeJsonFile(join(place, 'process.json'), { pid: 1, host: 'gpu-zyx', startedAt: time })
  for (const name of ['plan.json', 'memory-use.json', 'control.json'])
    writeJsonFile(join(place, name), { reasons: FREE_TEXTS })
  const word = {
    state: 'ended',
    reason: FREE_TEXTS.join(' '),
    position: null,
    startsAt: FREE_TEXTS[3],
    node: 'gpu-zyx',
  }
  writeJsonFile(join(place, 'place.json'), { word })
  writeFileSync(join(place, 'Rose 03.02.61 123456.txt'), 'x')
  mkdirSync(join(place, 'checkpoints'), { recursive: true })
  writeFileSync(join(place, 'checkpoints', `${NAME}.safetensors`), 'x')
  host.services.settings.save({
    compute: { device: 'auto', threads: 0 },
    updates: { check: false },
    places: [
      {
        kind: 'ssh',
        name: 'gpu-zyx',
        host: `${NAME}@gpu-zyx`,
        folder: `/data/${NAME}`,
        command: `/home/${NAME}/organ-mosaic`,
      },
    ],
  })
  return folder
}

async function unpack(bytes: Buffer): Promise<Map<string, Buffer>> {
  const path = join(temporaryFolder(), 'report.zip')
  writeFileSync(path, bytes)
  const files = new Map<string, Buffer>()
  for await (const { name, content } of (await openZip(path)).files)
    files.set(name, Buffer.concat(await Array.fromAsync(content)))
  return files
}

it('of a failed run says what happened, and to nobody whom it happened', async () => {
  const host = openHost('/')
  const folder = await fill(host)
  // Errors of the window go along too.
  const rose = join(temporaryFolder(), 'Rose 03.02.61/123456')
  mkdirSync(rose, { recursive: true })
  const inspected = await host.task('POST', '/datasets/inspections', { folder: rose })
  expect(inspected.error?.message).toContain('Rose 03.02.61/123456')
  const refused = await host.task('POST', '/datasets/inspections', { folder: `/mnt/${NAME}` }).catch(() => null)
  expect(refused).toBeNull()
  const task = await host.task('POST', '/machine/reports', { runs: [`${NAME}-first`] })
  expect(task.error).toBeNull()
  const contents = ReportContentsSchema.parse(task.result)
  const response = await host.send('GET', `/machine/reports/${contents.id}/archive`)
  const files = await unpack(Buffer.from(await response.arrayBuffer()))

  // What was shown is what is sent.
  expect([...files.keys()]).toEqual(contents.files.map(({ name }) => name))
  expect([...files.values()].map(({ length }) => length)).toEqual(contents.files.map(({ bytes }) => bytes))
  const shown = await host.json('GET', `/machine/reports/${contents.id}/file?name=errors.json`)
  expect(shown).toEqual({ text: files.get('errors.json')?.toString() })
  expect(contents.names).toContainEqual({ name: `${NAME}-first`, called: 'run-1' })

  for (const [name, bytes] of files) {
    for (const text of [name, bytes.toString('latin1'), bytes.toString('utf8')]) {
      for (const secret of [...PLANTED, folder, host.home])
        expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
    }
  }
  const journal = files.get('runs/run-1/events.jsonl')?.toString() ?? ''
  expect(journal).toContain('Case case-2: the label grid 4x5x6 differs from the image 4x5x7; re-export the label.')
  expect(journal).toContain('ENOENT: no such file or directory, open [path]')
  expect(journal).toMatch(/"caseId":"case-1","dataset":"dataset-1","organ":"organ-\d"/)
  expect(files.get('errors.json')?.toString()).toMatch(/"message": ".*\[temporary\]\/\[\.\.\.\]/)
  const log = files.get('runs/run-1/trainer.log')?.toString() ?? ''
  expect(log).toMatch(/^=== started at [^]*Killed/)
  expect(log).toContain('op.cc:12] RESOURCE_EXHAUSTED: OOM when allocating tensor with [...] [Op:Conv3D]')
  expect(log).toMatch(/\(\d+ lines left out\)/)
  expect(JSON.parse(files.get('runs/run-1/run.json')?.toString() ?? '')).toMatchObject({
    name: 'run-1',
    config: { stage1: { steps: 4 } },
  })
  expect(JSON.parse(files.get('index.json')?.toString() ?? '')).toMatchObject({ check: 'ok', schema: 3 })
}, 120_000)

it('of a run that there is not is refused, and a report that is gone is said to be', async () => {
  const host = openHost('/')
  const task = await host.task('POST', '/machine/reports', { runs: ['nowhere'] })
  expect(task.error?.message).toContain('No run is called nowhere')
  expect((await host.send('GET', '/machine/reports/1/archive')).status).toBe(404)
})

it('of the command line is shown first, and written when it was asked for', async () => {
  const host = openHost('/')
  await fill(host)
  const output = join(temporaryFolder(), 'report.zip')
  const ask = (...words: string[]) => {
    const main = join(import.meta.dirname, '../electron/hosts/cli/main.ts')
    const call = spawnSync(process.execPath, [main, '--home', host.home, 'report', ...words], {
      encoding: 'utf8',
      input: '',
    })
    return { ...call, files: existsSync(output) }
  }
  const listed = ask('--output', output)
  expect(listed.stderr).toMatch(/runs\/run-1\/events\.jsonl +\d+\.\d kB +its journal, 32 of 32 events/)
  expect(listed).toMatchObject({ status: 0, files: false })
  expect(ask('--show', 'errors.json').stdout).toBe('[]\n')
  expect(ask('--yes', '--output', output)).toMatchObject({ status: 0, files: true })
  expect([...(await unpack(readFileSync(output))).keys()]).toContain('runs/run-1/trainer.log')
  expect(ask('--yes', '--output', output).stderr).toContain('exists already')
  const nowhere = join(dirname(output), 'nowhere')
  expect(ask('--yes', '--output', join(nowhere, 'report.zip')).stderr).toContain(
    `There is no folder ${nowhere}; make it`,
  )
}, 120_000)
