import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RunConfigSchema } from '../../contract/run-config.ts'
import { datasetOf } from '../imaging/test-dataset.ts'
import { COPY_MARKER } from '../job-folder/copy-root.ts'
import { openJournal } from './journal.ts'
import { readJobFile } from './read-job-file.ts'

const job = {
  kind: 'train',
  schemaVersion: 1,
  name: 'first',
  createdAt: '2026-01-01T00:00:00.000Z',
  versions: {},
  cacheFolder: '/home/me/work/cache',
  preset: 'quick',
  stages: '2',
  stage1From: '/home/me/work/runs/zero',
  organs: ['liver'],
  vocabulary: [],
  datasets: [{ ...datasetOf([]), root: '/data/site-a' }],
  config: RunConfigSchema.parse({}),
}

test('a job among copies is read with the paths of the copies, and tells of the paths where it was made', async () => {
  const root = mkdtempSync(join(tmpdir(), 'organ-mosaic-copies-'))
  const folder = join(root, 'home/me/work/runs/first')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'run.json'), JSON.stringify(job))
  const paths = async (): Promise<unknown[]> => {
    const read = await readJobFile(folder, '')
    return read.kind === 'train' ? [read.cacheFolder, read.stage1From, read.datasets[0]?.root] : []
  }
  expect(await paths()).toEqual([job.cacheFolder, job.stage1From, '/data/site-a'])
  writeFileSync(join(root, COPY_MARKER), '')
  expect(await paths()).toEqual([job.cacheFolder, job.stage1From, '/data/site-a'].map((path) => join(root, path)))

  const journal = openJournal(folder)
  journal.append({ type: 'output', path: join(folder, 'report/a.json') })
  journal.close()
  expect(JSON.parse(readFileSync(join(folder, 'events.jsonl'), 'utf8'))).toMatchObject({
    path: '/home/me/work/runs/first/report/a.json',
  })
})
