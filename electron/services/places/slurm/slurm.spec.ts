import { describe, expect, test } from 'vitest'
import { SlurmPlaceSchema } from '../../../../contract/place.ts'
import { failureReason, readQueue } from './read-queue.ts'
import { batchOptions, batchScript } from './slurm-script.ts'

const place = SlurmPlaceSchema.parse({
  kind: 'slurm',
  name: 'cluster',
  partition: 'gpu',
  gres: 'gpu:1',
  memory: '32G',
  atOnce: 2,
  modules: ['cuda/12.4'],
  container: 'apptainer exec --nv /shared/mosaic.sif',
  command: 'organ-mosaic',
  options: ['--qos=long'],
})

describe('what sbatch is given', () => {
  test('several folders are an array, one is a job', () => {
    expect(batchOptions(place, ['/w/runs/a', '/w/runs/b', '/w/runs/c'])).toEqual(
      expect.arrayContaining([
        '--job-name=mosaic-a+2',
        '--array=0-2%2',
        '--partition=gpu',
        '--gres=gpu:1',
        '--mem=32G',
        '--qos=long',
        '--signal=B:USR1@120',
        '--requeue',
      ]),
    )
    expect(batchOptions(place, ['/w/runs/a']).filter((option) => /array|account/.test(option))).toEqual([])
    expect(batchOptions({ ...place, account: 'lab' }, ['/w/runs/a'])).toContain('--account=lab')
  })

  test('the script starts the command of the place in its container, on folders with any name', () => {
    const script = batchScript(place, ["/w/it's here/a"])
    expect(script).toContain(`folders=('/w/it'\\''s here/a')`)
    expect(script).toContain("module load 'cuda/12.4' || exit 1")
    expect(script).toContain('apptainer exec --nv /shared/mosaic.sif organ-mosaic job "$folder" &')
  })
})

test('the queue in plain words', () => {
  const queue = readQueue(
    [
      '7|RUNNING|2026-11-26T08:39:41|node3|gpu|None',
      '8_0|PENDING|N/A||gpu|Resources',
      '8_1|PENDING|2026-11-27T08:00:00||gpu|Nodes required for job are DOWN, DRAINED or reserved',
      '9|OUT_OF_MEMORY|2026-11-26T08:39:41|node3|gpu|OutOfMemory',
      '10|COMPLETED|2026-11-26T08:39:41|node3|gpu|None',
      '',
    ].join('\n'),
  )
  const words = [...queue.values()].map(({ job, word }) => [job, word.state, word.reason, word.startsAt, word.node])
  expect(words).toEqual([
    ['7', 'running', '', null, 'node3'],
    ['8_0', 'waiting', 'no machine with what it asks for is free (Resources)', null, ''],
    [
      '8_1',
      'waiting',
      'the machines it needs are down or reserved (Nodes required for job are DOWN, DRAINED or reserved)',
      '2026-11-27T08:00:00',
      '',
    ],
    ['9', 'ended', 'it took more memory than it asked for; give the place more', null, ''],
    ['10', 'ended', '', null, ''],
  ])
})

test.each([
  ['ExitCode=66:0 NodeList=node3', /^node3 does not see the job folder/],
  ['ExitCode=127:0 NodeList=node3', /^node3 does not find the program/],
  ['ExitCode=1:0 NodeList=(null)', /with exit code 1 on its machine/],
])('a job that failed: %s', (record, words) => {
  expect(failureReason(record)).toMatch(words)
})
