// The whole way through the command line: real trainer children, a real database, a tiny phantom study. It shows that
// everything fits together; what so short a training learns is nothing.
import { execFile, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DemoResultSchema, EvaluationResultSchema, RunDetailSchema, RunSummarySchema } from '../contract/commands.ts'
import { EvaluationReportSchema } from '../contract/report.ts'
import { until } from './helpers/until.ts'

const main = join(import.meta.dirname, '../electron/hosts/cli/main.ts')
const home = join(mkdtempSync(join(tmpdir(), 'organ-mosaic-training-')), 'home')
const study = ['--seed', '7', '--cases', '3', '--test-cases', '1', '--resolution', '0.3']
const tiny = ['network.baseChannels=2', 'network.levels=2', 'plan.patch=16,16,16', 'stage1.validateEvery=2']
const settings = ['--set', 'stage1.steps=2', 'stage2.steps=2', 'stage2.validateEvery=2', ...tiny]

type Outcome = { code: number; stdout: string; stderr: string }

function start(...words: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
  let child: ChildProcess | undefined
  const ended = new Promise<Outcome>((resolve) => {
    const environment = { ...process.env, ORGAN_MOSAIC_HOME: home }
    child = execFile(process.execPath, [main, ...words], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
  if (!child) throw new Error('no child')
  return { child, ended }
}
const mosaic = (...words: string[]): Promise<Outcome> => start(...words).ended
const stateOf = async (name: string) =>
  RunSummarySchema.parse(RunDetailSchema.parse(JSON.parse((await mosaic('run', name, '--json')).stdout)).summary).state

// A test that failed may leave a training that nobody else would end.
afterAll(() => void spawnSync('pkill', ['-KILL', '-f', home]))

test('the demo trains both stages, scores every model and exports; again it shows what exists', async () => {
  const first = await mosaic('demo', ...study, ...settings, '--json')
  expect(first).toMatchObject({ code: 0 })
  const result = DemoResultSchema.parse(JSON.parse(first.stdout))
  expect(result.columns).toHaveLength(1 + 1 + 3 + 1)
  expect(result.table.map(({ organ }) => organ)).toHaveLength(8 + 1)
  expect(first.stderr).toMatch(/stage 1, step 2\/2.*\n(.*\n)*.*stage 2, step 2\/2/)
  expect(readdirSync(result.export).filter((name) => /\d\.nii\.gz$/.test(name))).toHaveLength(9)
  expect(readdirSync(result.report).filter((name) => name.endsWith('.csv'))).toHaveLength(6)

  const pseudo = EvaluationReportSchema.parse(
    JSON.parse(readFileSync(join(result.report, 'reference-stage1-pseudo.json'), 'utf8')),
  )
  // Site A (cases PHA) labels the liver itself: there is no pseudo label of it there, and one in sites B and C.
  const liver = pseudo.scores.filter(({ organ }) => organ === 'liver')
  expect(liver.filter(({ caseId }) => caseId.includes('PHA')).map(({ status }) => status)).toEqual(
    liver.filter(({ caseId }) => caseId.includes('PHA')).map(() => 'not-evaluable'),
  )
  expect(liver.some(({ caseId, status }) => !caseId.includes('PHA') && status !== 'not-evaluable')).toBe(true)
  expect(liver.some(({ caseId }) => caseId.includes('PHA'))).toBe(true)

  const again = await mosaic('demo', ...study, ...settings, '--json')
  expect(DemoResultSchema.parse(JSON.parse(again.stdout)).table).toEqual(result.table)
  expect(again.stderr).toContain('Run demo is finished already.')
  const text = await mosaic('demo', ...study, ...settings)
  expect(text.stdout).toMatch(/\nmean +0\.\d{3}  /)
  for (const place of [home, result.folder, result.report, result.export]) expect(text.stdout).toContain(`  ${place}\n`)
  expect(text.stdout).toContain(`  organ-mosaic evaluate demo --dataset test-complete --save-predictions\n`)
  expect(again.stderr + text.stderr).not.toMatch(/evaluating|segmenting/)
}, 180_000)

test('its models predict and are scored one by one', async () => {
  const output = join(home, 'predicted')
  const images = join(home, 'demo-study', 'test-complete', 'imagesTs')
  expect(await mosaic('predict', 'demo', '--input', images, '--output', output)).toMatchObject({ code: 0 })
  expect(readdirSync(output).sort()).toEqual(['PHT_001.json', 'PHT_001.nii.gz'])
  const words = ['evaluate', 'demo', '--dataset', 'test-complete', '--model', '2', '--save-predictions']
  const scored = EvaluationResultSchema.parse(JSON.parse((await mosaic(...words, '--json')).stdout))
  expect(scored).toMatchObject({ run: 'demo', stage: 2, model: 2, warnings: [] })
  expect(readdirSync(scored.predictions ?? '')).toEqual(['PHT_001.nii.gz'])
  const own = await mosaic('evaluate', 'demo', '--dataset', 'site-a')
  expect(own.stdout).toMatch(
    /mean Dice 0\.\d{3}, in .*\nwarning  Run demo was trained with the images .* of 3 of these 3 cases/,
  )
})

test('Ctrl-C pauses a training, resume continues it, stop ends it', async () => {
  const long = ['--set', 'stage1.steps=100000', ...tiny]
  const { child, ended } = start('train', '--name', 'long', '--datasets', 'site-a,site-b', ...long)
  await until(() => existsSync(join(home, 'runs', 'long', 'checkpoints')), 'a checkpoint', 120_000)
  child.kill('SIGINT')
  const paused = await ended
  expect(paused).toMatchObject({ code: 1, stdout: '' })
  // The step that was under way may still tell of itself in between.
  expect(paused.stderr).toMatch(
    /Pausing long[^]*\norgan-mosaic: Run long was paused before its end; organ-mosaic resume/,
  )
  expect(await stateOf('long')).toBe('paused')

  expect(await mosaic('resume', 'long', '--detach')).toMatchObject({ code: 0 })
  expect(await stateOf('long')).toBe('running')
  const second = await mosaic('resume', 'long')
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toContain('running already')
  expect(await mosaic('stop', 'long')).toMatchObject({ code: 0 })
  expect(await stateOf('long')).toBe('stopped')
}, 240_000)
