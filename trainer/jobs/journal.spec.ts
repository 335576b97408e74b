import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JobEventSchema, type JobEventInput } from '../../contract/events.ts'
import { Interruption, obeyControl, openJournal, readControl } from './journal.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const log = (message: string): JobEventInput => ({ type: 'log', level: 'info', message })
const write = (...messages: string[]) => {
  const journal = openJournal(folder)
  for (const message of messages) journal.append(log(message))
  journal.close()
}
const read = async () => {
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8')
  expect(text.endsWith('\n')).toBe(true)
  const events = text.trimEnd().split('\n').map((line) => JobEventSchema.parse(JSON.parse(line))) // prettier-ignore
  return events.map((event) => [event.seq, event.type === 'log' ? event.message : event.type])
}

describe('the journal', () => {
  it('numbers events from 1 without gaps, also over several processes', async () => {
    write('a', 'b')
    write('c')
    write()
    write('d "quoted"\nwith a line break', 'ü')
    expect(await read()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd "quoted"\nwith a line break'],
      [5, 'ü'],
    ])
  })

  it.each([
    { what: 'half an event', tail: '{"seq":3,"time":"2026-' },
    { what: 'a whole event without its line end', tail: '{"seq":3,"type":"log","message":"lost"}' },
    { what: 'half a letter of two bytes', tail: Buffer.from([0x22, 0xc3]) },
  ])('cuts $what that a killed process left behind', async ({ tail }) => {
    write('a', 'b')
    await appendFile(join(folder, 'events.jsonl'), tail)
    write('c')
    expect(await read()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  it('starts at 1 when nothing of the first line is whole', async () => {
    await writeFile(join(folder, 'events.jsonl'), '{"seq":1')
    write('a')
    expect(await read()).toEqual([[1, 'a']])
  })

  it('writes no empty metrics', async () => {
    const journal = openJournal(folder)
    journal.metrics([])
    journal.metrics([{ name: 'loss', value: 1, step: 1, stage: 1, model: 1, dataset: 'a', organ: null }])
    journal.close()
    expect(await read()).toEqual([[1, 'metrics']])
  })

  it('is on disk before the process ends: each line at once', async () => {
    const journal = openJournal(folder)
    journal.append(log('a'))
    expect(await read()).toEqual([[1, 'a']])
    journal.close()
  })
})

describe('control', () => {
  it.each([
    { text: null, request: 'run' },
    { text: '{"request":"pause"}', request: 'pause' },
    { text: '{"request":"stop"}', request: 'stop' },
    { text: '{"request":"run"}', request: 'run' },
    { text: '{"request":"explode"}', request: 'run' },
    { text: '{"requ', request: 'run' }, // being written
    { text: '', request: 'run' },
  ])('%o', async ({ text, request }) => {
    if (text !== null) await writeFile(join(folder, 'control.json'), text)
    expect(readControl(folder)).toBe(request)
    if (request === 'run') expect(() => obeyControl(folder)).not.toThrow()
    else {
      expect(() => obeyControl(folder)).toThrow(Interruption)
      expect(() => obeyControl(folder)).toThrow(expect.objectContaining({ request }))
    }
  })
})
