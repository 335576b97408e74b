// A report of a problem leaves the machine: names of patients stand in folders, cases, labels, runs, journals, logs and
// settings of a real workspace, and no byte of the archive holds one of them.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
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
const PLANTED = ['zyxwvu', '8472615', '1961-02-03', '19610203', 'gpu-zyx', 'ward seven', 'qqorgan', hostname()]
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
    { type: 'output', path: `${folder}/${NAME}.nii.gz` },
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
  const stack = `Error: ${lines[1]}\n    at read (/opt/${NAME}/trainer/main.ts:1:2)\n${NAME}^Hans\nKilled\n`
  writeFileSync(join(place, 'trainer.log'), `=== started at ${time}\n${stack}${lines.join('\n')}\n`)
  writeJsonFile(join(place, 'process.json'), { pid: 1, host: 'gpu-zyx', startedAt: time })
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
  // An error of the window goes along too.
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
  expect(files.get('runs/run-1/trainer.log')?.toString()).toMatch(/^=== started at [^]*Killed/)
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
  expect(listed.stderr).toMatch(/runs\/run-1\/events\.jsonl +\d+\.\d kB +its journal, 9 of 9 events/)
  expect(listed).toMatchObject({ status: 0, files: false })
  expect(ask('--show', 'errors.json').stdout).toBe('[]\n')
  expect(ask('--yes', '--output', output)).toMatchObject({ status: 0, files: true })
  expect([...(await unpack(readFileSync(output))).keys()]).toContain('runs/run-1/trainer.log')
  expect(ask('--yes', '--output', output).stderr).toContain('exists already')
}, 120_000)
