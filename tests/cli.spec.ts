// The command line as people and scripts use it: the real program on the real Node, a workspace in a temporary folder.
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ErrorReportSchema } from '../contract/errors.ts'
import { commands } from '../electron/hosts/cli/commands/index.ts'
import { createServices } from '../electron/services/create-services.ts'
import { generatePhantomStudy, type PhantomStudy } from '../electron/services/demo/phantom/generate-phantom-study.ts'
import { appendEvents, exampleEvents } from '../electron/services/fixtures/example-events.ts'

const main = join(import.meta.dirname, '../electron/hosts/cli/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-cli-'))
const home = join(folder, 'home')
let study: PhantomStudy

type Outcome = { code: number; stdout: string; stderr: string }

/** stdin is closed and no stream is a terminal: anything that asked a question would fail or hang here. */
function mosaic(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const environment = { ...process.env, ORGAN_MOSAIC_HOME: home, FORCE_COLOR: '1' }
    const child = execFile(process.execPath, [main, ...words], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
    child.stdin?.end()
  })
}

/** One sentence on stderr, nothing on stdout. */
async function expectRefusal(words: string[], code: number, message: RegExp): Promise<void> {
  const told = await mosaic(...words)
  expect({ code: told.code, stdout: told.stdout }).toEqual({ code, stdout: '' })
  expect(told.stderr).toMatch(/^organ-mosaic: [^\n]+\n$/)
  expect(told.stderr).toMatch(message)
}

beforeAll(async () => {
  study = await generatePhantomStudy(join(folder, 'study'), { trainingCases: 2, testCases: 1, resolution: 0.3 })
  const services = createServices({ home })
  for (const site of study.sites) await services.registerDataset(site)
  await services.registerDataset({ folder: study.test, name: 'test', role: 'test' })
  await services.registerDataset({ folder: study.reference, name: 'reference', role: 'reference' })
  const datasets = study.sites.map(({ name }) => name)
  for (const name of ['finished', 'idle']) services.createRun({ name, datasets })
  appendEvents(join(home, 'runs', 'finished'), exampleEvents)
  mkdirSync(join(home, 'runs', 'finished', 'pseudo-labels'))
  services.close()
})

describe('help', () => {
  test('lists every command; --version says the version', async () => {
    const { code, stdout } = await mosaic('--help')
    expect(code).toBe(0)
    for (const { usage } of commands) expect(stdout).toContain(`\n  ${usage.split(' ')[0]} `)
    expect((await mosaic('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.each(commands.map((command) => [command.usage.split(' ')[0], command] as const))(
    '%s --help has its arguments, options, the global ones and an example',
    async (name, { options = [], examples, summary, details = '' }) => {
      const { code, stdout } = await mosaic(name, '--help')
      expect(code).toBe(0)
      const text = stdout.replaceAll(/\s+/g, ' ')
      expect(text).toContain(summary)
      expect(text).toContain(details.replaceAll(/\s+/g, ' '))
      for (const [flags] of options) expect(text).toContain(flags)
      for (const example of examples) expect(text).toContain(example)
      expect(text).toContain('--json')
      expect(text).toContain('--home')
      expect(examples.every((example) => example.startsWith(`organ-mosaic ${name}`))).toBe(true)
    },
  )
})

describe('--json', () => {
  const calls: [string, string[]][] = [
    ['register', ['register', '', '--name', 'again']],
    ['datasets', ['datasets']],
    ['dataset', ['dataset', 'site-a']],
    ['matrix', ['matrix', 'site-a', 'site-b']],
    ['runs', ['runs']],
    ['run', ['run', 'finished']],
    ['reindex', ['reindex']],
  ]
  test.each(calls)('%s prints what its schema says, alone on stdout, and the same as text', async (name, words) => {
    const call = words.map((word) => (word === '' ? (study.sites[0]?.folder ?? '') : word))
    const { code, stdout } = await mosaic(...call, '--json')
    expect(code).toBe(0)
    const schema = commands.find(({ usage }) => usage.split(' ')[0] === name)?.output
    expect(schema?.parse(JSON.parse(stdout))).toEqual(JSON.parse(stdout))
    const text = await mosaic(...call)
    expect(text.code).toBe(0)
    expect(text.stdout.length).toBeGreaterThan(20)
    expect(text.stdout).not.toContain('\u001b')
  })

  test('after the command or before it, and --home as well', async () => {
    const other = join(folder, 'other home')
    const { stdout } = await mosaic('--json', '--home', other, 'datasets')
    expect(JSON.parse(stdout)).toEqual({ datasets: [] })
    expect(existsSync(join(other, 'organ-mosaic.sqlite'))).toBe(true)
  })
})

test('Dice is 0 to 1 everywhere, and a finished run has no time left', async () => {
  const finished = await mosaic('run', 'finished')
  expect(finished.stdout).toMatch(/ Dice 0\.700 in validation[^]*\nliver +0\.800 /)
  expect(finished.stdout).not.toMatch(/progress| left/)
  expect((await mosaic('runs')).stdout).toMatch(/finished .* 0\.700\n/)
})

test('remove moves a run to the trash, says where, and what lies there comes back', async () => {
  const { code, stdout } = await mosaic('remove', 'run', 'idle', '--json')
  const answer = JSON.parse(stdout) as { folder: string; home: string }
  expect([code, existsSync(join(answer.folder, 'run.json'))]).toEqual([0, true])
  expect((await mosaic('run', 'idle')).code).toBe(1)
  renameSync(answer.folder, join(answer.home, 'idle'))
  expect((await mosaic('run', 'idle')).code).toBe(0)
  const study = await mosaic('remove', 'study', 'nobody')
  expect([study.code, study.stderr]).toEqual([1, expect.stringMatching(/No study is called nobody/)])
})

test('remove takes a dataset off the list and leaves its files where they are', async () => {
  const files = () => readdirSync(study.test, { recursive: true })
  const before = files()
  const { code, stdout } = await mosaic('remove', 'dataset', 'test')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Dataset test lies in .*trash.*not touched/)])
  expect(files()).toEqual(before)
  expect((await mosaic('datasets')).stdout).not.toMatch(/^test /m)
  const gone = await mosaic('remove', 'dataset', 'test')
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringMatching(/No dataset is called test/)])
  const folder = /lies in (.*); move it to (.*) to take/.exec(stdout)!
  renameSync(folder[1], join(folder[2], 'test'))
  expect((await mosaic('reindex')).code).toBe(0)
  expect((await mosaic('datasets')).stdout).toMatch(/^test /m)
})

describe('wrong use ends with 2', () => {
  test.each<[string[], RegExp]>([
    [['trian'], /Unknown command 'trian'.*train/],
    [['remove', 'folder', 'site-a'], /expected dataset, run or study/],
    [['datasets', '--jsno'], /Unknown option '--jsno'/],
    [['dataset'], /Missing required argument 'name'/],
    [['dataset', 'a', 'b'], /Too many arguments/],
    [['train'], /--name: give the run a name/],
    [['train', '--name', 'x'], /--datasets: name the datasets/],
    [['train', '--name', 'x', '--datasets', 'site-a'], /needs 2 to 9 datasets/],
    [['train', '--name', 'x', '--datasets', 'site-a,site-b', '--preset', 'fast'], /--preset fast: /],
    [['train', '--name', 'x', '--datasets', 'site-a,site-b', '--set', 'stage1.stpes=1'], /did you mean stage1\.steps/],
    [['train', '--name', 'a b', '--datasets', 'site-a,site-b'], /"a b" is not possible/],
    [['evaluate', 'finished'], /--dataset: name the dataset/],
    [['evaluate', 'finished', '--dataset', 'test', '--stage', '3'], /--stage 3: expected 0/],
    [['evaluate', 'finished', '--dataset', 'test', '--model', 'best'], /--model best: expected a model number/],
    [['evaluate', 'finished', '--dataset', 'test', '--model', '4', '--stage', '1'], /models 1 to 3/],
    [['evaluate', 'finished', '--dataset', 'test', '--model', 'pseudo'], /role reference, and test has the role test/],
    [['evaluate', 'finished', '--dataset', 'test', '--nsd-tolerance', '-1'], /--nsd-tolerance -1: /],
    [['predict', 'finished', '--output', 'x'], /--input: name an image/],
    [['export', 'finished'], /--output: name the folder/],
    [['register', '.', '--role', 'validate'], /--role validate: /],
    [['register', '.', '--organ', '10'], /expected VALUE_OR_FILE=ORGAN/],
    [['demo', '--cases', 'many'], /--cases many: expected a whole number/],
  ])('%j', async (words, message) => {
    await expectRefusal(words, 2, message)
  })
})

test('without a command the help is shown, and it counts as wrong use', async () => {
  const { code, stdout, stderr } = await mosaic()
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(
    /^Usage: organ-mosaic[^]*\norgan-mosaic: Name one of these commands; organ-mosaic COMMAND --help explains it\.\n$/,
  )
})

test.each<[string[], number, string]>([
  [['datasets', '--jsno'], 2, 'usage'],
  [['train', '--name', 'x', '--datasets', 'site-a'], 2, 'usage'],
  [['run', 'nothing'], 1, 'not-found'],
  [['train', '--name', 'x', '--datasets', 'site-a,test'], 1, 'leakage'],
])('%j --json ends with an error report alone on stdout', async (words, code, kind) => {
  const told = await mosaic(...words, '--json')
  expect(told).toMatchObject({ code, stderr: '' })
  expect(ErrorReportSchema.parse(JSON.parse(told.stdout)).error.code).toBe(kind)
})

describe('failure ends with 1 and one sentence', () => {
  test.each<[string[], RegExp]>([
    [['dataset', 'site-d'], /No dataset is called site-d \(did you mean site-a\?\)/],
    [['run', 'finshed'], /No run is called finshed \(did you mean finished\?\)/],
    [['register', '/nowhere'], /\/nowhere/],
    [['train', '--name', 'x', '--datasets', 'site-a,test'], /test has the role test/],
    [['train', '--name', 'x', '--datasets', 'site-a,reference'], /reference has the role reference/],
    [['train', '--name', 'idle', '--datasets', 'site-a,site-b'], /called idle already/],
    [
      ['train', '--name', 'x', '--datasets', 'site-a,site-b', '--config', '/nowhere.json'],
      /nowhere\.json cannot be read/,
    ],
    [['resume', 'finished'], /finished is finished, there is nothing to resume/],
    [['pause', 'finished'], /is finished, not running/],
    [['stop', 'idle'], /is queued, not running/],
    [['evaluate', 'idle', '--dataset', 'test'], /has no models of stage 2 yet.*models of stage 1/],
    [['predict', 'finished', '--stage', '1', '--input', '/nowhere', '--output', 'x'], /no file or folder \/nowhere/],
  ])('%j', async (words, message) => {
    await expectRefusal(words, 1, message)
  })

  test('an output inside a registered folder is refused before anything starts', async () => {
    const site = study.sites[0]?.folder ?? ''
    const output = join(site, 'segmentations')
    const words = ['export', 'finished', '--stage', '1', '--output', output]
    await expectRefusal(words, 2, /lies in the folder of dataset (site-a|again), which is never written to/)
    expect(existsSync(output)).toBe(false)
  })

  test('a workspace that cannot be made, and a database that is none', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    await expectRefusal(['datasets', '--home', join(file, 'home')], 1, /needs a writable folder/)
    const broken = join(folder, 'broken')
    expect((await mosaic('datasets', '--home', broken)).code).toBe(0)
    writeFileSync(join(broken, 'organ-mosaic.sqlite'), 'no database, but long enough '.repeat(99))
    const aside = await mosaic('datasets', '--home', broken)
    expect(aside).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/index was damaged.*\.damaged\. Nothing is lost/),
    })
    expect((await mosaic('datasets', '--home', broken)).stderr).toBe('')
  })

  test('the database is made anew from the folders', async () => {
    const before = (await mosaic('run', 'finished', '--json')).stdout
    appendFileSync(join(home, 'runs', 'finished', 'events.jsonl'), '{"seq":7,"half a li')
    expect(JSON.parse((await mosaic('reindex', '--json')).stdout)).toMatchObject({ runs: 2, events: 6, skipped: [] })
    expect((await mosaic('run', 'finished', '--json')).stdout).toBe(before)
    expect(readFileSync(join(home, 'organ-mosaic.sqlite')).length).toBeGreaterThan(0)
  })
})

test('settings of a place are read as what they are: text that looks like a number stays text', async () => {
  const settings = ['partition=7', 'memory=32000', 'cpus=8', 'modules=cuda,python']
  const { code, stdout } = await mosaic('places', 'add', 'cluster', '--slurm', '--set', ...settings, '--json')
  expect(code).toBe(0)
  const kept = { partition: '7', memory: '32000', cpus: 8, modules: ['cuda', 'python'] }
  expect(JSON.parse(stdout)).toMatchObject({ places: [{ name: 'cluster', ...kept }] })
  await expectRefusal(['places', 'add', 'cluster', '--set', 'cpus=many'], 2, /cpus: .*expected number/)
  await expectRefusal(
    ['places', 'add', 'cluster', '--set', 'core=8'],
    2,
    /"core"\. What can be set: .*partition, .*cpus/,
  )
  await expectRefusal(['places', 'add', 'box'], 2, /--slurm, or --ssh HOST/)
})
