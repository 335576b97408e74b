import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { JobEvent } from '../../../contract/events.ts'
import { createProgressLine, describeProgress } from './progress-line.ts'
import { count, decimal, duration, score, styleFor, table } from './text.ts'

const plain = styleFor({ isTTY: false }, {})

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [3600, '1 h'],
  [3660 + 59, '1 h 1 min'],
])('duration(%s) is %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test('shares, numbers and counts', () => {
  expect([score(0.0904), score(1), score(null), decimal(1.25)]).toEqual(['0.090', '1.000', '–', '1.3'])
  expect([count(1, 'case'), count(0, 'case'), count(2, 'run')]).toEqual(['1 case', '0 cases', '2 runs'])
})

test('tables align words to the left and numbers to the right', () => {
  const rows = [
    ['liver', '9.5', 'a'],
    ['left kidney', '–', ''],
    ['x', '100.0', 'b'],
  ]
  expect(table(['organ', 'Dice', 'note'], rows, plain).split('\n')).toEqual([
    'organ         Dice  note',
    'liver          9.5  a',
    'left kidney      –',
    'x            100.0  b',
  ])
  expect(table(['organ'], [], plain)).toBe('organ')
})

test('colour only on a terminal and without NO_COLOR', () => {
  expect(styleFor({ isTTY: true }, {}).red('no')).toBe('\u001b[31mno\u001b[0m')
  expect(styleFor({ isTTY: true }, { NO_COLOR: '1' }).red('no')).toBe('no')
  expect(plain.red('no')).toBe('no')
})

describe('the progress line', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = []
    const target = new Writable({
      write(chunk, _encoding, done) {
        written.push(String(chunk))
        done()
      },
    })
    return { written, target: Object.assign(target, { isTTY, columns: 60 }) as unknown as NodeJS.WriteStream }
  }
  const step = (done: number): JobEvent => ({
    seq: done,
    time: '2026-01-01T00:00:00.000Z',
    type: 'progress',
    phase: 'stage1',
    done,
    total: 100,
    secondsLeft: 200,
    message: `stage 1, step ${done}/100, loss 0.750, Dice 0.713`,
  })

  test('elsewhere: the first and the last of a phase, and one now and then', () => {
    const { written, target } = stream(false)
    const line = createProgressLine(target)
    for (const done of [1, 2, 3, 100]) line.show(step(done))
    line.close()
    expect(written).toEqual([
      'stage 1, step 1/100, loss 0.750, Dice 0.713  3 min 20 s left\n',
      'stage 1, step 100/100, loss 0.750, Dice 0.713  3 min 20 s left\n',
    ])
  })

  test('a message without its count gets it, and a phase without a message its name', () => {
    const common = { phase: 'preprocess' as const, done: 2, total: 9, secondsLeft: null }
    expect(describeProgress({ ...common, message: 'case 7' })).toBe('2/9  case 7')
    expect(describeProgress({ ...common, message: '' })).toBe('preprocessing 2/9')
  })

  test('on a terminal: one line, cut to its width, cleared before a note', () => {
    const { written, target } = stream(true)
    const line = createProgressLine(target, 'run demo, with a long label: ')
    line.show(step(2))
    line.note('paused')
    expect(written[0]).toMatch(/^\r\u001b\[Krun demo/)
    expect(written[0]?.length).toBe('\r\u001b[K'.length + 59)
    expect(written.slice(1)).toEqual(['\r\u001b[K', 'paused\n'])
  })
})
