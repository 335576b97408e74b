import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Case } from '../../contract/case.ts'
import type { JobDataset } from '../../contract/job.ts'
import type { Plan } from '../../contract/plan.ts'
import { createRandom } from '../imaging/random.ts'
import { datasetOf, gridOf, writeCase } from '../imaging/test-dataset.ts'
import { openCasePool, type CasePoolOptions } from './case-pool.ts'

const plan: Plan = {
  spacingMm: [2, 2, 2],
  patch: [8, 8, 8],
  channels: [4, 8],
  strides: [[1, 1, 1], [2, 2, 2]], // prettier-ignore
  normalisations: [{ kind: 'per-volume' }],
  cropToBody: false,
  medianShape: [8, 8, 8],
  reasons: [],
}
const root = await mkdtemp(join(tmpdir(), 'case-pool-'))
const entries: Case[] = []
let dataset: JobDataset

beforeAll(async () => {
  for (const id of ['a', 'b', 'c', 'd']) {
    const random = createRandom(1, id)
    const image = {
      data: Int16Array.from({ length: 12 ** 3 }, () => random.integer(900)),
      geometry: gridOf([12, 12, 12], [1, 1, 1]),
    }
    await mkdir(join(root, id))
    const written = await writeCase(join(root, id), image, [])
    entries.push({ ...written, id, images: [join(id, 'image.nii.gz')] })
  }
  dataset = datasetOf(entries, [], root)
})
afterAll(() => rm(root, { recursive: true }))

const open = (options: Partial<CasePoolOptions>) =>
  openCasePool({ datasets: [dataset], plan, threads: 1, check: () => undefined, ...options })

/** All cases into a folder of their own, with what became of them. */
async function runAll(name: string, options: Partial<CasePoolOptions>, cases: readonly Case[] = entries) {
  const pool = open(options)
  const outcomes = cases.map((entry) => pool.run({ dataset: 0, entry, folder: join(root, name, entry.id) }))
  const states = await Promise.all(outcomes)
  await pool.close()
  return states
}

describe('a pool of preprocessing threads', () => {
  it('makes the same files with one thread as with two', async () => {
    for (const [name, threads] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      // prettier-ignore
      expect((await runAll(name, { threads })).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done'])
    }
    const files = (await readdir(join(root, 'one'), { recursive: true, withFileTypes: true })).filter((f) => f.isFile())
    expect(files.length).toBeGreaterThan(8)
    for (const file of files) {
      const path = join(file.parentPath, file.name)
      expect(await readFile(path), path).toEqual(await readFile(path.replace(join(root, 'one'), join(root, 'two'))))
    }
  })

  it('says which case failed and why, and goes on', async () => {
    const missing = { ...entries[1]!, images: ['nowhere.nii.gz'] }
    const states = await runAll('failed', { threads: 2 }, [entries[0]!, missing, entries[2]!])
    expect(states.map(({ state }) => state)).toEqual(['done', 'failed', 'done'])
    expect(states[1]).toMatchObject({
      reason: { code: 'not-found', message: expect.stringContaining('nowhere') as string },
    })
  })

  it('drops what has not begun when it is told to stop', async () => {
    let asked = 0
    const stop = new Error('stop')
    const check = () => {
      if (++asked > 2) throw stop
    }
    const states = await runAll('stopped', { threads: 1, check })
    expect(states.map(({ state }) => state)).toEqual(['done', 'done', 'dropped', 'dropped'])
    expect(states[3]).toEqual({ state: 'dropped', reason: stop })
    expect((await readdir(join(root, 'stopped'))).sort()).toEqual(['a', 'b'])
  })

  it('closes once what has begun is finished', async () => {
    const pool = open({ threads: 1 })
    const outcomes = entries.map((entry) => pool.run({ dataset: 0, entry, folder: join(root, 'closed', entry.id) }))
    await pool.close()
    expect((await Promise.all(outcomes)).map(({ state }) => state)).toEqual(['done', 'dropped', 'dropped', 'dropped'])
    expect(await readdir(join(root, 'closed'))).toEqual(['a'])
  })

  it('runs one case at a time where memory is scarce', async () => {
    let [begun, finished] = [0, 0]
    const together: number[] = []
    const pool = open({ threads: 4, memoryBytes: 1, check: () => together.push(begun++ - finished) })
    await Promise.all(
      entries.map((entry) =>
        pool.run({ dataset: 0, entry, folder: join(root, 'scarce', entry.id) }).then(() => finished++),
      ),
    )
    await pool.close()
    // asked before each case how many others are being preprocessed: at most the one that has just answered
    expect(together.length).toBe(4)
    expect(Math.max(...together)).toBeLessThanOrEqual(1)
  })
})
