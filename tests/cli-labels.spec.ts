// Mappings and repairs on the command line: the real program, a workspace in a temporary folder, real files.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  imageVolume,
  labelVolume,
  temporaryFolder,
  writeTestFolder,
  type TestFolder,
} from '../electron/services/datasets/write-test-folder.ts'

const main = join(import.meta.dirname, '../electron/hosts/cli/main.ts')
const timeout = 120_000

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function openCommandLine() {
  const home = temporaryFolder()
  const mosaic = (...words: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [main, '--home', home, ...words], (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      )
      child.stdin?.end()
    })
  const json = async (...words: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await mosaic('--json', ...words)
    if (code !== 0) throw new Error(stderr || stdout)
    return JSON.parse(stdout)
  }
  return { mosaic, json }
}

/** @param names of the values 1, 2 ... */
const site = (names: readonly string[], seed: number): TestFolder => ({
  'labels.csv': `value,name\n${names.map((name, n) => `${n + 1},${name}\n`).join('')}`,
  ...Object.fromEntries(
    ['A', 'B'].flatMap((id, n) => [
      [`images/${id}.nii.gz`, imageVolume(seed + n)],
      [`labels/${id}.nii.gz`, labelVolume({ 1: [0, 2, 3], 2: [0, 1, 4] })],
    ]),
  ),
})

const labelsOf = (dataset: unknown): unknown =>
  (dataset as { labels: { key: string; sourceName: string; organs: string[] }[] }).labels.map(
    ({ key, sourceName, organs }) => [key, sourceName, organs],
  )

describe('a mapping', () => {
  test('goes from one dataset into a file, and from there to another whose values differ', { timeout }, async () => {
    const { mosaic, json } = openCommandLine()
    const first = await writeTestFolder(site(['Leber', 'Milz'], 1))
    await json('register', first, '--name', 'first', '--organ', 'Leber=liver', '--organ', 'Milz=spleen')
    const file = join(temporaryFolder(), 'first.mapping.json')
    const { code, stdout } = await mosaic('mapping', 'first', '--out', file)
    expect([code, stdout]).toEqual([0, expect.stringContaining(`2 labels in ${file}`)])
    const content = readFileSync(file, 'utf8')
    expect(JSON.parse(content)).toMatchObject({
      format: 'organ-mosaic-mapping',
      labels: [
        { key: '1', name: 'Leber', organs: ['liver'] },
        { key: '2', name: 'Milz', organs: ['spleen'] },
      ],
    })
    // What it does not say: cases, files, folders.
    expect(content).not.toContain(first)
    expect(content).not.toContain('"A"')

    const second = await writeTestFolder(site(['Milz', 'Leber'], 5))
    const dataset = await json('register', second, '--name', 'second', '--mapping', file, '--organ', 'Leber=liver')
    expect(labelsOf(dataset)).toEqual([
      ['1', 'Milz', ['spleen']],
      ['2', 'Leber', ['liver']],
    ])
  })

  test('leaves labels out, which are listed and go on to the next dataset', { timeout }, async () => {
    const { mosaic, json } = openCommandLine()
    const first = await writeTestFolder(site(['Leber', 'PTV'], 1))
    const registered = await mosaic('register', first, '--name', 'first', '--organ', 'Leber=liver', '--organ', 'PTV=')
    for (const { stdout } of [registered, await mosaic('dataset', 'first')]) {
      expect(stdout).toContain('left out  1 label, not read as an organ\n  2 (PTV): by choice')
      expect(stdout).toContain('--organ "2=ptv"')
    }
    const file = join(temporaryFolder(), 'first.mapping.json')
    expect((await mosaic('mapping', 'first', '--out', file)).stdout).toMatch(/2 +PTV +left out/)
    const second = await writeTestFolder(site(['PTV', 'Leber'], 5))
    expect(await json('register', second, '--name', 'second', '--mapping', file)).toMatchObject({
      labels: [{ key: '2', organs: ['liver'] }],
      leftOut: [{ key: '1', sourceName: 'PTV', because: null }],
    })
  })

  test('that is no mapping, or is not there, is refused with a sentence', { timeout }, async () => {
    const { mosaic } = openCommandLine()
    const root = await writeTestFolder({ ...site(['Leber'], 1), 'wrong.json': '{"format":"something else"}' })
    for (const [name, message] of [
      ['wrong.json', /mapping/],
      ['missing.json', /missing\.json/],
    ] as const) {
      const { code, stdout, stderr } = await mosaic('register', root, '--mapping', join(root, name))
      expect([code, stdout]).toEqual([expect.any(Number), ''])
      expect(code).toBeGreaterThan(0)
      expect(stderr).toMatch(/^organ-mosaic: [^\n]+\n$/)
      expect(stderr).toMatch(message)
    }
  })
})

describe('a repair', () => {
  test(
    'is listed, made for the cases that it fits, taken back, and refused where it does not fit',
    { timeout },
    async () => {
      const { mosaic, json } = openCommandLine()
      const root = await writeTestFolder({
        ...site(['Liver', 'Spleen'], 1),
        'labels/B.nii.gz': labelVolume({ 1: [0, 2, 3], 2: [0, 1, 4] }, { origin: [-10, 22, 30] }),
      })
      const label = readFileSync(join(root, 'labels/B.nii.gz'))
      await json('register', root, '--name', 'site')
      const usable = async (): Promise<unknown> => ((await json('dataset', 'site')) as { summary: object }).summary

      const listed = await mosaic('repair', 'site')
      expect(listed.stdout).toMatch(/B +2\.0 mm +none, excluded +image-grid, resample +labels\/B\.nii\.gz/)
      expect(await usable()).toMatchObject({ cases: 2, usableCases: 1 })

      const repaired = await json('repair', 'site', '--by', 'image-grid')
      expect(repaired).toMatchObject({ usableCases: 2, offers: [{ caseId: 'B', chosen: { repair: 'image-grid' } }] })
      expect(await usable()).toMatchObject({ usableCases: 2 })
      expect(readFileSync(join(root, 'labels/B.nii.gz'))).toEqual(label)

      expect(await json('repair', 'site', '--by', 'none')).toMatchObject({ usableCases: 1, offers: [{ chosen: null }] })
      for (const [words, message] of [
        [['--case', 'A', '--by', 'resample'], /Case A/],
        [['--by', 'sideways'], /expected image-grid, resample or none/],
      ] as const) {
        const { code, stdout, stderr } = await mosaic('repair', 'site', ...words)
        expect([code > 0, stdout]).toEqual([true, ''])
        expect(stderr).toMatch(message)
      }
    },
  )

  test('of a dataset whose labels all lie on their images: nothing to do', { timeout }, async () => {
    const { mosaic, json } = openCommandLine()
    await json('register', await writeTestFolder(site(['Liver', 'Spleen'], 1)), '--name', 'good')
    expect((await mosaic('repair', 'good')).stdout).toContain('Every label of good lies on its image.')
    const { code, stderr } = await mosaic('repair', 'good', '--by', 'resample')
    expect([code, stderr]).toEqual([2, expect.stringContaining('good has no case that this fits')])
  })
})
